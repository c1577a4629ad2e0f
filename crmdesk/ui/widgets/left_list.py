"""The list at the left of a page: groups of places, each with an icon and a count."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from shiboken6 import isValid

from crmdesk.ui.theme.apply import current_tokens, font, px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.properties import restyle
from crmdesk.ui.widgets.scrolling import scrolling

_MARGIN = 8


class ListItem(Button):
    """One place: icon, words, and a count at the far end."""

    def __init__(self, text: str, icon: str, count: str = "") -> None:
        super().__init__(text, ButtonKind.LIST, icon)
        self._count = ""
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._follow_check)
        self.set_count(count)

    def set_count(self, count: str) -> None:
        """Show another count, ready to read; it is part of the spoken name."""
        self._count = count
        self.setAccessibleName(f"{self.plain_text()}, {count}" if count else self.plain_text())
        self.updateGeometry()
        self.update()

    def _follow_check(self, checked: bool) -> None:
        self.set_icon(self._icon_name, "accent" if checked else "text2")

    def _count_width(self) -> int:
        return self.fontMetrics().horizontalAdvance(self._count) + _MARGIN if self._count else 0

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(self._count_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._count:
            return
        painter = QPainter(self)
        painter.setFont(font(TextStyle.BODY, tabular=True))
        painter.setPen(current_tokens().color("text2" if self.isEnabled() else "disabled"))
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignLeft if mirrored else Qt.AlignmentFlag.AlignRight
        room = self.rect().adjusted(_MARGIN + 1, 0, -_MARGIN - 1, 0)
        painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, self._count)


class LeftList(QFrame):
    """Groups of places of which one is shown; arrow keys walk them.

    Signals:
        chosen: the key of the place a person went to.
    """

    chosen = Signal(str)

    def __init__(self, name: str, width: int = 232, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "left_list")
        self.setAccessibleName(name)
        self.setFixedWidth(px(width))
        self._items: dict[str, ListItem] = {}
        self._reasons: dict[str, Paragraph] = {}
        self._stops: list[QWidget] = []
        self._group = QButtonGroup(self)
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(15, 8, 15, 8)
        self._column.setSpacing(2)
        self._column.addStretch(1)
        self.top = QVBoxLayout(self)
        self.top.setContentsMargins(0, 0, 1, 0)
        self.top.setSpacing(0)
        self.top.addWidget(scrolling(body), 1)
        self._group.buttonClicked.connect(self._choose)
        self._group.buttonToggled.connect(self._stop_at_current)

    def _insert(self, widget: QWidget) -> None:
        self._column.insertWidget(self._column.count() - 1, widget)

    def add_group(self, title: str, tool: QWidget | None = None) -> QWidget:
        """Begin a group, with a button at the end of its heading if given; returns the heading."""
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(_MARGIN + 1, 8, 0, 2)
        layout.addWidget(label(title, TextStyle.HEADER), 1)
        if tool is not None:
            layout.addWidget(tool)
        self._insert(row)
        if tool is not None:
            self._stop_at(tool)
        return row

    def add(self, key: str, text: str, icon: str, count: str = "") -> ListItem:
        """Add a place at the end of the last group."""
        item = ListItem(text, icon, count)
        item.setObjectName(key)
        reason = Paragraph("", TextStyle.CAPTION, "text2")
        reason.setContentsMargins(33, 0, 0, 6)
        reason.hide()
        self._items[key], self._reasons[key] = item, reason
        self._group.addButton(item)
        self._insert(item)
        self._insert(reason)
        self._stop_at(item)
        if self._group.checkedButton() is not None:
            item.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        return item

    def _stop_at_current(self, button: QWidget, checked: bool) -> None:
        """One stop of Tab for all places, the current one; arrow keys go on from there."""
        if checked:
            for item in self._items.values():
                policy = Qt.FocusPolicy.StrongFocus
                item.setFocusPolicy(policy if item is button else Qt.FocusPolicy.ClickFocus)

    def _stop_at(self, widget: QWidget) -> None:
        """Tab comes here in the order that is seen, also when it was made later than the rest."""
        self._stops = [each for each in self._stops if isValid(each)]
        if self._stops:
            QWidget.setTabOrder(self._stops[-1], widget)
        self._stops.append(widget)

    def remove(self, key: str) -> None:
        """Take a place away."""
        if self._items[key] in self._stops:
            self._stops.remove(self._items[key])
        for widget in (self._items.pop(key), self._reasons.pop(key)):
            widget.hide()
            widget.deleteLater()

    @property
    def current(self) -> str:
        """Key of the place now shown; empty when none is."""
        checked = self._group.checkedButton()
        return checked.objectName() if checked else ""

    def set_current(self, key: str) -> None:
        """Go to a place from code; no signal. An empty key shows none as current."""
        if key:
            self._items[key].setChecked(True)
            return
        self._group.setExclusive(False)
        for item in self._items.values():
            item.setChecked(False)
        self._group.setExclusive(True)

    def set_count(self, key: str, count: str) -> None:
        """Show another count."""
        self._items[key].set_count(count)

    def set_reason(self, key: str, reason: str) -> None:
        """Disable a place for a reason that stands below it; empty enables it."""
        item = self._items[key]
        item.set_reason(reason)
        restyle(item, "reasoned", bool(reason))
        self._reasons[key].set_text(reason)
        self._reasons[key].setVisible(bool(reason))

    def _choose(self, item: QWidget) -> None:
        self.chosen.emit(item.objectName())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}
        usable = [item for item in self._items.values() if item.isEnabled()]
        if event.key() in steps and usable:
            usable[steps[Qt.Key(event.key())]].setFocus(Qt.FocusReason.TabFocusReason)
            return
        super().keyPressEvent(event)
