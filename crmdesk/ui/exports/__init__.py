"""Exports in the window: the dialog that makes one, and the list of all that were made."""
