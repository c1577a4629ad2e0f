"""E-mail: a message is a row, sent by a worker, and kept until its server has taken it."""
