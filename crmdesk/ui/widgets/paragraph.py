"""Text that wraps, with the line height of the design and the height its width asks for."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from crmdesk.ui.theme.apply import current_typography
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.properties import restyle


class Paragraph(QLabel):
    """A sentence or two in one style.

    A plain QLabel has no line height, and a wrapped one guesses its size: popovers grew empty and
    comments overlapped. Here the text is a block with a fixed line height, and the height follows
    from the width.

    Args:
        text: shown as it is; markup in it is escaped.
        style: usually body or caption.
        tone: token of the colour; body text is ``text2`` unless said otherwise.
        width: the known width in logical pixels at 100 % text scale, where there is one.
    """

    def __init__(
        self,
        text: str = "",
        style: TextStyle | str = TextStyle.BODY,
        tone: str = "text2",
        *,
        width: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._plain, self._style, self._known_width = "", TextStyle(style), width
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setProperty("role", str(self._style))
        self.setProperty("tone", tone)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Show another text; line breaks in it stay."""
        self._plain = text
        line = current_typography().line(self._style)
        body = escape(text, quote=False).replace("\n", "<br>")
        block = f'<p style="line-height:{line}px; -qt-line-height-type:fixed; margin:0">{body}</p>'
        self.setText(block if text else "")
        self.setAccessibleName(text)
        self.updateGeometry()

    def plain_text(self) -> str:
        """The text as a person reads it."""
        return self._plain

    def set_tone(self, tone: str) -> None:
        """Change the colour."""
        restyle(self, "tone", tone)

    def sizeHint(self) -> QSize:
        if not self._known_width:
            return super().sizeHint()
        width = current_typography().px(self._known_width)
        return QSize(width, self.heightForWidth(width))

    def heightForWidth(self, width: int) -> int:
        # An aligned item of a layout is asked with the width of the whole layout.
        return super().heightForWidth(min(width, self.maximumWidth()))

    def minimumSizeHint(self) -> QSize:
        return QSize(current_typography().px(64), current_typography().line(self._style))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange and self._plain:
            line = f"line-height:{current_typography().line(self._style)}px"
            if line not in self.text():
                self.set_text(self._plain)
