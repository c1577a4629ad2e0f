"""The Audit Logs tab."""
