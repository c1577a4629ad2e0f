"""Comments on entries of the audit log: written, answered, changed, ticked off.

They stand beside the chain, so that they can be changed and deleted; each change is an entry that
holds a digest of what the comment became.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.comment_drafts import drop_draft
from crmdesk.core.audit.comment_model import MOST_TOLD, Written, comment_link
from crmdesk.core.audit.comment_rows import (
    add_row,
    change_row,
    find_row,
    people,
    readers,
    refuse_hidden,
    seal,
)
from crmdesk.core.audit.comment_text import (
    checked_text,
    meant_nobody,
    mentioned,
    spans,
    to_stored,
)
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.errors import UserError
from crmdesk.core.notify.inbox import Inbox, NotificationKind

_EXCERPT = 140


class AuditComments:
    """What people write about entries; everyone who may see the log."""

    def __init__(self, database: Database, guard: Guard, audit_log: AuditLog, inbox: Inbox) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._inbox = inbox

    def add(self, actor: Actor, event_id: int, text: str) -> Written:
        """Begin a thread on an entry.

        Args:
            text: plain; ``@`` and an e-mail address or a name, or the start of either, mentions
                somebody who may see the log, and tells them.

        Raises:
            UserError: ``audit_event_not_found``, ``comment_blank``, ``comment_too_long``,
                ``mention_ambiguous``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        stored = self._stored(text)
        with self._database.write() as tx:
            refuse_hidden(tx, event_id)
            drop_draft(tx, actor, event_id, "new")
            return self._write(tx, actor, event_id, None, stored)

    def reply(self, actor: Actor, comment_id: int, text: str) -> Written:
        """Answer a comment; an answer to a reply joins the same thread, which is one level deep.

        Raises:
            UserError: ``comment_unknown``, and as :meth:`add`.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        stored = self._stored(text)
        with self._database.write() as tx:
            row = find_row(tx, comment_id, heads_thread=True)
            thread = row.parent_id or row.id
            drop_draft(tx, actor, row.event_id, f"reply/{thread}")
            return self._write(tx, actor, row.event_id, thread, stored)

    def edit(self, actor: Actor, comment_id: int, text: str) -> Written:
        """Write a comment of one's own anew; who is mentioned for the first time is told.

        Raises:
            UserError: ``comment_unknown``, ``comment_of_another``, and as :meth:`add`.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        stored = self._stored(text, comment_id)
        with self._database.write() as tx:
            row = find_row(tx, comment_id)
            if row.author_id != actor.user_id:
                raise UserError(
                    "comment_of_another",
                    "Only who wrote a comment can change its text.",
                    "Reply to it.",
                )
            drop_draft(tx, actor, row.event_id, f"edit/{comment_id}")
            before = mentioned(row.text)
            if stored == row.text:
                return Written(comment_id)
            change_row(tx, comment_id, text=stored, edited_at=tx.now_text)
            told = self._tell(tx, actor, row.event_id, comment_id, stored, before)
            seal(tx, self._audit_log, actor, kinds.COMMENT_CHANGED, comment_id, change="text")
            return told

    def remove(self, actor: Actor, comment_id: int) -> None:
        """Delete a comment: one's own, or, for a Super Admin, any; its text is gone for good.

        Replies to it stay.

        Raises:
            UserError: ``comment_unknown``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            row = find_row(tx, comment_id)
            change_row(tx, comment_id, text=None, deleted_at=tx.now_text, deleted_by=actor.user_id)
            details = _author(tx, row)
            seal(tx, self._audit_log, actor, kinds.COMMENT_REMOVED, comment_id, **details)

    def resolve(self, actor: Actor, comment_id: int) -> None:
        """Tick a thread off; nothing happens to one that is.

        Args:
            comment_id: any comment of the thread.

        Raises:
            UserError: ``comment_unknown``.
        """
        self._mark(actor, comment_id, resolved=True)

    def reopen(self, actor: Actor, comment_id: int) -> None:
        """Take the tick from a thread; arguments and errors as for :meth:`resolve`."""
        self._mark(actor, comment_id, resolved=False)

    def _mark(self, actor: Actor, comment_id: int, *, resolved: bool) -> None:
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            row = find_row(tx, comment_id, heads_thread=True)
            thread = row.parent_id or row.id
            first = row if thread == row.id else find_row(tx, thread, heads_thread=True)
            if (first.resolved_at is not None) is resolved:
                return
            change_row(
                tx,
                thread,
                resolved_at=tx.now_text if resolved else None,
                resolved_by=actor.user_id if resolved else None,
            )
            change = "resolved" if resolved else "reopened"
            seal(tx, self._audit_log, actor, kinds.COMMENT_CHANGED, thread, change=change)

    def _stored(self, typed: str, comment_id: int = 0) -> str:
        """A text with who is mentioned found in it, before anybody else has to wait for a write.

        Args:
            comment_id: what it takes the place of: who is mentioned there stays so, whatever
                they may see by now.
        """
        text = checked_text(typed)
        with self._database.read() as tx:
            known = {each.id: each for each in readers(tx)}
            if comment_id:
                known = people(tx, mentioned(find_row(tx, comment_id).text)) | known
        return to_stored(text, known.values())

    def _write(
        self, tx: Tx, actor: Actor, event_id: int, parent_id: int | None, stored: str
    ) -> Written:
        comment_id = add_row(
            tx,
            {
                "event_id": event_id,
                "parent_id": parent_id,
                "author_id": actor.user_id,
                "created_at": tx.now_text,
                "text": stored,
            },
        )
        told = self._tell(tx, actor, event_id, comment_id, stored, [])
        seal(tx, self._audit_log, actor, kinds.COMMENT_ADDED, comment_id, parent=parent_id)
        return told

    def _tell(
        self,
        tx: Tx,
        actor: Actor,
        event_id: int,
        comment_id: int,
        stored: str,
        before: Iterable[int],
    ) -> Written:
        may_see = {each.id for each in readers(tx)} - {actor.user_id or 0}
        new = [each for each in mentioned(stored) if each in may_see and each not in set(before)]
        told, not_told = new[:MOST_TOLD], new[MOST_TOLD:]
        self._inbox.notify(
            tx,
            told,
            NotificationKind.MENTION,
            {"user": actor.full_name, "event": event_id, "text": _excerpt(tx, stored)},
            comment_link(event_id, comment_id),
        )
        return Written(comment_id, len(told), len(not_told), meant_nobody(stored))


def _excerpt(tx: Tx, stored: str) -> str:
    start = stored[: _EXCERPT * 4]
    text = " ".join("".join(s.text for s in spans(start, people(tx, mentioned(start)))).split())
    cut = len(text) > _EXCERPT or len(stored) > len(start)
    return text[: _EXCERPT - 1] + "…" if cut else text


def _author(tx: Tx, row: Row[Any]) -> dict[str, str]:
    author = people(tx, [row.author_id]).get(row.author_id)
    return {} if author is None else {"author": author.email}
