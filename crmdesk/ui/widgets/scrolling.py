"""Long bodies in an area that scrolls up and down only, on the ground they stand on."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


def scrolling(content: QWidget) -> QScrollArea:
    """Put a body into a new area."""
    area = QScrollArea()
    hold_scrolling(area, content)
    return area


def hold_scrolling(area: QScrollArea, content: QWidget) -> None:
    """Put a body into an area that exists."""
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(content)
    # Otherwise the palette's window colour covers the surface it stands on.
    area.viewport().setAutoFillBackground(False)
    content.setAutoFillBackground(False)
    content.installEventFilter(_HeightFromWidth(content))


class _HeightFromWidth(QObject):
    """Lets an area take the height that wrapped text needs at its width, and no more.

    The smallest size of a layout with wrapped text is its height at its smallest width: bodies
    became twice as long as what stood in them.
    """

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest and isinstance(watched, QWidget):
            layout = watched.layout()
            wraps = layout is not None and layout.hasHeightForWidth()
            watched.setMinimumHeight(1 if wraps else 0)
        return False
