"""The list of exports: what left, who took it, and what can still be saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import UserError
from crmdesk.core.exports.model import Export, ExportFilter
from crmdesk.core.exports.overview import ExportOverview
from crmdesk.core.jobs.job import Job, JobKind, JobState
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.deeds import ExportDeeds
from crmdesk.ui.exports.figures_table import month_figures
from crmdesk.ui.exports.filters import ExportFilters
from crmdesk.ui.exports.overview_strip import OverviewStrip
from crmdesk.ui.exports.panel import ExportPanel
from crmdesk.ui.exports.saving import ExportSaving
from crmdesk.ui.exports.source import USUAL, ExportSource
from crmdesk.ui.exports.wanted import Wanted
from crmdesk.ui.exports.words import say
from crmdesk.ui.frame.page import Page
from crmdesk.ui.messages import message
from crmdesk.ui.tables.cells import Lead, Row, RowAction, RowHeight
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.model import PagedModel
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.empty_state import EmptyState, Fact
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.widgets.progress_row import ProgressRow
from crmdesk.ui.window_state import TableState

#: Jobs that have a line in the list.
_LISTED = frozenset({JobKind.EXPORT, JobKind.BACKUP})


class ExportsPage(Page):
    """Links: ``exports``, ``exports/<id>``."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(say("Exports"))
        self._desk = desk
        self._empty = ""
        self._work: ProgressRow | None = None
        self._figures_old = True
        self._states: dict[str, JobState] = {}
        self.source = ExportSource(desk)
        self.deeds = ExportDeeds(desk, self)
        self.saving = ExportSaving(desk, self, from_list=True)
        self.table = DataTable(
            say("Exports"),
            self.source,
            desk.queries,
            lead=Lead.ICON,
            actions_of=self._actions,
            state=desk.state,
            key="exports",
            start=TableState(columns=USUAL, height=RowHeight.ROOMY),
        )
        self.panel = ExportPanel(desk, self.deeds)
        self.header = PageHeader(say("Import & Export"), " ")
        everybody = desk.may(Permission.SUPER_ADMIN)
        if everybody:
            notices = Link(say("Large export notices"), "bell")
            notices.setObjectName("own_threshold")
            notices.clicked.connect(lambda: desk.go("settings/exports.own_threshold"))
            self.header.add(notices)
        self.overview = OverviewStrip(desk.queries, everybody=everybody)
        self.overview.hide()
        self.filters = ExportFilters(desk)
        self.filters.choose_columns_of(self.table)
        self._lay_out()
        self._connect()
        self.table.load(Wanted())

    def _lay_out(self) -> None:
        self._top = QVBoxLayout()
        self._top.setContentsMargins(24, 16, 24, 8)
        self._top.setSpacing(12)
        self._top.addWidget(self.header)
        self._top.addWidget(self.overview)
        self._top.addWidget(self.filters)
        main = QVBoxLayout()
        main.setSpacing(0)
        main.addLayout(self._top)
        main.addWidget(self.table, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(main, 1)
        row.addWidget(self.panel)
        self.panel.hide()

    def _connect(self) -> None:
        self.table.opened.connect(self._open_number)
        self.table.current_moved.connect(self._follow_row)
        self.table.counted.connect(self._count)
        self.table.action_chosen.connect(self._act)
        self.filters.changed.connect(self._filter)
        self.overview.chosen.connect(self._show_figure)
        self.overview.by_user.wanted.connect(self._read_months)
        self.filters.down_pressed.connect(self.start_focus)
        self.panel.closed.connect(self.close_panel)
        self.panel.stepped.connect(self._step)
        self.panel.acted.connect(self._act_in_panel)
        self.deeds.done.connect(self.refresh)
        self.deeds.failed.connect(self._show_error)
        self.saving.began.connect(self._show_work)
        self.saving.moved.connect(self._show_share)
        self.saving.ended.connect(self._end_work)
        self.saving.failed.connect(self._show_error)
        self.saving.saved.connect(lambda _found: self.refresh())
        self._desk.jobs.changed.connect(self._jobs_moved)
        self._desk.jobs.ended.connect(self._job_ended)

    # The list

    def _actions(self, row: Row) -> Sequence[RowAction]:
        found = self.source.export_of(row.id)
        return () if found is None else self.deeds.actions(found)

    @Slot(str, object)
    def _act(self, key: str, number: int) -> None:
        found = self.source.export_of(number)
        if found is not None:
            self._do(key, found)

    def _do(self, key: str, found: Export) -> None:
        deeds: dict[str, Callable[[Export], object]] = {
            "download": self.saving.download,
            "details": lambda each: self.open_export(each.id),
            "history": self._open_history,
            "cancel": self.deeds.cancel,
            "approve": self.deeds.approve,
            "reject": self.deeds.reject,
            "backup": lambda each: self._desk.go(f"backups/{each.id}"),
        }
        deeds[key](found)

    @Slot(object)
    def _open_number(self, number: int) -> None:
        """A press on the name saves a copy while there is a file; elsewhere the panel opens."""
        found = self.source.export_of(number)
        if found is None:
            return
        if self.table.view.pressed_column == "name" and found.downloadable:
            self.saving.download(found)
        else:
            self.open_export(found.id)

    @Slot()
    def _filter(self) -> None:
        wanted = self.filters.wanted
        if wanted != self.table.query.filter:
            self.table.load(wanted)

    @Slot(object)
    def _show_figure(self, wanted: ExportFilter) -> None:
        self.filters.set_filter(wanted)
        self.start_focus()

    def _read_overview(self) -> None:
        """Filters change nothing in the figures: they are read when the exports are."""
        self._figures_old = False
        desk = self._desk
        desk.run_query(
            self,
            "overview",
            lambda: desk.workspace.export_overviews.show(desk.actor),
            self._show_overview,
            self._show_unread,
        )

    @Slot()
    def _read_months(self) -> None:
        desk, table = self._desk, self.overview.by_user
        desk.run_query(
            self,
            "months",
            lambda: desk.workspace.export_overviews.months(desk.actor),
            lambda found: table.show_figures(month_figures(found)),
            self._show_unread,
        )

    def _show_overview(self, found: ExportOverview) -> None:
        self.overview.show_overview(found)
        self.overview.setVisible(self.filters.isVisibleTo(self))

    @Slot(object)
    def _count(self, count: int) -> None:
        narrowed = self.filters.wanted.narrows
        empty = not count and not narrowed
        text = say("No exports yet") if empty else say("%Ln export{|s}", count)
        self.header.set_title(say("Import & Export"), text)
        self.filters.setVisible(not empty)
        self.overview.setVisible(not empty and self.overview.found is not None)
        if self._figures_old:
            self._read_overview()
        kind = "" if count else "nothing" if empty else "nothing_found"
        if kind and kind != self._empty:
            self.table.show_empty(self._nothing() if empty else self._nothing_found())
        self._empty = kind

    def _nothing(self) -> EmptyState:
        go = Button(say("Go to the records"), ButtonKind.PRIMARY, "database")
        go.setObjectName("go_to_records")
        go.clicked.connect(lambda: self._desk.go("records"))
        facts = (
            Fact("file-down", say("CSV or Excel"), say("A table, a view, a segment, a selection.")),
            Fact("clock", say("Kept for a while"), say("Save a copy as often as you like.")),
            Fact("scroll-text", say("On record"), say("Who exported and saved what, and when.")),
        )
        return EmptyState(
            "file-down",
            say("Nothing was exported yet"),
            say("Press Export above any table of records. Every export is listed here."),
            buttons=[go],
            facts=facts,
        )

    def _nothing_found(self) -> EmptyState:
        clear = Button(say("Clear filters"), ButtonKind.PRIMARY)
        clear.setObjectName("clear_filters")
        clear.clicked.connect(self.filters.clear)
        return EmptyState(
            "search",
            say("No export matches"),
            say("Take a filter away, or search for another name."),
            buttons=[clear],
        )

    # Jobs and work

    @Slot(object)
    def _jobs_moved(self, jobs: list[Job]) -> None:
        states = {job.id: job.state for job in jobs if job.kind in _LISTED}
        if states != self._states:
            # Out of sight the difference stays, and is found at the next look.
            if self.isVisible():
                self._states = states
                self.refresh()
        elif states and isinstance(model := self.table.view.model(), PagedModel):
            # Only how far they are is another: the rows in sight are painted again.
            model.forget_rows()
            self.table.view.viewport().update()

    @Slot(object)
    def _job_ended(self, job: Job) -> None:
        if job.kind in _LISTED:
            self.take_change(job)

    @Slot(str)
    def _show_work(self, name: str) -> None:
        self._end_work()
        self._work = ProgressRow(name, say("Stop"))
        self._work.cancel_asked.connect(self.saving.stop)
        self._work.set_progress(name, None)
        self._top.addWidget(self._work)

    @Slot(float)
    def _show_share(self, share: float) -> None:
        if self._work is not None:
            self._work.set_progress(say("Saving a copy"), share)

    @Slot()
    def _end_work(self) -> None:
        if self._work is not None:
            self._top.removeWidget(self._work)
            self._work.hide()
            self._work.deleteLater()
            self._work = None

    @Slot(object)
    def _show_error(self, error: Exception) -> None:
        said = message(error)
        self.table.show_error(said.title, said.advice)

    def _show_unread(self, error: Exception) -> None:
        """Figures that cannot be read now are there again with the list."""
        said = message(error)
        banner = Banner(BannerTone.DANGER, said.title, said.advice, say("Try again"))
        banner.acted.connect(self.refresh)
        self.table.show_banner(banner)

    # The panel

    def open_export(self, export_id: str) -> None:
        """Show one export beside the list."""
        desk = self._desk
        try:
            found = desk.workspace.exports.show(desk.actor, export_id)
        except UserError as error:
            self._show_error(error)
            return
        number = self.source.number_of(found)
        self.panel.show_export(found)
        self.panel.show()
        self.table.view.show_open(number)
        position = -1 if number is None else self.table.view.position_of(number)
        self.panel.set_steps(position > 0, 0 <= position < self.table.count - 1)

    def _open_history(self, found: Export) -> None:
        self.open_export(found.id)
        self.panel.show_page("history")

    @Slot(object)
    def _follow_row(self, number: int) -> None:
        found = self.source.export_of(number)
        if self.panel.isVisible() and found is not None and found.id != self.panel.export_id:
            self.open_export(found.id)

    @Slot(int)
    def _step(self, by: int) -> None:
        shown = self.panel.found
        number = None if shown is None else self.source.number_of(shown)
        if number is not None:
            self.table.view.go_to(number)
        self.table.view.step(by)

    @Slot(str)
    def _act_in_panel(self, key: str) -> None:
        if self.panel.found is not None:
            self.table.forget_error()
            self._do(key, self.panel.found)

    @Slot()
    def close_panel(self) -> None:
        """Close the panel; the focus goes back to the row."""
        self.panel.hide()
        self.panel.found = None
        self.table.view.show_open(None)
        self.start_focus()

    # What the window asks

    def commands(self) -> Mapping[str, Callable[[], object]]:
        """Find, and steps in the panel."""
        return {
            "find": self.filters.search.setFocus,
            "previous": lambda: self._step(-1),
            "next": lambda: self._step(1),
        }

    def set_narrow(self, narrow: bool) -> None:
        """The charts fold away."""
        self.overview.set_narrow(narrow)

    def regions(self) -> Sequence[QWidget]:
        """Header, overview, filters, table, panel."""
        return (self.header, self.overview, self.filters.search, self.table.view, self.panel)

    def start_focus(self) -> None:
        """To the table."""
        self.table.view.setFocus()

    @Slot()
    def refresh(self) -> None:
        """Read the list and the figures again, and the export in the panel."""
        self._figures_old = True
        self.table.refresh()
        shown = self.panel.found
        if not self.panel.isVisible() or shown is None:
            return
        desk = self._desk
        found = desk.workspace.exports.show(desk.actor, shown.id)
        # What did not change stays in place, scrolled as it is.
        if found != shown:
            self.panel.show_export(found)

    def open_link(self, link: str) -> None:
        """``exports``, ``exports/<id>``."""
        export_id = link.partition("/")[2]
        if export_id:
            self.open_export(export_id)

    def escape(self) -> bool:
        """Close the panel, then clear the filters."""
        if self.panel.isVisible():
            self.close_panel()
            return True
        if self.filters.wanted.narrows:
            self.filters.clear()
            return True
        return False

    def affected_by(self, change: object) -> bool:
        """Exports change by jobs, which are watched."""
        return isinstance(change, Job)
