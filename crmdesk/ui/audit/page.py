"""The Audit Logs tab: every entry, newest first, with one of them in a panel beside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.setting_declarations import Edition
from crmdesk.ui.audit.category_chip import CategoryChip
from crmdesk.ui.audit.details import EntryPanel
from crmdesk.ui.audit.source import AuditSource
from crmdesk.ui.audit.verification import failed_banner, verified_banner
from crmdesk.ui.audit.wording import Wording
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.report_part import ReportPart
from crmdesk.ui.frame.page import Page
from crmdesk.ui.messages import message
from crmdesk.ui.tables.cells import RowHeight
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.empty_state import EmptyState
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.widgets.search_field import SearchField
from crmdesk.ui.window_state import TableState

if TYPE_CHECKING:
    from crmdesk.ui.exports.report_dialog import ReportOffer

_PAUSE_MS = 250
_SEARCH_WIDTH = 320


class AuditPage(Page):
    """The log of what was done, by whom and when. Reading it writes no entry."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(_say("Audit Logs"))
        self._desk = desk
        wording = Wording.of(desk)
        self.source = AuditSource(wording)
        self.table = DataTable(
            _say("Audit log"),
            self.source,
            desk.queries,
            state=desk.state,
            key="audit",
            start=TableState(height=RowHeight.COMPACT),
        )
        self.panel = EntryPanel(wording)
        self.search = SearchField(_say("Search entries"))
        self.search.setObjectName("audit_search")
        self.search.setMaximumWidth(_SEARCH_WIDTH)
        edition = Edition(desk.workspace.settings.text(None, "workspace.edition"))
        self.category = CategoryChip(wording.catalogue.visible_in(edition), self)
        self.verify_button = Button(_say("Verify log"), icon="shield-check")
        self.verify_button.setObjectName("audit_verify")
        self.exports = ReportPart(desk, self._offer, self)
        self.export_button = self.exports.button()
        self.header = PageHeader(_say("Audit Logs"))
        self.header.add(self.export_button)
        self.header.add(self.verify_button)
        self.banner: Banner | None = None
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._lay_out()
        self._connect()
        self.table.load(self._wanted())

    def _lay_out(self) -> None:
        self._banner_slot = QVBoxLayout()
        tools = QHBoxLayout()
        tools.setSpacing(8)
        tools.addWidget(self.search, 1)
        tools.addWidget(self.category)
        tools.addStretch(1)
        top = QVBoxLayout()
        top.setContentsMargins(24, 16, 24, 8)
        top.setSpacing(12)
        top.addWidget(self.header)
        top.addLayout(self._banner_slot)
        top.addLayout(tools)
        main = QVBoxLayout()
        main.setSpacing(0)
        main.addLayout(top)
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
        self.search.textChanged.connect(self._pause.start)
        self.search.cleared.connect(self._filter)
        self.search.down_pressed.connect(self.start_focus)
        self.search.returnPressed.connect(self._filter)
        self._pause.timeout.connect(self._filter)
        self.category.chosen.connect(lambda _codes: self._filter())
        self.verify_button.clicked.connect(self.verify)
        self.exports.failed.connect(self._show_error)

        # The order in which things stand: header, filters, table; the panel follows it.
        QWidget.setTabOrder(self.export_button, self.verify_button)
        QWidget.setTabOrder(self.verify_button, self.search)
        QWidget.setTabOrder(self.search, self.category)
        QWidget.setTabOrder(self.category, self.table.view)

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

    # Filters

    def _wanted(self) -> AuditFilters:
        return AuditFilters(
            categories=self.category.list.chosen(), texts=_words(self.search.text())
        )

    @Slot()
    def _filter(self) -> None:
        self._pause.stop()
        wanted = self._wanted()
        if wanted != self.table.query.filter:
            self.table.load(wanted)

    @Slot()
    def clear_filters(self) -> None:
        """Show every entry again."""
        self.search.clear()
        self.category.clear()
        self._filter()

    @Slot(object)
    def _count(self, count: int) -> None:
        zone = self.source.wording.zone.key
        text = _say("%Ln entr{y|ies}, times in %1", count).replace("%1", zone)
        self.header.set_title(_say("Audit Logs"), text)
        if not count:
            self.table.show_empty(self._nothing())

    def _nothing(self) -> EmptyState:
        clear = Button(_say("Clear filters"))
        clear.setObjectName("audit_clear_filters")
        clear.clicked.connect(self.clear_filters)
        return EmptyState(
            "scroll-text",
            _say("No entry matches"),
            _say("The log holds no entry with these words in these categories."),
            buttons=[clear],
        )

    # Export

    def _offer(self) -> ReportOffer:
        """What the log shows, where that is not all of it, and the whole of it."""
        # Imported when it is wanted: the window opens sooner.
        from crmdesk.ui.exports.report_offers import audit_log_offer

        wanted = self.table.query.filter
        narrowed = wanted if isinstance(wanted, AuditFilters) else AuditFilters()
        return audit_log_offer(narrowed, self.table.count)

    @Slot(object)
    def _show_error(self, error: Exception) -> None:
        said = message(error)
        self._show_banner(Banner(BannerTone.DANGER, said.title, said.advice))

    # Verification

    @Slot()
    def verify(self) -> None:
        """Check the whole chain off the GUI thread, and say what was found."""
        desk = self._desk
        self.verify_button.set_busy(_say("Verifying..."))
        desk.run_query(
            self,
            "verify",
            lambda: desk.workspace.audit.verify(desk.actor),
            lambda found: self._show_verdict(verified_banner(found, self.open_entry)),
            lambda error: self._show_verdict(failed_banner(error, self.verify)),
        )

    def _show_verdict(self, banner: Banner) -> None:
        self.verify_button.set_idle()
        self._show_banner(banner)

    def _show_banner(self, banner: Banner) -> None:
        if self.banner is not None:
            self._banner_slot.removeWidget(self.banner)
            self.banner.hide()
            self.banner.deleteLater()
        self.banner = banner
        self._banner_slot.addWidget(banner)

    # What the window asks

    def commands(self) -> Mapping[str, Callable[[], object]]:
        """Find, export, and steps in the panel."""
        return {
            "find": self.search.setFocus,
            **self.exports.commands(),
            "previous": lambda: self._step(-1),
            "next": lambda: self._step(1),
        }

    def regions(self) -> Sequence[QWidget]:
        """Header, filters, table, panel."""
        return (self.header, self.search, self.table.view, self.panel)

    def start_focus(self) -> None:
        """To the table."""
        self.table.view.setFocus()

    def refresh(self) -> None:
        """Read the log again, and the labels and the zone it is shown with."""
        self.source.wording = self.panel.wording = Wording.of(self._desk)
        self.table.refresh()

    def open_link(self, link: str) -> None:
        """``audit/<entry>`` opens one."""
        number = link.removeprefix("audit").strip("/")
        if number.isdigit():
            self.clear_filters()
            self.open_entry(int(number))

    def escape(self) -> bool:
        """Close the panel, then clear the search."""
        if self.panel.isVisible():
            self.close_panel()
            return True
        if self.search.text():
            self.search.clear_search()
            return True
        return False


def _words(typed: str) -> tuple[str, ...]:
    return (typed.strip(),) if typed.strip() else ()


def _say(text: str, count: int = -1) -> str:
    return QCoreApplication.translate("Audit", text, "", count)
