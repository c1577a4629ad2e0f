"""Requests of a person about their data."""
