"""The popover of a filter chip: what is asked of one property."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from crmdesk.core.records.problems import ValueProblem
from crmdesk.core.records.schema import Property
from crmdesk.core.records.types import PropertyType
from crmdesk.core.records.values import parse
from crmdesk.ui.records.check_list import CheckList
from crmdesk.ui.records.condition_words import ask_words, options_of, period_words
from crmdesk.ui.records.conditions import BARE, PERIODS, Ask, Condition, asks_of
from crmdesk.ui.records.showing import Showing
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.number_field import DateField
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.popover import Popover
from crmdesk.ui.widgets.properties import restyle

_WIDTH = 300
_ISO = Qt.DateFormat.ISODate


class FilterPopover(Popover):
    """Asks one thing of one property; Enter applies it.

    Signals:
        applied: the condition to narrow by.
        removed: the filter is to go.
    """

    applied = Signal(object)
    removed = Signal()

    def __init__(
        self,
        found: Property,
        showing: Showing,
        condition: Condition | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(found.label, _WIDTH, parent)
        self._property, self._showing = found, showing
        self._asks = list(asks_of(found))
        self.ask = QComboBox()
        self.ask.setAccessibleName(self.tr("Condition"))
        for ask in self._asks:
            self.ask.addItem(ask_words(ask))
        self.ask.currentIndexChanged.connect(self._follow)
        self.options = CheckList(found.label, options_of(found, showing))
        self.text = QLineEdit()
        self.text.setAccessibleName(found.label)
        self.period = QComboBox()
        self.period.setAccessibleName(self.tr("Period"))
        for name in PERIODS:
            self.period.addItem(period_words(name), name)
        now = datetime.now(showing.zone)
        today = QDate(now.year, now.month, now.day)
        self.day = DateField(found.label, today)
        self.low, self.high = QLineEdit(), QLineEdit()
        self.low.setAccessibleName(self.tr("From"))
        self.high.setAccessibleName(self.tr("To"))
        self.first = DateField(self.tr("From"), today.addDays(-30))
        self.last = DateField(self.tr("To"), today)
        self._faces = QStackedWidget()
        self._face_of = self._make_faces()
        self._error = Paragraph("", TextStyle.CAPTION, "danger")
        self._error.hide()
        self._lay_out(condition is not None)
        self._fill(condition)
        self._follow()

    def _make_faces(self) -> dict[str, QWidget]:
        pairs: dict[str, QWidget] = {
            "bare": QWidget(),
            "options": self.options,
            "text": self.text,
            "range": _pair(self.tr("to"), self.low, self.high),
            "period": self.period,
            "day": self.day,
            "days": _pair(self.tr("to"), self.first, self.last),
        }
        for widget in pairs.values():
            self._faces.addWidget(widget)
        return pairs

    def _lay_out(self, set_already: bool) -> None:
        column = QVBoxLayout()
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(label(self._property.label, TextStyle.STRONG))
        column.addWidget(self.ask)
        column.addWidget(self._faces)
        column.addWidget(self._error)
        row = QHBoxLayout()
        remove = Link(self.tr("Clear filter"))
        remove.setObjectName("clear_filter")
        if not set_already:
            remove.hide()
        remove.clicked.connect(self._remove)
        self.apply_button = Button(self.tr("Apply filter"), ButtonKind.PRIMARY)
        self.apply_button.clicked.connect(self.apply)
        row.addWidget(remove)
        row.addStretch(1)
        row.addWidget(self.apply_button)
        column.addLayout(row)
        self.body.addLayout(column)

    def _fill(self, condition: Condition | None) -> None:
        if condition is None or condition.ask not in self._asks:
            return
        self.ask.setCurrentIndex(self._asks.index(condition.ask))
        values = condition.values
        if condition.ask in (Ask.ANY_OF, Ask.NONE_OF):
            self.options.choose(values)
        elif condition.ask is Ask.BETWEEN:
            self.low.setText(values[0])
            self.high.setText(values[1])
        elif condition.ask is Ask.PERIOD:
            self._choose_period(values[0])
        elif condition.ask in (Ask.AFTER, Ask.BEFORE):
            self.day.setDate(QDate.fromString(values[0], _ISO))
        elif condition.ask is Ask.DAYS:
            self.first.setDate(QDate.fromString(values[0], _ISO))
            self.last.setDate(QDate.fromString(values[1], _ISO))
        elif values:
            self.text.setText(values[0])

    def _choose_period(self, name: str) -> None:
        if self.period.findData(name) < 0:
            # Any number of days can be asked for on the command line.
            self.period.addItem(period_words(name), name)
        self.period.setCurrentIndex(self.period.findData(name))

    def _ask(self) -> Ask:
        return self._asks[max(0, self.ask.currentIndex())]

    def _follow(self) -> None:
        ask = self._ask()
        face = "bare" if ask in BARE else _FACES.get(ask, "text")
        self._error.hide()
        self._show_face(self._face_of[face], shown=face != "bare")

    def _show_face(self, face: QWidget, *, shown: bool) -> None:
        for widget in self._face_of.values():
            vertical = QSizePolicy.Policy.Fixed if widget is face else QSizePolicy.Policy.Ignored
            widget.setSizePolicy(QSizePolicy.Policy.Expanding, vertical)
        self._faces.setCurrentWidget(face)
        self._faces.setVisible(shown)
        self._faces.setFixedHeight(max(1, face.sizeHint().height()))
        self.reshape()

    def reshape(self) -> None:
        """Take the height that what is asked needs now."""
        if self.isVisible():
            self.body.activate()
            self.resize(self.width(), self.body.totalSizeHint().height())

    def apply(self) -> None:
        """Take what was typed, or say what is wrong with it."""
        ask = self._ask()
        try:
            values = self._values(ask)
        except ValueProblem as problem:
            self._refuse(problem.message)
            return
        if values is None:
            self._refuse(self.tr("Choose or type a value first."))
            return
        self.applied.emit(Condition(self._property.name, ask, values))
        self.dismiss()

    def _values(self, ask: Ask) -> tuple[str, ...] | None:
        if ask in BARE:
            return ()
        if ask in (Ask.ANY_OF, Ask.NONE_OF):
            return self.options.chosen() or None
        if ask is Ask.PERIOD:
            return (str(self.period.currentData()),)
        if ask in (Ask.AFTER, Ask.BEFORE):
            return (self.day.date().toString(_ISO),)
        if ask is Ask.DAYS:
            days = sorted(field.date().toString(_ISO) for field in (self.first, self.last))
            return tuple(days)
        if ask is Ask.BETWEEN:
            ends = [self._canonical(field.text()) for field in (self.low, self.high)]
            return None if None in ends else tuple(end for end in ends if end is not None)
        typed = self.text.text()
        if self._property.type is PropertyType.NUMBER:
            number = self._canonical(typed)
            return None if number is None else (number,)
        return (typed.strip(),) if typed.strip() else None

    def _canonical(self, typed: str) -> str | None:
        return parse(typed, self._property) if typed.strip() else None

    def _refuse(self, sentence: str) -> None:
        self._error.set_text(sentence)
        self._error.show()
        restyle(self.text, "error", True)
        self.reshape()

    def _remove(self) -> None:
        self.removed.emit()
        self.dismiss()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.apply()
            return
        super().keyPressEvent(event)


_FACES = {
    Ask.ANY_OF: "options",
    Ask.NONE_OF: "options",
    Ask.BETWEEN: "range",
    Ask.PERIOD: "period",
    Ask.AFTER: "day",
    Ask.BEFORE: "day",
    Ask.DAYS: "days",
}


def _pair(between: str, first: QWidget, second: QWidget) -> QWidget:
    result = QWidget()
    row = QHBoxLayout(result)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(first, 1)
    row.addWidget(label(between))
    row.addWidget(second, 1)
    return result
