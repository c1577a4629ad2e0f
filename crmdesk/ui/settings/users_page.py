"""Users and teams: who may do what, and how many Super Admins there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.access.password_resets import IssuedCode
from crmdesk.core.access.teams import Team
from crmdesk.core.access.user import AddedUser, User
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.report_part import ReportPart
from crmdesk.ui.messages import message
from crmdesk.ui.settings.reset_two_factor import reset_two_factor
from crmdesk.ui.settings.team_dialog import TeamDialog
from crmdesk.ui.settings.user_dialog import UserDialog
from crmdesk.ui.settings.user_rows import (
    last_super_admin,
    team_columns,
    team_row,
    user_actions,
    user_columns,
    user_row,
)
from crmdesk.ui.tables.cells import Row, RowAction, RowHeight
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog, Effect
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.widgets.segmented import Segmented
from crmdesk.ui.window_state import TableState

if TYPE_CHECKING:
    from crmdesk.ui.exports.report_dialog import ReportOffer


class UsersPage(QWidget):
    """A table of users, a table of teams, and what can be done with each."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("users_page")
        self._desk = desk
        self._users: dict[int, User] = {}
        self._teams: dict[int, Team] = {}
        self._wanted: tuple[DataTable, int] | None = None
        self.header = PageHeader(self.tr("Users & Teams"))
        self.mode = Segmented(
            self.tr("Show"), (("users", self.tr("Users")), ("teams", self.tr("Teams")))
        )
        self.add = Button(self.tr("Add user"), ButtonKind.PRIMARY, "user-plus")
        self.add.setObjectName("add_user")
        self.exports = ReportPart(desk, users_offer, self)
        self.export_button = self.exports.button()
        self.header.add(self.mode)
        self.header.add(self.export_button, gap=8)
        self.header.add(self.add)
        self._user_source = ListSource(user_columns())
        self._team_source = ListSource(team_columns())
        self.users = DataTable(
            self.tr("Users"),
            self._user_source,
            desk.queries,
            actions_of=self._user_actions,
            start=TableState(height=RowHeight.ROOMY),
        )
        self.teams = DataTable(
            self.tr("Teams"), self._team_source, desk.queries, actions_of=self._team_actions
        )
        self.banner = Banner(BannerTone.DANGER, "")
        self.banner.hide()
        self._lay_out()
        self._connect()
        self.read()

    def _lay_out(self) -> None:
        self._tables = QStackedWidget()
        self._tables.addWidget(self.users)
        self._tables.addWidget(self.teams)
        head = QHBoxLayout()
        head.setContentsMargins(24, 16, 24, 8)
        head.addWidget(self.header)
        told = QHBoxLayout()
        told.setContentsMargins(24, 0, 24, 8)
        told.addWidget(self.banner)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(told)
        column.addWidget(self._tables, 1)

    def _connect(self) -> None:
        self.mode.changed.connect(self._show_mode)
        self.add.clicked.connect(self._add)
        self.users.opened.connect(self._edit)
        self.users.action_chosen.connect(self._act_on_user)
        self.teams.action_chosen.connect(self._act_on_team)
        self.exports.failed.connect(self._failed)

    # -- reading -----------------------------------------------------------------------------
    def read(self) -> None:
        """Read users and teams and show them."""
        desk = self._desk

        def read() -> tuple[Sequence[User], Sequence[Team]]:
            return desk.workspace.users.list(desk.actor), desk.workspace.teams.list(desk.actor)

        desk.run_query(self, "users", read, self._show, self._failed)

    def _show(self, found: tuple[Sequence[User], Sequence[Team]]) -> None:
        users, teams = found
        self.banner.hide()
        self._users = {user.id: user for user in users}
        self._teams = {team.id: team for team in teams}
        self._user_source.replace([user_row(user) for user in users])
        names = {user.email: user.name for user in users}
        self._team_source.replace([team_row(team, names) for team in teams])
        self.users.load()
        self.teams.load()
        if self._wanted is not None:
            table, row_id = self._wanted
            table.bring_into_sight(row_id)
            self._wanted = None
        active = sum(user.active for user in users)
        admins = sum(user.active and user.super_admin for user in users)
        line = self.tr("%Ln active user{|s}, ", "", active)
        line += self.tr("%Ln Super Admin{|s}.", "", admins)
        if admins == 1:
            line += " " + self.tr("The last one can be neither removed nor deactivated.")
        self.header.set_title(self.tr("Users & Teams"), line)

    def open_for(self, about: str) -> None:
        """Bring a user into sight, or a team: ``17``, ``teams/3``."""
        teams, _, number = about.rpartition("/")
        if number.isdigit():
            self.mode.set_current("teams" if teams else "users")
            self._show_mode(self.mode.current)
            table = self.teams if teams else self.users
            self._wanted = (table, int(number))
            table.view.setFocus()
            self.read()

    def commands(self) -> Mapping[str, Callable[[], object]]:
        """Export the users, while they are in sight."""
        in_sight = self._tables.currentWidget() is self.users
        return self.exports.commands() if in_sight else {}

    def _failed(self, error: Exception) -> None:
        told = message(error)
        self.banner.show()
        self.banner.set_state(BannerTone.DANGER, told.title, told.advice)

    def _show_mode(self, mode: str) -> None:
        teams = mode == "teams"
        self._tables.setCurrentWidget(self.teams if teams else self.users)
        self.export_button.setVisible(self.exports.allowed and not teams)
        self.add.setText(self.tr("Add team") if teams else self.tr("Add user"))
        self.add.set_icon("users" if teams else "user-plus")
        self._desk.ways.follow()

    # -- users -------------------------------------------------------------------------------
    def _user_actions(self, row: Row) -> Sequence[RowAction]:
        user = self._users.get(row.id)
        if user is None:
            return ()
        last = last_super_admin(user, self._users.values())
        return user_actions(user, own=user.id == self._desk.actor.user_id, last=last)

    def _add(self) -> None:
        if self.mode.current == "teams":
            dialog = TeamDialog(self._desk, self.window())
            dialog.added.connect(lambda _team: self.read())
            dialog.open()
        else:
            self._open_dialog(None)

    def _edit(self, user_id: int) -> None:
        if user_id in self._users:
            self._open_dialog(self._users[user_id])

    def _open_dialog(self, user: User | None) -> None:
        last = user is not None and last_super_admin(user, self._users.values())
        teams = tuple(team.name for team in self._teams.values())
        dialog = UserDialog(self._desk, user, teams, last=last, parent=self.window())
        dialog.added.connect(self._added)
        dialog.saved.connect(lambda _user: self.read())
        dialog.open()

    def _added(self, added: AddedUser) -> None:
        self.read()
        if added.one_time_code is not None:
            self._show_code(added.one_time_code)

    def _act_on_user(self, key: str, user_id: int) -> None:
        user = self._users.get(user_id)
        if user is None:
            return
        service, actor = self._desk.workspace.users, self._desk.actor
        if key == "edit":
            self._open_dialog(user)
        elif key == "code":
            self._issue_code(user)
        elif key == "reset_two_factor":
            reset_two_factor(self._desk, user, self.window(), self._read_again, self._failed)
        elif key == "view_as":
            self._desk.ways.view_as(user.email)
        elif key == "reactivate":
            self._write(lambda: service.reactivate(actor, user.email), self._read_again)
        elif key == "deactivate":
            self._confirm_deactivation(user)
        elif key == "remove":
            self._confirm_removal(user)

    def _issue_code(self, user: User, *, show: bool = False) -> None:
        """Send a code, or show it where it cannot be sent or was asked for."""
        resets, actor = self._desk.workspace.password_resets, self._desk.actor

        def told(issued: IssuedCode) -> None:
            if issued.code is not None:
                self._show_code(issued.code)
                return
            self._desk.toast(
                self.tr("One-time code sent to %1").replace("%1", issued.sent_to),
                self.tr("Good once within 7 days. The present password stays good until then."),
                self.tr("Show a code instead"),
                lambda: self._issue_code(user, show=True),
            )

        self._write(lambda: resets.issue(actor, user.email, show=show), told)

    def _confirm_deactivation(self, user: User) -> None:
        service, actor = self._desk.workspace.users, self._desk.actor
        decision = Decision(
            title=self.tr("Users"),
            heading=self.tr("Deactivate %1?").replace("%1", user.name),
            sentence=self.tr("Every session ends at once. Records and log entries stay."),
            safe=self.tr("Keep active"),
            deed=self.tr("Deactivate user"),
            icon="user-x",
            effects=(Effect("undo-2", self.tr("You can reactivate the user at any time.")),),
        )
        dialog = DecisionDialog(decision, self.window())
        dialog.setObjectName("deactivate_dialog")
        dialog.decided.connect(
            lambda: self._write(lambda: service.deactivate(actor, user.email), self._read_again)
        )
        dialog.open()

    def _confirm_removal(self, user: User) -> None:
        service, actor = self._desk.workspace.users, self._desk.actor
        decision = Decision(
            title=self.tr("Users"),
            heading=self.tr("Remove %1 for good?").replace("%1", user.name),
            sentence=self.tr("The account cannot be brought back. Every session ends at once."),
            safe=self.tr("Keep user"),
            deed=self.tr("Remove user"),
            icon="trash-2",
            effects=(
                Effect("scroll-text", self.tr("The audit log keeps the name and the address.")),
                Effect("database", self.tr("Records keep who created and changed them.")),
            ),
            destructive=True,
            typed_name=user.name,
        )
        dialog = DecisionDialog(decision, self.window())
        dialog.setObjectName("remove_dialog")
        dialog.decided.connect(
            lambda: self._write(lambda: service.remove(actor, user.email), self._read_again)
        )
        dialog.open()

    def _show_code(self, code: str) -> None:
        self.read()
        OneTimeCodeDialog(code, self.window()).open()

    # -- teams -------------------------------------------------------------------------------
    def _team_actions(self, row: Row) -> Sequence[RowAction]:
        if row.id not in self._teams:
            return ()
        return (RowAction("remove", self.tr("Remove team"), "trash-2", danger=True),)

    def _act_on_team(self, key: str, team_id: int) -> None:
        team = self._teams.get(team_id)
        if team is None or key != "remove":
            return
        service, actor = self._desk.workspace.teams, self._desk.actor
        members = self.tr("%Ln member{|s} stay{s|} users.", "", len(team.members))
        decision = Decision(
            title=self.tr("Teams"),
            heading=self.tr("Remove the team %1?").replace("%1", team.name),
            sentence=members,
            safe=self.tr("Keep team"),
            deed=self.tr("Remove team"),
            icon="users",
            destructive=True,
        )
        dialog = DecisionDialog(decision, self.window())
        dialog.setObjectName("remove_team_dialog")
        dialog.decided.connect(
            lambda: self._write(lambda: service.remove(actor, team.name), self._read_again)
        )
        dialog.open()

    # -- within ------------------------------------------------------------------------------
    def _write(self, function: Callable[[], object], done: Callable[..., object]) -> None:
        self._desk.run_write(self, function, done, self._failed)

    def _read_again(self, _answer: object) -> None:
        self.read()


def users_offer() -> ReportOffer:
    """The users, to be exported."""
    # Imported when it is wanted: the window opens sooner.
    from crmdesk.ui.exports import report_offers

    return report_offers.users_offer()


class OneTimeCodeDialog(DecisionDialog):
    """Shows a code once, to be handed to the person it is for."""

    def __init__(self, code: str, parent: QWidget | None = None) -> None:
        say = QCoreApplication.translate
        super().__init__(
            Decision(
                title=say("OneTimeCodeDialog", "Users"),
                heading=say("OneTimeCodeDialog", "Hand over this one-time code"),
                sentence=say(
                    "OneTimeCodeDialog",
                    "The person types it in place of the password within 7 days and then "
                    "chooses one. It is shown only now.",
                ),
                safe="",
                deed=say("OneTimeCodeDialog", "Done"),
                icon="key-round",
            ),
            parent,
        )
        self.setObjectName("one_time_code_dialog")
        self.safe_button.hide()
        self.code = label(code, TextStyle.TITLE, tabular=True)
        self.code.setObjectName("one_time_code")
        copy = Link(self.tr("Copy"), "copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(code))
        self.body.addWidget(self.code)
        self.body.addWidget(copy)
