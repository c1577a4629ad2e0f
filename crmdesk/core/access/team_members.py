"""Teams and who is in them, inside the transactions of the services for teams and users."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, func, insert, select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db import tables
from crmdesk.core.db.engine import Tx
from crmdesk.core.errors import UserError


def find_team(tx: Tx, name: str) -> tuple[int, str]:
    """Id and name, as it is written, of a team.

    Raises:
        UserError: ``team_unknown``.
    """
    plain = name.strip().encode("utf-8", "replace").decode("utf-8")
    row = tx.execute(
        select(tables.teams.c.id, tables.teams.c.name).where(
            func.lower(tables.teams.c.name) == func.lower(plain),
            tables.teams.c.removed_at.is_(None),
        )
    ).first()
    if row is None:
        raise UserError(
            "team_unknown",
            f"There is no team “{plain}”.",
            "Run `crmdesk team list`.",
            name=plain,
        )
    return row.id, row.name


def put_in_teams(
    tx: Tx, audit_log: AuditLog, actor: Actor, user_id: int, old: Sequence[str], new: Iterable[str]
) -> None:
    """Make a user a member of exactly the named teams, and log each that changes.

    Args:
        old: the names of the teams the user is in.

    Raises:
        UserError: ``team_unknown``.
    """
    wanted = dict(find_team(tx, name)[::-1] for name in new)
    for name in old:
        if name not in wanted:
            leave_team(tx, audit_log, actor, find_team(tx, name), user_id)
    for name, team_id in wanted.items():
        if name not in old:
            join_team(tx, audit_log, actor, (team_id, name), user_id)


def join_team(
    tx: Tx, audit_log: AuditLog, actor: Actor, team: tuple[int, str], user_id: int
) -> None:
    """Add a member who is not in the team yet."""
    tx.execute(insert(tables.team_members).values(team_id=team[0], user_id=user_id))
    begins = {"team_id": team[0], "user_id": user_id, "first_event": _newest_entry(tx) + 1}
    tx.execute(insert(tables.team_stays).values(begins))
    audit_log.log(
        tx,
        actor,
        kinds.TEAM_USER_ADDED,
        object_type="team",
        object_id=team[0],
        details={"team": team[1], "member": email_of(tx, user_id)},
    )


def leave_team(
    tx: Tx, audit_log: AuditLog, actor: Actor, team: tuple[int, str], user_id: int
) -> None:
    """Take a member out of a team."""
    tx.execute(
        delete(tables.team_members).where(
            tables.team_members.c.team_id == team[0], tables.team_members.c.user_id == user_id
        )
    )
    end_stays(tx, team[0], user_id)
    audit_log.log(
        tx,
        actor,
        kinds.TEAM_USER_DELETED,
        object_type="team",
        object_id=team[0],
        details={"team": team[1], "member": email_of(tx, user_id)},
    )


def end_stays(tx: Tx, team_id: int, user_id: int | None = None) -> None:
    """From now on what a member does, or every member, is no longer done by the team."""
    stay = tables.team_stays.c
    ended = update(tables.team_stays).where(stay.team_id == team_id, stay.last_event.is_(None))
    if user_id is not None:
        ended = ended.where(stay.user_id == user_id)
    tx.execute(ended.values(last_event=_newest_entry(tx)))


def _newest_entry(tx: Tx) -> int:
    return int(tx.scalar(select(func.coalesce(func.max(tables.audit_events.c.id), 0))))


def email_of(tx: Tx, user_id: int) -> str:
    """A user's e-mail address, removed or not."""
    return str(tx.scalar(select(tables.users.c.email).where(tables.users.c.id == user_id)))
