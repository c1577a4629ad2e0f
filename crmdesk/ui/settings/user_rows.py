"""Users and teams as rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QCoreApplication

from crmdesk.core.access.permissions import GRANTABLE
from crmdesk.core.access.teams import Team
from crmdesk.core.access.user import User
from crmdesk.ui.settings.permission_words import permission_words
from crmdesk.ui.tables.cells import Cell, Column, Row, RowAction, Tone

_SHOWN = 2


def user_columns() -> Sequence[Column]:
    """Columns of the table of users."""
    return (
        Column("name", _say("Name"), 230, stretch=True, least=205),
        Column("role", _say("Role"), 120),
        Column("rights", _say("Permissions"), 230, rank=2, sortable=False, stretch=True),
        Column("teams", _say("Teams"), 140, rank=3),
        Column("two_factor", _say("Two-factor"), 110, rank=1),
        Column("state", _say("State"), 120),
    )


def team_columns() -> Sequence[Column]:
    """Columns of the table of teams."""
    return (
        Column("name", _say("Team"), 220),
        Column("members", _say("Members"), 400, sortable=False, stretch=True),
    )


def user_row(user: User) -> Row:
    """One user as a row."""
    role = Cell(_say("Super Admin"), badge=Tone.INFO) if user.super_admin else Cell(_say("User"))
    on = Cell(_say("On"), badge=Tone.OK) if user.two_factor else Cell(_say("Off"), quiet=True)
    cells = {
        "name": Cell(user.name, user.email, avatar=user.name),
        "role": role,
        "rights": Cell(_rights(user), quiet=True),
        "teams": Cell(", ".join(user.teams), quiet=True),
        "two_factor": on,
        "state": _state(user),
    }
    return Row(user.id, cells, dimmed=not user.active)


def team_row(team: Team, names: Mapping[str, str]) -> Row:
    """One team as a row.

    Args:
        names: full names by e-mail address.
    """
    members = ", ".join(names.get(email, email) for email in team.members)
    nobody = Cell(_say("Nobody yet: add members where you edit a user."), quiet=True)
    return Row(team.id, {"name": Cell(team.name), "members": Cell(members) if members else nobody})


def last_super_admin(user: User, users: Iterable[User]) -> bool:
    """Whether nobody else could manage the workspace; the service decides again."""
    active = [each for each in users if each.super_admin and each.active and each.kind == "user"]
    return user.super_admin and user.active and len(active) <= 1


def user_actions(user: User, *, own: bool, last: bool) -> Sequence[RowAction]:
    """What can be done with a user, with the reason where it cannot."""
    reason = ""
    if last:
        reason = _say("The last Super Admin has to stay. Make somebody else one first.")
    elif own:
        reason = _say("Another Super Admin can do this to you.")
    found = [
        RowAction("edit", _say("Edit user"), "pencil", prominent=True),
        RowAction(
            "code",
            _say("Reset password") if user.has_password else _say("Send one-time code"),
            "key-round",
            reason="" if user.active else _say("Reactivate the user first."),
        ),
    ]
    if user.two_factor:
        why = _say("Yours is turned off under Security.") if own else ""
        found.append(
            RowAction("reset_two_factor", _say("Reset two-factor"), "shield-alert", reason=why)
        )
    found.append(
        RowAction("view_as", _say("View as this user"), "eye", reason=_against_viewing(user, own))
    )
    if user.active:
        found.append(RowAction("deactivate", _say("Deactivate user"), "user-x", reason=reason))
    else:
        found.append(RowAction("reactivate", _say("Reactivate user"), "user-check"))
    found.append(
        RowAction(
            "remove", _say("Remove user"), "trash-2", danger=True, reason=reason, separated=True
        )
    )
    return tuple(found)


def _against_viewing(user: User, own: bool) -> str:
    if own:
        return _say("You see the program as yourself already.")
    if user.super_admin:
        return _say("A Super Admin sees what you see.")
    return "" if user.active else _say("Reactivate the user first.")


def _rights(user: User) -> str:
    if user.super_admin:
        return _say("Everything")
    titles = [permission_words(each).title for each in GRANTABLE if each in user.granted]
    if not titles:
        return _say("View, add and edit records")
    text = ", ".join(titles[:_SHOWN])
    more = len(titles) - _SHOWN
    return text if more <= 0 else f"{text}, +{more}"


def _state(user: User) -> Cell:
    if not user.active:
        return Cell(_say("Deactivated"), badge=Tone.NEUTRAL)
    if not user.has_password:
        return Cell(_say("Invited"), badge=Tone.WARN)
    return Cell(_say("Active"))


def _say(text: str) -> str:
    return QCoreApplication.translate("Users", text)
