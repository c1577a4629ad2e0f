"""Badges, avatars and check boxes as pixmaps, painted once per look and scale."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap

from crmdesk.ui.icons import pixmap
from crmdesk.ui.tables.cells import Tone
from crmdesk.ui.theme.apply import current_tokens, font, px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.avatar import paint_avatar

CHECK_SIZE = 16
_BADGE_PADDING = 8
_BADGE_ICON = 14

_BADGE_ROLES = {
    Tone.PLAIN: ("neutral", "text2"),
    Tone.NEUTRAL: ("neutral", "text2"),
    Tone.INFO: ("soft", "soft_text"),
    Tone.OK: ("ok_soft", "ok"),
    Tone.WARN: ("warn_soft", "warn"),
    Tone.DANGER: ("danger_soft", "danger"),
}

# On the soft fill of a selected row these two would be words without a badge.
_SELECTED_ROLES = {
    Tone.PLAIN: ("surface", "text2"),
    Tone.NEUTRAL: ("surface", "text2"),
    Tone.INFO: ("surface", "soft_text"),
}

TEXT_ROLES = {
    Tone.PLAIN: "text",
    Tone.NEUTRAL: "text2",
    Tone.INFO: "accent",
    Tone.OK: "ok",
    Tone.WARN: "warn",
    Tone.DANGER: "danger",
}

ICON_ROLES = {
    Tone.PLAIN: "text2",
    Tone.NEUTRAL: "text3",
    Tone.INFO: "accent",
    Tone.OK: "ok_icon",
    Tone.WARN: "warn_icon",
    Tone.DANGER: "danger",
}


def forget_marks() -> None:
    """Paint every mark anew: colours or sizes changed."""
    badge.cache_clear()
    check_box.cache_clear()
    avatar.cache_clear()


@lru_cache(maxsize=2048)
def badge(
    text: str, tone: Tone, icon_name: str, room: int, ratio: float, selected: bool = False
) -> QPixmap:
    """A badge, its word elided when it does not fit ``room`` logical pixels."""
    ground, ink = _BADGE_ROLES[tone]
    if selected:
        ground, ink = _SELECTED_ROLES.get(tone, (ground, ink))
    tokens = current_tokens()
    letters = font(TextStyle.HEADER)
    metrics = QFontMetrics(letters)
    before = _BADGE_PADDING + (_BADGE_ICON + 4 if icon_name else 0)
    shown = metrics.elidedText(
        text, Qt.TextElideMode.ElideRight, max(0, room - before - _BADGE_PADDING)
    )
    width = before + metrics.horizontalAdvance(shown) + _BADGE_PADDING
    picture = _blank(width, px(20), ratio)
    painter = _painter(picture)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tokens.color(ground))
    painter.drawRoundedRect(QRectF(0, 0, width, px(20)), px(20) / 2, px(20) / 2)
    if icon_name:
        top = (px(20) - _BADGE_ICON) // 2
        painter.drawPixmap(_BADGE_PADDING - 1, top, pixmap(icon_name, ink, _BADGE_ICON, ratio))
    painter.setFont(letters)
    painter.setPen(tokens.color(ink))
    space = QRect(before, 0, width - before, px(20))
    painter.drawText(space, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
    painter.end()
    return picture


@lru_cache(maxsize=32)
def check_box(state: Qt.CheckState, usable: bool, ratio: float) -> QPixmap:
    """A check box of 16 logical pixels: empty, ticked, or with the dash of "some"."""
    tokens = current_tokens()
    picture = _blank(CHECK_SIZE, CHECK_SIZE, ratio)
    painter = _painter(picture)
    if state is Qt.CheckState.Unchecked or not usable:
        edge = tokens.color("border_strong" if usable else "border")
        painter.setPen(QPen(edge, 1))
        painter.setBrush(tokens.color("surface" if usable else "window"))
        painter.drawRoundedRect(QRectF(0.5, 0.5, CHECK_SIZE - 1, CHECK_SIZE - 1), 4, 4)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.color("fill"))
        painter.drawRoundedRect(QRectF(0, 0, CHECK_SIZE, CHECK_SIZE), 4, 4)
        _tick(painter, state, tokens.color("on_fill"))
    painter.end()
    return picture


@lru_cache(maxsize=4096)
def avatar(name: str, size: int, ratio: float) -> QPixmap:
    """Initials on a tint chosen by the name; decoration, the name stands beside it."""
    picture = _blank(size, size, ratio)
    painter = _painter(picture)
    paint_avatar(painter, QRectF(0, 0, size, size), name)
    painter.end()
    return picture


def _tick(painter: QPainter, state: Qt.CheckState, colour: QColor) -> None:
    pen = QPen(colour, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    path = QPainterPath()
    if state is Qt.CheckState.Checked:
        path.moveTo(4, 8.5)
        path.lineTo(6.75, 11)
        path.lineTo(12, 5)
    else:
        path.moveTo(4, 8)
        path.lineTo(12, 8)
    painter.drawPath(path)


def _blank(width: int, height: int, ratio: float) -> QPixmap:
    picture = QPixmap(max(1, round(width * ratio)), max(1, round(height * ratio)))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    return picture


def _painter(picture: QPixmap) -> QPainter:
    painter = QPainter(picture)
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
    )
    return painter
