"""Segments between the left list and the table: choosing one, and editing its filter."""

from __future__ import annotations

from array import array
from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu, QWidget

from crmdesk.core.records.segment_rows import SegmentKind
from crmdesk.core.records.segments import Segment
from crmdesk.core.records.views import ViewDefinition
from crmdesk.ui.records.object_list import ObjectList, segment_place
from crmdesk.ui.records.segment_part import SegmentPart
from crmdesk.ui.records.source import Wanted
from crmdesk.ui.records.table_face import TableFace
from crmdesk.ui.records.view_state import wanted_of


class SegmentsOnPage(QObject):
    """Keeps list, table and segments in step.

    Args:
        part: reads and writes segments.
        places: the left list.
        face: the table of live records.
        show_object: shows the object of a name; False while an edit is in the way.
    """

    def __init__(
        self,
        part: SegmentPart,
        places: ObjectList,
        face: TableFace,
        show_object: Callable[[str], bool],
        page: QWidget,
    ) -> None:
        super().__init__(page)
        self._part, self._places, self._face = part, places, face
        self._show_object = show_object
        self._wanted: int | None = None
        self._edited: Segment | None = None
        part.listed.connect(self._show_list)
        part.written.connect(self._written)
        places.segment_asked.connect(self.make)
        face.segment_asked.connect(self._fill)
        face.segment_menu_asked.connect(self._open_menu)
        face.filter_saved.connect(self._finish_filter)

    def read(self) -> None:
        """Read the segments of the object on show."""
        self._part.read(self._face.object_type.name)

    def show(self, segment_id: int) -> None:
        """Narrow the table to a segment, once it is known."""
        segment = self._part.by_id(segment_id)
        if segment is None:
            self._wanted = segment_id
            self.read()
            return
        self._edited = None
        self._face.strip.hide()
        self._face.filters.show_wanted(Wanted(segment=segment.id))
        self._face.show_segment(segment)
        self._face.load()
        self._places.set_current(segment_place(segment.id))

    def make(self) -> None:
        """Make a segment of what the table shows."""
        face = self._face
        query = face.query_now()
        self._part.make(query, face.table.count, face.table.ticks.ids())

    def _show_list(self, segments: list[Segment]) -> None:
        self._places.show_segments(segments)
        wanted, self._wanted = self._wanted, None
        if wanted is not None and self._part.by_id(wanted) is not None:
            self.show(wanted)
        elif self._face.segment is not None:
            fresh = self._part.by_id(self._face.segment.id)
            if fresh is not None:
                self._face.show_segment(fresh)

    def _written(self, segment_id: int) -> None:
        if not segment_id:
            self._show_object(self._face.object_type.name)
            return
        current = self._face.segment
        if current is None or current.id != segment_id:
            self.read()
            return
        self._wanted = segment_id
        self.read()

    def _fill(self, ids: array[int], button: QWidget) -> None:
        segment = self._face.segment
        if segment is not None and segment.kind is SegmentKind.STATIC:
            menu = self._part.fill_menu(ids, self.make)
            menu.addSeparator()
            text = self.tr("Take out of “%1”").replace("%1", segment.name).replace("&", "&&")
            menu.addAction(text, lambda: self._part.take_out(segment, ids))
        else:
            menu = self._part.fill_menu(ids, self.make)
        _open_above(menu, button)

    def _open_menu(self, button: QWidget) -> None:
        segment = self._face.segment
        if segment is not None:
            menu = self._part.menu(segment, self._edit_filter)
            menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _edit_filter(self) -> None:
        """Put the filter into the chips, where it is seen at once what it finds."""
        segment = self._face.segment
        if segment is None:
            return
        self._edited = segment
        definition = ViewDefinition(groups=segment.groups)
        self._face.filters.show_wanted(wanted_of(definition, self._face.object_type))
        self._face.strip.ask(segment.name)
        self._face.load()

    def _finish_filter(self, saves: bool) -> None:
        segment, self._edited = self._edited, None
        if segment is None:
            return
        self._face.strip.hide()
        groups = self._face.filters.wanted.groups(self._face.object_type)
        if saves:
            self._wanted = segment.id
            self._part.save_filter(segment.id, groups)
        else:
            self.show(segment.id)


def _open_above(menu: QMenu, button: QWidget) -> None:
    """The button stands at the foot of the window."""
    corner = button.mapToGlobal(QPoint(0, 0))
    menu.popup(corner - QPoint(0, menu.sizeHint().height()))
