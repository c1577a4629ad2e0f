"""Two states of the workspace side by side: backup and now, or backup and backup."""
