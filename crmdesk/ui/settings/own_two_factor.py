"""One's own two-factor authentication, as a card of the security page."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.access.two_factor import TwoFactorStatus
from crmdesk.ui.access.enrolment_dialog import EnrolmentDialog
from crmdesk.ui.access.recovery_codes_dialog import RecoveryCodesDialog
from crmdesk.ui.access.two_factor_dialog import CodeRequest, TwoFactorDialog
from crmdesk.ui.desk import Desk
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.badge import Badge, BadgeTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.paragraph import Paragraph

_FEW = 3


class OwnTwoFactor(QWidget):
    """Says whether it is on, and turns it on or off."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.badge = Badge("")
        self.words = Paragraph("", TextStyle.BODY, "text2")
        self.turn_on = Button(self.tr("Set up two-factor"), ButtonKind.SECONDARY, "key-round")
        self.turn_on.setObjectName("turn_on_two_factor")
        self.renew = Button(self.tr("New recovery codes"), ButtonKind.SECONDARY, "refresh-cw")
        self.renew.setObjectName("new_recovery_codes")
        self.turn_off = Button(self.tr("Turn off"), ButtonKind.DANGER_OUTLINE)
        self.turn_off.setObjectName("turn_off_two_factor")
        self.turn_on.clicked.connect(self._enrol)
        self.renew.clicked.connect(self._renew)
        self.turn_off.clicked.connect(self._remove)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.turn_on, self.renew, self.turn_off):
            buttons.addWidget(button)
        buttons.addStretch(1)
        head = QHBoxLayout()
        head.addWidget(self.badge)
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.words)
        column.addLayout(buttons)
        self.read()

    @Slot()
    def read(self) -> None:
        """Read and show the state of now."""
        self._show(self._desk.workspace.two_factor.status(self._desk.actor))

    def _show(self, status: TwoFactorStatus) -> None:
        on = status.enrolled
        self.badge.set_state(
            self.tr("On") if on else self.tr("Off"), BadgeTone.OK if on else BadgeTone.WARN
        )
        left = status.recovery_codes_left
        if on and status.since is not None:
            since = self.tr("Since %1.").replace("%1", self._desk.exact(status.since))
            codes = self.tr("%Ln recovery code{|s} left.", "", left)
            more = self.tr("Make new ones soon.") if left < _FEW else ""
            self.words.set_text(" ".join(filter(None, (since, codes, more))))
        else:
            self.words.set_text(
                self.tr("Restores ask for a code. Set it up before you need one in a hurry.")
            )
        self.turn_on.setVisible(not on)
        self.renew.setVisible(on)
        self.turn_off.setVisible(on)

    def _enrol(self) -> None:
        dialog = EnrolmentDialog(self._desk, self.window())
        dialog.finished_with_codes.connect(self.read)
        dialog.open()

    def _renew(self) -> None:
        desk = self._desk
        request = CodeRequest(
            self.tr("Recovery codes"),
            self.tr("The code allows ten new recovery codes; the old ones stop working."),
            self.tr("Make new codes"),
        )
        dialog = TwoFactorDialog(
            desk,
            request,
            lambda code: desk.workspace.two_factor.renew_recovery_codes(desk.actor, code),
            self.window(),
        )
        dialog.allowed.connect(self._show_codes)
        dialog.open()

    def _show_codes(self, codes: tuple[str, ...]) -> None:
        self.read()
        RecoveryCodesDialog(codes, self.window()).open()

    def _remove(self) -> None:
        desk = self._desk
        request = CodeRequest(
            self.tr("Two-factor authentication"),
            self.tr("The code turns it off: then only your password guards your account."),
            self.tr("Turn off two-factor"),
            destructive=True,
        )
        dialog = TwoFactorDialog(
            desk,
            request,
            lambda code: desk.workspace.two_factor.remove(desk.actor, code),
            self.window(),
        )
        dialog.allowed.connect(lambda _nothing: self.read())
        dialog.open()
