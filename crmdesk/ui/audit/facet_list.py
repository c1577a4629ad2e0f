"""Choices to tick, each with how many entries of the log it stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from crmdesk.ui import words
from crmdesk.ui.audit.say import say
from crmdesk.ui.records.check_list import CheckList, RowDelegate
from crmdesk.ui.theme.apply import current_tokens, font
from crmdesk.ui.theme.fonts import TextStyle

_VALUE = Qt.ItemDataRole.UserRole
_COUNT = Qt.ItemDataRole.UserRole + 1
_SPOKEN = Qt.ItemDataRole.AccessibleTextRole
_GAP = 8
_Index = QModelIndex | QPersistentModelIndex


class _CountDelegate(RowDelegate):
    """Paints the count at the far end, and leaves the label the room before it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        count = index.data(_COUNT)
        shown = "" if count is None else words.number(int(count))
        letters = font(TextStyle.CAPTION, tabular=True)
        wide = QFontMetrics(letters).horizontalAdvance(shown) + _GAP if shown else 0
        whole = QRect(option.rect)
        mirrored = option.direction is Qt.LayoutDirection.RightToLeft
        option.rect = whole.adjusted(wide, 0, 0, 0) if mirrored else whole.adjusted(0, 0, -wide, 0)
        super().paint(painter, option, index)
        option.rect = whole
        if not shown:
            return
        side = Qt.AlignmentFlag.AlignLeft if mirrored else Qt.AlignmentFlag.AlignRight
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setFont(letters)
        painter.setPen(current_tokens().color("text2" if count or chosen else "text3"))
        flags = side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(whole.adjusted(4, 0, -4, 0), flags, shown)
        painter.restore()


class FacetList(CheckList):
    """Like its base, with counts that come later than the choices and change with the filters."""

    def __init__(
        self, name: str, choices: Sequence[tuple[str, str]], *, parent: QWidget | None = None
    ) -> None:
        super().__init__(name, choices, parent=parent)
        self.list.setItemDelegate(_CountDelegate(self.list))

    def show_counts(self, counts: Mapping[str, int | None]) -> None:
        """Say how many entries each choice stands for.

        Args:
            counts: a choice that is missing has none; None where that is not known.
        """
        blocked = self._items.blockSignals(True)
        for row in range(self._items.rowCount()):
            item = self._items.item(row)
            count = counts.get(str(item.data(_VALUE)), 0)
            item.setData(count, _COUNT)
            entries = "" if count is None else say("%Ln entr{y|ies}", count)
            item.setData(", ".join(filter(None, (item.text(), entries))), _SPOKEN)
        self._items.blockSignals(blocked)
        self.list.viewport().update()

    def labels(self) -> list[str]:
        """What is offered."""
        return [self._items.item(row).text() for row in range(self._items.rowCount())]

    def count_of(self, value: str) -> int | None:
        """The count that stands beside a choice; None while it is not known."""
        for row in range(self._items.rowCount()):
            item = self._items.item(row)
            if item.data(_VALUE) == value:
                return None if item.data(_COUNT) is None else int(item.data(_COUNT))
        return None
