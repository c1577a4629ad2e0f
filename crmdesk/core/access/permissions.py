"""What a user may be allowed to do. A Super Admin may do all of it."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """A right that a service asks for; the last three are not granted one by one."""

    IMPORT = "import"
    EXPORT = "export"
    EDIT_PROPERTIES = "edit_properties"
    DELETE_RECORDS = "delete_records"
    VIEW_SENSITIVE = "view_sensitive"
    EDIT_SENSITIVE = "edit_sensitive"
    APPROVE_EXPORTS = "approve_exports"
    USE_RECORDS = "use_records"
    """View, add and edit records: every active user."""
    SIGNED_IN = "signed_in"
    """What anyone does to their own account."""
    SUPER_ADMIN = "super_admin"


GRANTABLE = (
    Permission.IMPORT,
    Permission.EXPORT,
    Permission.EDIT_PROPERTIES,
    Permission.DELETE_RECORDS,
    Permission.VIEW_SENSITIVE,
    Permission.EDIT_SENSITIVE,
    Permission.APPROVE_EXPORTS,
)
EVERYONE = frozenset({Permission.USE_RECORDS, Permission.SIGNED_IN})
