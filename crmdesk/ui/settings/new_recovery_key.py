"""A new recovery key, as a card of the security page."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.ui.access.recovery_key_sheet import RecoveryKeyDialog
from crmdesk.ui.access.two_factor_dialog import CodeRequest, prove
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import message
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind


class NewRecoveryKey(QWidget):
    """A button that makes one, once its code is given, and shows its sheet."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.make = Button(self.tr("Make new recovery key"), ButtonKind.SECONDARY, "key-round")
        self.make.setObjectName("new_recovery_key")
        self.make.clicked.connect(self._ask)
        self.banner = Banner(BannerTone.DANGER, "")
        self.banner.hide()
        row = QHBoxLayout()
        row.addWidget(self.make)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.banner)

    def _ask(self) -> None:
        self.banner.hide()
        desk = self._desk
        prove(
            desk,
            StepUpPurpose.NEW_RECOVERY_KEY,
            desk.workspace.recovery_keys.binding(desk.actor),
            CodeRequest(
                self.tr("Recovery key"),
                self.tr("The code allows one new recovery key; the old one stops working."),
                self.tr("Make new key"),
            ),
            self,
            self._renew,
            self._failed,
        )

    def _renew(self, step_up_id: str) -> None:
        desk = self._desk
        desk.run_write(
            self,
            lambda: desk.workspace.recovery_keys.renew(desk.actor, step_up_id),
            self._show,
            self._failed,
        )

    def _show(self, recovery_key: str) -> None:
        dialog = RecoveryKeyDialog(self._desk.workspace, recovery_key, self.window())
        dialog.accepted.connect(self._confirm)
        dialog.open()

    def _confirm(self) -> None:
        desk = self._desk
        desk.run_write(
            self,
            lambda: desk.workspace.recovery_keys.confirm(desk.actor),
            lambda _nothing: None,
            self._failed,
        )

    def _failed(self, error: Exception) -> None:
        told = message(error)
        self.banner.show()
        self.banner.set_state(BannerTone.DANGER, told.title, told.advice)
