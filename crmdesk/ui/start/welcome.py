"""The first page of the first run: five ways in."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QPen, QShortcut, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from crmdesk.ui.frame.mark import Mark
from crmdesk.ui.frame.row_buttons import PaintedButton
from crmdesk.ui.icons import pixmap
from crmdesk.ui.theme.apply import current_tokens, font, px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.scrolling import scrolling

_WIDTH = 560


class WayButton(PaintedButton):
    """A large button: icon, what it does, and what comes of it."""

    def __init__(self, key: str, icon: str, title: str, text: str) -> None:
        super().__init__(key)
        self._icon, self._title, self._text = icon, title, text
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(px(_WIDTH), px(68))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(320), px(68))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), current_tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        held = self.hasFocus()
        thick = 2 if held else 1
        painter.setPen(QPen(tokens.color("accent" if held else "border"), thick))
        painter.setBrush(tokens.color("hover" if self.underMouse() else "surface"))
        edge = QRectF(self.rect()).adjusted(thick / 2, thick / 2, -thick / 2, -thick / 2)
        painter.drawRoundedRect(edge, 8, 8)
        self._paint_icons(painter, held)
        side = Qt.AlignmentFlag.AlignLeft
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            side = Qt.AlignmentFlag.AlignRight
        words = self._mirror(self.rect().adjusted(px(56), px(14), -px(48), -px(14)))
        painter.setFont(font(TextStyle.STRONG))
        painter.setPen(tokens.color("text"))
        painter.drawText(words, side | Qt.AlignmentFlag.AlignTop, self._title)
        painter.setFont(font(TextStyle.BODY))
        painter.setPen(tokens.color("text2"))
        shown = painter.fontMetrics().elidedText(
            self._text, Qt.TextElideMode.ElideRight, words.width()
        )
        painter.drawText(words, side | Qt.AlignmentFlag.AlignBottom, shown)
        painter.end()

    def _paint_icons(self, painter: QPainter, held: bool) -> None:
        ratio = self.devicePixelRatioF()
        large, small = px(24), px(16)
        middle = self.height() // 2
        place = self.rect().adjusted(px(16), 0, 0, 0)
        place.setSize(QSize(large, large))
        place.moveTop(middle - large // 2)
        role = "accent" if held else "text2"
        painter.drawPixmap(self._mirror(place).topLeft(), pixmap(self._icon, role, 24, ratio))
        arrow = self.rect()
        arrow.setSize(QSize(small, small))
        arrow.moveTopLeft(self.rect().topRight())
        arrow.translate(-px(32), middle - small // 2)
        name = "chevron-right"
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            name = "chevron-left"
        painter.drawPixmap(self._mirror(arrow).topLeft(), pixmap(name, "text2", 16, ratio))


class WelcomePage(QFrame):
    """Create, open, look around, recover, restore.

    Signals:
        chosen: ``create``, ``open``, ``sample``, ``recover``, ``restore`` or ``back``.

    Args:
        back: whether there is a workspace to go back to.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, back: bool = False) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self.setAccessibleName(self.tr("Welcome"))
        self.back = Link(self.tr("Back"), "arrow-left")
        self.back.setObjectName("back")
        if not back:
            self.back.hide()
        self.back.clicked.connect(lambda: self.chosen.emit("back"))
        if back:
            escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
            escape.activated.connect(lambda: self.chosen.emit("back"))
        content = QWidget()
        content.setMaximumWidth(px(_WIDTH))
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 32, 0, 24)
        column.setSpacing(8)
        column.addStretch(2)
        column.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeading)
        column.addWidget(Mark(40))
        column.addSpacing(8)
        column.addWidget(label(self.tr("Welcome to CRM Desk"), TextStyle.DISPLAY))
        column.addWidget(
            Paragraph(self.tr("Back up, restore and audit your CRM data on this computer."))
        )
        column.addSpacing(8)
        self.ways = [self._way(*way) for way in self._ways()]
        for way in self.ways:
            column.addWidget(way)
        column.addStretch(3)
        column.addWidget(
            Paragraph(
                self.tr("Nothing leaves this computer unless you save a copy elsewhere."),
                TextStyle.CAPTION,
                "text2",
            )
        )
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(24, 0, 24, 0)
        row.addStretch(1)
        row.addWidget(content, 100)
        row.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolling(holder))

    def _ways(self) -> list[tuple[str, str, str, str]]:
        return [
            (
                "create",
                "folder-plus",
                self.tr("Create a workspace"),
                self.tr("An empty database in a folder on this computer"),
            ),
            (
                "open",
                "folder-open",
                self.tr("Open a workspace"),
                self.tr("A folder that CRM Desk made, on this computer or a disk you brought"),
            ),
            (
                "sample",
                "flask-conical",
                self.tr("Look around with sample data"),
                self.tr("Invented people and firms in a workspace of its own"),
            ),
            (
                "recover",
                "key-round",
                self.tr("Recover a workspace"),
                self.tr("With its recovery key, when this computer's keyring does not have it"),
            ),
            (
                "restore",
                "archive-restore",
                self.tr("Restore a workspace from a backup"),
                self.tr("From one complete backup and the recovery key, on any computer"),
            ),
        ]

    def _way(self, key: str, icon: str, title: str, text: str) -> WayButton:
        button = WayButton(key, icon, title, text)
        button.clicked.connect(lambda: self.chosen.emit(key))
        return button

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.ways[0].setFocus(Qt.FocusReason.OtherFocusReason)
