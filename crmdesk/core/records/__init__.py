"""Object types, properties, records, their history and the recycle bin."""
