"""The 2 px bar that runs under a header while something takes longer than 300 ms."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QTimer, QVariantAnimation, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from crmdesk.ui.theme.apply import current_tokens
from crmdesk.ui.theme.motion import motion_allowed

BUSY_AFTER_MS = 300
_HEIGHT = 2
_TURN_MS = 1200


class BusyBar(QWidget):
    """Runs along the top of a widget, from the start of work that lasts to its end."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setObjectName("busy_bar")
        self.setAccessibleName(self.tr("Loading"))
        self._top = 0
        self._share = 0.0
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(BUSY_AFTER_MS)
        self._wait.timeout.connect(self._appear)
        self._turn = QVariantAnimation(self)
        self._turn.setDuration(_TURN_MS)
        self._turn.setLoopCount(-1)
        self._turn.setStartValue(0.0)
        self._turn.setEndValue(1.0)
        self._turn.valueChanged.connect(self._moved)
        parent.installEventFilter(self)
        self.hide()

    def set_top(self, top: int) -> None:
        """Put it at a height inside its parent, under the header."""
        self._top = top
        self._place()

    def start(self) -> None:
        """Appear after 300 ms, unless the work is over by then."""
        if self.isHidden() and not self._wait.isActive():
            self._wait.start()

    def stop(self) -> None:
        """Go away at once."""
        self._wait.stop()
        self._turn.stop()
        self.hide()

    @Slot()
    def _appear(self) -> None:
        self._place()
        self.show()
        self.raise_()
        if motion_allowed():
            self._turn.start()

    @Slot(object)
    def _moved(self, share: float) -> None:
        self._share = share
        self.update()

    def _place(self) -> None:
        self.setGeometry(0, self._top, self._over.width(), _HEIGHT)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        tokens = current_tokens()
        painter.fillRect(self.rect(), tokens.color("press"))
        length = self.width() // 3
        still = not motion_allowed()
        left = 0 if still else round((self.width() + length) * self._share) - length
        painter.fillRect(
            left, 0, self.width() if still else length, _HEIGHT, tokens.color("accent")
        )
        painter.end()
