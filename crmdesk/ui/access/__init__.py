"""Two-factor authentication and passwords, in dialogs."""
