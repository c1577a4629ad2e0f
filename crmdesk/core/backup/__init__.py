"""Backups: create, keep, verify, open, expire."""
