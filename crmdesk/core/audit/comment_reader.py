"""Reads comments: the threads of an entry, what a table shows beside it, and what is unread."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit.comment_model import Comment, CommentCount, Threads, ThreadState
from crmdesk.core.audit.comment_rows import find_row, people, readers, refuse_hidden
from crmdesk.core.audit.comment_text import Person, mentioned, spans, to_typed
from crmdesk.core.audit.readable import readable_time
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import audit_comment_reads, audit_comments
from crmdesk.core.notify.inbox import NotificationKind


class CommentReader:
    """What is said about entries, for everyone who may see the log."""

    def __init__(self, database: Database, guard: Guard) -> None:
        self._database = database
        self._guard = guard

    def threads(
        self, actor: Actor, event_id: int, state: ThreadState = ThreadState.OPEN
    ) -> Threads:
        """The threads of an entry, oldest first.

        Raises:
            UserError: ``audit_event_not_found``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            refuse_hidden(tx, event_id)
            rows = _rows_of(tx, event_id)
            seen = _seen(tx, actor, event_id)
            known = people(tx, _named(rows))
        found = _threads(rows, _Reader(actor.user_id or 0, seen, known))
        resolved = [thread for thread in found if thread.resolved]
        wanted = {
            ThreadState.ALL: found,
            ThreadState.RESOLVED: resolved,
            ThreadState.OPEN: [thread for thread in found if not thread.resolved],
        }[state]
        comments = sum(row.deleted_at is None for row in rows)
        return Threads(tuple(wanted), len(found) - len(resolved), len(resolved), comments)

    def text_to_edit(self, actor: Actor, comment_id: int) -> str:
        """The text of a comment as it is typed: people by name after an ``@``.

        Raises:
            UserError: ``comment_unknown``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            stored = find_row(tx, comment_id).text
            known = {each.id: each for each in readers(tx)} | people(tx, mentioned(stored))
        return to_typed(stored, known)

    def counts(self, actor: Actor, event_ids: Sequence[int]) -> dict[int, CommentCount]:
        """What a table shows beside entries: those with comments, read in one go."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            rows = tx.sql(
                "SELECT c.event_id, count(*), "
                "count(CASE WHEN c.id > coalesce(r.seen_id, 0) AND c.author_id <> ? THEN 1 END) "
                "FROM audit_comments c LEFT JOIN audit_comment_reads r "
                "ON r.event_id = c.event_id AND r.user_id = ? "
                "WHERE c.event_id IN (SELECT value FROM json_each(?)) AND c.deleted_at IS NULL "
                "GROUP BY c.event_id",
                (actor.user_id, actor.user_id, json.dumps(list(event_ids))),
            )
            return {row[0]: CommentCount(row[1], row[2]) for row in rows}

    def mark_seen(self, actor: Actor, event_id: int) -> None:
        """Count all that is said about an entry by now as read, for the actor.

        Notices that the actor is mentioned there are read with it.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            tx.sql(
                "INSERT INTO audit_comment_reads (user_id, event_id, seen_id) "
                "SELECT ?, event_id, max(id) FROM audit_comments WHERE event_id = ? "
                "GROUP BY event_id "
                "ON CONFLICT (user_id, event_id) DO UPDATE SET seen_id = excluded.seen_id",
                (actor.user_id, event_id),
            )
            tx.sql(
                "UPDATE notifications SET read_at = ? WHERE user_id = ? AND read_at IS NULL "
                "AND kind = ? AND link GLOB ?",
                (
                    tx.now_text,
                    actor.user_id,
                    NotificationKind.MENTION.value,
                    f"audit/{event_id}/comments/*",
                ),
            )

    def people(self, actor: Actor) -> list[Person]:
        """Who can be mentioned: everyone who may see the log, by name."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            return readers(tx)


def every_thread(tx: Tx, event_id: int) -> list[Comment]:
    """All threads of an entry, oldest first, as whoever wrote none of them reads them."""
    rows = _rows_of(tx, event_id)
    return _threads(rows, _Reader(0, 0, people(tx, _named(rows))))


class _Reader:
    """Makes comments of rows, as one person sees them."""

    def __init__(self, user_id: int, seen: int, known: Mapping[int, Person]) -> None:
        self._user_id = user_id
        self._seen = seen
        self._known = known

    def comment(self, row: Row[Any], replies: Iterable[Row[Any]] = ()) -> Comment:
        author = self._known.get(row.author_id)
        deleted, mine = row.deleted_at is not None, row.author_id == self._user_id
        resolver = self._known.get(row.resolved_by or 0)
        return Comment(
            id=row.id,
            event_id=row.event_id,
            parent_id=row.parent_id,
            author_id=row.author_id,
            author="" if author is None else author.full_name,
            author_email="" if author is None else author.email,
            at=readable_time(row.created_at),
            edited_at=_time(row.edited_at),
            spans=() if deleted else spans(row.text, self._known),
            deleted=deleted,
            resolved_at=_time(row.resolved_at),
            resolved_by="" if resolver is None else resolver.full_name,
            mine=mine and not deleted,
            # Whoever reads this is a Super Admin, and those may delete any.
            removable=not deleted,
            unread=row.id > self._seen and not mine and not deleted,
            replies=tuple(self.comment(reply) for reply in replies),
        )


def _threads(rows: Sequence[Row[Any]], reader: _Reader) -> list[Comment]:
    replies: dict[int, list[Row[Any]]] = {}
    for row in rows:
        if row.parent_id is not None and row.deleted_at is None:
            replies.setdefault(row.parent_id, []).append(row)
    return [
        reader.comment(row, replies.get(row.id, ()))
        for row in rows
        if row.parent_id is None and (row.deleted_at is None or row.id in replies)
    ]


def _rows_of(tx: Tx, event_id: int) -> Sequence[Row[Any]]:
    wanted = select(audit_comments).where(audit_comments.c.event_id == event_id)
    return tx.execute(wanted.order_by(audit_comments.c.id)).all()


def _named(rows: Iterable[Row[Any]]) -> set[int]:
    named = set()
    for row in rows:
        named |= {row.author_id, row.resolved_by or 0, *mentioned(row.text or "")}
    return named


def _seen(tx: Tx, actor: Actor, event_id: int) -> int:
    reads = audit_comment_reads.c
    wanted = select(reads.seen_id).where(reads.user_id == actor.user_id, reads.event_id == event_id)
    return int(tx.scalar(wanted) or 0)


def _time(text: str | None) -> datetime | None:
    return None if text is None else readable_time(text)
