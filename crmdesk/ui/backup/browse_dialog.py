"""Looking into a backup file: its objects, their records page by page, one record beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QWidget

from crmdesk.core.backup.browsed import BrowsedBackup, BrowsedPage, BrowsedRow
from crmdesk.core.errors import Cancelled, UserError
from crmdesk.ui.backup.browse_frame import BrowseFrame
from crmdesk.ui.backup.browse_rows import place_words, table_columns, table_row, table_words
from crmdesk.ui.backup.compare_dialog import CompareDialog
from crmdesk.ui.backup.words import say
from crmdesk.ui.desk import Desk
from crmdesk.ui.long_read import LongRead, Stopped
from crmdesk.ui.tables.cells import RowHeight
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.widgets.announce import announce
from crmdesk.ui.widgets.banner import BannerTone
from crmdesk.ui.widgets.empty_state import EmptyState
from crmdesk.ui.window_state import TableState

PAGE_ROWS = 200
_PAUSE_MS = 300


class BrowseDialog(BrowseFrame):
    """The records of a backup, to be looked at and nothing else.

    Args:
        reference: id of a backup in the vault, or path of a file.
        title: what the backup is called.
        over: the page it opens over.
    """

    def __init__(self, desk: Desk, reference: str, title: str, over: QWidget) -> None:
        super().__init__(desk, title, over)
        self._reference, self._over = reference, over
        room = self.table.sizePolicy()
        room.setRetainSizeWhenHidden(True)
        self.table.setSizePolicy(room)
        self._backup: BrowsedBackup | None = None
        self._page: BrowsedPage | None = None
        self._starts: list[int] = [0]
        self._shown_search = ""
        self._total: int | None = None
        self._reading = LongRead(desk, self)
        self._again: Callable[[], object] = self._read_tables
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._connect()
        self._read_tables()

    def _connect(self) -> None:
        self.objects.activated.connect(self._choose_object)
        self.search.textChanged.connect(self._search_soon)
        self.search.returnPressed.connect(self._search_now)
        self.search.down_pressed.connect(self.table.view.setFocus)
        self._pause.timeout.connect(self._search_now)
        self.table.opened.connect(self.show_row)
        self.panel.closed.connect(self._close_panel)
        self.panel.stepped.connect(self._step)
        self.panel.reveal_asked.connect(self._reveal)
        self.banner.acted.connect(self._try_again)
        self.before_button.clicked.connect(self._previous)
        self.after_button.clicked.connect(self._next)
        self.use_button.clicked.connect(self._use)
        self.compare_button.clicked.connect(self._compare)
        self.choice.changed.connect(self._name_use)
        self.close_button.clicked.connect(self._leave)
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)
        QShortcut(QKeySequence("Alt+Up"), self, partial(self._step, -1))
        QShortcut(QKeySequence("Alt+Down"), self, partial(self._step, 1))

    # -- reading -----------------------------------------------------------------------------
    def _read_tables(self) -> None:
        desk, reference = self._desk, self._reference

        def read(_stopped: Stopped) -> BrowsedBackup:
            return desk.workspace.browsing.tables(desk.actor, reference)

        self._begin(self._read_tables)
        self._reading.run(read, self._show_tables, self._show_failure)

    def _show_tables(self, backup: BrowsedBackup) -> None:
        self._backup = backup
        self._end()
        self.table.show()
        at = "" if backup.snapshot_at is None else self._desk.exact(backup.snapshot_at)
        self._header.set_title(say("Browse records"), self._subtitle(at))
        self._name_use(0)
        self.use_button.set_icon("archive-restore" if backup.ours else "upload")
        self.use_button.show()
        self.compare_button.setVisible(bool(backup.tables))
        self.objects.clear()
        for table in backup.tables:
            self.objects.addItem(table_words(table), table.object or table.file)
        nothing = not backup.tables
        self.objects.setEnabled(not nothing)
        self.search.setEnabled(not nothing)
        if nothing:
            self._say_empty(say("No records"), say("There is no table in this file."))
            self.table.refresh()
            self._say_place()
            self.close_button.setFocus()
            return
        self._choose_object()
        self.table.view.setFocus()

    @Slot(int)
    def _name_use(self, chosen: int) -> None:
        """What the button does: with all that is in the backup, or with the ticked records."""
        ours = self._backup is not None and self._backup.ours
        text = say("Restore from it") if ours else say("Import from it")
        if ours and chosen:
            text = say("Restore %Ln record{|s}", chosen)
        self.use_button.setText(text)

    def _subtitle(self, at: str) -> str:
        if self._backup is None or not self._backup.ours:
            return f"{self._title}. {say('Not verified: made elsewhere, or changed since.')}"
        title = self._title if at in self._title else f"{self._title}, {at}"
        return f"{title}. {say('Nothing in it can be changed.')}"

    @Slot()
    def _choose_object(self) -> None:
        self._page, self._total = None, None
        self.choice.clear()
        self._close_panel()
        self._source = ListSource(())
        self.table.set_source(self._source)
        self._go_to([0])

    def _go_to(self, starts: Sequence[int]) -> None:
        """Read the page that begins at the last of these rows; the others lead back."""
        desk, reference, search = self._desk, self._reference, self.search.text().strip()
        wanted, after = str(self.objects.currentData()), starts[-1]

        def read(stopped: Stopped) -> BrowsedPage:
            return desk.workspace.browsing.browse(
                desk.actor,
                reference,
                wanted,
                search=search,
                after_row=after,
                limit=PAGE_ROWS,
                cancelled=stopped,
            )

        self._begin(partial(self._go_to, starts))
        show = partial(self._show_page, list(starts), search)
        self._reading.run(read, show, self._show_failure)

    def _show_page(self, starts: list[int], search: str, page: BrowsedPage) -> None:
        self._end()
        columns_fit = self._page is not None and bool(self._shown_search) == bool(search)
        fresh = not columns_fit or not self._source.columns
        self._starts, self._page, self._shown_search = starts, page, search
        self._total = page.total if page.total is not None else self._total
        if fresh and page.rows:
            columns = table_columns(page, self._naming(), searching=bool(search))
            self._source = ListSource(columns)
            self.table.set_source(self._source, start=TableState(height=RowHeight.COMPACT))
        zone = self._desk.zone
        self.choice.turn(page.rows)
        self._source.replace(table_row(page, row, search, zone) for row in page.rows)
        if not page.rows:
            self._say_nothing_there(search)
        self.table.refresh()
        self.table.view.verticalScrollBar().setValue(0)
        self._close_panel()
        self._say_place()

    def _naming(self) -> Sequence[str]:
        """Names of the properties that tell what a record is called."""
        if self._page is None or not self._page.table.object:
            return ()
        desk = self._desk
        try:
            found = desk.workspace.definitions.object(desk.actor, self._page.table.object)
        except UserError:
            return ()
        return found.display_properties

    # -- saying where we are -----------------------------------------------------------------
    def _begin(self, again: Callable[[], object]) -> None:
        self._again = again
        self._busy.setRange(0, 0)
        self._busy.show()

    def _end(self) -> None:
        self._busy.hide()
        self.banner.hide()

    def _say_place(self) -> None:
        page = self._page
        self.before_button.setEnabled(len(self._starts) > 1)
        self.after_button.setEnabled(page is not None and page.next is not None)
        turned = len(self._starts) > 1
        place = "" if page is None else place_words(page, self._shown_search, self._total, turned)
        hidden = page is not None and any(column.sensitive for column in page.columns)
        note = say("Sensitive values are masked, and no search finds them.") if hidden else ""
        self.footer.set_words(place, note)
        announce(self, place)

    def _say_nothing_there(self, search: str) -> None:
        if not search:
            self._say_empty(say("No records"), say("The table has a heading and no rows."))
            return
        text = say("No value of this object holds “%1”.").replace("%1", search)
        self._say_empty(say("Nothing found"), text)

    def _say_empty(self, heading: str, sentence: str) -> None:
        self.table.show_empty(EmptyState("search", heading, sentence))

    def _show_failure(self, error: Exception) -> None:
        if isinstance(error, Cancelled):
            return
        self._busy.hide()
        if isinstance(error, UserError):
            title, text = error.message, error.hint
        else:
            title, text = say("The backup could not be read"), str(error)
        self.banner.set_state(BannerTone.DANGER, title, text, say("Try again"))
        self.banner.show()
        announce(self, title, urgent=True)
        if self._backup is None:
            # A header without columns says nothing; its room stays.
            self.table.hide()
            self.banner.button.setFocus()

    # -- what a person does ------------------------------------------------------------------
    @Slot()
    def _try_again(self) -> None:
        self._again()

    @Slot()
    def _search_soon(self) -> None:
        self._pause.start()

    @Slot()
    def _search_now(self) -> None:
        self._pause.stop()
        if self._backup is not None and self.search.text().strip() != self._shown_search:
            self._go_to([0])

    @Slot()
    def _next(self) -> None:
        if self._page is not None and self._page.next is not None:
            self._go_to([*self._starts, self._page.next])

    @Slot()
    def _previous(self) -> None:
        if len(self._starts) > 1:
            self._go_to(self._starts[:-1])

    @Slot(object)
    def show_row(self, number: int) -> None:
        """Open a record beside the table."""
        page, row = self._page, self._row(number)
        if page is None or row is None:
            return
        self.panel.show_row(page, row, self._name_of(page, row))
        ids = self.table.ids
        place = ids.index(number) if number in ids else -1
        self.panel.set_steps(place > 0, 0 <= place < len(ids) - 1)
        self.table.view.go_to(number)
        self.table.view.show_open(number)
        self.panel.show()

    def _row(self, number: int) -> BrowsedRow | None:
        rows = () if self._page is None else self._page.rows
        return next((row for row in rows if row.row == number), None)

    def _name_of(self, page: BrowsedPage, row: BrowsedRow) -> str:
        values = {
            column.name: value
            for column, value in zip(page.columns, row.values, strict=True)
            if value is not None and not column.sensitive
        }
        return " ".join(values[name] for name in self._naming() if name in values)

    @Slot(int)
    def _step(self, by: int) -> None:
        number = self.table.view.step(by) if self.panel.isVisible() else None
        if number is not None:
            self.show_row(number)

    @Slot()
    def _close_panel(self) -> None:
        if self.panel.isVisible():
            self.panel.hide()
            self.table.view.setFocus()
        self.table.view.show_open(None)

    @Slot(str)
    def _reveal(self, name: str) -> None:
        desk, reference, row, page = self._desk, self._reference, self.panel.row, self._page
        if row is None or page is None:
            return
        table, stopped = page.table.object or page.table.file, self._reading.stopped

        def write() -> Mapping[str, str | None]:
            return desk.workspace.browsing.reveal(
                desk.actor, reference, table, row.row, [name], cancelled=stopped
            )

        def show(values: Mapping[str, str | None]) -> None:
            if self.panel.row is row:
                self.panel.reveal(values)
                announce(self, say("Revealed. This look is in the log."))

        desk.run_write(self, write, show, self._show_failure)

    @Slot()
    def _use(self) -> None:
        ours = self._backup is not None and self._backup.ours
        link = f"{'restore/from' if ours else 'imports/file'}/{self._reference}"
        if ours and self.choice.record_ids and self._page is not None:
            ids = ",".join(map(str, self.choice.record_ids))
            link = f"restore/records/{self._page.table.object}/{ids}/{self._reference}"
        self._leave()
        self._desk.go(link)

    @Slot()
    def _compare(self) -> None:
        dialog = CompareDialog(self._desk, self._reference, self._title, self._over)
        self._leave()
        dialog.open()

    @Slot()
    def _leave(self) -> None:
        self.done(QDialog.DialogCode.Rejected)

    def reject(self) -> None:
        """Esc closes the panel first, then the dialog."""
        if self.panel.isVisible():
            self._close_panel()
        else:
            super().reject()

    def done(self, result: int) -> None:
        """Stop reading and let go of the file."""
        self._reading.stop()
        self._desk.workspace.browsing.leave()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        # Closing asks as Esc does, which would only close the panel.
        self.panel.hide()
        super().closeEvent(event)
