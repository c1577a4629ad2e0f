"""The product without a face: everything CRM Desk does, callable from a script."""
