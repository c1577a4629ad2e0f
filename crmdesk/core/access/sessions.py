"""Rows of sessions: begun, found by their token, seen, locked, ended."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update

from crmdesk.core.access.actor import Actor, ActorKind, Place, SignInType
from crmdesk.core.clock import from_text, to_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import sessions, users
from crmdesk.core.settings import read_setting

_TOKEN_BYTES = 32
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """A session as the database has it.

    Attributes:
        started_at, last_seen_at: steady times.
        now: the steady time at which it was read.
        idle_limit, longest: the limits that are set at present.
    """

    id: str
    user_id: int
    sign_in_type: SignInType
    started_at: datetime
    last_seen_at: datetime
    is_locked: bool
    has_ended: bool
    now: datetime
    idle_limit: timedelta
    longest: timedelta

    @property
    def can_be_unlocked(self) -> bool:
        """Whether a password may wake it: it is neither ended nor too old."""
        return not self.has_ended and self.now - self.started_at < self.longest

    @property
    def is_usable(self) -> bool:
        """Whether it may act right now."""
        return (
            self.can_be_unlocked
            and not self.is_locked
            and self.now - self.last_seen_at < self.idle_limit
        )


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session.

    Attributes:
        actor: who acts from now on.
        token: 256 random bits as text, to resume the session with; kept in the keyring only.
    """

    actor: Actor
    token: str = field(repr=False)


def start_session(
    tx: Tx, user_id: int, email: str, full_name: str, via: SignInType, place: Place
) -> SignedIn:
    """Begin a session of a user who has proved who they are."""
    session_id, token = secrets.token_hex(16), secrets.token_urlsafe(_TOKEN_BYTES)
    now = to_text(tx.steady_now)
    tx.execute(
        insert(sessions).values(
            id=session_id,
            user_id=user_id,
            token_hash=_token_hash(token),
            sign_in_type=via.value,
            started_at=now,
            last_seen_at=now,
            address=place.address,
            host=place.host,
            agent=place.agent,
            country=place.country,
            region=place.region,
        )
    )
    actor = Actor(ActorKind.USER, user_id, email, full_name, session_id, via.value, place)
    return SignedIn(actor, token)


def session_of(tx: Tx, actor: Actor) -> Session | None:
    """The session an actor claims, if it is really that user's."""
    row = tx.execute(
        select(sessions).where(
            sessions.c.id == actor.session_id, sessions.c.user_id == actor.user_id
        )
    ).first()
    return None if row is None else _session(tx, row)


def session_by_token(tx: Tx, token: str) -> Session | None:
    """The session that a token belongs to."""
    hashed = _token_hash(token)
    row = tx.execute(select(sessions).where(sessions.c.token_hash == hashed)).first()
    return None if row is None else _session(tx, row)


def began_by_sso(tx: Tx, actor: Actor) -> bool:
    """Whether single sign-on began the session; the database is asked, not the actor."""
    session = session_of(tx, actor)
    return session is not None and session.sign_in_type is SignInType.SSO


def is_due(session: Session) -> bool:
    """Whether the last sign of life is old enough to be written down anew."""
    return session.now - session.last_seen_at >= SEEN_EVERY


def mark_seen(tx: Tx, session_id: str) -> None:
    """Write down a sign of life."""
    _change(tx, session_id, last_seen_at=to_text(tx.steady_now))


def mark_locked(tx: Tx, session_id: str) -> None:
    """Let nobody use a session until its user unlocks it."""
    _change(tx, session_id, locked_at=tx.now_text)


def mark_unlocked(tx: Tx, session_id: str) -> None:
    """Let a session go on, as if just seen."""
    _change(tx, session_id, locked_at=None, last_seen_at=to_text(tx.steady_now))


def end_session(tx: Tx, session_id: str) -> None:
    """End a session for good."""
    _change(tx, session_id, ended_at=tx.now_text)


def end_sessions(tx: Tx, user_id: int, but: str | None = None) -> None:
    """End every session of a user.

    Args:
        but: the id of one that goes on.
    """
    tx.execute(
        update(sessions)
        .where(
            sessions.c.user_id == user_id,
            sessions.c.ended_at.is_(None),
            sessions.c.id != (but or ""),
        )
        .values(ended_at=tx.now_text)
    )


def actor_of(tx: Tx, session: Session, place: Place, via: SignInType) -> Actor | None:
    """The actor behind a session; None when the user is not active any more."""
    row = tx.execute(
        select(users.c.email, users.c.full_name).where(
            users.c.id == session.user_id, users.c.active == 1, users.c.removed_at.is_(None)
        )
    ).first()
    if row is None:
        return None
    return Actor(
        ActorKind.USER, session.user_id, row.email, row.full_name, session.id, via.value, place
    )


def _change(tx: Tx, session_id: str, **values: object) -> None:
    tx.execute(update(sessions).where(sessions.c.id == session_id).values(**values))


def _session(tx: Tx, row: Row[Any]) -> Session:
    return Session(
        id=row.id,
        user_id=row.user_id,
        sign_in_type=SignInType(row.sign_in_type),
        started_at=from_text(row.started_at),
        last_seen_at=from_text(row.last_seen_at),
        is_locked=row.locked_at is not None,
        has_ended=row.ended_at is not None,
        now=tx.steady_now,
        idle_limit=timedelta(minutes=int(read_setting(tx, "session.idle_minutes"))),
        longest=timedelta(hours=int(read_setting(tx, "session.absolute_hours"))),
    )


def _token_hash(token: str) -> bytes:
    # 256 random bits: a fast hash is enough, and whoever reads the database gets no token.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
