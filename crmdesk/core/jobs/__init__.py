"""A job is a row, a worker is a process."""
