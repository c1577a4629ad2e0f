"""Rows of comments, and the digest by which the log tells that they are as they were written."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Row, insert, select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.audit.comment_model import OBJECT_TYPE, comment_link
from crmdesk.core.audit.comment_text import Person
from crmdesk.core.audit.event import entry_not_found
from crmdesk.core.audit.kinds import EventKind
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.audit.matching import edition_of, shown_categories
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import audit_comments, audit_events, users
from crmdesk.core.errors import UserError

#: Everything about a comment but the salt; the digest covers them in this order.
DIGESTED: Final = tuple(each.name for each in audit_comments.columns if each.name != "salt")


def comment_digest(values: Mapping[str, Any], salt: bytes) -> str:
    """SHA-256, in hex, over the salt and all columns as a compact JSON list in UTF-8.

    The salt keeps a text that was deleted from being guessed by its digest, which stays.
    """
    facts = [values[name] for name in DIGESTED]
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(salt + text.encode("utf-8", "surrogateescape")).hexdigest()


def add_row(tx: Tx, values: Mapping[str, Any]) -> int:
    """Keep a comment and return its id; :func:`seal` follows in the same transaction."""
    return int(tx.execute(insert(audit_comments).values(**values, salt=b"")).lastrowid)


def change_row(tx: Tx, comment_id: int, **values: Any) -> None:
    """Write columns of a comment; :func:`seal` follows in the same transaction."""
    tx.execute(update(audit_comments).where(audit_comments.c.id == comment_id).values(**values))


def seal(
    tx: Tx, log: AuditLog, actor: Actor, kind: EventKind, comment_id: int, **details: object
) -> None:
    """Write the entry of a change: it holds the digest of the comment as it is from now on."""
    salt = secrets.token_bytes(16)
    change_row(tx, comment_id, salt=salt)
    row = tx.execute(select(audit_comments).where(audit_comments.c.id == comment_id)).one()
    digest = comment_digest(row._asdict(), salt)
    facts = {"event": row.event_id, **details, "digest": digest}
    log.log(
        tx,
        actor,
        kind,
        object_type=OBJECT_TYPE,
        object_id=comment_id,
        link=comment_link(row.event_id, comment_id),
        details=facts,
    )


def find_row(tx: Tx, comment_id: int, *, heads_thread: bool = False) -> Row[Any]:
    """A comment on an entry that is shown.

    Args:
        heads_thread: also a deleted one, as long as replies of others stand below it.

    Raises:
        UserError: ``comment_unknown``, ``audit_event_not_found``.
    """
    row = tx.execute(select(audit_comments).where(audit_comments.c.id == comment_id)).first()
    gone = row is None or row.deleted_at is not None
    if row is None or (gone and not (heads_thread and _has_replies(tx, comment_id))):
        raise UserError(
            "comment_unknown",
            f"There is no comment {comment_id}.",
            "It may have been deleted.",
            id=comment_id,
        )
    refuse_hidden(tx, row.event_id)
    return row


def _has_replies(tx: Tx, comment_id: int) -> bool:
    replies = select(audit_comments.c.id).where(
        audit_comments.c.parent_id == comment_id, audit_comments.c.deleted_at.is_(None)
    )
    return tx.execute(replies.limit(1)).first() is not None


def refuse_hidden(tx: Tx, event_id: int) -> None:
    """Refuse an entry that is not there, or that the workspace's edition does not show.

    Raises:
        UserError: ``audit_event_not_found``, ``audit_event_imported``.
    """
    if event_id < 0:
        raise UserError(
            "audit_event_imported",
            "Entries of an imported log have no comments.",
            "Comment on the entry that tells of the import.",
            id=event_id,
        )
    category = tx.scalar(select(audit_events.c.category).where(audit_events.c.id == event_id))
    if category not in shown_categories(edition_of(tx)):
        raise entry_not_found(event_id)


def readers(tx: Tx) -> list[Person]:
    """Who may see the log, and so can be mentioned, by name."""
    wanted = (
        select(users.c.id, users.c.email, users.c.full_name)
        .where(users.c.super_admin == 1, users.c.active == 1, users.c.removed_at.is_(None))
        .order_by(users.c.full_name, users.c.id)
    )
    return [Person(row.id, row.email, row.full_name) for row in tx.execute(wanted)]


def people(tx: Tx, ids: Iterable[int]) -> dict[int, Person]:
    """Users by id, removed ones too."""
    wanted = select(users.c.id, users.c.email, users.c.full_name)
    found = {}
    rest = sorted(set(ids))
    while rest:
        some, rest = rest[:500], rest[500:]
        for row in tx.execute(wanted.where(users.c.id.in_(some))):
            found[row.id] = Person(row.id, row.email, row.full_name)
    return found
