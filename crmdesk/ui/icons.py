"""Icons: Lucide outlines in a colour of the theme, sharp at every scale.

A QIcon made from a file ignores the theme, and a pixmap made at 1x is blurred at 2x. So the
outline's text gets the colour put in and is rendered at size times device pixel ratio.
"""

from __future__ import annotations

from functools import cache, lru_cache

import shiboken6
from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton

from crmdesk.core.resources import resource_path
from crmdesk.ui.theme.apply import current_tokens, px, theme_signals, when_quiet

# A screen that joins later with another ratio gets the next larger one, scaled down.
_USUAL_RATIOS = {1.0, 2.0}


def pixmap(name: str, role: str = "text2", size: int = 16, ratio: float = 1.0) -> QPixmap:
    """Render an icon.

    Args:
        name: file name in ``resources/icons`` without its ending, e.g. ``"archive-restore"``.
        role: name of a token, e.g. ``"text2"``.
        size: edge in logical pixels.
        ratio: device pixel ratio of the screen it is painted on.

    Raises:
        FileNotFoundError: there is no such icon.
    """
    return _pixmap(name, current_tokens().color(role).name(), size, ratio, 0)


def icon(name: str, role: str = "text2", size: int = 16, gap: int = 0) -> QIcon:
    """An icon of a theme colour, greyed by itself when its control is disabled.

    It holds the colours of the moment: ask again on ``theme_signals().changed``, or let
    :func:`themed_icon` do so. ``gap`` adds empty pixels at its end, or before it when negative,
    since styled buttons have no spacing between icon and text.
    """
    tokens = current_tokens()
    ratios = _USUAL_RATIOS | {screen.devicePixelRatio() for screen in QGuiApplication.screens()}
    color = tokens.color(role).name()
    return _icon(name, color, tokens.disabled, size, gap, tuple(sorted(ratios)))


def themed_icon(
    button: QAbstractButton, name: str, role: str = "text2", size: int = 16, gap: int = 0
) -> None:
    """Give a button an icon that follows the theme; calling it again replaces the icon.

    The size is that at 100 % text scale; it grows with the words beside it.
    """
    for former in button.findChildren(_ThemedIcon):
        former.setParent(None)
        former.deleteLater()
    _ThemedIcon(button, name, role, size, gap)


class _ThemedIcon(QObject):
    """Keeps a button's icon in the colours of the theme; lives and dies with the button."""

    def __init__(self, button: QAbstractButton, name: str, role: str, size: int, gap: int) -> None:
        super().__init__(button)
        self._button = button
        self._arguments = (name, role, size, gap)
        theme_signals().changed.connect(self._look_changed)
        self.refresh()

    @Slot()
    def _look_changed(self) -> None:
        if self._button.isVisible():
            self.refresh()
        else:
            when_quiet(self.refresh)

    def refresh(self) -> None:
        if not shiboken6.isValid(self):
            return
        name, role, drawn, gap = self._arguments
        size = px(drawn)
        self._button.setIcon(icon(name, role, size, gap))
        self._button.setIconSize(QSize(size + abs(gap), size))


@lru_cache(maxsize=512)
def _icon(
    name: str, color: str, disabled: str, size: int, gap: int, ratios: tuple[float, ...]
) -> QIcon:
    result = QIcon()
    for ratio in ratios:
        result.addPixmap(_pixmap(name, color, size, ratio, gap), QIcon.Mode.Normal)
        result.addPixmap(_pixmap(name, disabled, size, ratio, gap), QIcon.Mode.Disabled)
    return result


@lru_cache(maxsize=4096)
def _pixmap(name: str, color: str, size: int, ratio: float, gap: int) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(svg(name, color).encode()))
    result = QPixmap(round((size + abs(gap)) * ratio), round(size * ratio))
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    edge = round(size * ratio)
    renderer.render(painter, QRectF(max(0, round(-gap * ratio)), 0, edge, edge))
    painter.end()
    result.setDevicePixelRatio(ratio)
    return result


def svg(name: str, color: str) -> str:
    """The icon's SVG text in a colour, with the stroke of 1.75 the design asks for."""
    return _source(name).replace("currentColor", color)


@cache
def _source(name: str) -> str:
    text = resource_path("icons", f"{name}.svg").read_text(encoding="utf-8")
    return text.replace('stroke-width="2"', 'stroke-width="1.75"')
