"""A segmented control: the modes of one page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QSizePolicy, QWidget

from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.buttons import Button, ButtonKind


class Segmented(QFrame):
    """Two to five words of which one holds; arrow keys walk them.

    Signals:
        changed: the key of the segment a person chose.
    """

    changed = Signal(str)

    def __init__(
        self,
        name: str,
        segments: Sequence[tuple[str, str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "track")
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(0)
        self._group = QButtonGroup(self)
        self._buttons = {key: self._segment(key, text) for key, text in segments}
        for button in self._buttons.values():
            layout.addWidget(button)
        next(iter(self._buttons.values())).setChecked(True)
        self._group.buttonClicked.connect(self._choose)

    def _segment(self, key: str, text: str) -> Button:
        button = Button(text, ButtonKind.SEGMENT)
        button.setCheckable(True)
        button.setObjectName(key)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._group.addButton(button)
        return button

    @property
    def current(self) -> str:
        """Key of the segment that holds."""
        checked = self._group.checkedButton()
        return checked.objectName() if checked else ""

    def set_current(self, key: str) -> None:
        """Choose a segment from code; no signal."""
        self._buttons[key].setChecked(True)

    def take_focus(self) -> None:
        """Put the focus on the segment that holds."""
        self._buttons[self.current].setFocus()

    def set_text(self, key: str, text: str) -> None:
        """Change a word, e.g. when a count changed."""
        self._buttons[key].setText(text)

    def _choose(self, button: Button) -> None:
        self.changed.emit(button.objectName())

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), px(28) + 4)
