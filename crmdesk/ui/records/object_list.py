"""The list at the left of the Records tab: objects with their counts, and the recycle bin."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from crmdesk.core.records.object_definitions import ObjectCount
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.records.segments import Segment
from crmdesk.ui import words
from crmdesk.ui.icons import icon
from crmdesk.ui.widgets.buttons import IconButton
from crmdesk.ui.widgets.left_list import LeftList, ListItem

#: The place of the recycle bin; no object has this name.
BIN = "@bin"
_SEGMENT = "@segment/"


def segment_place(segment_id: int) -> str:
    """The place of a segment."""
    return f"{_SEGMENT}{segment_id}"


def segment_of(place: str) -> int | None:
    """The segment of a place; ``None`` for an object or the bin."""
    return int(place.removeprefix(_SEGMENT)) if place.startswith(_SEGMENT) else None


class ObjectList(LeftList):
    """Objects above, the recycle bin at the foot; the same as a menu where the window is narrow.

    Signals:
        place_chosen: name of an object, :data:`BIN`, or the place of a segment.
        segment_asked: make a segment of what is on show.
    """

    place_chosen = Signal(str)
    segment_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent=parent)
        self.setAccessibleName(self.tr("Objects"))
        self._objects: tuple[ObjectType, ...] = ()
        self._counts: dict[str, int] = {}
        self._segments: list[Segment] = []
        self._heading: QWidget | None = None
        self.add_group(self.tr("Objects"))
        self.bin = ListItem(self.tr("Recycle bin"), "trash-2")
        self.bin.setObjectName(BIN)
        self._group.addButton(self.bin)
        self._items[BIN] = self.bin
        foot = QVBoxLayout()
        foot.setContentsMargins(15, 4, 15, 12)
        foot.addWidget(self.bin)
        self.top.addLayout(foot)
        self.chosen.connect(self.place_chosen)

    def show_objects(self, objects: Sequence[ObjectType]) -> None:
        """Show the objects of the workspace, in its order."""
        shown = tuple(objects)
        if [(o.name, o.plural_label, o.icon) for o in shown] == [
            (o.name, o.plural_label, o.icon) for o in self._objects
        ]:
            self._objects = shown
            return
        segments = self._segments
        self._remove_segments()
        if self._heading is not None:
            self._heading.hide()
            self._heading.deleteLater()
            self._heading = None
        for known in self._objects:
            self.remove(known.name)
        self._objects = shown
        for found in shown:
            self.add(found.name, found.plural_label, found.icon)
        self.show_segments(segments)

    def show_segments(self, segments: Sequence[Segment]) -> None:
        """Show the segments of the object on show below the objects; the current one stays."""
        if self._heading is None:
            new = IconButton("plus", self.tr("New segment"))
            new.setObjectName("new_segment")
            new.clicked.connect(self.segment_asked)
            self._heading = self.add_group(self.tr("Segments"), new)
        if [(s.id, s.name) for s in segments] != [(s.id, s.name) for s in self._segments]:
            current = self.current
            self._remove_segments()
            for segment in segments:
                self.add(segment_place(segment.id), segment.name, "list-filter")
            if current in self._items:
                self.set_current(current)
        self._segments = list(segments)
        for segment in segments:
            size = "" if segment.size is None else words.number(segment.size)
            self.set_count(segment_place(segment.id), size)

    def _remove_segments(self) -> None:
        for segment in self._segments:
            self.remove(segment_place(segment.id))
        self._segments = []

    def show_counts(self, counts: Sequence[ObjectCount]) -> None:
        """Show how many records each object and the bin have."""
        for found in counts:
            name = found.object_type.name
            self._counts[name] = found.records
            if name in self._items:
                self.set_count(name, words.number(found.records))
        binned = sum(found.in_recycle_bin for found in counts)
        self._counts[BIN] = binned
        self.bin.set_count(words.number(binned))

    def menu(self, parent: QWidget) -> QMenu:
        """The same places as a menu."""
        menu = QMenu(parent)
        places = [(o.name, o.plural_label, o.icon) for o in self._objects]
        segments = [(segment_place(s.id), s.name, "list-filter") for s in self._segments]
        sizes = {segment_place(s.id): s.size or 0 for s in self._segments}
        divided = {BIN, *(place for place, _, _ in segments[:1])}
        bin_ = (BIN, self.bin.plain_text(), "trash-2")
        for name, text, picture in (*places, *segments, bin_):
            if name in divided:
                menu.addSeparator()
            count = words.number({**self._counts, **sizes}.get(name, 0))
            action = QAction(icon(picture), f"{text.replace('&', '&&')}\t{count}", menu)
            action.setObjectName(f"place_{name}")
            action.setCheckable(True)
            action.setChecked(name == self.current)
            action.triggered.connect(lambda _=False, place=name: self._go(place))
            menu.addAction(action)
        menu.addSeparator()
        menu.addAction(icon("plus"), self.tr("New segment"), self.segment_asked.emit)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _go(self, place: str) -> None:
        self.set_current(place)
        self.place_chosen.emit(place)
