"""Long bodies in an area that scrolls up and down only, on the ground they stand on."""

from __future__ import annotations

from PySide6.QtCore import Qt
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
