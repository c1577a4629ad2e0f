"""A row of a sentence and controls, whose buttons become icons where there is little room."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.elided_label import ElidedLabel

_SPACING = 8


class FoldingRow(QWidget):
    """The sentence at the start keeps its room; buttons of second rank give theirs up for it.

    Args:
        told: the sentence.
        controls: what stands after it, in order.
        folding: those of the controls that become icons; each has one.
    """

    def __init__(
        self, told: ElidedLabel, controls: Sequence[QWidget], folding: Sequence[Button]
    ) -> None:
        super().__init__()
        self._told, self._controls = told, controls
        self._texts = {button: button.plain_text() for button in folding}
        self._spared = 0
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_SPACING)
        row.addWidget(told, 1)
        for widget in controls:
            row.addWidget(widget)

    def set_sentence(self, text: str) -> None:
        """Say something else."""
        self._told.setText(text)
        self._fit()

    def _fit(self) -> None:
        shown = [widget for widget in self._controls if not widget.isHidden()]
        needed = self._told.sizeHint().width() + self._spared
        needed += sum(_SPACING + widget.sizeHint().width() for widget in shown)
        folds = needed > self.width()
        if folds != bool(self._spared):
            self._fold(folds)

    def _fold(self, folds: bool) -> None:
        before = sum(button.sizeHint().width() for button in self._texts)
        for button, text in self._texts.items():
            button.setText("" if folds else text)
            button.setAccessibleName(text)
            button.setToolTip(text if folds else "")
        after = sum(button.sizeHint().width() for button in self._texts)
        self._spared = before - after if folds else 0

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
