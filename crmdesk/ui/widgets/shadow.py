"""The third level of depth, for popovers and toasts alone: a shadow in light, an edge in dark.

The shadow is a picture of nine parts, drawn once, on a widget of its own below the one it belongs
to. Qt's shadow effect renders the popover and blurs it on the processor each time it changes, and
took 80 ms the first time.
"""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QEvent, QMargins, QObject, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from crmdesk.ui.theme.apply import current_tokens, theme_signals

_BLUR, _DOWN, _ALPHA = 20, 4, 0.2
# What is left of a blur of 20 at 24 pixels is less than one step of 255.
_REACH = 24
_FOLLOWED = frozenset(
    {
        QEvent.Type.Move,
        QEvent.Type.Resize,
        QEvent.Type.Show,
        QEvent.Type.Hide,
        QEvent.Type.ParentChange,
        QEvent.Type.ZOrderChange,
    }
)


class _Shadow(QWidget):
    """The picture; every press goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("shadow")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, _event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        color = current_tokens().color("code_ink")
        painter = QPainter(self)
        _draw_nine(painter, self.rect().toRectF(), _picture(color.rgb(), ratio), ratio)


class _Depth(QObject):
    """Keeps a shadow below a widget, from when it is first shown."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._shadow: _Shadow | None = None
        theme_signals().changed.connect(self.follow)
        widget.installEventFilter(self)

    @Slot()
    def follow(self) -> None:
        """Let the shadow stand where the widget stands, or nowhere."""
        parent = self._widget.parentWidget()
        if parent is None or self._widget.isHidden() or current_tokens().dark:
            if self._shadow is not None:
                self._shadow.hide()
            return
        shadow = self._cast_on(parent)
        around = QMargins(_REACH, _REACH, _REACH, _REACH)
        shadow.setGeometry(self._widget.geometry().translated(0, _DOWN).marginsAdded(around))
        shadow.show()
        shadow.stackUnder(self._widget)

    def _cast_on(self, parent: QWidget) -> _Shadow:
        if self._shadow is None:
            self._shadow = _Shadow(parent)
            self._widget.destroyed.connect(self._shadow.deleteLater)
        elif self._shadow.parentWidget() is not parent:
            self._shadow.setParent(parent)
        return self._shadow

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _FOLLOWED:
            self.follow()
        return False


def raise_above(widget: QWidget) -> None:
    """Make a popover or toast stand above the page, in both schemes."""
    _Depth(widget)


@lru_cache(maxsize=4)
def _picture(color: int, ratio: float) -> QPixmap:
    """The shadow of the smallest square: four corners, and one pixel that is stretched."""
    corner = math.ceil(2 * _REACH * ratio)
    size = 2 * corner + 1
    deviation = _BLUR / 2 * ratio
    edge = _REACH * ratio
    # A blurred rectangle is the product of its two blurred sides.
    side = [_share(min(n, size - 1 - n) + 0.5 - edge, deviation) for n in range(size)]
    strengths = (255 * _ALPHA * of_row for of_row in side)
    data = bytes(round(strength * part) for strength in strengths for part in side)
    return _tinted(QImage(data, size, size, size, QImage.Format.Format_Alpha8), color)


def _share(inside: float, deviation: float) -> float:
    """How much of a blurred edge has arrived so far inside it (outside when negative)."""
    return 0.5 * (1 + math.erf(inside / (deviation * math.sqrt(2))))


def _tinted(alpha: QImage, color: int) -> QPixmap:
    tinted = QImage(alpha.size(), QImage.Format.Format_ARGB32_Premultiplied)
    tinted.fill(QColor.fromRgb(color))
    painter = QPainter(tinted)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
    painter.drawImage(0, 0, alpha)
    painter.end()
    return QPixmap.fromImage(tinted)


def _draw_nine(painter: QPainter, where: QRectF, picture: QPixmap, ratio: float) -> None:
    """Draw the corners as they are and stretch what lies between them."""
    source = picture.width() // 2
    # A widget smaller than two corners gets them cut, not overlapped.
    across = min(source / ratio, where.width() / 2)
    down = min(source / ratio, where.height() / 2)
    columns = _parts(where.left(), where.width(), across)
    rows = _parts(where.top(), where.height(), down)
    from_columns = _parts(0, picture.width(), across * ratio)
    from_rows = _parts(0, picture.height(), down * ratio)
    for (top, height), (from_top, from_height) in zip(rows, from_rows, strict=True):
        for (left, width), (from_left, from_width) in zip(columns, from_columns, strict=True):
            painter.drawPixmap(
                QRectF(left, top, width, height),
                picture,
                QRectF(from_left, from_top, from_width, from_height),
            )


def _parts(start: float, length: float, corner: float) -> tuple[tuple[float, float], ...]:
    """Where the two ends and the middle of a side begin, and how long they are."""
    middle = length - 2 * corner
    return ((start, corner), (start + corner, middle), (start + corner + middle, corner))
