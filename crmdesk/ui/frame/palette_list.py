"""The list of the command palette: headings, and lines with icon, detail and key cap."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from crmdesk.ui.frame.values import PaletteGroup, PaletteLine
from crmdesk.ui.icons import pixmap
from crmdesk.ui.theme.apply import current_tokens, font, px
from crmdesk.ui.theme.fonts import TextStyle

_LINE = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex
_ROW, _HEADING = 36, 30


class _LineDelegate(QStyledItemDelegate):
    """Paints one line or heading."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(0, px(_ROW if index.data(_LINE) is not None else _HEADING))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        area: QRect = option.rect
        line = index.data(_LINE)
        self._mirrored = option.direction is Qt.LayoutDirection.RightToLeft
        painter.save()
        if line is None:
            space = area.adjusted(12, 6, -12, 0)
            self._words(painter, space, str(index.data()), font(TextStyle.HEADER), "text3")
        else:
            chosen = bool(option.state & QStyle.StateFlag.State_Selected)
            self._line(painter, area, line, chosen=chosen)
        painter.restore()

    def _line(self, painter: QPainter, area: QRect, line: PaletteLine, *, chosen: bool) -> None:
        tokens = current_tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("soft"))
            painter.drawRoundedRect(QRectF(area), 6, 6)
        role = "text" if line.enabled else "disabled"
        if line.icon:
            ink = "disabled" if not line.enabled else "accent" if chosen else "text2"
            place = self._mirror(area, QRect(area.left() + 12, area.center().y() - 7, 16, 16))
            ratio = painter.device().devicePixelRatioF()
            painter.drawPixmap(place.topLeft(), pixmap(line.icon, ink, 16, ratio))
        end = self._key_cap(painter, area, line.keys)
        space = QRect(area.left() + 40, area.top(), end - area.left() - 48, area.height())
        used = self._words(painter, space, line.text, font(TextStyle.MEDIUM), role, within=area)
        space = space.adjusted(used + 8, 0, 0, 0)
        self._words(painter, space, line.detail, font(TextStyle.CAPTION), "text2", within=area)

    def _key_cap(self, painter: QPainter, area: QRect, keys: str) -> int:
        if not keys:
            return area.right() - 4
        letters = font(TextStyle.CAPTION)
        width, high = QFontMetrics(letters).horizontalAdvance(keys) + 16, px(20)
        left = area.right() - 12 - width
        place = self._mirror(area, QRect(left, area.center().y() + 1 - high // 2, width, high))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(current_tokens().color("neutral"))
        painter.drawRoundedRect(QRectF(place), 4, 4)
        painter.setFont(letters)
        painter.setPen(current_tokens().color("text2"))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, keys)
        return left

    def _words(
        self,
        painter: QPainter,
        space: QRect,
        text: str,
        letters: QFont,
        role: str,
        *,
        within: QRect | None = None,
    ) -> int:
        metrics = QFontMetrics(letters)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, space.width()))
        painter.setFont(letters)
        painter.setPen(current_tokens().color(role))
        side = Qt.AlignmentFlag.AlignRight if self._mirrored else Qt.AlignmentFlag.AlignLeft
        place = self._mirror(within, space) if within is not None else space
        flags = side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(place, flags, shown)
        return metrics.horizontalAdvance(shown)

    def _mirror(self, area: QRect, place: QRect) -> QRect:
        if not self._mirrored:
            return place
        return QStyle.visualRect(Qt.LayoutDirection.RightToLeft, area, place)


class PaletteList(QListView):
    """The lines found; the arrow keys of the field above walk through them.

    Signals:
        picked: a line was pressed.
    """

    picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("palette_list")
        self.setAccessibleName(self.tr("Found"))
        self.setProperty("role", "plain")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self._items = QStandardItemModel(self)
        self.setModel(self._items)
        self.setItemDelegate(_LineDelegate(self))
        self.entered.connect(self._hover)
        self.clicked.connect(self._pick)

    def show_groups(self, groups: Sequence[PaletteGroup]) -> None:
        """Show what was found; the first line that can be run becomes the current one."""
        self._items.clear()
        for group in groups:
            if group.lines:
                self._items.appendRow(self._heading(group.title))
                for line in group.lines:
                    self._items.appendRow(self._item(line))
        self._select_first()

    @property
    def current(self) -> PaletteLine | None:
        """The line Enter runs."""
        line = self.currentIndex().data(_LINE)
        return line if isinstance(line, PaletteLine) else None

    def lines(self) -> list[PaletteLine]:
        """All lines in their order."""
        found = (self._items.item(row).data(_LINE) for row in range(self._items.rowCount()))
        return [line for line in found if isinstance(line, PaletteLine)]

    def step(self, by: int) -> None:
        """Go to the next or previous line, over headings, round at the ends."""
        count = self._items.rowCount()
        row = self.currentIndex().row()
        for _ in range(count):
            row = (row + by) % count
            if self._items.item(row).data(_LINE) is not None:
                self.setCurrentIndex(self._items.index(row, 0))
                return

    def wanted_height(self) -> int:
        """Height that shows every line, in logical pixels."""
        return sum(self.sizeHintForRow(row) for row in range(self._items.rowCount()))

    def _select_first(self) -> None:
        for row in range(self._items.rowCount()):
            line = self._items.item(row).data(_LINE)
            if line is not None and line.enabled:
                self.setCurrentIndex(self._items.index(row, 0))
                self.scrollToTop()
                return

    @staticmethod
    def _heading(title: str) -> QStandardItem:
        item = QStandardItem(title)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        return item

    @staticmethod
    def _item(line: PaletteLine) -> QStandardItem:
        item = QStandardItem(
            ", ".join(part for part in (line.text, line.detail, line.keys) if part)
        )
        item.setData(line, _LINE)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        return item

    def _hover(self, index: QModelIndex) -> None:
        if index.data(_LINE) is not None:
            self.setCurrentIndex(index)

    def _pick(self, index: QModelIndex) -> None:
        line = index.data(_LINE)
        if isinstance(line, PaletteLine):
            self.picked.emit(line)
