"""The command line: a thin face on the services in ``crmdesk.core``."""
