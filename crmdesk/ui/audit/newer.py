"""Notices that the log went on: in another window, on the command line, by a schedule."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.ui.audit.say import say
from crmdesk.ui.desk import Desk
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.row_cache import find
from crmdesk.ui.tables.source import TableSource
from crmdesk.ui.widgets.link import Link

_LOOK_MS = 4_000


class NewerEntries(QObject):
    """Looks at the number of the newest entry while the page is in sight, and at no more.

    Who is at the top of the log gets new entries there. Who reads further down keeps their place,
    and a link says how many there are.

    Args:
        table: the log.
        source: what the table reads.
        link: hidden but while there are entries above those that are shown.

    Signals:
        went_on: there is an entry that was not there before; each change of a comment is one.
    """

    went_on = Signal()

    def __init__(
        self, desk: Desk, page: QWidget, table: DataTable, source: TableSource, link: Link
    ) -> None:
        super().__init__(page)
        self._desk, self._page = desk, page
        self._table, self._source, self._link = table, source, link
        self._newest = 0
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        link.clicked.connect(self.show_newest)
        table.counted.connect(link.hide)
        table.view.verticalScrollBar().valueChanged.connect(self._scrolled)

    @Slot()
    def look(self) -> None:
        """Look now, off the window's thread."""
        desk = self._desk
        if self._page.isVisible() and not self._page.window().isMinimized():
            # Somebody who may not see the log any more is refused once they do something.
            desk.run_query(
                self,
                "newest",
                lambda: (
                    desk.workspace.audit_reader.newest(desk.actor)
                    if desk.may(Permission.SUPER_ADMIN)
                    else 0
                ),
                self._take,
                lambda _error: None,
            )

    @Slot()
    def show_newest(self) -> None:
        """Go to the top, with what came since."""
        self._table.view.scrollToTop()
        self._table.refresh()
        self._table.setFocus()

    def _take(self, newest: int) -> None:
        before, self._newest = self._newest, newest
        first = next(iter(self._table.ids), 0)
        if newest <= before or (not before and first == newest):
            # At the first look the table mostly has the newest: ten million are not counted twice.
            return
        self.went_on.emit()
        if self._at_top():
            self._table.refresh()
        else:
            self._count()

    def _count(self) -> None:
        """Find out how many of the new entries pass the filters."""
        source, query, first = self._source, self._table.query, self._table.ids[0]
        self._desk.run_query(
            self, "count", lambda: find(source.ids(query), first), self._tell, lambda _error: None
        )

    def _tell(self, count: int) -> None:
        self._link.setText(say("%Ln new entr{y|ies}", count))
        self._link.setVisible(count > 0 and not self._at_top())

    def _at_top(self) -> bool:
        return self._table.view.verticalScrollBar().value() == 0

    @Slot(int)
    def _scrolled(self, value: int) -> None:
        if value == 0 and not self._link.isHidden():
            self._table.refresh()
