"""The Import & Export tab: the imports that were made, and the assistant that makes one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import FINAL, Job, JobKind, JobState
from crmdesk.core.transfer.model import Import
from crmdesk.ui.desk import Desk
from crmdesk.ui.frame.page import Page
from crmdesk.ui.messages import message
from crmdesk.ui.tables.cells import Lead, Row, RowAction, RowHeight
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.model import PagedModel
from crmdesk.ui.transfer.detail_panel import ImportPanel
from crmdesk.ui.transfer.empty_list import not_open, nothing_found, nothing_yet
from crmdesk.ui.transfer.filters import ImportFilters, Wanted
from crmdesk.ui.transfer.source import USUAL, ImportSource
from crmdesk.ui.transfer.undo_import import ImportUndoing
from crmdesk.ui.transfer.wording import say
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.window_state import TableState

if TYPE_CHECKING:
    from crmdesk.ui.transfer.assistant import ImportAssistant


class TransferPage(Page):
    """Imports and the restores among them; leaving the tab keeps an import in the making."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(say("Import & Export"))
        self._desk = desk
        self.source = ImportSource(desk)
        self.table = DataTable(
            say("Imports"),
            self.source,
            desk.queries,
            lead=Lead.ICON,
            actions_of=self._actions,
            state=desk.state,
            key="imports",
            start=TableState(columns=USUAL, height=RowHeight.ROOMY),
        )
        self.panel = ImportPanel(desk)
        self._assistant: ImportAssistant | None = None
        self._empty = ""
        self._states: dict[str, JobState] = {}
        self.undoing = ImportUndoing(desk, self)
        self.filters = ImportFilters(desk)
        self.filters.choose_columns_of(self.table)
        self.header = PageHeader(say("Import & Export"), " ")
        self.import_button = Button(say("Import"), ButtonKind.PRIMARY, "upload")
        self.import_button.setObjectName("start_import")
        self.header.add(self.import_button)
        self._lay_out()
        self._connect()
        self._allowed = desk.may(Permission.IMPORT)
        if self._allowed:
            self.table.load(Wanted())
        else:
            self._close_to_this_person()

    def _lay_out(self) -> None:
        top = QVBoxLayout()
        top.setContentsMargins(24, 16, 24, 8)
        top.setSpacing(12)
        top.addWidget(self.header)
        top.addWidget(self.filters)
        main = QVBoxLayout()
        main.setSpacing(0)
        main.addLayout(top)
        main.addWidget(self.table, 1)
        listing = QWidget()
        row = QHBoxLayout(listing)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(main, 1)
        row.addWidget(self.panel)
        self.panel.hide()
        self.faces = QStackedWidget()
        self.faces.addWidget(listing)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.faces)

    def _connect(self) -> None:
        self.import_button.clicked.connect(self._begin)
        self.table.opened.connect(self._open_number)
        self.table.current_moved.connect(self._follow_row)
        self.table.counted.connect(self._count)
        self.table.action_chosen.connect(self._act)
        self.panel.closed.connect(self.close_panel)
        self.panel.stepped.connect(self._step)
        self.panel.failed.connect(self._show_error)
        self.panel.undo_asked.connect(self.undoing.ask)
        self.undoing.started.connect(self._show_undo)
        self.undoing.failed.connect(self._show_error)
        self.filters.changed.connect(self._filter)
        self.filters.down_pressed.connect(self.start_focus)
        self._desk.jobs.changed.connect(self._jobs_moved)
        self._desk.jobs.ended.connect(self._job_ended)

    # The assistant

    @property
    def assistant(self) -> ImportAssistant:
        """The assistant; made when it is first wanted, since it takes as long as the tab."""
        if self._assistant is None:
            from crmdesk.ui.transfer.assistant import ImportAssistant

            made = self._assistant = ImportAssistant(self._desk)
            made.undo_asked.connect(self.undoing.ask)
            made.left.connect(self.leave_assistant)
            made.started.connect(lambda _id: self.table.refresh())
            made.detail_asked.connect(self._show_detail)
            self.faces.addWidget(made)
        return self._assistant

    def begin_import(self, object_name: str | None = None, path: str = "") -> None:
        """Open the assistant; one that is in the making goes on."""
        if not self._allowed:
            return
        assistant = self.assistant
        fresh = assistant.draft is None or assistant.run.ended
        if object_name or path or fresh:
            assistant.start(object_name)
        self.faces.setCurrentWidget(assistant)
        if path:
            assistant.open_file(path)
        (assistant.primary if assistant.draft else assistant.file.drop.button).setFocus()
        self._desk.ways.follow()

    @Slot()
    def _begin(self) -> None:
        self.begin_import()

    @Slot()
    def leave_assistant(self) -> None:
        """Go back to the list; a draft is given up, an import that runs goes on."""
        if self._assistant is not None:
            self._assistant.start()
        self._desk.ways.draft("transfer", False)
        self.faces.setCurrentIndex(0)
        self.table.refresh()
        self.start_focus()

    def _show_detail(self, import_id: str) -> None:
        self.leave_assistant()
        self.open_import(import_id)

    @Slot(str)
    def _show_undo(self, undo_id: str) -> None:
        if self.in_assistant:
            self.leave_assistant()
        self.table.refresh()
        self.open_import(undo_id)

    # The list

    def _actions(self, row: Row) -> tuple[RowAction, ...]:
        if row.progress is None:
            details = RowAction("open", say("Show details"), "panel-right")
            found = self.source.import_of(row.id)
            if found is None or found.no_undo:
                return (details,)
            return (details, RowAction("undo", say("Undo import"), "undo-2"))
        return (RowAction("cancel", say("Cancel import"), prominent=True),)

    @Slot(str, object)
    def _act(self, key: str, number: int) -> None:
        found = self.source.import_of(number)
        if found is None:
            return
        if key == "open":
            self.open_import(found.id)
            return
        if key == "undo":
            self.undoing.ask(found.id)
            return
        self._desk.cancel_job(self, found.job_id or "", self._show_error)

    @Slot(object)
    def _count(self, count: int) -> None:
        narrowed = self.filters.wanted.narrows
        # In an empty page the primary stands in the page.
        empty = not count and not narrowed
        some = say("%Ln import{|s}, restores included", count)
        self.header.set_title(say("Import & Export"), say("No imports yet") if empty else some)
        self.import_button.setVisible(not empty)
        self.filters.setVisible(not empty)
        kind = "" if count else "nothing" if empty else "nothing_found"
        if kind and kind != self._empty:
            self.table.show_empty(
                nothing_yet(self._begin) if empty else nothing_found(self.filters.clear)
            )
        self._empty = kind

    def _close_to_this_person(self) -> None:
        self.import_button.hide()
        self.filters.hide()
        self.table.show_empty(not_open())

    @Slot()
    def _filter(self) -> None:
        wanted = self.filters.wanted
        if wanted != self.table.query.filter:
            self.table.load(wanted)

    @Slot(object)
    def _jobs_moved(self, jobs: list[Job]) -> None:
        states = {job.id: job.state for job in jobs if job.kind is not JobKind.BACKUP}
        if not self._allowed:
            return
        if states != self._states:
            # Out of sight the difference stays, and is found at the next look.
            if self.isVisible():
                self._states = states
                self.table.refresh()
        elif states and isinstance(model := self.table.view.model(), PagedModel):
            # Only how far they are is another: the rows in sight are painted again.
            model.forget_rows()
            self.table.view.viewport().update()

    @Slot(object)
    def _job_ended(self, _job: Job) -> None:
        self.refresh()

    # The panel

    def open_import(self, import_id: str) -> None:
        """Show one import beside the list."""
        desk = self._desk
        try:
            found = desk.workspace.imports.show(desk.actor, import_id)
        except UserError as error:
            self._show_error(error)
            return
        self._open(found)

    @Slot(object)
    def _open_number(self, number: int) -> None:
        found = self.source.import_of(number)
        if found is not None:
            self.open_import(found.id)

    def _open(self, found: Import) -> None:
        number = self.source.number_of(found.id)
        self.panel.show_import(found)
        self.panel.show()
        self.table.view.show_open(number)
        position = -1 if number is None else self.table.view.position_of(number)
        self.panel.set_steps(position > 0, 0 <= position < self.table.count - 1)

    @Slot(object)
    def _follow_row(self, number: int) -> None:
        found = self.source.import_of(number)
        if self.panel.isVisible() and found is not None and found.id != self.panel.import_id:
            self.open_import(found.id)

    @Slot(int)
    def _step(self, by: int) -> None:
        number = self.source.number_of(self.panel.import_id)
        if number is not None:
            self.table.view.go_to(number)
        self.table.view.step(by)

    @Slot()
    def close_panel(self) -> None:
        """Close the panel; the focus goes back to the row."""
        self.panel.hide()
        self.panel.import_id = ""
        self.table.view.show_open(None)
        self.start_focus()

    @Slot(object)
    def _show_error(self, error: Exception) -> None:
        said = message(error)
        self.table.show_error(said.title, said.advice)

    # What the window asks

    @property
    def in_assistant(self) -> bool:
        """Whether the assistant is in sight."""
        return self._assistant is not None and self.faces.currentWidget() is self._assistant

    def commands(self) -> Mapping[str, Callable[[], object]]:
        """Find, new, steps in the panel; in the assistant the way on."""
        if self.in_assistant:
            return {"send": self.assistant.go_on}
        return {
            "find": self.filters.search.setFocus,
            "new": self._begin,
            "previous": lambda: self._step(-1),
            "next": lambda: self._step(1),
        }

    def regions(self) -> Sequence[QWidget]:
        """Header, search, table, panel; in the assistant its steps and foot."""
        if self.in_assistant:
            return (self.assistant,)
        return (self.header, self.filters.search, self.table.view, self.panel)

    def start_focus(self) -> None:
        """To the table, or to the primary of the assistant."""
        if self.in_assistant:
            file = self.assistant.file
            (self.assistant.primary if self.assistant.draft else file.drop.button).setFocus()
        else:
            self.table.view.setFocus()

    def refresh(self) -> None:
        """Read the list again, and the import in the panel."""
        if not self._allowed:
            return
        self.table.refresh()
        if self.panel.isVisible() and self.panel.import_id:
            desk = self._desk
            found = desk.workspace.imports.show(desk.actor, self.panel.import_id)
            # An import that is over does not change: what was read of it stays in place.
            if found != self.panel.found and found.state in FINAL:
                self.panel.show_import(found)

    def open_link(self, link: str) -> None:
        """``imports/<id>``, ``imports/new``, ``imports/new/<object>``, ``imports/file/<path>``."""
        what, _, rest = link.removeprefix("imports").removeprefix("/").partition("/")
        if what == "new":
            self.begin_import(rest or None)
        elif what == "file":
            self.begin_import(None, rest)
        elif what:
            self.faces.setCurrentIndex(0)
            self.open_import(what)

    def escape(self) -> bool:
        """Close the panel, then clear the filters."""
        if self.in_assistant:
            if self.assistant.columns.panel.isVisible():
                self.assistant.columns.close_panel()
                return True
            return False
        if self.panel.isVisible():
            self.close_panel()
            return True
        if self.filters.wanted.narrows:
            self.filters.clear()
            return True
        return False

    def affected_by(self, change: object) -> bool:
        """Imports change by jobs, which are watched."""
        return isinstance(change, Job)
