"""Notifications in the program."""
