"""What was found of a person, in words."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication

from crmdesk.core.privacy.model import FileKind, HoldingBackup, PersonFound
from crmdesk.ui.desk import Desk

_MOST_FILES = 20


def goes(found: PersonFound) -> list[tuple[str, str]]:
    """What a deletion takes away, as names and values."""
    contacts = _count("%Ln contact{|s}", len(found.record_ids))
    if found.in_bin:
        contacts += _count(", %Ln of them in the recycle bin", found.in_bin)
    facts = [
        (_say("Records"), contacts if found.record_ids else _say("None")),
        (_say("History"), _count("%Ln change{|s}", found.history) if found.history else ""),
        (
            _say("Associations"),
            _count("%Ln with other records", found.associations) if found.associations else "",
        ),
        (
            _say("Audit log"),
            _count("%Ln entr{y|ies} lose{s|} {its|their} details", found.entries)
            if found.entries
            else "",
        ),
        (
            _say("Elsewhere"),
            _count("struck out of %Ln job{|s}, notice{|s} or message{|s}", found.texts)
            if found.texts
            else "",
        ),
    ]
    kinds = {
        FileKind.IMPORT: _say("Imported file"),
        FileKind.IMPORT_ERRORS: _say("File of errors"),
        FileKind.EXPORT: _say("Exported file"),
    }
    facts += [
        (kinds[each.kind], "; ".join((each.name, *_copies(each.downloads))))
        for each in found.files[:_MOST_FILES]
    ]
    more = len(found.files) - _MOST_FILES
    return facts + ([("", _count("and %Ln more file{|s}", more))] if more > 0 else [])


def stays(desk: Desk, found: PersonFound, objects: Mapping[str, str]) -> list[tuple[str, str]]:
    """What goes on holding the person, and until when, as names and values."""
    facts = [
        (
            _say("Backup of %1").replace("%1", desk.exact(each.created_at)),
            _until(desk, each),
        )
        for each in found.backups
    ]
    facts += [
        (objects.get(place) or _place(place), _count("%Ln mention{s|} the address", many))
        for place, many in found.mentions.items()
    ]
    if found.former_ids:
        ids = ", ".join(str(each) for each in found.former_ids)
        facts.append((_say("Had it once"), _say("contact %1").replace("%1", ids)))
    return facts


def _until(desk: Desk, each: HoldingBackup) -> str:
    told = _say("pinned: until you unpin and delete it")
    if each.expires_at is not None:
        told = _say("until %1").replace("%1", desk.exact(each.expires_at))
    parts = [told, *_copies(each.downloads)]
    if each.second_copy:
        parts.append(_say("second copy: %1").replace("%1", each.second_copy))
    return "; ".join(parts)


def _copies(downloads: int) -> list[str]:
    return [_count("%Ln cop{y|ies} saved elsewhere", downloads)] if downloads else []


def _place(table: str) -> str:
    named = {
        "saved_views": _say("Views"),
        "value_history": _say("History of others"),
        "segments": _say("Segments"),
        "audit_comments": _say("Comments in the log"),
        "audit_comment_drafts": _say("Unsent comments"),
    }
    return named.get(table, table)


def _say(text: str) -> str:
    return QCoreApplication.translate("Privacy", text)


def _count(text: str, count: int) -> str:
    return QCoreApplication.translate("Privacy", text, "", count)
