"""One line above the table while the filter of a segment is edited."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.link import Link


class FilterStrip(QFrame):
    """Says whose filter it is, and takes the answer.

    Signals:
        answered: True to save the filters set now, False to give up.
    """

    answered = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = ElidedLabel("", TextStyle.BODY, "text2")
        self.save = Link(self.tr("Save filter"))
        self.save.setObjectName("save_filter")
        self.save.clicked.connect(lambda: self.answered.emit(True))
        self.leave = Link(self.tr("Discard"))
        self.leave.setObjectName("discard_filter")
        self.leave.clicked.connect(lambda: self.answered.emit(False))
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 0, 24, 8)
        row.setSpacing(8)
        row.addWidget(IconLabel("list-filter", "text2"))
        row.addWidget(self._words, 1)
        row.addWidget(self.leave)
        row.addWidget(self.save)
        self.hide()

    def ask(self, segment: str) -> None:
        """Begin to edit the filter of a segment."""
        text = self.tr("You edit the filter of the segment “%1”").replace("%1", segment)
        self._words.setText(text)
        self.show()
