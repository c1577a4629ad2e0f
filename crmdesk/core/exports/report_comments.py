"""What people said about an entry of the log, as a cell of its report."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from crmdesk.core.audit.comment_model import Comment
from crmdesk.core.audit.comment_reader import every_thread
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.files.plain_line import plain_line

_encode = json.JSONEncoder(ensure_ascii=False).encode


def discussed_entries(tx: Tx) -> frozenset[int]:
    """Numbers of the entries that somebody said something about: few of a long log."""
    rows = tx.sql("SELECT DISTINCT event_id FROM audit_comments WHERE deleted_at IS NULL")
    return frozenset(row[0] for row in rows)


def comments_cell(tx: Tx, event_id: int, discussed: Collection[int]) -> str:
    """The threads of an entry as JSON on one line; empty where there are none."""
    if event_id not in discussed:
        return ""
    return plain_line(_encode([_told(thread) for thread in every_thread(tx, event_id)]))


def _told(comment: Comment) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "id": comment.id,
        "author": comment.author_email,
        "at": to_text(comment.at),
        "text": None if comment.deleted else comment.text,
    }
    if comment.parent_id is None:
        facts["state"] = "resolved" if comment.resolved else "open"
        facts["replies"] = [_told(reply) for reply in comment.replies]
    return facts
