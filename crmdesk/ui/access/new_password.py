"""Choosing a password: two fields, a bar, and what the policy of the core says."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QWidget

from crmdesk.core.access.own_password import refuse_weak
from crmdesk.core.access.passwords import check_password, shortest_length
from crmdesk.core.errors import NotSignedIn, UserError
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.password_field import NewPasswordField, PasswordField


class NewPasswordPair(QObject):
    """The new password and its repetition.

    Args:
        words: the person's name and address and the workspace's name.
        has_second_factor: whether a code is asked for as well.
        replaces: whether it takes the place of a password, which the labels then say.
    """

    def __init__(
        self,
        words: Sequence[str],
        *,
        has_second_factor: bool,
        replaces: bool = False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.words = tuple(words)
        self._second = has_second_factor
        title = self.tr("New password") if replaces else self.tr("Password")
        again = self.tr("Repeat new password") if replaces else self.tr("Repeat password")
        self.new = NewPasswordField(title, self._rate)
        self.new.field.setObjectName("new_password")
        self.again = PasswordField(again)
        self.again.setObjectName("repeat_password")
        help_text = QCoreApplication.translate(
            "NewPasswordPair",
            "At least %n characters. Several words in a row are best.",
            "",
            shortest_length(has_second_factor),
        )
        self.fields = (
            FormField(title, self.new, help_text, check=self._check_new),
            FormField(again, self.again, check=self._check_again),
        )

    def text(self) -> str:
        """The password."""
        return self.new.text()

    def _rate(self, typed: str) -> int:
        return check_password(typed, self._second, self.words).score

    def _check_new(self) -> str:
        if not self.new.text():
            return self.tr("Enter a password.")
        try:
            refuse_weak(self.new.text(), self._second, self.words)
        except UserError as error:
            return sentence(error)
        return ""

    def _check_again(self) -> str:
        same = self.new.text() == self.again.text()
        return "" if same else self.tr("The two passwords differ. Type it again.")


class ChangePasswordDialog(DecisionDialog):
    """Changes one's own password; every other session of this person ends.

    Signals:
        changed: the new password is good from now on.
    """

    changed = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        say = QCoreApplication.translate
        super().__init__(
            Decision(
                title=say("ChangePasswordDialog", "Password"),
                heading=say("ChangePasswordDialog", "Change your password"),
                sentence=say(
                    "ChangePasswordDialog", "You stay signed in here; your other sessions end."
                ),
                safe=say("ChangePasswordDialog", "Cancel"),
                deed=say("ChangePasswordDialog", "Change password"),
                icon="lock",
            ),
            parent,
            closes=False,
        )
        self.setObjectName("change_password_dialog")
        self._desk = desk
        self.old = PasswordField(self.tr("Current password"))
        self.old.setObjectName("old_password")
        self.old_field = FormField(self.tr("Current password"), self.old)
        second = desk.workspace.two_factor.status(desk.actor).enrolled
        words = (desk.actor.full_name, desk.actor.email, desk.workspace.file.name)
        self.pair = NewPasswordPair(words, has_second_factor=second, replaces=True, parent=self)
        for field in (self.old_field, *self.pair.fields):
            self.body.addWidget(field)
            field.error_changed.connect(self.fit_soon)
        self.decided.connect(self._send)

    def _send(self) -> None:
        wrong = [field for field in self.pair.fields if not field.validate()]
        if wrong:
            wrong[0].control.setFocus()
            return
        self.set_busy(self.tr("Changing..."))
        desk, old, new = self._desk, self.old.text(), self.pair.text()
        # A wrong old password is a refusal of the sign-in kind, and no end of the session.
        change = desk.workspace.passwords.change
        desk.queries.run_write(self, lambda: change(desk.actor, old, new), self._done, self._failed)

    def _done(self, _nothing: object) -> None:
        self.changed.emit()
        self.accept()

    def _failed(self, error: Exception) -> None:
        self.deed_button.set_idle()
        self.safe_button.setEnabled(True)
        if isinstance(error, NotSignedIn) and error.code in ("credentials_wrong", "wait"):
            self.old.selectAll()
            self.old.setFocus()
            text = self.tr("That is not your present password.")
            self.old_field.set_error(text if error.code == "credentials_wrong" else sentence(error))
        elif isinstance(error, NotSignedIn):
            self._desk.ways.session_ended(error)
        else:
            self.show_error(sentence(error))
