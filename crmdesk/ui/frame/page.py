"""What the window asks of a page in a tab."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from crmdesk.ui.widgets.empty_state import EmptyState
from crmdesk.ui.widgets.focus_order import order_focus


class Page(QWidget):
    """A page of a tab. Each method has an answer, so a page says only what is its own.

    Args:
        name: what the page is of; the accessible name of its region.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._stale = False

    def commands(self) -> Mapping[str, Callable[[], object]]:
        """What of the window's page actions works here, by the action's key.

        Keys: find, new, save, delete, previous, next, send, row_heights.
        """
        return {}

    def regions(self) -> Sequence[QWidget]:
        """The parts F6 walks through, in order; each can take the focus."""
        return (self,)

    def start_focus(self) -> None:
        """Put the focus where work begins: the table, where there is one."""
        self.setFocus()

    def begin(self) -> None:
        """Put the focus where work begins: in an empty state its primary, else the page."""
        order_focus(self)
        self.start_focus()
        if self._has_usable(self.window().focusWidget()):
            return
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        for empty in self.findChildren(EmptyState):
            empty.take_focus()

    def focusNextPrevChild(self, forward: bool) -> bool:
        # Qt moves the focus on as if Tab was pressed when its widget is disabled or hidden, and
        # after the last widget of a page comes the first one of the window.
        held = self.window().focusWidget()
        if self.isAncestorOf(held) and not self._has_usable(held):
            self.begin()
            return True
        order_focus(self)
        return super().focusNextPrevChild(forward)

    def _has_usable(self, held: QWidget | None) -> bool:
        return (
            held is not None and self.isAncestorOf(held) and held.isVisible() and held.isEnabled()
        )

    def refresh(self) -> None:
        """Read everything shown again."""

    def open_link(self, link: str) -> None:
        """Show what a link names, e.g. ``backups/<id>`` or ``records/contacts/12``."""

    def escape(self) -> bool:
        """Close the panel, then clear the search; False when there was nothing to close."""
        return False

    def set_narrow(self, narrow: bool) -> None:
        """Fold away what does not fit a window under 1180 logical pixels."""

    def affected_by(self, change: object) -> bool:
        """Whether a change in the data can be seen on this page."""
        return change is not None

    def take_change(self, change: object) -> None:
        """Refresh now when in sight, at the next look otherwise."""
        if not self.affected_by(change):
            return
        if self.isVisible():
            self.refresh()
        else:
            self._stale = True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._stale = False
            self.refresh()
