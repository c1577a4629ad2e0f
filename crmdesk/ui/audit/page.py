"""The Audit Logs tab: every entry, newest first, with one of them in a panel beside."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.audit.view_model import AuditView, AuditViewDefinition
from crmdesk.ui.audit.banner_place import BannerPlace
from crmdesk.ui.audit.details import COMMENTS, EntryPanel
from crmdesk.ui.audit.entry_deeds import EntryDeeds
from crmdesk.ui.audit.figures_part import Figures, FiguresPart, bars_of, summary_words, whole_words
from crmdesk.ui.audit.filter_bar import AuditFilterBar
from crmdesk.ui.audit.log_words import (
    edition_words,
    first_words,
    gone_words,
    nothing_here,
    view_missing,
)
from crmdesk.ui.audit.newer import NewerEntries
from crmdesk.ui.audit.period_words import MOMENT, between, of_days
from crmdesk.ui.audit.say import say
from crmdesk.ui.audit.source import USUAL, AuditSource
from crmdesk.ui.audit.summary_strip import SummaryStrip
from crmdesk.ui.audit.verifying import Verifying
from crmdesk.ui.audit.views_bar import AuditViewsBar
from crmdesk.ui.audit.wording import Wording
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.report_part import ReportPart
from crmdesk.ui.frame.page import Page
from crmdesk.ui.jobs import Job
from crmdesk.ui.messages import message
from crmdesk.ui.tables.cells import RowHeight
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.model import PagedModel
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.window_state import TableState

if TYPE_CHECKING:
    from crmdesk.ui.exports.report_dialog import ReportOffer


# Entries of another program's log have numbers below 0, and so have the views of everybody.
_NUMBER = re.compile(r"-?[1-9][0-9]{0,17}")


class AuditPage(Page):
    """The log of what was done, by whom and when. Reading it writes no entry.

    Links: ``audit``, ``audit/<entry>``, ``audit/<entry>/comments/<comment>``,
    ``audit/view/<view>``.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(say("Audit Logs"))
        self._desk = desk
        wording = Wording.of(desk)
        self.source = AuditSource(wording)
        self.table = DataTable(
            say("Audit log"),
            self.source,
            desk.queries,
            state=desk.state,
            key="audit",
            start=TableState(columns=USUAL, height=RowHeight.COMPACT),
        )
        self.deeds = EntryDeeds(wording, self)
        self.panel = EntryPanel(wording, self.deeds)
        self.filters = AuditFilterBar(desk, first_words(wording))
        self.views = AuditViewsBar(desk, lambda: self.filters.wanted, self)
        self.strip = SummaryStrip(desk.queries)
        self.newer = NewerEntries(desk, self, self.table, self.source, self.strip.newer_link)
        self.figures = FiguresPart(desk, self)
        self._figures: Figures | None = None
        self._asked: AuditViewDefinition | None = None
        self.verify_button = Button(say("Verify log"), icon="shield-check")
        self.verify_button.setObjectName("audit_verify")
        self.recorded_button = Button(say("What is recorded"), icon="list-checks")
        self.recorded_button.setObjectName("audit_recorded_button")
        self.exports = ReportPart(desk, self._offer, self)
        self.export_button = self.exports.button()
        self.export_button.setText(say("Export report"))
        self.header = PageHeader(say("Audit Logs"), edition_words(wording))
        self.header.add(self.recorded_button)
        self.header.add(self.verify_button)
        self.header.add(self.export_button)
        self.told = BannerPlace()
        self.verifying = Verifying(desk, self.verify_button, self.open_entry, self.told.clear, self)
        self._lay_out()
        self._connect()
        self._read_words()
        self.show_view(self.views.current)
        self.views.read()

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(24, 16, 24, 4)
        head.setSpacing(12)
        head.addWidget(self.header)
        head.addWidget(self.told)
        head.addWidget(self.verifying)
        tools = QVBoxLayout()
        tools.setContentsMargins(24, 12, 24, 6)
        tools.setSpacing(8)
        tools.addWidget(self.filters)
        tools.addWidget(self.strip)
        main = QVBoxLayout()
        main.setSpacing(0)
        main.addLayout(head)
        main.addWidget(self.views)
        main.addLayout(tools)
        main.addWidget(self.table, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(main, 1)
        row.addWidget(self.panel)
        self.panel.hide()

    def _connect(self) -> None:
        self.table.opened.connect(self.open_entry)
        self.table.current_moved.connect(self._follow)
        self.table.counted.connect(self._count)
        self.panel.closed.connect(self.close_panel)
        self.panel.stepped.connect(self._step)
        self.panel.page_chosen.connect(lambda _: self._desk.ways.follow())
        self.filters.changed.connect(self._load)
        self.filters.down_pressed.connect(self.start_focus)
        self.filters.choose_columns_of(self.table)
        self.views.chosen.connect(self.show_view)
        self.views.missing.connect(lambda: self.filters.set_notice(view_missing()))
        self.strip.picked.connect(self._zoom)
        self.figures.read.connect(self._show_figures)
        self.figures.failed.connect(lambda error: self.strip.set_error(message(error).title))
        self.verifying.began.connect(self.told.clear)
        self.verifying.found.connect(self.told.show_banner)
        self.recorded_button.clicked.connect(lambda: self._desk.go("settings/audit.recorded"))
        self.deeds.done.connect(self._look_again)
        self.panel.comments.changed.connect(self._read_marks)
        self.newer.went_on.connect(self._read_marks)
        self.newer.went_on.connect(self.panel.comments.read_again)
        for part in (self.exports, self.deeds, self.views):
            part.failed.connect(self._show_error)
        self._desk.jobs.ended.connect(self._job_ended)

    # Entries

    @Slot(object)
    def open_entry(self, event_id: int) -> None:
        """Show an entry in the panel beside the table."""
        self.panel.show_entry(event_id)
        self.table.view.show_open(event_id)
        self.panel.show()
        position = self.table.view.position_of(event_id)
        self.panel.set_steps(position > 0, 0 <= position < self.table.count - 1)

    @Slot()
    def close_panel(self) -> None:
        """Close the panel; the focus goes back to the row."""
        self.panel.hide()
        self.panel.event_id = None
        self.table.view.show_open(None)
        self.start_focus()

    @Slot(object)
    def _follow(self, event_id: int) -> None:
        if self.panel.isVisible() and event_id != self.panel.event_id:
            self.open_entry(event_id)

    @Slot(int)
    def _step(self, by: int) -> None:
        if self.panel.event_id is not None:
            self.table.view.go_to(self.panel.event_id)
        moved = self.table.view.step(by)
        if moved is not None:
            self.open_entry(moved)

    @Slot()
    def _look_again(self) -> None:
        """What was done from an entry is an entry itself, and the panel's may offer less now."""
        self.told.forget_error()
        self.table.refresh()
        self.panel.look_again()

    @Slot(object)
    def _job_ended(self, _job: Job) -> None:
        if self.isVisible():
            self._look_again()

    @Slot()
    def _read_marks(self) -> None:
        """Somebody said something about an entry, or read it: the rows show it."""
        model = self.table.view.model()
        if isinstance(model, PagedModel):
            model.forget_rows()
            self.table.view.viewport().update()

    # Filters and views

    def _read_words(self) -> None:
        """Find out which values, people and teams there are: of millions of entries that waits."""
        desk = self._desk
        desk.run_query(
            self,
            "words",
            lambda: desk.workspace.audit_reader.vocabulary(desk.actor),
            self.filters.set_vocabulary,
            self._show_error,
        )

    @Slot(object)
    def show_view(self, view: AuditView) -> None:
        """Show what a view keeps."""
        self.filters.show_wanted(view.definition)
        self._load()

    @Slot()
    def _load(self) -> None:
        wanted = self.filters.wanted
        self.views.follow()
        self.filters.set_notice(gone_words(self.views.current, wanted.filters))
        self.told.forget_error()
        if wanted != self.table.query.filter:
            self.table.load(wanted)

    @Slot()
    def clear_filters(self) -> None:
        """Show every entry of any time."""
        self.filters.clear()

    @Slot(int, int)
    def _zoom(self, first: int, last: int) -> None:
        if self._figures is not None:
            bars = self._figures.histogram.bars
            wanted = between(self.filters.wanted, bars[first].start, bars[last].end - MOMENT)
            self.filters.ask(wanted)

    @Slot(object)
    def _count(self, count: int) -> None:
        """The rows stand; the figures above them come next."""
        self.strip.set_count(say("%Ln entr{y|ies}", count))
        wanted = self.filters.wanted
        # What a few new entries add is no other picture.
        self.strip.histogram.set_pale(wanted != self._asked)
        self._asked = wanted
        self.figures.ask(wanted)
        if not count:
            filtered = self.filters.narrows
            self.table.show_empty(nothing_here(self.clear_filters, filtered=filtered))

    @Slot(object)
    def _show_figures(self, found: Figures) -> None:
        self._figures = found
        zone = self.source.wording.zone
        bars = bars_of(found, zone)
        self.strip.set_error("")
        self.strip.set_range(whole_words(found, zone))
        self.strip.show_bars(bars, summary_words(bars))
        self.filters.show_facets(found.facets)

    # Export

    def _offer(self) -> ReportOffer:
        """What the log shows, where that is not all of it, and the whole of it."""
        # Imported when it is wanted: the window opens sooner.
        from crmdesk.ui.exports.report_offers import audit_log_offer

        wanted = self.table.query.filter
        zone = self.source.wording.zone
        narrowed = AuditFilters()
        if isinstance(wanted, AuditViewDefinition):
            narrowed = wanted.filters_at(datetime.now(UTC), zone)
        return audit_log_offer(narrowed, self.filters.vocabulary, zone)

    @Slot(object)
    def _show_error(self, error: Exception) -> None:
        self.told.show_error(error)

    # What the window asks

    def commands(self) -> Mapping[str, Callable[[], object]]:
        """Find, save the view, export, and steps in the panel; a comment is sent from there."""
        sends = self.panel.isVisible() and self.panel.page == COMMENTS
        return {
            "find": self.filters.search.setFocus,
            "save": self.views.save,
            **self.exports.commands(),
            "previous": lambda: self._step(-1),
            "next": lambda: self._step(1),
            **({"send": self.panel.comments.send} if sends else {}),
        }

    def set_narrow(self, narrow: bool) -> None:
        """The histogram folds away, views keep their menu alone, two buttons lose their words."""
        self.strip.set_narrow(narrow)
        self.views.set_narrow(narrow)
        for button, text in (
            (self.recorded_button, say("What is recorded")),
            (self.verify_button, say("Verify log")),
        ):
            button.set_idle()
            button.setText("" if narrow else text)
            button.set_icon(button.icon_name)
            button.setAccessibleName(text)
            button.setToolTip(text if narrow else "")
        if self.verifying.runs:
            self.verifying.show_busy()

    def regions(self) -> Sequence[QWidget]:
        """Header, views, filters, histogram, table, panel."""
        return (
            self.header,
            self.views.tabs,
            self.filters.search,
            self.strip.histogram,
            self.table.view,
            self.panel,
        )

    def start_focus(self) -> None:
        """To the table."""
        self.table.setFocus()

    def refresh(self) -> None:
        """Read the log again, the labels and the zone it is shown with, and the views."""
        self.told.forget_error()
        wording = Wording.of(self._desk)
        self.source.wording = self.deeds.wording = wording
        self.panel.set_wording(wording)
        self.header.set_title(say("Audit Logs"), edition_words(wording))
        self._read_words()
        self.views.read()
        self.table.refresh()

    def open_link(self, link: str) -> None:
        """``audit/<entry>``, ``audit/view/<view>``, ``audit/days/<first>/<last>``."""
        _, *parts = link.split("/")
        numbers = [int(each) for each in parts if _NUMBER.fullmatch(each)]
        if parts[:1] == ["view"] and numbers:
            self.views.go_to(numbers[0])
        elif parts[:1] == ["days"]:
            first, last = (date.fromisoformat(day) for day in parts[1:3])
            zone = self.source.wording.zone
            self.filters.ask(of_days(AuditViewDefinition(), first, last, zone))
        elif numbers:
            self.open_entry(numbers[0])
            if parts[1:2] == [COMMENTS]:
                self.panel.show_comment(*numbers[:2])

    def escape(self) -> bool:
        """Close the panel, then go back to what the view shows."""
        if self.panel.isVisible():
            self.close_panel()
            return True
        if self.filters.search.text():
            self.filters.search.clear_search()
            return True
        return False
