"""Putting values back from a backup: the wizard's flow and its job."""
