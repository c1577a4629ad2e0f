"""Adds a team."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog
from crmdesk.ui.widgets.form_field import FormField


class TeamDialog(DecisionDialog):
    """Asks for the name of a new team.

    Signals:
        added: the team.
    """

    added = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        say = QCoreApplication.translate
        super().__init__(
            Decision(
                title=say("TeamDialog", "Teams"),
                heading=say("TeamDialog", "Add a team"),
                sentence=say("TeamDialog", "Members are chosen where you edit a user."),
                safe=say("TeamDialog", "Cancel"),
                deed=say("TeamDialog", "Add team"),
                icon="users",
            ),
            parent,
            closes=False,
        )
        self.setObjectName("team_dialog")
        self._desk = desk
        self.name = QLineEdit()
        self.name.setObjectName("team_name")
        self.field = FormField(self.tr("Name"), self.name)
        self.field.error_changed.connect(self.fit_soon)
        self.body.addWidget(self.field)
        self.decided.connect(self._send)

    def _send(self) -> None:
        desk, name = self._desk, self.name.text()
        self.set_busy(self.tr("Adding..."))
        desk.run_write(
            self, lambda: desk.workspace.teams.add(desk.actor, name), self._done, self._failed
        )

    def _done(self, team: object) -> None:
        self.added.emit(team)
        self.accept()

    def _failed(self, error: Exception) -> None:
        self.deed_button.set_idle()
        self.safe_button.setEnabled(True)
        self.field.set_error(sentence(error))
        self.name.setFocus()
