"""Buttons of all kinds, with a busy state and a focus edge that only the keyboard shows."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QSize, Qt, QVariantAnimation
from PySide6.QtGui import QFocusEvent, QIcon, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget

from crmdesk.ui.icons import themed_icon
from crmdesk.ui.theme.apply import current_tokens, px
from crmdesk.ui.theme.motion import motion_allowed
from crmdesk.ui.widgets.announce import announce
from crmdesk.ui.widgets.properties import mark_focus_in, mark_focus_out, restyle
from crmdesk.ui.widgets.ring import ring_pixmap, turning

# Qt leaves 4 px between icon and text; 8 are wanted.
ICON_GAP = 4
_ICON = 16


class ButtonKind(StrEnum):
    """What a button is for; the style sheet has one set of states for each."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    GHOST = "ghost"
    ICON = "icon"
    DANGER = "danger"
    DANGER_OUTLINE = "danger_outline"
    LINK = "link"
    CHIP = "chip"
    SEGMENT = "segment"
    LIST = "list"


_ICON_ROLES = {
    ButtonKind.PRIMARY: "on_fill",
    ButtonKind.DANGER: "on_fill",
    ButtonKind.DANGER_OUTLINE: "danger",
    ButtonKind.LINK: "accent",
}


class Button(QPushButton):
    """A button that carries verb and object.

    Args:
        text: shown as it is; an ampersand is no shortcut.
        kind: what it is for.
        icon: name of an icon before the text, or after it with ``trailing``.
    """

    def __init__(
        self,
        text: str = "",
        kind: ButtonKind = ButtonKind.SECONDARY,
        icon: str = "",
        *,
        trailing: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind, self._trailing = kind, trailing
        self._icon_role = _ICON_ROLES.get(kind, "text2")
        self._icon_name = icon
        self._rest: tuple[str, bool, bool] | None = None
        self._turning: QVariantAnimation | None = None
        self.setProperty("kind", str(kind))
        self.setAutoDefault(kind in {ButtonKind.PRIMARY, ButtonKind.SECONDARY})
        if kind is ButtonKind.LINK:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        if trailing:
            self.setLayoutDirection(_opposite(self.layoutDirection()))
        self.setText(text)
        if icon:
            self.set_icon(icon)

    @property
    def kind(self) -> ButtonKind:
        """What the button is for."""
        return self._kind

    @property
    def icon_name(self) -> str:
        """The icon on it, by name; empty for none."""
        return self._icon_name

    @property
    def busy(self) -> bool:
        """Whether it shows the doing word and takes no second click."""
        return self._rest is not None

    def setText(self, text: str) -> None:
        """Show a text as it is: "Import & Export" keeps its ampersand."""
        had_none = not self.text()
        super().setText(text.replace("&", "&&"))
        if had_none and text and not self.icon().isNull():
            # The icon of a button without words was made without the gap before them.
            self.set_icon(self._icon_name)

    def plain_text(self) -> str:
        """The text as a person reads it."""
        return self.text().replace("&&", "&")

    def set_icon(self, name: str, role: str | None = None) -> None:
        """Put an icon on it that follows the theme."""
        self._icon_name, self._icon_role = name, role or self._icon_role
        themed_icon(self, name, self._icon_role, _ICON, self._gap())

    def set_kind(self, kind: ButtonKind) -> None:
        """Make it another kind, e.g. primary only while it is the one of the screen."""
        self._kind = kind
        self._icon_role = _ICON_ROLES.get(kind, "text2")
        restyle(self, "kind", str(kind))
        if self._icon_name:
            self.set_icon(self._icon_name)

    def set_reason(self, reason: str) -> None:
        """Disable it for a reason, or enable it with an empty one.

        The reason has to stand on the page too: a disabled control takes no focus, so that its
        tooltip reaches no keyboard.
        """
        self.setEnabled(not reason)
        self.setToolTip(reason)
        self.setAccessibleDescription(reason)

    def set_busy(self, doing: str) -> None:
        """Show a doing word such as "Creating..." and a ring until :meth:`set_idle`."""
        if self._rest is None:
            self._rest = (self.plain_text(), self.isDefault(), self.autoDefault())
            self.setMinimumWidth(self.width() if self.isVisible() else self.sizeHint().width())
        # Enter in a dialog presses its default button by itself, past the key handler here.
        self.setDefault(False)
        self.setAutoDefault(False)
        self.setText(doing)
        self._start_turning()
        announce(self, doing)

    def set_idle(self) -> None:
        """Go back to the text and icon it had."""
        if self._rest is None:
            return
        text, default, auto_default = self._rest
        self._rest = None
        if self._turning is not None:
            self._turning.stop()
        self.setText(text)
        self.setAutoDefault(auto_default)
        self.setDefault(default)
        self.setMinimumWidth(0)
        if self._icon_name:
            self.set_icon(self._icon_name)
        else:
            self.setIcon(QIcon())

    def _gap(self) -> int:
        if self._kind is ButtonKind.ICON or not self.text():
            return 0
        right_to_left = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        return -ICON_GAP if right_to_left else ICON_GAP

    def _start_turning(self) -> None:
        if self._turning is None:
            self._turning = turning(self)
            self._turning.valueChanged.connect(self._show_ring)
        self._show_ring(90.0)
        if motion_allowed():
            self._turning.start()

    def _show_ring(self, angle: float) -> None:
        color = current_tokens().color(self._icon_role)
        size = px(_ICON)
        self.setIcon(QIcon(ring_pixmap(color, size, ICON_GAP, self.devicePixelRatioF(), angle)))
        self.setIconSize(QSize(size + ICON_GAP, size))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._kind is ButtonKind.LINK and self.property("keyfocus") == "true":
            self._mark_link()
        super().paintEvent(event)

    def _mark_link(self) -> None:
        """Colour and underline it: an edge would cross its first letter, or push it to the side."""
        painter, tokens = QPainter(self), current_tokens()
        painter.fillRect(self.rect(), tokens.color("soft"))
        painter.fillRect(self.rect().adjusted(0, self.height() - 2, 0, 0), tokens.color("accent"))

    def hitButton(self, position: object) -> bool:
        return self._rest is None and super().hitButton(position)  # type: ignore[arg-type]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if self._rest is not None and (enter or event.key() == Qt.Key.Key_Space):
            return
        if enter and not (self.autoDefault() or self.isDefault()):
            # Else Enter on "Delete" would press "Keep", the default of its dialog.
            self.click()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        mark_focus_in(self, event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        mark_focus_out(self, event)


class IconButton(Button):
    """A square button without a word: its name is its tooltip and what screen readers say."""

    def __init__(
        self, icon: str, name: str, *, checkable: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__("", ButtonKind.ICON, icon, parent=parent)
        self.setCheckable(checkable)
        self.set_name(name)
        if checkable:
            self.toggled.connect(self._follow_check)

    def set_name(self, name: str) -> None:
        """Say something else, e.g. "Hide password" once it is shown."""
        self.setAccessibleName(name)
        self.setToolTip(name)

    def _follow_check(self, checked: bool) -> None:
        self.set_icon(self._icon_name, "accent" if checked else "text2")


def _opposite(direction: Qt.LayoutDirection) -> Qt.LayoutDirection:
    if direction is Qt.LayoutDirection.LeftToRight:
        return Qt.LayoutDirection.RightToLeft
    return Qt.LayoutDirection.LeftToRight
