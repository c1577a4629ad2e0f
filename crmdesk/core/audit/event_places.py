"""Where in the program an entry happened: as it was written, or by what it was done to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Action, Category

_FILE = re.compile(r"[0-9a-f]{8,64}")
#: Written by entries of definitions, which lead to the very page by what they were done to.
OBJECT_SETTINGS = "settings/objects"
_OF_RECORDS: set[str] = {
    *(Category.CRM_OBJECT, Category.PROPERTY_VALUE, Category.ASSOCIATION, Category.PRIVACY),
}
#: The page of an object's settings that shows what entries of a category are about.
_PAGES: dict[str, str] = {
    Category.PROPERTY: "properties",
    Category.SENSITIVE: "properties",
    Category.PIPELINE: "pipelines",
    Category.ASSOCIATION_DEFINITION: "associations",
    Category.RECORD_FORM: "form",
}
#: What entries call their object when it is none of records: a list, by its number or its id.
_IN_SETTINGS = {
    "user": "settings/users",
    "team": "settings/users/teams",
    "imported_log": "settings/audit.imported",
}
_FILES = {"backup": "backups", "export": "exports", "restore": "restores"}
#: Security activity whose id is that of a file or a restore, not of a record.
_FILES_BY_KIND = {
    kinds.IMPORT.subcategory: "imports",
    kinds.IMPORT_UNDONE.subcategory: "imports",
    kinds.RESTORE_PLANNED.subcategory: "restores",
    kinds.RESTORE_COMPLETED.subcategory: "restores",
    kinds.RESTORE_UNDONE.subcategory: "restores",
}
_OF_WORKSPACE = {
    kinds.WORKSPACE_CREATED.subcategory: "settings/workspace",
    kinds.WORKSPACE_RESTORED.subcategory: "settings/workspace",
    kinds.RECOVERY_KEY_RENEWED.subcategory: "settings/security.recovery_key",
    kinds.KEY_RECOVERED.subcategory: "settings/security",
    kinds.KEYRING_FILE_CHOSEN.subcategory: "settings/security",
}
#: Where the work of a job is seen, for entries that name the job and not the thing.
_JOB_ENDS = {kinds.JOB_CANCELLED.subcategory, kinds.JOB_INTERRUPTED.subcategory}
_OF_JOBS = {
    **dict.fromkeys(("backup", "drill"), "backups"),
    **dict.fromkeys(("restore", "undo", "revive"), "restores"),
    **dict.fromkeys(("import", "import_undo"), "imports"),
    **dict.fromkeys(("bin_restore", "bin_purge"), "records/recycle-bin"),
    **dict.fromkeys(("privacy_export", "privacy_delete"), "settings/privacy"),
    "export": "exports",
    "mail": "settings/mail",
    "log_import": "settings/audit.imported",
}


def event_place(
    category: str,
    subcategory: str,
    action: str,
    user_id: int | None,
    object_type: str | None,
    object_id: str | None,
    link: str | None,
    detail: Mapping[str, Any],
) -> str | None:
    """The place of an entry, e.g. ``settings/users/17``; None where nothing could be shown.

    Whether it is still there is another question. Entries of imported logs have none: their
    numbers are another program's.
    """
    if link and link != OBJECT_SETTINGS:
        return link
    number = object_id if object_id is not None and object_id.isdigit() else ""
    if category in _OF_RECORDS and object_type is not None:
        return _of_records(action, object_type, number)
    if category == Category.SENSITIVE and subcategory == kinds.SENSITIVE_REVEALED.subcategory:
        # Seen in a file from elsewhere, its number may be another workspace's.
        seen_here = number and "backup" not in detail
        return f"records/{object_type}/{number}" if seen_here else None
    if category in _PAGES and object_type not in _IN_SETTINGS:
        return _definition(category, subcategory, str(object_type), object_id)
    if category == Category.LOGIN:
        # Who came and went is all that it is about.
        return None if user_id is None else f"settings/users/{user_id}"
    if object_type in _IN_SETTINGS:
        return f"{_IN_SETTINGS[object_type]}/{number}" if number else None
    return _of_thing(object_type, object_id) or _of_kind(
        subcategory, object_type, object_id, detail
    )


def _of_records(action: str, object_type: str, number: str) -> str | None:
    """One record; of many their object, unless nothing of them is left to see."""
    if number:
        return f"records/{object_type}/{number}"
    return None if action == Action.PURGE else f"records/{object_type}"


def _definition(category: str, subcategory: str, object_type: str, object_id: str | None) -> str:
    """A page of the object's settings, and what of it the entry is about."""
    if subcategory == kinds.OBJECT_CREATED.subcategory:
        return f"{OBJECT_SETTINGS}/{object_type}/details"
    page = f"{OBJECT_SETTINGS}/{object_type}/{_PAGES[category]}"
    named = category != Category.ASSOCIATION_DEFINITION and object_id is not None
    return f"{page}/{(object_id or '').partition('/')[0]}" if named else page


def _of_thing(object_type: str | None, object_id: str | None) -> str | None:
    """A file in its list; a comparison with a file from elsewhere names that one."""
    if object_type in _FILES and _FILE.fullmatch(object_id or "") is not None:
        return f"{_FILES[object_type]}/{object_id}"
    return "settings/mail" if object_type == "message" else None


def _of_kind(
    subcategory: str, object_type: str | None, object_id: str | None, detail: Mapping[str, Any]
) -> str | None:
    """What the kind of an entry says where its object does not."""
    if subcategory in _JOB_ENDS:
        return _OF_JOBS.get(str(detail.get("kind")), "records")
    if subcategory == kinds.UNCONVERTED_SAVED.subcategory:
        page = f"{OBJECT_SETTINGS}/{object_type}/properties"
        name = detail.get("property")
        return f"{page}/{name}" if isinstance(name, str) else page
    if subcategory in {kinds.GDPR_DELETE.subcategory, kinds.CONTACT_DATA_EXPORT.subcategory}:
        one = object_type is not None and (object_id or "").isdigit()
        return f"records/{object_type}/{object_id}" if one else None
    if subcategory in _FILES_BY_KIND:
        if "deleted" in detail:
            # Records that came back have no plan of values to open.
            return f"records/{object_type}" if object_type else None
        return None if object_id is None else f"{_FILES_BY_KIND[subcategory]}/{object_id}"
    return _OF_WORKSPACE.get(subcategory)
