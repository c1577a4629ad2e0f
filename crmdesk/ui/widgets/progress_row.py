"""A running job as a row: what is being done, how far, how long, and a visible way to stop it."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.announce import announce
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.labels import label, set_tone
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.progress import ProgressBar
from crmdesk.ui.widgets.ring import Ring
from crmdesk.ui.widgets.time_left import time_left


class EndState(StrEnum):
    """How a job ended."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


_ENDS = {
    EndState.DONE: ("circle-check", "ok_icon", "text"),
    EndState.FAILED: ("circle-x", "danger", "danger"),
    EndState.CANCELLED: ("circle-slash", "text3", "text2"),
    EndState.INTERRUPTED: ("triangle-alert", "warn_icon", "text"),
}


class ProgressRow(QFrame):
    """One job while it runs and after it ended.

    Signals:
        cancel_asked: the visible Cancel was pressed; the row says "Cancelling" at once.
    """

    cancel_asked = Signal()

    def __init__(self, name: str, cancel_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ring = Ring()
        self._end = IconLabel("circle-check")
        self._what = ElidedLabel(name, TextStyle.MEDIUM)
        self._far = label("", TextStyle.CAPTION, "text2", tabular=True)
        self._bar = ProgressBar(name)
        self._note = Paragraph("", TextStyle.CAPTION, "text3")
        self.cancel_button = Button(cancel_text, ButtonKind.SECONDARY)
        self.cancel_button.clicked.connect(self._cancel)
        self._build()
        self._end.hide()
        self._note.hide()

    def _build(self) -> None:
        words = QHBoxLayout()
        words.addWidget(self._what, 1)
        words.addWidget(self._far)
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addLayout(words)
        column.addWidget(self._bar)
        column.addWidget(self._note)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 8)
        row.setSpacing(16)
        row.addWidget(self._ring)
        row.addWidget(self._end)
        row.addLayout(column, 1)
        row.addWidget(self.cancel_button)

    def words(self) -> str:
        """All that it says now, as one text."""
        parts = [self._what.text(), self._far.text(), self._note.plain_text()]
        return ". ".join(part.rstrip(".") for part in parts if part) + (
            "." if parts[-1].endswith(".") else ""
        )

    def set_progress(
        self, what: str, fraction: float | None, elapsed: float = 0, left: float = 0
    ) -> None:
        """Say what is being done and how far, e.g. "Writing deals, 5 of 9 objects".

        ``None`` is for work whose length is not known: the ring turns and no number is made up.
        """
        self._what.setText(what)
        self._bar.setVisible(fraction is not None)
        if fraction is None:
            self._far.setText("")
            return
        percent = self.tr("{percent} %").format(percent=int(fraction * 100))
        words = time_left(left, elapsed)
        both = self.tr("{percent}, {time_left}").format(percent=percent, time_left=words)
        self._far.setText(both if words else percent)
        self._bar.set_fraction(fraction)

    def set_cancelling(self, what: str) -> None:
        """Say what is still finished before it stops."""
        self._what.setText(what)
        self._far.setText("")
        self._bar.set_role("disabled")
        self.cancel_button.setEnabled(False)
        announce(self, what)

    def set_ended(self, state: EndState, text: str, note: str = "") -> None:
        """Show how it ended: what failed and what was kept, or by whom and at what per cent."""
        icon, role, tone = _ENDS[state]
        self._ring.hide()
        self._end.set_icon(icon, role)
        self._end.show()
        self._what.setText(text)
        set_tone(self._what, tone)
        self._note.set_text(note)
        self._note.setVisible(bool(note))
        self._far.setText("")
        for widget in (self._bar, self._far, self.cancel_button):
            widget.hide()
        announce(self, f"{text} {note}".strip(), urgent=state is EndState.FAILED)

    def _cancel(self) -> None:
        self.set_cancelling(self.tr("Cancelling, finishing the current object"))
        self.cancel_asked.emit()
