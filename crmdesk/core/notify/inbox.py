"""The list behind the bell: kept for each user, read or unread."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal

from sqlalchemy import desc, func, insert, select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.clock import from_text, optional_from_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import notifications, users
from crmdesk.core.errors import UserError

SUPER_ADMINS: Final = "super_admins"


class NotificationKind(StrEnum):
    """What a notification tells of; the faces make the sentence from it and its values."""

    BACKUP_DONE = "backup_done"
    BACKUP_FAILED = "backup_failed"
    RESTORE_DONE = "restore_done"
    RESTORE_FAILED = "restore_failed"
    RESTORE_UNDONE = "restore_undone"
    IMPORT_DONE = "import_done"
    IMPORT_FAILED = "import_failed"
    IMPORT_UNDONE = "import_undone"
    EXPORT_DONE = "export_done"
    EXPORT_FAILED = "export_failed"
    EXPORT_WAITING = "export_waiting"
    EXPORT_REJECTED = "export_rejected"
    LARGE_EXPORT = "large_export"
    LARGE_DOWNLOAD = "large_download"
    BULK_DONE = "bulk_done"
    BULK_FAILED = "bulk_failed"
    VERIFY_FAILED = "verify_failed"
    DRILL_FAILED = "drill_failed"
    TWO_FACTOR_RESET = "two_factor_reset"
    RECOVERY_KEY_RENEWED = "recovery_key_renewed"
    MENTION = "mention"
    LOG_IMPORT_DONE = "log_import_done"
    LOG_IMPORT_FAILED = "log_import_failed"


#: Kinds that a Super Admin may choose to be written to about as well.
ALSO_BY_MAIL: Final = frozenset(
    {
        NotificationKind.BACKUP_FAILED,
        NotificationKind.VERIFY_FAILED,
        NotificationKind.DRILL_FAILED,
        NotificationKind.RESTORE_DONE,
        NotificationKind.RESTORE_FAILED,
        NotificationKind.RESTORE_UNDONE,
        NotificationKind.EXPORT_WAITING,
        NotificationKind.MENTION,
    }
)


@dataclass(frozen=True, slots=True)
class Notification:
    """One line of the list.

    Attributes:
        kind: a :class:`NotificationKind`; text, since a newer program may have written another.
        values: numbers, names and dates for the sentence.
        link: where it leads inside the program, e.g. ``backups/<id>``.
    """

    id: int
    kind: str
    at: datetime
    values: Mapping[str, Any]
    link: str | None
    read_at: datetime | None

    @property
    def is_read(self) -> bool:
        """Whether its user has seen it."""
        return self.read_at is not None


class Inbox:
    """Notifications of the actor's own; nobody reads another's."""

    def __init__(self, database: Database, guard: Guard) -> None:
        self._database = database
        self._guard = guard

    def notify(
        self,
        tx: Tx,
        to: Iterable[int] | Literal["super_admins"],
        kind: NotificationKind,
        values: Mapping[str, Any] | None = None,
        link: str | None = None,
    ) -> None:
        """Tell users of something, in the transaction in which it happened.

        Args:
            tx: the write transaction.
            to: user ids, each told once, or every active Super Admin.
            kind: what happened.
            values: JSON-able facts for the sentence; nothing sensitive.
            link: where it leads.
        """
        wanted = _super_admins(tx) if isinstance(to, str) else list(to)
        text = json.dumps(values or {}, ensure_ascii=True, sort_keys=True, default=str)
        rows = [
            {
                "user_id": user_id,
                "kind": kind.value,
                "at": tx.now_text,
                "values_json": text,
                "link": link,
            }
            for user_id in dict.fromkeys(wanted)
        ]
        if rows:
            tx.execute(insert(notifications), rows)
            if kind in ALSO_BY_MAIL:
                # Loaded where it is needed: every window and command has an inbox.
                from crmdesk.core.notify.mailed import write_about

                write_about(tx, kind, dict.fromkeys(wanted), values or {}, link)

    def list(
        self,
        actor: Actor,
        limit: int = 100,
        unread_only: bool = False,
        kinds: Collection[NotificationKind] = (),
    ) -> list[Notification]:
        """The actor's notifications, newest first.

        Args:
            kinds: only of these; nothing asks for all, those that this version does not know too.

        Raises:
            NotSignedIn: no session, or it ended.
        """
        self._guard.require(actor, Permission.SIGNED_IN)
        wanted = select(notifications).where(notifications.c.user_id == actor.user_id)
        if unread_only:
            wanted = wanted.where(notifications.c.read_at.is_(None))
        if kinds:
            wanted = wanted.where(notifications.c.kind.in_(sorted(kinds)))
        with self._database.read() as tx:
            rows = tx.execute(wanted.order_by(desc(notifications.c.id)).limit(limit)).all()
        return [
            Notification(
                row.id,
                row.kind,
                from_text(row.at),
                json.loads(row.values_json),
                row.link,
                optional_from_text(row.read_at),
            )
            for row in rows
        ]

    def unread_count(self, actor: Actor) -> int:
        """How many of the actor's notifications are unread.

        Raises:
            NotSignedIn: no session, or it ended.
        """
        self._guard.require(actor, Permission.SIGNED_IN)
        unread = (
            select(func.count())
            .select_from(notifications)
            .where(notifications.c.user_id == actor.user_id, notifications.c.read_at.is_(None))
        )
        with self._database.read() as tx:
            return int(tx.scalar(unread))

    def mark_read(self, actor: Actor, notification_id: int | None = None) -> int:
        """Mark one notification, or all of them, as read.

        Args:
            actor: whose notifications.
            notification_id: one of the actor's own; ``None`` for all.

        Returns:
            How many were unread before.

        Raises:
            NotSignedIn: no session, or it ended.
            UserError: ``notification_not_found``, for another user's as for none.
        """
        self._guard.require(actor, Permission.SIGNED_IN)
        own = notifications.c.user_id == actor.user_id
        with self._database.write() as tx:
            if notification_id is not None:
                own = own & (notifications.c.id == notification_id)
                if tx.scalar(select(notifications.c.id).where(own)) is None:
                    raise UserError(
                        "notification_not_found",
                        f"There is no notification {notification_id}.",
                        "Run `crmdesk notification list`.",
                    )
            marked = tx.execute(
                update(notifications)
                .where(own, notifications.c.read_at.is_(None))
                .values(read_at=tx.now_text)
            )
        return marked.rowcount


def _super_admins(tx: Tx) -> list[int]:
    return list(
        tx.execute(
            select(users.c.id)
            .where(users.c.super_admin == 1, users.c.active == 1, users.c.removed_at.is_(None))
            .order_by(users.c.id)
        ).scalars()
    )
