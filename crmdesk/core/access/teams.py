"""Teams: groups of users by name."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, insert, select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.access.team_members import end_stays, find_team
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db import tables
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.errors import UserError
from crmdesk.core.files.plain_line import is_one_line

_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Team:
    """A team with the e-mail addresses of its members."""

    id: int
    name: str
    members: tuple[str, ...]


class TeamService:
    """Teams; only a Super Admin changes them. Who is in them is set with the user."""

    def __init__(self, database: Database, guard: Guard, audit_log: AuditLog) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log

    def list(self, actor: Actor) -> tuple[Team, ...]:
        """Every team, newest first; anyone who is signed in may see them."""
        self._guard.require(actor, Permission.SIGNED_IN)
        with self._database.read() as tx:
            rows = tx.execute(
                select(tables.teams.c.id, tables.teams.c.name)
                .where(tables.teams.c.removed_at.is_(None))
                .order_by(tables.teams.c.id.desc())
            ).all()
            return tuple(Team(row.id, row.name, _members(tx, row.id)) for row in rows)

    def add(self, actor: Actor, name: str) -> Team:
        """Make an empty team.

        Raises:
            UserError: ``team_name_invalid``, ``team_exists``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        plain = _checked(name)
        with self._database.write() as tx:
            _refuse_taken(tx, plain)
            inserted = tx.execute(insert(tables.teams).values(name=plain))
            team_id = int(inserted.lastrowid)
            self._audit_log.log(
                tx,
                actor,
                kinds.TEAM_ADDED,
                object_type="team",
                object_id=team_id,
                details={"team": plain},
            )
        return Team(team_id, plain, ())

    def remove(self, actor: Actor, name: str) -> None:
        """Remove a team; its members stay users.

        Raises:
            UserError: ``team_unknown``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            team_id, found = find_team(tx, name)
            members = _members(tx, team_id)
            tx.execute(
                update(tables.teams)
                .where(tables.teams.c.id == team_id)
                .values(removed_at=tx.now_text)
            )
            end_stays(tx, team_id)
            self._audit_log.log(
                tx,
                actor,
                kinds.TEAM_DELETED,
                object_type="team",
                object_id=team_id,
                details={"team": found, "members": members},
            )


def _members(tx: Tx, team_id: int) -> tuple[str, ...]:
    return tuple(
        tx.execute(
            select(tables.users.c.email)
            .join(tables.team_members, tables.team_members.c.user_id == tables.users.c.id)
            .where(tables.team_members.c.team_id == team_id)
            .order_by(tables.users.c.email)
        ).scalars()
    )


def _checked(name: str) -> str:
    plain = name.strip()
    if plain and len(plain) <= _LONGEST_NAME and is_one_line(plain):
        return plain
    raise UserError(
        "team_name_invalid",
        f"A team's name has 1 to {_LONGEST_NAME} characters and no line breaks.",
        "Choose another name.",
    )


def _refuse_taken(tx: Tx, name: str) -> None:
    taken = tx.scalar(
        select(tables.teams.c.id).where(
            func.lower(tables.teams.c.name) == func.lower(name),
            tables.teams.c.removed_at.is_(None),
        )
    )
    if taken is not None:
        raise UserError("team_exists", f"There is a team “{name}” already.", "Choose another name.")
