"""Asks before a window is left while what was saved in it still waits for somebody else's write."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from crmdesk.ui.queries import Queries
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog


class Leaving(QObject):
    """Stands at the door of a window.

    Args:
        window: is closed, or left, only by who was told what would be lost.

    Attributes:
        free: nobody is asked any more: the session is over, or the answer was given.
    """

    def __init__(self, window: QWidget, queries: Queries) -> None:
        super().__init__(window)
        self._window, self._queries = window, queries
        self._dialog: DecisionDialog | None = None
        self.free = False
        window.installEventFilter(self)

    def ask(self, leave: Callable[[], object]) -> None:
        """Leave now, or once the person said so."""
        if self.free or not self._queries.keeps_waiting:
            leave()
        elif self._dialog is None:
            self._open(leave)

    def _open(self, leave: Callable[[], object]) -> None:
        decision = Decision(
            title=self.tr("CRM Desk"),
            heading=self.tr("A change is not saved yet"),
            sentence=self.tr(
                "Somebody else is writing to the workspace. Stay, and your change is saved as "
                "soon as that is done."
            ),
            safe=self.tr("Stay"),
            deed=self.tr("Leave without saving"),
            icon="circle-alert",
            destructive=True,
        )
        self._dialog = dialog = DecisionDialog(decision, self._window)
        dialog.setObjectName("leaving_dialog")
        dialog.decided.connect(lambda: self._leave(leave))
        dialog.finished.connect(self._forget)
        dialog.open()

    def _leave(self, leave: Callable[[], object]) -> None:
        self.free = True
        self._queries.withdraw_missed()
        leave()

    def _forget(self) -> None:
        self._dialog = None

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        asks = event.type() is QEvent.Type.Close and watched is self._window and not self.free
        if asks and self._queries.keeps_waiting:
            event.ignore()
            self.ask(self._window.close)
            return True
        return False
