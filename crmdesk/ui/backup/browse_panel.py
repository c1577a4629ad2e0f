"""One record of a backup file, whole: every value, the sensitive ones once they are revealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.backup.browsed import BrowsedColumn, BrowsedPage, BrowsedRow
from crmdesk.ui import words
from crmdesk.ui.backup.browse_rows import readable_value
from crmdesk.ui.backup.words import say
from crmdesk.ui.tables.cells import MASK
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.side_panel import SidePanel, empty_layout

_VALUES_AT_ONCE = 60
_LONGEST_VALUE = 20_000


class BrowsedRecordPanel(SidePanel):
    """All values of one record of a backup file.

    Args:
        zone: times are shown in it.

    Signals:
        reveal_asked: name of a sensitive column.
    """

    reveal_asked = Signal(str)

    def __init__(self, zone: tzinfo, parent: QWidget | None = None) -> None:
        super().__init__("backup_record", say("Record in the backup"), parent=parent)
        self._zone = zone
        self.row: BrowsedRow | None = None
        self._values: dict[str, _Value] = {}
        self._waiting: list[tuple[BrowsedColumn, str]] = []
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(11, 16, 16, 16)
        self._column.setSpacing(12)
        self.add_page("values", say("Values"), body)
        self._more = Link("")

    def show_row(self, page: BrowsedPage, row: BrowsedRow, name: str) -> None:
        """Show a record.

        Args:
            name: what it is called; empty where nothing tells.
        """
        self.row = row
        number = say("Row %1").replace("%1", words.number(row.row))
        where = f"{number}, {page.table.label}"
        if row.record_id:
            where = f"{where}, {say('record ID %1').replace('%1', row.record_id)}"
        self.set_heading(name or number, where)
        empty_layout(self._column)
        self._values = {}
        if row.damaged:
            self._column.addWidget(_damaged(page))
        pairs = list(zip(page.columns, row.values, strict=True))
        self._waiting = [(column, value) for column, value in pairs if value is not None]
        self._more = Link("")
        self._more.setObjectName("more_values")
        self._more.clicked.connect(self._show_more)
        self._column.addWidget(self._more)
        blank = [column.label for column, value in pairs if value is None]
        if blank and not row.damaged:
            self._column.addWidget(_blank(blank))
        self._column.addStretch(1)
        self._show_more()

    def reveal(self, values: Mapping[str, str | None]) -> None:
        """Show sensitive values in the place of their masks."""
        for name, value in values.items():
            if name in self._values:
                self._values[name].show_value(value or "")

    @Slot()
    def _show_more(self) -> None:
        now, self._waiting = self._waiting[:_VALUES_AT_ONCE], self._waiting[_VALUES_AT_ONCE:]
        place = self._column.indexOf(self._more)
        for offset, (column, value) in enumerate(now):
            shown = _Value(column, value, self._zone)
            shown.reveal_asked.connect(self.reveal_asked)
            self._values[column.name] = shown
            self._column.insertWidget(place + offset, shown)
        self._more.setText(say("Show %Ln more value{|s}", len(self._waiting)))
        self._more.setVisible(bool(self._waiting))


class _Value(QWidget):
    """A label and its value.

    Signals:
        reveal_asked: name of the sensitive column.
    """

    reveal_asked = Signal(str)

    def __init__(self, column: BrowsedColumn, value: str, zone: tzinfo) -> None:
        super().__init__()
        self._column, self._zone = column, zone
        self._text = Paragraph("", TextStyle.BODY, "text")
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._reveal = Link(say("Reveal"))
        self._reveal.setObjectName(f"reveal_{column.name}")
        self._reveal.setAccessibleName(say("Reveal %1").replace("%1", column.label))
        self._reveal.setAutoDefault(False)
        self._reveal.clicked.connect(partial(self.reveal_asked.emit, column.name))
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._text, 1)
        line.addWidget(self._reveal, 0, Qt.AlignmentFlag.AlignTop)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(2)
        whole.addWidget(label(column.label, TextStyle.CAPTION, "text3"))
        whole.addLayout(line)
        if column.sensitive:
            self._text.set_text(MASK)
        else:
            self.show_value(value)

    def show_value(self, value: str) -> None:
        """Show it, line breaks too."""
        cut = readable_value(self._column, value[:_LONGEST_VALUE], self._zone)
        if len(value) > _LONGEST_VALUE:
            left = say("%Ln more character{|s} in the file", len(value) - _LONGEST_VALUE)
            cut = f"{cut}… ({left})"
        self._text.set_text(cut)
        self._reveal.hide()


def _damaged(page: BrowsedPage) -> Banner:
    hidden = any(column.sensitive for column in page.columns)
    text = say("It has more or fewer values than the table has columns, or quotes that never end.")
    if hidden:
        text = say(
            "Its values may stand in the wrong columns, sensitive ones too, so none is shown."
        )
    return Banner(BannerTone.WARN, say("This row is damaged"), text)


def _blank(labels: list[str]) -> Paragraph:
    text = say("No value: %1").replace("%1", ", ".join(labels))
    return Paragraph(text, TextStyle.CAPTION, "text3")
