"""The text of a comment: people in the accent colour, links that can be pressed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip, QVBoxLayout, QWidget

from crmdesk.core.audit.comment_text import Span, SpanKind
from crmdesk.ui import words
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph

FIRST, NEXT = 600, 15_000
_ROLES = {SpanKind.PERSON: "accent", SpanKind.LINK: "link"}


class SpannedText(QWidget):
    """A comment's text, of which a long one shows its beginning first.

    Signals:
        link_pressed: the address of a link.
    """

    link_pressed = Signal(str)

    def __init__(self, spans: Sequence[Span], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spans = spans
        self._length = sum(len(span.text) for span in spans)
        self._shown = FIRST
        self.lines = _Lines(self)
        self.lines.link_pressed.connect(self.link_pressed)
        self.more = Link("")
        self.more.setObjectName("more_of_comment")
        self.more.clicked.connect(self._show_more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.lines)
        column.addWidget(self.more)
        self._show()

    @property
    def links(self) -> list[str]:
        """The addresses in it, each once."""
        found = [span.target for span in self._spans if span.kind is SpanKind.LINK]
        return list(dict.fromkeys(found))

    def _show_more(self) -> None:
        self._shown += NEXT
        self._show()

    def _show(self) -> None:
        self.lines.show_spans(_beginning(self._spans, self._shown))
        left = self._length - self._shown
        self.more.setVisible(left > 0)
        next_ones = words.number(min(NEXT, max(left, 0)))
        self.more.setText(self.tr("Show %1 more characters").replace("%1", next_ones))


class _Lines(Paragraph):
    link_pressed = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", TextStyle.BODY, "text", parent=parent)
        self._links: list[tuple[int, int, str]] = []

    def show_spans(self, spans: Iterable[Span]) -> None:
        """Show some stretches one after the other."""
        parts, roles, at = [], [], 0
        self._links = []
        for span in spans:
            # Qt counts in halves of the characters beyond the first 65,536.
            length = len(span.text.encode("utf-16-le", "replace")) // 2
            if span.kind in _ROLES:
                roles.append((at, length, _ROLES[span.kind]))
            if span.kind is SpanKind.LINK:
                self._links.append((at, at + length, span.target))
            parts.append(span.text)
            at += length
        self.set_text("".join(parts))
        self._block.set_roles(roles)
        self.setMouseTracking(bool(self._links))

    def link_at(self, point: QPointF) -> str:
        """The address of the link at a point; empty for none."""
        room = self.contentsRect()
        place = self._block.place_at(point - room.topLeft().toPointF(), room.width())
        return next((link for start, end, link in self._links if start <= place < end), "")

    # Qt overrides

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            link = self.link_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), link, self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.link_at(event.position()):
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.unsetCursor()
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        link = self.link_at(event.position())
        if link and event.button() is Qt.MouseButton.LeftButton:
            self.link_pressed.emit(link)
            return
        super().mouseReleaseEvent(event)


def _beginning(spans: Iterable[Span], length: int) -> Iterable[Span]:
    for span in spans:
        if length <= 0:
            return
        if span.kind is SpanKind.TEXT and len(span.text) > length:
            yield Span(span.kind, span.text[:length].rstrip() + "…")
            return
        yield span
        length -= len(span.text)
