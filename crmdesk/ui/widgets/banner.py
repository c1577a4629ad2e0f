"""A banner: a state of the whole page that stays while its cause lasts."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.announce import announce
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.properties import restyle


class BannerTone(StrEnum):
    """What the state means."""

    OK = "ok"
    INFO = "info"
    WARN = "warn"
    DANGER = "danger"


_ICONS = {
    BannerTone.OK: ("circle-check", "ok_icon"),
    BannerTone.INFO: ("info", "accent"),
    BannerTone.WARN: ("triangle-alert", "warn_icon"),
    BannerTone.DANGER: ("circle-x", "danger"),
}


class Banner(QFrame):
    """Icon, one strong line, one plain line and at most one button.

    Args:
        tone: its colour and its usual icon.
        title: the strong line.
        text: the plain line.
        action: the button's text; no button when empty.
        icon: another icon than the tone's.
        large: icon of 24 for a health banner, otherwise 20.

    Signals:
        acted: the button was pressed.
    """

    acted = Signal()

    def __init__(
        self,
        tone: BannerTone,
        title: str,
        text: str = "",
        action: str = "",
        *,
        icon: str = "",
        large: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "banner")
        self._icon = IconLabel("info", size=24 if large else 20)
        self._title = Paragraph("", TextStyle.STRONG, "text")
        self._text = Paragraph("", TextStyle.BODY, "text2")
        self.button = Button("", ButtonKind.GHOST)
        self.button.clicked.connect(self.acted)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._text)
        self._row = row = QHBoxLayout(self)
        margin = 16 if large else 12
        row.setContentsMargins(margin, 10 if large else 6, 8, 10 if large else 6)
        row.setSpacing(12)
        row.addWidget(self._icon)
        row.addLayout(words, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.set_state(tone, title, text, action, icon=icon)

    def become_strip(self) -> None:
        """Span the window from edge to edge, its words in line with the page's below."""
        restyle(self, "strip", True)
        self._row.setContentsMargins(24, 8, 15, 8)

    def set_state(
        self, tone: BannerTone, title: str, text: str = "", action: str = "", *, icon: str = ""
    ) -> None:
        """Show another state; what changed is announced when the banner is seen."""
        usual, role = _ICONS[tone]
        restyle(self, "tone", str(tone))
        self._icon.set_icon(icon or usual, role)
        self._title.set_text(title)
        self._text.set_text(text)
        self._text.setVisible(bool(text))
        self.button.setText(action)
        self.button.setVisible(bool(action))
        self.setAccessibleName(f"{title.rstrip('.')}. {text}" if text else title)
        if self.isVisible():
            announce(self, self.accessibleName(), urgent=tone is BannerTone.DANGER)
