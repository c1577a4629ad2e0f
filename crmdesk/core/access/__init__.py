"""Users, permissions, sign-in, two-factor codes, sessions and secrets."""
