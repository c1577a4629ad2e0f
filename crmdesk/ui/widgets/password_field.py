"""A password with an eye to show it and, for a new one, a bar that says how strong it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from crmdesk.ui.theme.apply import current_tokens, px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.buttons import IconButton
from crmdesk.ui.widgets.labels import label

STRONGEST = 4
_EYE = 28

# From 0, too weak to be accepted, to 4, strong.
Rate = Callable[[str], int]


class PasswordField(QLineEdit):
    """Masked text; the eye shows it until it is pressed again or the field is left."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self._eye = IconButton("eye", self.tr("Show password"), parent=self)
        self._eye.setProperty("inside", "true")
        self._eye.setCursor(Qt.CursorShape.ArrowCursor)
        self._eye.clicked.connect(self.toggle)

    def toggle(self) -> None:
        """Show the text, or mask it again."""
        masked = self.echoMode() is QLineEdit.EchoMode.Password
        mode = QLineEdit.EchoMode.Normal if masked else QLineEdit.EchoMode.Password
        self.setEchoMode(mode)
        self._eye.set_icon("eye-off" if masked else "eye")
        self._eye.set_name(self.tr("Hide password") if masked else self.tr("Show password"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        eye = px(_EYE)
        left = 2 if mirrored else self.width() - eye - 2
        self._eye.setGeometry(left, (self.height() - eye) // 2, eye, eye)
        room = eye - 4
        self.setTextMargins(*((room, 0, 0, 0) if mirrored else (0, 0, room, 0)))


class _Bar(QWidget):
    """Four parts of which the first ones are filled."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strength = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_strength(self, strength: int) -> None:
        self._strength = strength
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens, painter = current_tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        role = ("danger", "danger", "warn_icon", "ok_icon", "ok_icon")[self._strength]
        part = (self.width() - 4 * (STRONGEST - 1)) // STRONGEST
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        for number in range(STRONGEST):
            painter.setBrush(tokens.color(role if number < self._strength else "press"))
            place = STRONGEST - 1 - number if mirrored else number
            painter.drawRoundedRect(QRectF(place * (part + 4), 0, part, 4), 2, 2)


class NewPasswordField(QWidget):
    """A password field with the strength of what is typed, as a bar and as a word.

    Args:
        name: what screen readers call the field.
        rate: says how strong a password is, from 0 to 4; the policy is the core's.
    """

    def __init__(self, name: str, rate: Rate, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rate = rate
        self.field = PasswordField(name)
        self._bar = _Bar()
        self._word = label("", TextStyle.CAPTION)
        self.setFocusProxy(self.field)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._bar, 1)
        row.addWidget(self._word)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.field)
        layout.addLayout(row)
        self.field.textChanged.connect(self._show)
        self._show("")

    def text(self) -> str:
        """The password typed."""
        return self.field.text()

    def strength_word(self) -> str:
        """The word beside the bar; empty while nothing is typed."""
        return self._word.text()

    def _show(self, text: str) -> None:
        strength = min(max(self._rate(text), 0), STRONGEST) if text else 0
        words = (
            self.tr("Too weak"),
            self.tr("Weak"),
            self.tr("Fair"),
            self.tr("Good"),
            self.tr("Strong"),
        )
        self._bar.set_strength(strength)
        self._word.setText(words[strength] if text else "")
        # An empty word would keep the bar from the edge of the field.
        self._word.setVisible(bool(text))
        self.field.setAccessibleDescription(self._word.text())
