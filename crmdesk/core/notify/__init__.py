"""What people are told: the inbox behind the bell."""
