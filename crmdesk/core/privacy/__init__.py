"""Requests of a person: a file of all that is kept about them, and their deletion for good."""
