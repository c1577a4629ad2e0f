"""Users as services and faces see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from crmdesk.core.access.permissions import GRANTABLE, Permission
from crmdesk.core.clock import from_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import team_members, teams, user_permissions, users
from crmdesk.core.errors import UserError


@dataclass(frozen=True, slots=True)
class User:
    """One user.

    Attributes:
        granted: the permissions given one by one; a Super Admin has all whatever it holds.
        teams: their names.
        kind: ``"user"``, or ``"support"`` for time-limited access.
        two_factor: whether an authenticator app is confirmed.
        has_password: false until a one-time code was used.
    """

    id: int
    email: str
    name: str
    super_admin: bool
    granted: tuple[Permission, ...]
    teams: tuple[str, ...]
    active: bool
    kind: str
    two_factor: bool
    has_password: bool
    created_at: datetime

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """What the user may do beyond what everybody may."""
        return GRANTABLE if self.super_admin else self.granted


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user to be added.

    Attributes:
        teams: names of teams that exist.
        password: None to have a one-time code made, with which the person chooses one.
    """

    email: str
    full_name: str
    super_admin: bool = False
    permissions: tuple[Permission, ...] = ()
    teams: tuple[str, ...] = ()
    password: str | None = None


@dataclass(frozen=True, slots=True)
class UserChange:
    """What to change of a user; None and nothing leave things as they are.

    Attributes:
        teams: names of all teams the user shall be in.
    """

    full_name: str | None = None
    super_admin: bool | None = None
    grant: tuple[Permission, ...] = ()
    revoke: tuple[Permission, ...] = ()
    teams: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class AddedUser:
    """A user that was added.

    Attributes:
        one_time_code: to be handed to the person; shown once. None where a password was given.
    """

    user_id: int
    one_time_code: str | None


def read_users(tx: Tx) -> tuple[User, ...]:
    """Every user who was not removed, newest first."""
    rows = tx.execute(
        select(users).where(users.c.removed_at.is_(None)).order_by(users.c.id.desc())
    ).all()
    return tuple(_user(tx, row) for row in rows)


def read_user(tx: Tx, email: str) -> User:
    """The user with an e-mail address, however its letters are written.

    Raises:
        UserError: ``user_unknown``.
    """
    plain = email.strip().encode("utf-8", "replace").decode("utf-8")
    row = tx.execute(
        select(users).where(
            func.lower(users.c.email) == func.lower(plain), users.c.removed_at.is_(None)
        )
    ).first()
    if row is None:
        raise UserError(
            "user_unknown",
            f"There is no user “{plain}”.",
            "Run `crmdesk user list`.",
            email=plain,
        )
    return _user(tx, row)


def read_user_by_id(tx: Tx, user_id: int) -> User:
    """The user with an id that is known to exist."""
    return _user(tx, tx.execute(select(users).where(users.c.id == user_id)).one())


def _user(tx: Tx, row: Row[Any]) -> User:
    granted = set(
        tx.execute(
            select(user_permissions.c.permission).where(user_permissions.c.user_id == row.id)
        ).scalars()
    )
    names = tx.execute(
        select(teams.c.name)
        .join(team_members, team_members.c.team_id == teams.c.id)
        .where(team_members.c.user_id == row.id, teams.c.removed_at.is_(None))
        .order_by(teams.c.name)
    ).scalars()
    return User(
        id=row.id,
        email=row.email,
        name=row.full_name,
        super_admin=bool(row.super_admin),
        granted=tuple(each for each in GRANTABLE if each.value in granted),
        teams=tuple(names),
        active=bool(row.active),
        kind=row.kind,
        two_factor=row.totp_confirmed_at is not None,
        has_password=row.password_hash is not None,
        created_at=from_text(row.created_at),
    )
