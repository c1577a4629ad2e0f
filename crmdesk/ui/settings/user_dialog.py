"""Adds a user, or changes one: name, rights, teams."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crmdesk.core.access.permissions import GRANTABLE, Permission
from crmdesk.core.access.proofs import person_binding
from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.access.user import NewUser, User, UserChange
from crmdesk.core.errors import UserError
from crmdesk.ui.access.two_factor_dialog import CodeRequest, prove
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.settings.permission_words import permission_words
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.check_row import CheckRow
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.labels import label, rule
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.scrolling import scrolling

_TALLEST = 300


class UserDialog(DecisionDialog):
    """Fields, check rows with explanations, and a code where Super Admin comes or goes.

    Args:
        user: whom to change; None for a new one.
        teams: names of all teams.
        last: whether this is the last Super Admin.

    Signals:
        added: the :class:`~crmdesk.core.access.user.AddedUser`.
        saved: the changed user.
    """

    added = Signal(object)
    saved = Signal(object)

    def __init__(
        self,
        desk: Desk,
        user: User | None,
        teams: Sequence[str],
        *,
        last: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_decision(user), parent, closes=False)
        self.setObjectName("user_dialog")
        self._desk, self._user, self._last = desk, user, last
        self.email = QLineEdit("" if user is None else user.email)
        self.email.setObjectName("user_email")
        self.name = QLineEdit("" if user is None else user.name)
        self.name.setObjectName("user_name")
        self.email_field = FormField(self.tr("E\u2011mail"), self.email)
        self.name_field = FormField(self.tr("Name"), self.name)
        for field in (self.name_field, self.email_field):
            field.error_changed.connect(self.fit_soon)
        if user is None:
            self.body.addWidget(self.email_field)
        self.body.addWidget(self.name_field)
        self.super_admin = CheckRow(
            self.tr("Super Admin"),
            self.tr("Everything: users, settings, backups, restores and the audit log."),
        )
        self.super_admin.box.setObjectName("super_admin")
        self.rights = {each: self._right(each) for each in GRANTABLE}
        self.teams = {name: CheckRow(name) for name in teams}
        self.body.addWidget(self._choices())
        self._fill()
        self.super_admin.toggled.connect(self._follow_admin)
        self.decided.connect(self._send)

    def _right(self, permission: Permission) -> CheckRow:
        words = permission_words(permission)
        row = CheckRow(words.title, words.note)
        row.box.setObjectName(f"right_{permission.value}")
        return row

    def _choices(self) -> QWidget:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(4)
        column.addWidget(label(self.tr("Permissions"), TextStyle.STRONG))
        column.addWidget(self.super_admin)
        self.admin_note = Paragraph("", TextStyle.CAPTION, "text2")
        indented = QHBoxLayout()
        indented.setContentsMargins(px(26), 0, 0, 0)
        indented.addWidget(self.admin_note)
        column.addLayout(indented)
        column.addWidget(rule(inside))
        for row in self.rights.values():
            column.addWidget(row)
        if self.teams:
            column.addWidget(rule(inside))
            column.addWidget(label(self.tr("Teams"), TextStyle.STRONG))
            for row in self.teams.values():
                column.addWidget(row)
        column.addStretch(1)
        area = scrolling(inside)
        area.setFixedHeight(px(_TALLEST))
        area.setObjectName("rights")
        return area

    def _fill(self) -> None:
        user = self._user
        if user is not None:
            self.super_admin.set_checked(user.super_admin)
            for permission, row in self.rights.items():
                row.set_checked(permission in user.granted)
            for name, row in self.teams.items():
                row.set_checked(name in user.teams)
        if self._last:
            self.super_admin.box.setEnabled(False)
            self.admin_note.set_text(
                self.tr(
                    "The last active Super Admin has to stay one. Make somebody else a Super "
                    "Admin first."
                )
            )
        self._follow_admin(self.super_admin.is_checked())

    def _follow_admin(self, admin: bool) -> None:
        for row in self.rights.values():
            row.box.setEnabled(not admin)
        if not self._last:
            text = self.tr("The permissions below are part of it.") if admin else ""
            self.admin_note.set_text(text)
        self.admin_note.setVisible(bool(self.admin_note.plain_text()))

    # -- sending -----------------------------------------------------------------------------
    def _send(self) -> None:
        desk, admin = self._desk, self.super_admin.is_checked()
        was = self._user is not None and self._user.super_admin
        if admin == was or not desk.workspace.users.super_admin_needs_code(desk.actor):
            self._write(None)
            return
        name = self.name.text().strip() or self.email.text().strip()
        purpose = StepUpPurpose.GRANT_SUPER_ADMIN
        text = self.tr("The code allows making %1 a Super Admin, this one time.")
        if was:
            purpose = StepUpPurpose.REVOKE_SUPER_ADMIN
            text = self.tr("The code allows taking Super Admin from %1, this one time.")
        prove(
            desk,
            purpose,
            person_binding(self.email.text()),
            CodeRequest(self.tr("Super Admin"), text.replace("%1", name), self._deed_words()),
            self,
            self._write,
        )

    def _deed_words(self) -> str:
        return self.deed_button.plain_text()

    def _write(self, step_up_id: str | None) -> None:
        self.set_busy(self.tr("Saving..."))
        write = self._adding(step_up_id) if self._user is None else self._changing(step_up_id)
        self._desk.run_write(self, write, self._done, self._failed)

    def _adding(self, step_up_id: str | None) -> Callable[[], object]:
        desk = self._desk
        new = NewUser(
            self.email.text(),
            self.name.text(),
            super_admin=self.super_admin.is_checked(),
            permissions=tuple(each for each, row in self.rights.items() if row.is_checked()),
            teams=tuple(name for name, row in self.teams.items() if row.is_checked()),
        )
        return lambda: desk.workspace.users.add(desk.actor, new, step_up_id)

    def _changing(self, step_up_id: str | None) -> Callable[[], object]:
        desk, user = self._desk, self._user
        assert user is not None  # noqa: S101 - for the type checker
        ticked = {each for each, row in self.rights.items() if row.is_checked()}
        admin = self.super_admin.is_checked()
        change = UserChange(
            full_name=self.name.text(),
            super_admin=None if admin == user.super_admin else admin,
            grant=tuple(each for each in GRANTABLE if each in ticked - set(user.granted)),
            revoke=tuple(each for each in GRANTABLE if each in set(user.granted) - ticked),
            teams=tuple(name for name, row in self.teams.items() if row.is_checked()),
        )
        return lambda: desk.workspace.users.set(desk.actor, user.email, change, step_up_id)

    def _done(self, answer: object) -> None:
        if self._user is None:
            self.added.emit(answer)
        else:
            self.saved.emit(answer)
        self.accept()

    def _failed(self, error: Exception) -> None:
        self.deed_button.set_idle()
        self.safe_button.setEnabled(True)
        code = error.code if isinstance(error, UserError) else ""
        fields = {
            "email_invalid": self.email_field,
            "email_taken": self.email_field,
            "name_invalid": self.name_field,
        }
        if code in fields:
            fields[code].set_error(sentence(error))
            fields[code].control.setFocus()
        else:
            self.show_error(sentence(error))


def _decision(user: User | None) -> Decision:
    say = QCoreApplication.translate
    if user is None:
        return Decision(
            title=say("UserDialog", "Users"),
            heading=say("UserDialog", "Add a user"),
            sentence=say(
                "UserDialog",
                "You get a one-time code to hand over; with it the person chooses a password.",
            ),
            safe=say("UserDialog", "Cancel"),
            deed=say("UserDialog", "Add user"),
            icon="user-plus",
        )
    return Decision(
        title=say("UserDialog", "Users"),
        heading=say("UserDialog", "Edit %1").replace("%1", user.name),
        sentence=user.email,
        safe=say("UserDialog", "Cancel"),
        deed=say("UserDialog", "Save user"),
        icon="user-cog",
    )
