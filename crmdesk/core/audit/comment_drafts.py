"""Comments that were begun and not sent: each user's own, by entry."""

from __future__ import annotations

import re

from sqlalchemy import delete, select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit.comment_model import Draft
from crmdesk.core.audit.comment_text import LONGEST
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import audit_comment_drafts
from crmdesk.core.errors import WrongUsage
from crmdesk.core.files.names import storable

_PLACE = re.compile(r"new|(?:reply|edit)/\d{1,18}")


class CommentDrafts:
    """What the actor began to write; nobody else reads it."""

    def __init__(self, database: Database, guard: Guard) -> None:
        self._database = database
        self._guard = guard

    def list(self, actor: Actor, event_id: int) -> list[Draft]:
        """The actor's drafts on an entry."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        drafts = audit_comment_drafts.c
        wanted = (
            select(drafts.place, drafts.text)
            .where(drafts.user_id == actor.user_id, drafts.event_id == event_id)
            .order_by(drafts.place)
        )
        with self._database.read() as tx:
            return [Draft(row.place, row.text) for row in tx.execute(wanted)]

    def keep(self, actor: Actor, event_id: int, draft: Draft) -> None:
        """Keep a text as it was typed, in the place of an earlier one; a blank one is dropped.

        Of a text longer than a comment may be, its beginning is kept.

        Raises:
            WrongUsage: ``draft_place_unknown``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        if _PLACE.fullmatch(draft.place) is None:
            raise WrongUsage(
                "draft_place_unknown",
                f"“{draft.place}” is not where a comment is written.",
                "Give new, reply/ or edit/ and the number of a comment.",
            )
        text = storable(draft.text).encode()[:LONGEST].decode("utf-8", "ignore")
        with self._database.write() as tx:
            drop_draft(tx, actor, event_id, draft.place)
            if text.strip():
                tx.sql(
                    "INSERT INTO audit_comment_drafts (user_id, event_id, place, text, updated_at) "
                    "VALUES (?, ?, ?, ?, ?)",
                    (actor.user_id, event_id, draft.place, text, tx.now_text),
                )


def drop_draft(tx: Tx, actor: Actor, event_id: int, place: str) -> None:
    """Forget a draft, where there is one."""
    drafts = audit_comment_drafts
    tx.execute(
        delete(drafts).where(
            drafts.c.user_id == actor.user_id,
            drafts.c.event_id == event_id,
            drafts.c.place == place,
        )
    )
