"""Settings, E-mail: the server, a test message, and the outbox."""
