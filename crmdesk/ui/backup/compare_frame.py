"""The parts of the dialog that compares two states, and how they stand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from crmdesk.ui.backup.compare_rows import definition_columns
from crmdesk.ui.backup.words import say
from crmdesk.ui.desk import Desk
from crmdesk.ui.frame.footer import Footer
from crmdesk.ui.tables.cells import Row, RowAction, RowHeight
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.widgets.progress import ProgressBar
from crmdesk.ui.widgets.segmented import Segmented
from crmdesk.ui.widgets.side_panel import SidePanel
from crmdesk.ui.window_state import TableState

_SHARE, _LEAST = 0.94, (760, 460)


class CompareFrame(QDialog):
    """Header, choices, two tables, panel and foot; what they do is the dialog's affair.

    Args:
        title: what the backup is called.
        over: the page it opens over.
    """

    def __init__(self, desk: Desk, title: str, over: QWidget) -> None:
        super().__init__(over.window())
        self._desk, self._title = desk, title
        self.setObjectName("compare_dialog")
        self.setWindowTitle(say("Compare"))
        self.setAccessibleName(say("Compare"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make_parts()
        self._build()
        self._fit(over.window())

    def definition_actions(self, _row: Row) -> Sequence[RowAction]:
        """What can be done with a differing definition; the dialog knows."""
        return ()

    def _make_parts(self) -> None:
        self.others = _choice(say("Compare with"), 20)
        self.objects = _choice(say("Object"), 14)
        self.properties = _choice(say("Property"), 14)
        self.kinds = Segmented(
            say("What is shown"),
            (
                ("all", say("All")),
                ("changed", say("Changed")),
                ("added", say("Added")),
                ("removed", say("Removed")),
                ("definitions", say("Definitions")),
            ),
        )
        start = TableState(height=RowHeight.COMPACT)
        queries = self._desk.queries
        self.table = DataTable(say("Differing records"), ListSource(()), queries, start=start)
        self.definition_source = ListSource(definition_columns())
        self.definitions = DataTable(
            say("Differing definitions"),
            self.definition_source,
            queries,
            actions_of=self.definition_actions,
            start=TableState(height=RowHeight.ROOMY),
        )
        self.panel = SidePanel("compare", say("Difference"))
        self.values = QWidget()
        column = QVBoxLayout(self.values)
        column.setContentsMargins(11, 16, 16, 16)
        column.setSpacing(12)
        self.panel.add_page("values", say("Values"), self.values)
        self.banner = Banner(BannerTone.DANGER, "", "", say("Try again"))
        self.note = Banner(BannerTone.WARN, "", icon="shield-alert")
        self.note.setObjectName("unverified_note")
        self.busy = ProgressBar(say("Comparing"), 2)
        self.footer = Footer(tall=True)
        self.save_button = Button(say("Save as CSV"), ButtonKind.SECONDARY, "download")
        self.save_button.setObjectName("save_difference")
        self.put_back_button = Button(say("Put all back"), ButtonKind.SECONDARY, "rotate-ccw")
        self.put_back_button.setObjectName("put_all_back")
        self.close_button = Button(say("Close"), ButtonKind.SECONDARY)

    def _build(self) -> None:
        self.header = PageHeader(say("Compare"), self._title)
        self.header.add(self.others)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.kinds)
        line.addStretch(1)
        line.addWidget(self.objects)
        line.addWidget(self.properties)
        top = QVBoxLayout()
        top.setContentsMargins(24, 16, 24, 12)
        top.setSpacing(12)
        top.addWidget(self.header)
        top.addWidget(self.banner)
        top.addWidget(self.note)
        top.addLayout(line)
        for button in (self.put_back_button, self.save_button, self.close_button):
            self.footer.end.addWidget(button)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.table, 1)
        middle.addWidget(self.definitions, 1)
        middle.addWidget(self.panel)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addWidget(self.busy)
        whole.addLayout(middle, 1)
        whole.addWidget(self.footer)
        for hidden in (
            self.banner,
            self.note,
            self.panel,
            self.definitions,
            self.put_back_button,
        ):
            hidden.hide()
        # Enter on a row must not press a button.
        for each in self.findChildren(QPushButton):
            each.setAutoDefault(False)

    def _fit(self, window: QWidget) -> None:
        wide, high = (round(side * _SHARE) for side in (window.width(), window.height()))
        self.resize(max(wide, px(_LEAST[0])), max(high, px(_LEAST[1])))


def _choice(name: str, characters: int) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    box.setMinimumContentsLength(characters)
    return box
