"""A layout that breaks its row where there is no more room, so that no chip is ever cut."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Widgets in rows at their own size; hidden ones take no room.

    Args:
        gap: between neighbours and between rows, in pixels.
    """

    def __init__(self, gap: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def _arrange(self, room: QRect, *, move: bool) -> int:
        margins = self.contentsMargins()
        room = room.marginsRemoved(margins)
        mirrored = (parent := self.parentWidget()) is not None and (
            parent.layoutDirection() is Qt.LayoutDirection.RightToLeft
        )
        left, top, height = 0, 0, 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            if left and left + size.width() > room.width():
                left, top, height = 0, top + height + self._gap, 0
            if move:
                start = room.right() + 1 - left - size.width() if mirrored else room.x() + left
                item.setGeometry(QRect(start, room.y() + top, size.width(), size.height()))
            left += size.width() + self._gap
            height = max(height, size.height())
        return top + height + margins.top() + margins.bottom()

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        margins = self.contentsMargins()
        sizes = [item.sizeHint() for item in self._items if not item.isEmpty()]
        return QSize(
            max((size.width() for size in sizes), default=0),
            max((size.height() for size in sizes), default=0) + margins.top() + margins.bottom(),
        )
