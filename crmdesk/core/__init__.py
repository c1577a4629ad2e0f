"""The product without a face: everything CRM Desk does, callable from a script."""

from crmdesk.core.late_imports import put_off

put_off()
