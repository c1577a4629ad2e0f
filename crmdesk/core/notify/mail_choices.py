"""What each Super Admin is also written to about: their own choice, and nobody else's."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import delete, insert, select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.db.engine import Database
from crmdesk.core.db.tables import mail_choices
from crmdesk.core.mail.model import MailKind

#: Large exports are not among them: those follow the threshold alone.
TOPICS: Final = (
    MailKind.BACKUP_PROBLEMS,
    MailKind.RESTORES,
    MailKind.APPROVALS,
    MailKind.MENTIONS,
)


class MailChoices:
    """Nothing is chosen until somebody does. Super Admins only."""

    def __init__(self, database: Database, guard: Guard) -> None:
        self._database = database
        self._guard = guard

    def own(self, actor: Actor) -> frozenset[MailKind]:
        """What the actor is written to about."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        mine = select(mail_choices.c.topic).where(mail_choices.c.user_id == actor.user_id)
        with self._database.read() as tx:
            kept = set(tx.execute(mine).scalars())
        return frozenset(topic for topic in TOPICS if topic.value in kept)

    def set(self, actor: Actor, topics: Collection[MailKind]) -> None:
        """Be written to about these, and nothing else.

        Args:
            topics: any of :data:`TOPICS`.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        wanted = [topic for topic in TOPICS if topic in topics]
        with self._database.write() as tx:
            tx.execute(delete(mail_choices).where(mail_choices.c.user_id == actor.user_id))
            for topic in wanted:
                row = {"user_id": actor.user_id, "topic": topic.value}
                tx.execute(insert(mail_choices).values(row))
