"""Finds entries by what people said about them."""

from __future__ import annotations

import json

from crmdesk.core.audit.marks import Marks, marks_of
from crmdesk.core.db.engine import Tx

#: Asks for any comment at all.
ANY = "*"
_ANY = "SELECT DISTINCT event_id FROM audit_comments WHERE deleted_at IS NULL"
# Comments are thousands where entries are millions: they are looked through.
_HOLDING = (
    "SELECT event_id, text FROM audit_comments WHERE deleted_at IS NULL AND text LIKE ? ESCAPE '\\'"
)
_TAGGING = (
    "SELECT event_id FROM audit_comments WHERE deleted_at IS NULL AND EXISTS "
    "(SELECT 1 FROM json_each(?) WHERE instr(text, '@{' || value || '}'))"
)
_PEOPLE = "SELECT id, '@' || full_name, '@' || email FROM users"
# SQLite refuses patterns of 50,000 bytes; the whole text is compared below.
_LONGEST_PATTERN = 1_000


def entries_commented(tx: Tx, text: str) -> Marks:
    """The entries with a comment that holds a text, or that tags somebody who is called so.

    Args:
        text: any part of a comment, in any case; ``*`` for whatever has a comment.
    """
    wanted = text.strip().casefold()
    if wanted in (ANY, ""):
        return marks_of(row[0] for row in tx.sql(_ANY))
    rows = tx.sql(_HOLDING, (_pattern(wanted),))
    found = {row[0] for row in rows if wanted in row[1].casefold()}
    people = [
        number
        for number, *names in tx.sql(_PEOPLE).fetchall()
        if any(wanted in name.casefold() for name in names)
    ]
    found.update(row[0] for row in tx.sql(_TAGGING, (json.dumps(people),)))
    return marks_of(found)


def _pattern(wanted: str) -> str:
    """What LIKE can tell: it knows the two cases of ASCII alone."""
    shape = "".join(
        ("\\" if each in "\\%_" else "") + each if each.isascii() else "%"
        for each in wanted[:_LONGEST_PATTERN]
    )
    return f"%{shape}%"
