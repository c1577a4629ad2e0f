"""The mail server: its fields, with a Save of their own."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from crmdesk.core.errors import UserError
from crmdesk.core.mail.model import USUAL_PORTS, MailSecurity, MailServer, MailServerChange
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import message, sentence
from crmdesk.ui.settings.mail.words import security_words
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog, Effect
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.password_field import PasswordField

_NARROW, _USUAL = 160, 280


class MailServerForm(QWidget):
    """Host, encryption, port, login and sender.

    Signals:
        changed: what is typed, or what is saved, is something else than before.
        stored: it was saved or removed.
    """

    changed = Signal()
    stored = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.saved: MailServer | None = None
        self.host = _line("mail_host", _USUAL)
        self.security = QComboBox()
        self.security.setObjectName("mail_security")
        for each in (MailSecurity.STARTTLS, MailSecurity.TLS, MailSecurity.NONE):
            self.security.addItem(security_words(each), each)
        _fix(self.security, _USUAL)
        self.port = _line("mail_port", _NARROW)
        self.user = _line("mail_user", _USUAL)
        self.password = PasswordField(self.tr("Password"))
        self.password.setObjectName("mail_password")
        _fix(self.password, _USUAL)
        self.from_address = _line("mail_sender", _USUAL)
        self.fields = self._make_fields()
        self.save = Button(self.tr("Save"), ButtonKind.PRIMARY)
        self.save.setObjectName("save_mail_server")
        self.remove = Button(self.tr("Remove server"), ButtonKind.DANGER_OUTLINE)
        self.remove.setObjectName("remove_mail_server")
        self.banner = Banner(BannerTone.DANGER, "")
        self.banner.hide()
        self._lay_out()
        self._connect()
        self.read()

    def _make_fields(self) -> dict[str, FormField]:
        return {
            "host": FormField(self.tr("Server"), self.host, self.tr("E.g. smtp.example.com.")),
            "port": FormField(self.tr("Port"), self.port),
            "security": FormField(self.tr("Encryption"), self.security),
            "user": FormField(
                self.tr("User name"),
                self.user,
                self.tr("Empty where the server asks for no login."),
            ),
            "password": FormField(self.tr("Password"), self.password),
            "sender": FormField(
                self.tr("Sender"),
                self.from_address,
                self.tr("The address that messages come from."),
            ),
        }

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.save)
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        for names in (("host", "port"), ("security",), ("user", "password"), ("sender",)):
            row = QHBoxLayout()
            row.setSpacing(16)
            for name in names:
                row.addWidget(self.fields[name], 0, Qt.AlignmentFlag.AlignTop)
            row.addStretch(1)
            column.addLayout(row)
        column.addWidget(self.banner)
        column.addLayout(buttons)

    def _connect(self) -> None:
        for line in (self.host, self.port, self.user, self.password, self.from_address):
            line.textEdited.connect(self._follow)
            line.returnPressed.connect(self._save)
        self.security.activated.connect(self._take_usual_port)
        self.save.clicked.connect(self._save)
        self.remove.clicked.connect(self._ask_to_remove)

    # -- what is in the fields -----------------------------------------------------------------
    @Slot()
    def read(self) -> None:
        """Read and show the server of now."""
        self.saved = found = self._desk.workspace.mail_server.get(self._desk.actor)
        kind = MailSecurity.STARTTLS if found is None else found.security
        self.host.setText("" if found is None else found.host)
        self.security.setCurrentIndex(self.security.findData(kind))
        self.port.setText(str(USUAL_PORTS[kind] if found is None else found.port))
        self.user.setText("" if found is None else found.user)
        self.password.clear()
        self.from_address.setText("" if found is None else found.sender)
        kept = found is not None and found.has_password
        self.fields["password"].set_help(
            self.tr("One is kept; type another to replace it.")
            if kept
            else self.tr("It is kept encrypted, and never shown.")
        )
        self.remove.setVisible(found is not None)
        self.banner.hide()
        for field in self.fields.values():
            field.clear_error()
        self._follow()

    @property
    def is_dirty(self) -> bool:
        """Whether something else is typed than what is saved."""
        given, found = self._given(), self.saved
        if found is None:
            return bool(given.host or given.user or given.sender or given.password)
        kept = (found.host, found.port, found.security, found.user, found.sender)
        typed = (given.host, given.port, given.security, given.user, given.sender)
        return typed != kept or given.password is not None

    def _given(self) -> MailServerChange:
        typed = self.port.text().strip()
        return MailServerChange(
            self.host.text().strip(),
            int(typed) if typed.isascii() and typed.isdigit() else 0,
            self._security(),
            self.from_address.text().strip(),
            self.user.text().strip(),
            self.password.text() or None,
        )

    def _security(self) -> MailSecurity:
        return MailSecurity(self.security.currentData())

    def _take_usual_port(self) -> None:
        """Another encryption mostly means another port; one that was chosen freely stays."""
        usual = {str(port) for port in USUAL_PORTS.values()}
        if self.port.text().strip() in usual | {""}:
            self.port.setText(str(USUAL_PORTS[self._security()]))
        self.fields["security"].clear_error()
        self._follow()

    def _follow(self) -> None:
        plain = self._security() is MailSecurity.NONE
        self.fields["security"].set_help(
            self.tr("Messages can be read on the way. A password goes only to this computer.")
            if plain
            else self.tr("Certificates are checked against those that this computer trusts.")
        )
        self.save.set_reason("" if self.is_dirty else self.tr("Nothing changed yet."))
        self.changed.emit()

    # -- saving --------------------------------------------------------------------------------
    @Slot()
    def _save(self) -> None:
        if not self.is_dirty or self.save.busy:
            return
        desk, given = self._desk, self._given()
        self.banner.hide()
        self.save.set_busy(self.tr("Saving..."))
        desk.run_write(
            self,
            lambda: desk.workspace.mail_server.set(desk.actor, given),
            lambda _server: self._done(),
            self._failed,
        )

    def _done(self) -> None:
        self.save.set_idle()
        self.read()
        self.stored.emit()
        self._desk.toast(self.tr("Mail server saved"), self.tr("Written to the audit log."))

    def _failed(self, error: Exception) -> None:
        self.save.set_idle()
        self._follow()
        name = str(error.values.get("field", "")) if isinstance(error, UserError) else ""
        if name in self.fields:
            self.fields[name].set_error(sentence(error))
            self.fields[name].control.setFocus()
            return
        told = message(error)
        self.banner.show()
        self.banner.set_state(BannerTone.DANGER, told.title, told.advice)

    def _ask_to_remove(self) -> None:
        desk = self._desk
        decision = Decision(
            title=self.tr("E\u2011mail"),
            heading=self.tr("Remove the mail server?"),
            sentence=self.tr("CRM Desk sends no more messages until there is one again."),
            safe=self.tr("Keep server"),
            deed=self.tr("Remove server"),
            icon="mail",
            effects=(
                Effect("inbox", self.tr("Messages stay in the outbox.")),
                Effect("key-round", self.tr("The kept password is forgotten.")),
            ),
        )
        dialog = DecisionDialog(decision, self.window())
        dialog.setObjectName("remove_mail_server_dialog")
        dialog.decided.connect(
            lambda: desk.run_write(
                self,
                lambda: desk.workspace.mail_server.forget(desk.actor),
                lambda _none: (self.read(), self.stored.emit()),
                self._failed,
            )
        )
        dialog.open()


def _line(name: str, width: int) -> QLineEdit:
    line = QLineEdit()
    line.setObjectName(name)
    _fix(line, width)
    return line


def _fix(control: QWidget, width: int) -> None:
    control.setFixedWidth(px(width))
    control.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
