"""How many entries there are, from when to when, and the columns that say how they are spread."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from crmdesk.ui.audit.bars_table import BarsTable
from crmdesk.ui.audit.histogram import Bar, LogHistogram
from crmdesk.ui.audit.say import say
from crmdesk.ui.queries import Queries
from crmdesk.ui.theme.apply import current_tokens, px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.link import Link

_SQUARE, _LEGEND_FROM = 10, 560


class SummaryStrip(QWidget):
    """One line of words with the legend, and the histogram, which a narrow window folds away.

    Signals:
        picked: places of the first and the last column that are wanted.
    """

    picked = Signal(int, int)

    def __init__(self, queries: Queries) -> None:
        super().__init__()
        self.count = label("", TextStyle.STRONG, tabular=True)
        self.range = ElidedLabel("", TextStyle.BODY, "text2")
        self.newer_link = Link("", "arrow-up")
        self.newer_link.setObjectName("audit_newer")
        self.newer_link.setProperty("figure", "row")
        self.newer_link.hide()
        self.error = label("", TextStyle.CAPTION, "danger")
        self.error.hide()
        self.histogram = LogHistogram(say("Entries over time"))
        self.histogram.picked.connect(self.picked)
        self._queries = queries
        self.table_link = Link(say("As table"))
        self.table_link.setObjectName("audit_bars_table")
        self.table_link.setAccessibleName(say("Show entries over time as a table"))
        self.table_link.setProperty("figure", "row")
        self.table_link.clicked.connect(self._open_table)
        self._legend = QWidget()
        self._narrow = False
        self._lay_out()

    def _lay_out(self) -> None:
        legend = QHBoxLayout(self._legend)
        legend.setContentsMargins(0, 0, 0, 0)
        legend.setSpacing(6)
        for token, text in (
            ("quiet", say("Changes and sign\N{NON-BREAKING HYPHEN}ins")),
            ("s3", say("Deletions and exports")),
        ):
            legend.addWidget(_Square(token))
            legend.addWidget(label(text, TextStyle.CAPTION, "text2"))
            legend.addSpacing(6)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.count)
        line.addWidget(self.range, 1)
        line.addWidget(self.newer_link)
        line.addWidget(self.error)
        line.addWidget(self._legend)
        line.addWidget(self.table_link)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(line)
        column.addWidget(self.histogram)

    @cached_property
    def bars(self) -> BarsTable:
        """The same figures as a table, made when it is first wanted."""
        made = BarsTable(self._queries, self)
        made.picked.connect(lambda place: self.picked.emit(place, place))
        made.show_bars(self.histogram.bars)
        return made

    @Slot()
    def _open_table(self) -> None:
        self.bars.open_under(self.table_link)

    def set_count(self, text: str) -> None:
        """Say how many entries there are."""
        self.count.setText(text)

    def set_range(self, text: str) -> None:
        """Say over what time, and in which zone."""
        self.range.setText(text)

    def show_bars(self, bars: Sequence[Bar], summary: str) -> None:
        """Show other figures, painted and as a table."""
        self.histogram.show_bars(bars, summary)
        if "bars" in vars(self):
            self.bars.show_bars(bars)
        self._fit()

    def set_error(self, text: str) -> None:
        """Say in the histogram's place why it could not be read; empty shows it again."""
        self.error.setText(text)
        self.error.setVisible(bool(text))
        self._fit()

    def set_narrow(self, narrow: bool) -> None:
        """Keep the words alone."""
        self._narrow = narrow
        self._fit()

    def _fit(self) -> None:
        bars = self.histogram.bars
        shown = not self._narrow and not self.error.text() and bool(bars)
        self.table_link.setVisible(any(bar.total for bar in bars))
        self.histogram.setVisible(shown)
        self._legend.setVisible(shown and self.width() >= px(_LEGEND_FROM))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


class _Square(QWidget):
    """A square of the colour that a word of the legend stands for."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(px(_SQUARE), px(_SQUARE))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(current_tokens().color(self._token))
        painter.drawRoundedRect(QRect(0, 0, self.width(), self.height()), 2, 2)
