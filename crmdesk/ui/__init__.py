"""The window: a thin face on the services in ``crmdesk.core``."""
