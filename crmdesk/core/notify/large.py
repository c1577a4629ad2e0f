"""Notices of files with many records: in the program and by e-mail, to whoever wants to hear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import export_thresholds, users
from crmdesk.core.notify.inbox import Inbox, NotificationKind


@dataclass(frozen=True, slots=True)
class LargeFile:
    """A file of records that leaves, or is about to.

    Attributes:
        user: the name of who takes it.
        source_name: what the records are taken from, e.g. the name of a segment.
        sensitive: labels of the sensitive properties inside.
        link: where it is shown in the program.
        state: of the job that makes it, where one does.
    """

    kind: NotificationKind
    name: str
    user: str
    records: int
    source_name: str
    sensitive: Sequence[str]
    link: str
    state: str = "succeeded"


def tell_large_file(tx: Tx, inbox: Inbox, file: LargeFile) -> int:
    """Tell every Super Admin whose threshold is passed, once each; returns how many.

    Call it once a file. The one who takes it is told like the others. Notice and e-mail stand in
    the transaction of what they tell of: neither is lost, whatever the mail server does.
    """
    wanted = _who_wants(tx, file.records)
    values = {
        "name": file.name,
        "user": file.user,
        "records": file.records,
        "source_name": file.source_name,
        "sensitive": list(file.sensitive),
        "state": file.state,
    }
    inbox.notify(tx, [row.id for row in wanted], file.kind, values, file.link)
    if wanted:
        # Imported for the few files that somebody hears of.
        from crmdesk.core.notify.large_letters import queue_letter

        for row in wanted:
            queue_letter(tx, file, row)
    return len(wanted)


def _who_wants(tx: Tx, records: int) -> Sequence[Row[Any]]:
    return tx.execute(
        select(users.c.id, users.c.email, export_thresholds.c.records)
        .join(export_thresholds, export_thresholds.c.user_id == users.c.id)
        .where(
            users.c.super_admin == 1,
            users.c.active == 1,
            users.c.removed_at.is_(None),
            export_thresholds.c.records < records,
        )
        .order_by(users.c.id)
    ).all()
