"""What people do with segments in the Records tab: make, rename, fill, delete."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from crmdesk.core.records.filters import Group, RecordQuery
from crmdesk.core.records.picking import Picked
from crmdesk.core.records.segment_rows import SegmentKind
from crmdesk.core.records.segments import Segment
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.icons import icon
from crmdesk.ui.messages import sentence
from crmdesk.ui.records.name_dialog import NameDialog
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog, Effect

_ACTIVE, _LISTED, _TICKED = "active", "listed", "ticked"


class SegmentPart(QObject):
    """Reads and writes segments for the page.

    Signals:
        listed: the segments of the object on show.
        written: a segment was made or changed; carries its id, 0 when it was deleted.
        failed: an error that the page has to show.
    """

    listed = Signal(object)
    written = Signal(int)
    failed = Signal(object)

    def __init__(self, desk: Desk, page: QWidget) -> None:
        super().__init__(page)
        self._desk, self._page = desk, page
        self.segments: list[Segment] = []
        self.dialog: DecisionDialog | None = None

    def read(self, object_name: str) -> None:
        """Read the segments of an object, with their sizes."""
        desk = self._desk

        def done(found: list[Segment]) -> None:
            self.segments = found
            self.listed.emit(found)

        desk.run_query(
            self,
            "segments",
            lambda: desk.workspace.segments.list(desk.actor, object_name),
            done,
            self.failed.emit,
        )

    def by_id(self, segment_id: int) -> Segment | None:
        """A segment that was read."""
        return next((each for each in self.segments if each.id == segment_id), None)

    # -- making ------------------------------------------------------------------------------
    def make(self, query: RecordQuery, listed: int, ticked: array[int]) -> None:
        """Ask for name and kind, and make a segment of what is on show.

        Args:
            query: what the table shows now.
            listed: how many records that are.
            ticked: the selected ones.
        """
        choices = []
        if query.groups and query.segment is None:
            choices.append((_ACTIVE, self.tr("Active: whatever fits the filters, now and later")))
        if len(ticked):
            some = self.tr("Static: the %Ln selected record{|s}", "", len(ticked))
            choices.append((_TICKED, some))
        kept = self.tr("Static: the %1 records listed now").replace("%1", words.number(listed))
        choices.append((_LISTED, kept))
        decision = Decision(
            title=self.tr("New segment"),
            heading=self.tr("New segment"),
            sentence=self.tr(
                "An active segment follows its filter; a static one keeps the records you put in."
            ),
            safe=self.tr("Discard"),
            deed=self.tr("Create segment"),
            icon="list-filter",
            effects=[]
            if query.groups
            else [Effect("info", self.tr("Set a filter first for an active segment."))],
        )
        dialog = NameDialog(
            decision, self._window(), choices=choices, question=self.tr("What is in it")
        )
        dialog.named.connect(partial(self._add, dialog, query, ticked))
        self._open(dialog)

    def make_of_import(self, object_name: str, import_id: str) -> None:
        """Ask for a name, and make a static segment of what an import brought or changed."""
        decision = Decision(
            title=self.tr("New segment"),
            heading=self.tr("New segment of the import’s records"),
            sentence=self.tr("It holds the records that the import created or changed."),
            safe=self.tr("Discard"),
            deed=self.tr("Create segment"),
            icon="list-filter",
        )
        dialog, desk = NameDialog(decision, self._window()), self._desk

        def add(name: str, _choice: str) -> None:
            members = Picked(import_id=import_id)
            service = desk.workspace.segments
            self._write_from(
                dialog, lambda: service.add(desk.actor, object_name, name, members=members)
            )

        dialog.named.connect(add)
        self._open(dialog)

    def _add(
        self, dialog: NameDialog, query: RecordQuery, ticked: array[int], name: str, kind: str
    ) -> None:
        desk = self._desk
        groups: Sequence[Group] = query.groups if kind == _ACTIVE else ()
        members = {_TICKED: Picked(ticked), _LISTED: Picked(query=query)}.get(kind)

        def write() -> int:
            return desk.workspace.segments.add(desk.actor, query.object_type, name, groups, members)

        self._write_from(dialog, write)

    # -- changing ----------------------------------------------------------------------------
    def menu(self, segment: Segment, edit_filter: Callable[[], object]) -> QMenu:
        """What can be done with a segment."""
        menu = QMenu(self._page)
        entries: list[tuple[str, str, Callable[[], object]]] = [
            ("pencil", self.tr("Rename segment"), partial(self._rename, segment))
        ]
        if segment.kind is SegmentKind.ACTIVE:
            entries.append(("list-filter", self.tr("Edit its filter"), edit_filter))
        entries.append(("trash-2", self.tr("Delete segment"), partial(self._remove, segment)))
        for picture, text, run in entries:
            menu.addAction(icon(picture), text, run)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def fill_menu(self, ids: array[int], making: Callable[[], object]) -> QMenu:
        """Into which static segment to put records, or out of which."""
        menu = QMenu(self._page)
        menu.addAction(icon("plus"), self.tr("New segment"), making)
        static = [each for each in self.segments if each.kind is SegmentKind.STATIC]
        if static:
            menu.addSeparator()
        for segment in static:
            text = self.tr("Add to “%1”").replace("%1", segment.name).replace("&", "&&")
            menu.addAction(icon("list-filter"), text, partial(self._fill, segment, ids, True))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def take_out(self, segment: Segment, ids: array[int]) -> None:
        """Take records out of a static segment."""
        self._fill(segment, ids, False)

    def save_filter(self, segment_id: int, groups: Sequence[Group]) -> None:
        """Give an active segment another filter."""
        desk = self._desk
        self._write(
            lambda: desk.workspace.segments.set(desk.actor, segment_id, groups=groups), segment_id
        )

    def _fill(self, segment: Segment, ids: array[int], adding: bool) -> None:
        desk = self._desk
        service = desk.workspace.segments
        change = service.add_members if adding else service.remove_members

        def done(count: int) -> None:
            title = self.tr("%Ln record{|s} added to “%1”", "", count)
            if not adding:
                title = self.tr("%Ln record{|s} taken out of “%1”", "", count)
            desk.toast(title.replace("%1", segment.name))
            self.written.emit(segment.id)

        desk.run_write(
            self, lambda: change(desk.actor, segment.id, Picked(ids)), done, self.failed.emit
        )

    def _rename(self, segment: Segment) -> None:
        decision = Decision(
            title=self.tr("Rename segment"),
            heading=self.tr("Rename “%1”").replace("%1", segment.name),
            sentence=self.tr("What is in it stays as it is."),
            safe=self.tr("Keep the name"),
            deed=self.tr("Rename segment"),
            icon="pencil",
        )
        dialog = NameDialog(decision, self._window(), name=segment.name)
        desk = self._desk

        def rename(name: str, _choice: str) -> None:
            def write() -> int:
                desk.workspace.segments.set(desk.actor, segment.id, name=name)
                return segment.id

            self._write_from(dialog, write)

        dialog.named.connect(rename)
        self._open(dialog)

    def _remove(self, segment: Segment) -> None:
        decision = Decision(
            title=self.tr("Delete segment"),
            heading=self.tr("Delete the segment “%1”?").replace("%1", segment.name),
            sentence=self.tr("Its records stay in the CRM."),
            safe=self.tr("Keep segment"),
            deed=self.tr("Delete segment"),
            icon="trash-2",
            destructive=True,
        )
        dialog = DecisionDialog(decision, self._window(), closes=False)
        desk = self._desk

        def write() -> int:
            desk.workspace.segments.remove(desk.actor, segment.id)
            return 0

        dialog.decided.connect(partial(self._write_from, dialog, write))
        self._open(dialog)

    # -- within ------------------------------------------------------------------------------
    def _write(self, act: Callable[[], object], segment_id: int) -> None:
        def done(_nothing: object) -> None:
            self.written.emit(segment_id)

        self._desk.run_write(self, act, done, self.failed.emit)

    def _write_from(self, dialog: DecisionDialog, write: Callable[[], int]) -> None:
        dialog.set_busy(self.tr("Saving..."))

        def done(segment_id: int) -> None:
            dialog.accept()
            self.written.emit(segment_id)

        self._desk.run_write(dialog, write, done, lambda e: dialog.show_error(sentence(e)))

    def _open(self, dialog: DecisionDialog) -> None:
        self.dialog = dialog
        dialog.open()

    def _window(self) -> QWidget:
        return self._page.window()
