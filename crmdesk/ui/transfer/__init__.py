"""The Import & Export tab."""
