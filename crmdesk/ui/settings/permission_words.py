"""What each permission is called and what it lets a person do."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from crmdesk.core.access.permissions import Permission


@dataclass(frozen=True, slots=True)
class PermissionWords:
    """Title and explanation of a permission."""

    title: str
    note: str


def permission_words(permission: Permission) -> PermissionWords:
    """The words of a permission."""
    table = {
        Permission.IMPORT: PermissionWords(
            _say("Import records"), _say("Create and update many records from files.")
        ),
        Permission.EXPORT: PermissionWords(
            _say("Export records"), _say("Save records as files that leave this workspace.")
        ),
        Permission.EDIT_PROPERTIES: PermissionWords(
            _say("Edit property settings"), _say("Add, change and archive properties and objects.")
        ),
        Permission.DELETE_RECORDS: PermissionWords(
            _say("Delete records"),
            _say("Move records to the recycle bin, and delete them for good."),
        ),
        Permission.VIEW_SENSITIVE: PermissionWords(
            _say("See sensitive values"), _say("Reveal masked values; each reveal is logged.")
        ),
        Permission.EDIT_SENSITIVE: PermissionWords(
            _say("Edit sensitive values"), _say("Write into properties marked as sensitive.")
        ),
        Permission.APPROVE_EXPORTS: PermissionWords(
            _say("Approve exports"), _say("Let large exports of others go ahead.")
        ),
    }
    return table.get(permission, PermissionWords(permission.value, ""))


def _say(text: str) -> str:
    return QCoreApplication.translate("Permissions", text)
