"""One field for a code of the authenticator app, or for a recovery code in its place."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from crmdesk.core.clock import system_time
from crmdesk.core.errors import SecondFactorRefused, UserError
from crmdesk.ui import words
from crmdesk.ui.messages import message
from crmdesk.ui.widgets.code_field import CodeField
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.link import Link

STEP_SECONDS = 30


class CodeEntry(QWidget):
    """Says how long the code on the phone is good for, how many tries are left, and what is wrong.

    Args:
        tries: how many codes may be tried now; None where that is told after the first one only.
        with_recovery: whether a recovery code is taken too.

    Signals:
        changed: what is typed, or whether anything may be typed.
        resized: another line came or went; a dialog fits itself.
    """

    changed = Signal()
    resized = Signal()

    def __init__(
        self,
        tries: int | None = None,
        *,
        with_recovery: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tries, self._until = tries, None
        self.code = CodeField(self.tr("Code"))
        self.recovery = QLineEdit()
        self.recovery.setObjectName("recovery_code")
        self.code.setObjectName("code")
        self._code_field = FormField(self.tr("Code"), self.code)
        self._recovery_field = FormField(self.tr("Recovery code"), self.recovery)
        self._recovery_field.hide()
        self.switch = Link(self.tr("Use a recovery code instead"))
        self.switch.setObjectName("use_recovery_code")
        if not with_recovery:
            self.switch.hide()
        self.switch.clicked.connect(self._swap)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._code_field)
        column.addWidget(self._recovery_field)
        column.addWidget(self.switch)
        self.setFocusProxy(self.code)
        self.code.textChanged.connect(self.changed)
        self.recovery.textChanged.connect(self.changed)
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self.tick)
        self._timer.start()
        self.tick()

    @property
    def uses_recovery(self) -> bool:
        """Whether a recovery code is asked for."""
        return not self._recovery_field.isHidden()

    @property
    def is_locked(self) -> bool:
        """Whether no code is taken for a while."""
        return self._until is not None

    def typed(self) -> str:
        """What was typed."""
        return self.recovery.text().strip() if self.uses_recovery else self.code.code

    def is_complete(self) -> bool:
        """Whether it can be sent."""
        if self.is_locked:
            return False
        return bool(self.typed()) if self.uses_recovery else self.code.is_complete

    def lock(self, until: datetime) -> None:
        """Take nothing until a time."""
        self._until = until
        self._current_field().clear_error()
        self.tick()
        self.changed.emit()
        self.resized.emit()

    def refuse(self, error: UserError) -> None:
        """Say what is wrong, empty the field, keep the focus; lock it where there is a wait."""
        until = error.values.get("until")
        if error.code == "wait" and isinstance(until, datetime):
            self._emptied()
            self.lock(until)
            return
        left = error.values.get("left")
        if isinstance(left, int):
            self._tries = left
        text = message(error).sentence
        if isinstance(error, SecondFactorRefused) and self._tries is not None:
            tries = self.tr("%Ln tr{y|ies} left.", "", self._tries)
            text = f"{error.message} {tries}"
        self._emptied()
        self._current_field().set_error(text)
        self.resized.emit()

    @Slot()
    def tick(self) -> None:
        """Show the seconds left, or the time at which a code is taken again."""
        now = system_time()
        if self._until is not None and now >= self._until:
            self._until, self._tries = None, None
            self._code_field.set_reason("")
            self._recovery_field.set_reason("")
            self._current_field().control.setFocus()
            self.changed.emit()
        if self._until is not None:
            wait = words.duration(int((self._until - now).total_seconds()))
            text = self.tr("Too many wrong codes. The next one is taken in %1.")
            self._code_field.set_reason(text.replace("%1", wait))
            self._recovery_field.set_reason(text.replace("%1", wait))
            return
        left = STEP_SECONDS - int(now.timestamp()) % STEP_SECONDS
        parts = [self.tr("A new code in %n s.", "", left)]
        if self._tries is not None:
            parts.append(self.tr("%Ln tr{y|ies} left.", "", self._tries))
        self._code_field.set_help(" ".join(parts))
        self._recovery_field.set_help(self.tr("Each recovery code works once."))

    def _emptied(self) -> None:
        # The error has to stay: only typing takes it away.
        control = self._current_field().control
        if isinstance(control, QLineEdit):
            control.clear()
        control.setFocus()

    def _current_field(self) -> FormField:
        return self._recovery_field if self.uses_recovery else self._code_field

    @Slot()
    def _swap(self) -> None:
        recovery = not self.uses_recovery
        self._recovery_field.setVisible(recovery)
        self._code_field.setVisible(not recovery)
        self.switch.setText(
            self.tr("Use the authenticator app instead")
            if recovery
            else self.tr("Use a recovery code instead")
        )
        self._current_field().clear_error()
        self.setFocusProxy(self._current_field().control)
        self._current_field().control.setFocus()
        self.changed.emit()
        self.resized.emit()
