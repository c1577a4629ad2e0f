"""Small parts that both faces of the Records tab have."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from crmdesk.ui.records.object_list import ObjectList
from crmdesk.ui.widgets.buttons import IconButton
from crmdesk.ui.widgets.page_header import PageHeader


class PlaceButton(IconButton):
    """Opens the left list as a menu where the window is too narrow for the list."""

    def __init__(self, places: ObjectList) -> None:
        super().__init__("panel-left", "")
        self.set_name(self.tr("Choose an object"))
        self.setObjectName("choose_object")
        self._places = places
        self.clicked.connect(self._open)
        self.hide()

    def _open(self) -> None:
        menu = self._places.menu(self)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))


def head(place: PlaceButton, header: PageHeader) -> QWidget:
    """The title with, in a narrow window, the button for the left list before it."""
    result = QWidget()
    row = QHBoxLayout(result)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(place)
    row.addWidget(header, 1)
    return result


def in_margins(
    inside: QWidget, top: int, bottom: int, *, left: bool = False, padded: int = 0
) -> QFrame:
    """A part of the page between its margins of 24.

    Args:
        top, bottom: room above and below, in logical pixels.
        left: keeps it at its own width.
        padded: room it leaves before its first word by itself, so that words meet on 24.
    """
    frame = QFrame()
    row = QHBoxLayout(frame)
    row.setContentsMargins(24 - padded, top, 24, bottom)
    row.addWidget(inside, 2)
    if left:
        row.addStretch(1)
    return frame
