"""Writes entries of the audit log, in the transaction of the action they tell of."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select, update

from crmdesk.core.access.actor import SYSTEM, Actor
from crmdesk.core.audit import chain, kinds
from crmdesk.core.audit.kinds import EventKind, Result
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import audit_details, audit_events
from crmdesk.core.files.names import storable

# Plain SQL: whatever anybody does waits for its entry, which takes a fifth of the time so.
_LAST = "SELECT id, hash, at_order FROM audit_events ORDER BY id DESC LIMIT 1"
_NAMES = tuple(column.name for column in audit_events.columns)
_APPEND = (
    f"INSERT INTO audit_events ({', '.join(_NAMES)}) "  # noqa: S608 - names of our own columns
    f"VALUES ({', '.join(f':{name}' for name in _NAMES)})"
)
_DETAIL = "INSERT INTO audit_details (event_id, payload, salt) VALUES (?, ?, ?)"
#: Statements take few parameters.
_ERASED_AT_ONCE = 500
_IS_ADMIN = "SELECT super_admin FROM main.users WHERE id = ?"


class AuditLog:
    """Appends entries.

    Args:
        mac_key: 32 bytes derived from the workspace key for this purpose alone.
    """

    def __init__(self, mac_key: bytes) -> None:
        self._mac_key = mac_key

    def log(  # noqa: PLR0913 - the facts of one entry, each by its name
        self,
        tx: Tx,
        actor: Actor,
        kind: EventKind,
        *,
        result: Result = Result.OK,
        object_type: str | None = None,
        object_id: object | None = None,
        job_id: str | None = None,
        subjects: int = 1,
        link: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Write an entry last in ``tx``: if it cannot be written, the action does not happen.

        Args:
            tx: the transaction of the action itself.
            actor: who did it; name and e-mail go to the details. Of a Super Admin who looks as
                another user, both are told.
            kind: what happened.
            result: how it ended.
            object_type: API name of the object it was done to.
            object_id: record id, or another id of what it was done to.
            job_id: the job it belongs to.
            subjects: how many records a bulk action touched.
            link: where in the program it happened.
            details: JSON-able facts; everything personal belongs here, where it can be erased.
        """
        row = {
            "category": kind.category.value,
            "subcategory": kind.subcategory,
            "action": kind.action.value,
            "result": result.value,
            **_who(actor.viewer or actor),
            "object_type": object_type,
            "object_id": None if object_id is None else storable(str(object_id)),
            "job_id": job_id,
            "subjects": subjects,
            "link": None if link is None else storable(link),
        }
        payload = _names(tx, actor, details or {})
        tx.before_commit(lambda: self._append(tx, row, payload))

    def _append(self, tx: Tx, row: dict[str, Any], payload: Mapping[str, Any]) -> None:
        # Read here and not before: several entries of one transaction follow one another.
        last = tx.sql(_LAST).fetchone()
        if tx.went_back_by:
            seconds, tx.went_back_by = tx.went_back_by, 0.0
            self._append(
                tx, _clock_row(), {"user_name": SYSTEM.full_name, "seconds": round(seconds)}
            )
            return self._append(tx, row, payload)
        text = storable(json.dumps(payload, ensure_ascii=False, sort_keys=True, default=str))
        salt = secrets.token_bytes(16)
        number, previous, order = (0, chain.FIRST, "") if last is None else last
        sequence = number + 1
        row = {
            "id": sequence,
            "at": tx.now_text,
            "at_order": max(order, tx.now_text),
            **row,
            "details_digest": chain.details_digest(text, salt),
            "previous_hash": previous,
        }
        row["hash"] = chain.entry_hash(row)
        row["mac"] = chain.entry_mac(self._mac_key, row["hash"])
        tx.sql(_APPEND, row)
        tx.sql(_DETAIL, (sequence, text, salt))
        return None

    def erase(self, tx: Tx, object_type: str, object_ids: Sequence[object]) -> int:
        """Erase the personal details of every entry about some records.

        The entries and their chain stay; only payload and salt go, and verification counts them
        as erased. For records that are deleted for good.

        Returns:
            How many entries lost their details.
        """
        erased = 0
        wanted = [str(object_id) for object_id in object_ids]
        for start in range(0, len(wanted), _ERASED_AT_ONCE):
            about = select(audit_events.c.id).where(
                audit_events.c.object_type == object_type,
                audit_events.c.object_id.in_(wanted[start : start + _ERASED_AT_ONCE]),
            )
            erased += _erase_where(tx, audit_details.c.event_id.in_(about))
        return erased

    def erase_entries(self, tx: Tx, event_ids: Sequence[int]) -> int:
        """Erase the personal details of entries by their numbers, as :meth:`erase` does."""
        erased = 0
        for start in range(0, len(event_ids), _ERASED_AT_ONCE):
            some = event_ids[start : start + _ERASED_AT_ONCE]
            erased += _erase_where(tx, audit_details.c.event_id.in_(some))
        return erased


def _who(acting: Actor) -> dict[str, Any]:
    """The columns that tell who acted, and from where."""
    return {
        "actor_kind": acting.kind.value,
        "user_id": acting.user_id,
        "session_id": acting.session_id,
        "sign_in_type": acting.sign_in_type,
        "address": acting.place.address,
        "host": acting.place.host,
        "agent": acting.place.agent,
        "country": acting.place.country,
        "region": acting.place.region,
    }


def _names(tx: Tx, actor: Actor, details: Mapping[str, Any]) -> dict[str, Any]:
    """The details, with who acted as they were called then, and what they were."""
    acting = actor.viewer or actor
    named = {"user_email": acting.email, "user_name": acting.full_name, **details}
    is_admin = tx.sql(_IS_ADMIN, (acting.user_id,)).fetchone()
    if is_admin is not None:
        named["user_super_admin"] = bool(is_admin[0])
    if actor.viewer is not None:
        named["viewed_as"] = {"id": actor.user_id, "email": actor.email}
    return named


def _erase_where(tx: Tx, which: ColumnElement[bool]) -> int:
    # What searches the log is not loaded by everybody who writes to it.
    from crmdesk.core.audit.texts import forget_words
    from crmdesk.core.db.sqlite_seals import break_seals

    numbers = tx.execute(select(audit_details.c.event_id).where(which)).scalars().all()
    forget_words(tx, numbers)
    break_seals(tx.driver, numbers)
    return tx.execute(
        update(audit_details)
        .where(which, audit_details.c.erased_at.is_(None))
        .values(payload=None, salt=None, erased_at=tx.now_text)
    ).rowcount


def _clock_row() -> dict[str, Any]:
    kind = kinds.CLOCK_WENT_BACK
    row: dict[str, Any] = dict.fromkeys(
        ("sign_in_type", "address", "host", "agent", "country", "region"), ""
    )
    return row | {
        "category": kind.category.value,
        "subcategory": kind.subcategory,
        "action": kind.action.value,
        "result": Result.OK.value,
        "actor_kind": SYSTEM.kind.value,
        "user_id": None,
        "session_id": None,
        "object_type": None,
        "object_id": None,
        "job_id": None,
        "subjects": 1,
        "link": None,
    }
