"""Who acted: users by the start of a name, and teams with who was in them when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import team_members, team_stays
from crmdesk.core.errors import UserError


@dataclass(frozen=True, slots=True)
class Stay:
    """The time that a user was in a team, in numbers of entries of the log.

    Attributes:
        first, last: both included; ``None`` while the user is in it.
    """

    user_id: int
    first: int
    last: int | None


def acting_users(tx: Tx, prefixes: Sequence[str]) -> set[int]:
    """Users, removed ones included, whose e-mail or name starts so, in any case."""
    wanted = _folded(prefixes)
    # Plain: a window waits for the first entries of whoever is called so.
    known = tx.sql("SELECT id, email, full_name FROM users") if wanted else ()
    return {
        user_id
        for user_id, email, name in known
        if email.casefold().startswith(wanted) or name.casefold().startswith(wanted)
    }


def teams_called(tx: Tx, prefixes: Sequence[str]) -> set[int]:
    """Teams, removed ones included, whose name starts so, in any case."""
    wanted = _folded(prefixes)
    known = tx.sql("SELECT id, name FROM teams") if wanted else ()
    return {team_id for team_id, name in known if name.casefold().startswith(wanted)}


def members_called(tx: Tx, prefixes: Sequence[str]) -> set[int]:
    """Who is in such a team now, or was when it was removed."""
    called = team_members.c.team_id.in_(teams_called(tx, prefixes))
    return set(tx.execute(select(team_members.c.user_id).where(called)).scalars())


def people_called(tx: Tx, prefixes: Sequence[str]) -> set[int]:
    """Users, and members of teams, whose e-mail, name or team starts so.

    Raises:
        UserError: ``people_unknown``: a misspelt name must not read as "nothing was done".
    """
    found: set[int] = set()
    for prefix in prefixes:
        users_so = acting_users(tx, (prefix,))
        if not users_so and not teams_called(tx, (prefix,)):
            raise UserError(
                "people_unknown",
                f"No user or team is called “{prefix}”, or begins so.",
                "Give an e-mail address, a name, a team, or the beginning of one.",
                by=prefix,
            )
        found |= users_so | members_called(tx, (prefix,))
    return found


def stays_of(tx: Tx, team_ids: Iterable[int]) -> list[Stay]:
    """Who was in some teams, and when."""
    wanted = sorted(team_ids)
    if not wanted:
        return []
    stay = team_stays.c
    rows = tx.execute(
        select(stay.user_id, stay.first_event, stay.last_event).where(stay.team_id.in_(wanted))
    )
    return [Stay(row.user_id, row.first_event, row.last_event) for row in rows]


def _folded(prefixes: Sequence[str]) -> tuple[str, ...]:
    return tuple(prefix.strip().casefold() for prefix in prefixes)
