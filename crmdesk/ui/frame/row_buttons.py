"""The painted buttons of row 1: search box, bell, running jobs, account."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QVariantAnimation, Slot
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QStyle, QWidget

from crmdesk.ui.frame.values import Account, JobLine
from crmdesk.ui.icons import pixmap
from crmdesk.ui.theme.apply import current_tokens, font, px, theme_signals
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.theme.motion import motion_allowed
from crmdesk.ui.widgets.avatar import IN_THREAD, paint_avatar
from crmdesk.ui.widgets.properties import mark_focus_in, mark_focus_out
from crmdesk.ui.widgets.ring import paint_ring, turning

_HEIGHT = 32
_ICON = 16
_RADIUS = 6
_CHEVRON = 14
_LONGEST_NAME = 220


class PaintedButton(QAbstractButton):
    """A button that paints itself; keyboard focus shows as a 2 px edge, the mouse's does not."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme_signals().changed.connect(self._look_changed)

    @Slot()
    def _look_changed(self) -> None:
        self.updateGeometry()
        self.update()

    def _ground(self, painter: QPainter, rest: str = "") -> None:
        tokens = current_tokens()
        role = "border" if self.isDown() else "press" if self.underMouse() else rest
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if role:
            painter.setBrush(tokens.color(role))
            painter.drawRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)

    def _edge(self, painter: QPainter, radius: float = _RADIUS) -> None:
        if self.property("keyfocus") == "true":
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(current_tokens().color("accent"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)

    def _mirror(self, area: QRect) -> QRect:
        return QStyle.visualRect(self.layoutDirection(), self.rect(), area)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Qt presses a plain button by Space alone; these look like cards and links. Ctrl+Enter is
        # the primary button's, wherever the focus is.
        with_control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not with_control:
            self.click()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        mark_focus_in(self, event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        mark_focus_out(self, event)


class SearchBox(PaintedButton):
    """Looks like a search field and opens the command palette over itself."""

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        super().__init__("search_box", parent)
        self._keys = keys
        self._narrow = False
        self.setAccessibleName(self.tr("Search or run a command"))
        self.setAccessibleDescription(keys)
        self.setCursor(Qt.CursorShape.IBeamCursor)

    def set_narrow(self, narrow: bool) -> None:
        """Shrink to 240 logical pixels with the short text, or grow to 344."""
        self._narrow = narrow
        self._look_changed()

    def sizeHint(self) -> QSize:
        return QSize(240 if self._narrow else 344, px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), current_tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens.color("border_strong" if self.underMouse() else "border"), 1))
        painter.setBrush(tokens.color("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        shown = pixmap("search", "text2", _ICON, self.devicePixelRatioF())
        area = self._mirror(QRect(13, (self.height() - _ICON) // 2, _ICON, _ICON))
        painter.drawPixmap(area.topLeft(), shown)
        cap = self._paint_cap(painter)
        painter.setFont(font(TextStyle.BODY))
        painter.setPen(tokens.color("text3"))
        text = self.tr("Search") if self._narrow else self.tr("Search or run a command")
        room = self.width() - 37 - cap - 12
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)
        side = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        space = self._mirror(QRect(37, 0, room, self.height()))
        painter.drawText(space, side | Qt.AlignmentFlag.AlignVCenter, text)
        self._edge(painter)
        painter.end()

    def _paint_cap(self, painter: QPainter) -> int:
        letters = font(TextStyle.HEADER)
        width = QFontMetrics(letters).horizontalAdvance(self._keys) + 16
        high = px(20)
        area = self._mirror(
            QRect(self.width() - width - 6, (self.height() - high) // 2, width, high)
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(current_tokens().color("neutral"))
        painter.drawRoundedRect(QRectF(area), 4, 4)
        painter.setFont(letters)
        painter.setPen(current_tokens().color("text2"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self._keys)
        return width


class WorkspaceButton(PaintedButton):
    """The workspace's name; opens the list of workspaces."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__("workspace_switcher", parent)
        self._name = name
        said = self.tr("Workspace %1, switch to another").replace("%1", name)
        self.setAccessibleName(said)
        self.setToolTip(name)

    def sizeHint(self) -> QSize:
        # The advance is rounded down, and a name with no room for the rest of it is elided.
        words = QFontMetrics(font(TextStyle.STRONG)).horizontalAdvance(self._name) + 1
        return QSize(min(words, px(_LONGEST_NAME)) + 8 + 6 + _CHEVRON + 8, px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._ground(painter)
        painter.setFont(font(TextStyle.STRONG))
        painter.setPen(current_tokens().color("text"))
        room = self.width() - 8 - 6 - _CHEVRON - 8
        text = painter.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, room)
        side = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        space = self._mirror(QRect(8, 0, room, self.height()))
        painter.drawText(space, side | Qt.AlignmentFlag.AlignVCenter, text)
        shown = pixmap("chevron-down", "text2", _CHEVRON, self.devicePixelRatioF())
        top = (self.height() - _CHEVRON) // 2
        area = self._mirror(QRect(8 + room + 6, top, _CHEVRON, _CHEVRON))
        painter.drawPixmap(area.topLeft(), shown)
        self._edge(painter)
        painter.end()


class BellButton(PaintedButton):
    """The bell with the number of unread notifications, in the accent colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("bell", parent)
        self._unread = 0
        self.set_unread(0)

    @property
    def unread(self) -> int:
        """How many are unread."""
        return self._unread

    def set_unread(self, count: int) -> None:
        """Show another number; none shows the bell alone."""
        self._unread = count
        name = self.tr("Notifications")
        if count:
            name = self.tr("Notifications, %n unread", "", count)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(_HEIGHT), px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._ground(painter)
        place = (self.height() - _ICON) // 2
        shown = pixmap("bell", "text2", _ICON, self.devicePixelRatioF())
        painter.drawPixmap(place, place, shown)
        if self._unread:
            self._paint_count(painter)
        self._edge(painter)
        painter.end()

    def _paint_count(self, painter: QPainter) -> None:
        text = str(self._unread) if self._unread < 100 else "99+"
        letters = font(TextStyle.AXIS)
        letters.setWeight(letters.Weight.DemiBold)
        width = max(16, QFontMetrics(letters).horizontalAdvance(text) + 8)
        area = self._mirror(QRect(self.width() - width, 1, width, 16))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(current_tokens().color("fill"))
        painter.drawRoundedRect(QRectF(area), 8, 8)
        painter.setFont(letters)
        painter.setPen(current_tokens().color("on_fill"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)


class JobsButton(PaintedButton):
    """A ring with the job's name and per cent, or how many run; unseen while none does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("jobs", parent)
        self._text = ""
        self._angle = 90.0
        self._turn: QVariantAnimation = turning(self)
        self._turn.valueChanged.connect(self._turned)
        self.hide()

    def set_jobs(self, jobs: list[JobLine]) -> None:
        """Show other jobs."""
        if len(jobs) == 1:
            self._text = f"{jobs[0].name} {jobs[0].percent}".strip()
        else:
            self._text = self.tr("%n jobs", "", len(jobs))
        self.setAccessibleName(self.tr("Running: %1").replace("%1", self._text))
        self.setToolTip(self.tr("Running jobs"))
        self.setVisible(bool(jobs))
        moving = bool(jobs) and motion_allowed()
        (self._turn.start if moving else self._turn.stop)()
        self._look_changed()

    @Slot(object)
    def _turned(self, angle: float) -> None:
        self._angle = angle
        self.update()

    def sizeHint(self) -> QSize:
        words = QFontMetrics(font(TextStyle.MEDIUM)).horizontalAdvance(self._text)
        return QSize(min(words, px(200)) + _ICON + 24, px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), current_tokens()
        self._ground(painter)
        ring = self._mirror(QRect(8, (self.height() - 14) // 2, 14, 14))
        paint_ring(painter, QRectF(ring), tokens.color("accent"), self._angle)
        painter.setFont(font(TextStyle.MEDIUM))
        painter.setPen(tokens.color("text2"))
        space = self._mirror(QRect(29, 0, self.width() - 35, self.height()))
        text = painter.fontMetrics().elidedText(
            self._text, Qt.TextElideMode.ElideRight, space.width()
        )
        side = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        painter.drawText(space, side | Qt.AlignmentFlag.AlignVCenter, text)
        self._edge(painter)
        painter.end()


class AccountButton(PaintedButton):
    """The avatar of who is signed in."""

    def __init__(self, account: Account, parent: QWidget | None = None) -> None:
        super().__init__("account", parent)
        self._name = account.name
        self.setAccessibleName(self.tr("Account of %1").replace("%1", account.name))
        self.setToolTip(account.name)

    def sizeHint(self) -> QSize:
        return QSize(px(IN_THREAD) + 4, px(IN_THREAD) + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_avatar(painter, QRectF(self.rect()).adjusted(2, 2, -2, -2), self._name)
        self._edge(painter, self.width() / 2)
        painter.end()
