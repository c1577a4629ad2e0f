"""The parts of the dialog that looks into a backup, and how they stand."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from crmdesk.ui.backup.browse_choice import RecordChoice
from crmdesk.ui.backup.browse_panel import BrowsedRecordPanel
from crmdesk.ui.backup.words import say
from crmdesk.ui.desk import Desk
from crmdesk.ui.frame.footer import Footer
from crmdesk.ui.tables.cells import Lead, RowHeight
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind, IconButton
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.widgets.progress import ProgressBar
from crmdesk.ui.widgets.search_field import SearchField
from crmdesk.ui.window_state import TableState

_SHARE, _LEAST = 0.94, (760, 460)


class BrowseFrame(QDialog):
    """Header, table, panel and foot; what they do is the dialog's affair.

    Args:
        title: what the backup is called.
        over: the page it opens over.
    """

    def __init__(self, desk: Desk, title: str, over: QWidget) -> None:
        super().__init__(over.window())
        self._desk, self._title = desk, title
        self.setObjectName("browse_dialog")
        self.setWindowTitle(say("Browse records"))
        self.setAccessibleName(say("Browse records"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make_parts()
        self._build()
        self._fit(over.window())

    def _make_parts(self) -> None:
        self.objects = QComboBox()
        self.objects.setAccessibleName(say("Object"))
        self.objects.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.objects.setMinimumContentsLength(14)
        self.search = SearchField(say("Search every value"))
        self.search.setMinimumWidth(px(160))
        self.search.setMaximumWidth(px(320))
        self._source = ListSource(())
        self.table = DataTable(
            say("Records in the backup"),
            self._source,
            self._desk.queries,
            lead=Lead.CHECK,
            start=TableState(height=RowHeight.COMPACT),
        )
        self.choice = RecordChoice(self.table)
        self.panel = BrowsedRecordPanel(self._desk.zone)
        self.banner = Banner(BannerTone.DANGER, "", "", say("Try again"))
        self._busy = ProgressBar(say("Reading the backup"), 2)
        self.footer = Footer(tall=True)
        self.before_button = IconButton("chevron-left", say("Previous page"))
        self.after_button = IconButton("chevron-right", say("Next page"))
        self.use_button = Button("", ButtonKind.SECONDARY, "archive-restore")
        self.use_button.setObjectName("use_backup")
        self.compare_button = Button(say("Compare"), ButtonKind.SECONDARY, "git-compare")
        self.compare_button.setObjectName("compare_backup")
        self.close_button = Button(say("Close"), ButtonKind.SECONDARY)

    def _build(self) -> None:
        self._header = PageHeader(say("Browse records"), self._title)
        self._header.add(self.objects)
        self._header.add(self.search)
        top = QVBoxLayout()
        top.setContentsMargins(24, 16, 24, 12)
        top.setSpacing(12)
        top.addWidget(self._header)
        top.addWidget(self.banner)
        turning = (self.before_button, self.after_button)
        for button in (*turning, self.compare_button, self.use_button, self.close_button):
            self.footer.end.addWidget(button)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.table, 1)
        middle.addWidget(self.panel)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addWidget(self._busy)
        whole.addLayout(middle, 1)
        whole.addWidget(self.footer)
        for hidden in (self.banner, self.panel, self.compare_button, self.use_button):
            hidden.hide()
        for waiting in (*turning, self.objects, self.search):
            waiting.setEnabled(False)
        # Enter in the search or on a row must not press a button.
        for each in self.findChildren(QPushButton):
            each.setAutoDefault(False)

    def _fit(self, window: QWidget) -> None:
        wide, high = (round(side * _SHARE) for side in (window.width(), window.height()))
        self.resize(max(wide, px(_LEAST[0])), max(high, px(_LEAST[1])))
