"""The parts every page is made of; each draws itself from the theme and says its name."""
