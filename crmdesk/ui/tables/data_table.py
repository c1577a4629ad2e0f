"""A table with its source: loads off the GUI thread, keeps its place, says what went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.errors import UserError
from crmdesk.ui.queries import Queries
from crmdesk.ui.tables.busy_bar import BusyBar
from crmdesk.ui.tables.cells import Column, Lead, Row, RowHeight, Sort, TableQuery
from crmdesk.ui.tables.model import PagedModel
from crmdesk.ui.tables.row_cache import find
from crmdesk.ui.tables.source import FirstRows, TableSource
from crmdesk.ui.tables.ticks import Ticks
from crmdesk.ui.tables.view import ActionsOf, RowTable
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.window_state import TableState, WindowState

_KEY, _FIRST_KEY = "rows", "first rows"
_PLAIN = TableState()


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What a load brings: ids, the ticks still valid, positions of the current and open row.

    ``ticked`` is what was ticked when it began.
    """

    ids: Sequence[int]
    ticked: Ticks
    ticks: Ticks
    positions: Mapping[int | None, int]

    def position_of(self, row_id: int | None) -> int:
        """Where a row is, or -1; sought here only if it was opened after the load began."""
        known = self.positions.get(row_id)
        return find(self.ids, row_id) if known is None else known


class DataTable(QWidget):
    """The table a page puts in its middle.

    Args:
        name: what the table is of, in plain words ("Contacts"); its accessible name.
        source: where its rows come from.
        queries: runs the source's ``ids`` off the GUI thread.
        lead: what stands before the first column.
        actions_of: what can be done with a row; without it rows have no "..." button.
        state: remembers columns, widths, order and row height under ``key``.
        key: name of this table in ``state``; may not change between versions.
        start: columns, order and row height of the first start.

    Signals:
        opened: a row was clicked or Enter pressed on it; carries its id.
        current_moved: somebody went to another row; carries its id.
        ticks_changed: how many rows are ticked now.
        action_chosen: a row action was pressed; carries its key and the row's id.
        counted: how many rows the table has now, after each load.
        columns_changed: keys of the columns now shown; sent before their rows are read.
        sort_changed: the order now, a ``Sort`` or None.
    """

    opened = Signal(object)
    current_moved = Signal(object)
    ticks_changed = Signal(object)
    action_chosen = Signal(str, object)
    counted = Signal(object)
    columns_changed = Signal(object)
    sort_changed = Signal(object)

    def __init__(
        self,
        name: str,
        source: TableSource,
        queries: Queries,
        *,
        lead: Lead = Lead.NOTHING,
        actions_of: ActionsOf | None = None,
        state: WindowState | None = None,
        key: str = "",
        start: TableState = _PLAIN,
    ) -> None:
        super().__init__()
        self._source = source
        self._queries = queries
        self._state, self._key = state, key
        self._start_state = start
        self._query = TableQuery(sort=start.sort)
        self._model = PagedModel(source, self)
        self.view = RowTable(self._model, lead=lead, actions_of=actions_of, parent=self)
        self.view.setAccessibleName(name)
        self._busy = BusyBar(self.view)
        self._banner: QWidget | None = None
        self._told = self._waits = self._anew = False
        self._empty: QWidget | None = None
        self._wanted_row: int | None = None
        self._lay_out()
        self._connect()
        self._restore_state()

    def _lay_out(self) -> None:
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.view)
        self._banner_slot = QVBoxLayout()
        self._column.addLayout(self._banner_slot)
        self._column.addWidget(self._stack)
        self.setFocusProxy(self.view)

    def _connect(self) -> None:
        view = self.view
        for deed in (view.opened, view.action_chosen, view.sort_pressed):
            deed.connect(self.forget_error)
        view.opened.connect(self.opened)
        view.current_moved.connect(self.current_moved)
        view.ticks_changed.connect(self.ticks_changed)
        view.action_chosen.connect(self.action_chosen)
        view.sort_pressed.connect(self.press_sort)
        view.column_resized.connect(self._keep_state)
        self._model.reading_failed.connect(self._show_failure)

    # What pages use

    @property
    def query(self) -> TableQuery:
        """The filter and the order now shown or being loaded."""
        return self._query

    @property
    def count(self) -> int:
        """How many rows the table has."""
        return self._model.rowCount()

    @property
    def ids(self) -> Sequence[int]:
        """Ids of all rows in their order. Not to be changed."""
        return self._model.ids

    @property
    def ticks(self) -> Ticks:
        """The ticked rows; ``ticks.ids()`` is what a bulk action takes."""
        return self._model.ticks

    @property
    def columns(self) -> tuple[Column, ...]:
        """The chosen columns in their order."""
        return self._model.columns

    @property
    def every_column(self) -> tuple[Column, ...]:
        """All columns the source has, chosen or not."""
        return tuple(self._source.columns)

    def row(self, row_id: int) -> Row | None:
        """The row of an id as it is shown now."""
        position = self._model.position_of(row_id)
        return self._model.row_at(position) if position >= 0 else None

    def set_source(self, source: TableSource, *, key: str = "", start: TableState = _PLAIN) -> None:
        """Show another object's rows: its columns, and its own remembered state."""
        self._queries.cancel(self, _KEY)
        self._queries.cancel(self, _FIRST_KEY)
        self._source, self._key = source, key
        self._start_state = start
        self._query = TableQuery(sort=start.sort)
        self._model.set_source(source)
        self.view.clear_ticks()
        self.view.show_open(None)
        self._restore_state()

    def load(self, wanted: object = None) -> None:
        """Show the rows of another filter; ticks are given up, the old rows stay meanwhile."""
        self.forget_error()
        self.view.clear_ticks()
        self._anew = self._anew or wanted != self._query.filter
        self._query = replace(self._query, filter=wanted)
        self._start()
        self._start_first()

    @Slot()
    def refresh(self) -> None:
        """Load the same rows again; place, current row and ticks stay."""
        self._start()

    def bring_into_sight(self, row_id: int) -> None:
        """Make a row the current one, now or as soon as the rows that are being read stand."""
        self._wanted_row = None if self.view.go_to(row_id) else row_id

    def press_sort(self, key: str) -> None:
        """Sort by a column: ascending first, then descending."""
        sort = self._query.sort
        again = sort is not None and sort.key == key
        self.sort_by(Sort(key, descending=again and not (sort and sort.descending)))

    def sort_by(self, sort: Sort | None) -> None:
        """Show the rows in another order."""
        self._query = replace(self._query, sort=sort)
        self.view.header.show_sort(sort)
        self._keep_state()
        self.sort_changed.emit(sort)
        self._start()

    def set_columns(self, keys: Sequence[str]) -> None:
        """Show these columns in this order; unknown keys are left out, none means all."""
        known = {column.key: column for column in self._source.columns}
        chosen = [known[key] for key in keys if key in known] or list(known.values())
        self.columns_changed.emit([column.key for column in chosen])
        self._model.set_columns(chosen)
        self._keep_state()

    def set_row_height(self, height: RowHeight) -> None:
        """Show the rows in another height."""
        self.view.set_row_height(height)
        self._keep_state()

    def reset_columns(self) -> None:
        """Go back to the columns, widths, order and height of the first start."""
        self.view.set_widths({})
        self.view.set_row_height(self._start_state.height)
        self.set_columns(self._start_state.columns)
        self.sort_by(self._start_state.sort)

    @Slot()
    def begin_at_first_row(self) -> None:
        """Give the keys a row to begin at where the focus came before the rows did.

        Qt does so only for a table that has its rows when it gets the focus.
        """
        if self.count and self.view.hasFocus() and self.view.current_id is None:
            self.view.go_to(self.ids[0])

    def show_empty(self, widget: QWidget | None) -> None:
        """Show a widget in place of the table while it has no row; None takes it away."""
        if self._empty is not None:
            # Hidden first, so that the focus leaves it before it is gone.
            self._empty.hide()
            self._stack.removeWidget(self._empty)
            self._empty.deleteLater()
        self._empty = widget
        if widget is not None:
            self._stack.addWidget(widget)
        self._choose_face()

    def show_banner(self, widget: QWidget | None) -> None:
        """Show a banner above the rows; None takes it away, and so does the next reading."""
        self._told = False
        if self._banner is not None:
            self._banner_slot.removeWidget(self._banner)
            self._banner.hide()
            self._banner.deleteLater()
        self._banner = widget
        margin = 24 if widget is not None else 0
        self._banner_slot.setContentsMargins(margin, 0, margin, margin // 3)
        if widget is not None:
            self._banner_slot.addWidget(widget)

    def show_error(self, title: str, advice: str) -> None:
        """Say what went wrong with something a person did.

        Reading the rows again does not mend it: it is in sight until they close it or do
        something else with the table.
        """
        banner = Banner(BannerTone.DANGER, title, advice, self.tr("Close"))
        banner.setObjectName("deed_error")
        banner.acted.connect(self.forget_error)
        self.show_banner(banner)
        self._told = True

    @Slot()
    def forget_error(self) -> None:
        """Take away what :meth:`show_error` said."""
        if self._told:
            self.show_banner(None)

    # Loading

    def _start(self) -> None:
        query, source = self._query, self._source
        ticks, view = self._model.ticks.copy(), self.view
        marked = {view.current_id, view.open_id}

        def read() -> _Loaded:
            ids = source.ids(query)
            places = {each: find(ids, each) for each in marked}
            return _Loaded(ids, ticks, ticks.within(ids), places)

        self._busy.set_top(self.view.header.height())
        self._busy.start()
        self._waits = True
        self._queries.run_query(self, _KEY, read, self._show, self._show_failure)

    def _start_first(self) -> None:
        query, source = self._query, self._source
        if isinstance(source, FirstRows):
            self._queries.run_query(
                self,
                _FIRST_KEY,
                lambda: source.first_ids(query),
                lambda ids: self._show_first(query, ids),
                # Reading the list will run into the same, and tells.
                lambda _error: None,
            )

    def _show_first(self, query: TableQuery, ids: Sequence[int]) -> None:
        """Show the rows at the top while all of them are still being found and counted."""
        view = self.view
        stays = [each for each in (view.current_id, view.open_id) if each is not None]
        at_top = not view.verticalScrollBar().value() and all(each in ids for each in stays)
        if self._waits and query is self._query and at_top and len(ids):
            view.show_ids(ids, find(ids, view.current_id), find(ids, view.open_id))
            self._choose_face()

    def _show(self, loaded: _Loaded) -> None:
        if not loaded.ticked.same_as(self._model.ticks):
            # What was ticked meanwhile would be lost; to look for it among millions takes a thread.
            self._start()
            return
        self._waits = False
        self._busy.stop()
        if not self._told:
            self.show_banner(None)
        self._model.ticks = loaded.ticks
        current, opened = map(loaded.position_of, (self.view.current_id, self.view.open_id))
        self.view.show_ids(loaded.ids, current, opened, anew=self._anew)
        self._anew = False
        if self._wanted_row is not None:
            self.view.go_to(self._wanted_row)
            self._wanted_row = None
        self.view.announce_ticks()
        self._choose_face()
        self.counted.emit(len(loaded.ids))

    @Slot(object)
    def _show_failure(self, error: Exception) -> None:
        self._waits = False
        self._busy.stop()
        if isinstance(error, UserError):
            title, text = error.message, error.hint
        else:
            title = self.tr("The list could not be read")
            text = self.tr("What you see is the list as it was before.")
        banner = Banner(BannerTone.DANGER, title, text, self.tr("Try again"))
        banner.setObjectName("table_error")
        banner.acted.connect(self.refresh)
        self.show_banner(banner)

    def _choose_face(self) -> None:
        empty = self._empty if self._empty is not None and not self.count else None
        self._stack.setCurrentWidget(empty or self.view)
        # A proxy out of sight is a trap: Tab stops before it and goes no further.
        if empty is None:
            self.setFocusProxy(self.view)
        elif self.focusProxy() is not None:
            self.setFocusProxy(None)  # type: ignore[arg-type]  # the stubs forget "none"

    # What is remembered

    def _restore_state(self) -> None:
        kept = self._start_state
        if self._state is not None and self._key:
            kept = self._state.table(self._key, kept)
        keeping, self._state = self._state, None
        self.view.set_row_height(kept.height)
        self.set_columns(kept.columns)
        self.view.set_widths(dict(kept.widths))
        self._query = replace(self._query, sort=kept.sort)
        self.view.header.show_sort(kept.sort)
        self._state = keeping

    def _keep_state(self, *_: object) -> None:
        if self._state is None or not self._key:
            return
        state = TableState(
            columns=tuple(column.key for column in self.columns),
            widths=tuple(sorted(self.view.widths.items())),
            sort=self._query.sort,
            height=self.view.row_height,
        )
        self._state.set_table(self._key, state)

    def focusInEvent(self, event: QFocusEvent) -> None:
        # Without a row there is no table to take it.
        super().focusInEvent(event)
        if self._empty is not None:
            self._empty.setFocus(event.reason())
