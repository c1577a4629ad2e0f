"""What a record is associated with, in its panel: grouped by object, with add, label, remove."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from crmdesk.core.changes.change_set import Change
from crmdesk.core.records.association_listing import AssociatedRecord, AssociationGroup
from crmdesk.core.records.record import Record
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.icons import icon
from crmdesk.ui.messages import message
from crmdesk.ui.records.association_dialogs import AssociateDialog, LabelsDialog
from crmdesk.ui.records.eliding import NameLink
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.announce import announce
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind, IconButton
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.side_panel import empty_layout

AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class _Found:
    """What was read: every object's count, and the first records of those that have some."""

    groups: Sequence[AssociationGroup]
    records: Mapping[str, Sequence[AssociatedRecord]]


class AssociationsPage(QWidget):
    """A page of the record panel.

    Signals:
        changed: a :class:`Change` was written from here.
        counted: how many records it is associated with now.
    """

    changed = Signal(object)
    counted = Signal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._record: Record | None = None
        self._name = ""
        self._shown: dict[str, int] = {}
        self.found: _Found | None = None
        self.add = Button(self.tr("Associate"), ButtonKind.SECONDARY, "link-2")
        self.add.setObjectName("associate")
        self.add.clicked.connect(self._open_add)
        self._banner = Banner(BannerTone.DANGER, "")
        self._banner.hide()
        self._groups = QVBoxLayout()
        self._groups.setSpacing(16)
        column = QVBoxLayout(self)
        column.setContentsMargins(11, 12, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._banner)
        column.addLayout(self._groups)
        column.addStretch(1)

    def show_record(self, record: Record, name: str) -> None:
        """Show a record's associations; one in the recycle bin takes no new ones."""
        if self._record is None or self._record.id != record.id:
            self._shown = {}
        self._record, self._name = record, name
        self.add.setVisible(record.archived_at is None)
        self.read()

    def read(self) -> None:
        """Read them again."""
        record, desk = self._record, self._desk
        if record is None:
            return
        shown = dict(self._shown)

        def read() -> _Found:
            service = desk.workspace.associations
            groups = service.groups(desk.actor, record.object_type, record.id)
            return _Found(
                groups,
                {
                    each.object_name: service.list(
                        desk.actor,
                        record.object_type,
                        record.id,
                        each.object_name,
                        limit=shown.get(each.object_name, AT_ONCE),
                    )
                    for each in groups
                    if each.count
                },
            )

        desk.run_query(self, "associations", read, self._show, self._fail)

    # Showing

    def _show(self, found: _Found) -> None:
        self.found = found
        self._banner.hide()
        empty_layout(self._groups)
        for group in found.groups:
            if group.count:
                self._groups.addWidget(self._group(group, found.records[group.object_name]))
        total = sum(group.count for group in found.groups)
        if not total:
            self._groups.addWidget(
                Paragraph(self.tr("Not associated with any record yet."), TextStyle.BODY, "text2")
            )
        self.counted.emit(total)

    def _group(self, group: AssociationGroup, records: Sequence[AssociatedRecord]) -> QWidget:
        part = QWidget()
        part.setObjectName(f"associated_{group.object_name}")
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(IconLabel(group.icon))
        head.addWidget(label(group.plural_label, TextStyle.STRONG))
        head.addWidget(label(words.number(group.count), TextStyle.CAPTION, "text2"))
        head.addStretch(1)
        column.addLayout(head)
        for each in records:
            column.addWidget(AssociationRow(each, self))
        left = group.count - len(records)
        if left > 0:
            more = Link(self.tr("Show %Ln more{|}", "", min(AT_ONCE, left)))
            more.setObjectName(f"more_{group.object_name}")
            more.clicked.connect(partial(self._grow, group.object_name, len(records)))
            column.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
        part.setAccessibleName(f"{group.plural_label}: {words.number(group.count)}")
        return part

    def _grow(self, object_name: str, shown: int) -> None:
        self._shown[object_name] = shown + AT_ONCE
        self.read()

    def _fail(self, error: Exception) -> None:
        told = message(error)
        self._banner.show()
        self._banner.set_state(BannerTone.DANGER, told.title, told.advice)
        announce(self, told.title, urgent=True)

    # Doing

    @property
    def editable(self) -> bool:
        """Whether associations can be changed here."""
        return self._record is not None and self._record.archived_at is None

    def open_record(self, other: AssociatedRecord) -> None:
        """Go to an associated record."""
        self._desk.go(f"records/{other.object_name}/{other.id}")

    def _open_add(self) -> None:
        if self._record is None:
            return
        dialog = AssociateDialog(self._desk, self._record, self._name, self.window())
        dialog.associated.connect(self._written)
        dialog.open()

    def edit_labels(self, other: AssociatedRecord) -> None:
        """Ask for the labels of an association."""
        if self._record is None:
            return
        dialog = LabelsDialog(self._desk, self._record, other, self.window())
        dialog.saved.connect(self._written)
        dialog.open()

    def remove(self, other: AssociatedRecord) -> None:
        """End an association; the toast can take it back."""
        record, desk = self._record, self._desk
        if record is None:
            return

        def write() -> Change:
            return desk.workspace.associations.dissociate(
                desk.actor, record.object_type, record.id, other.object_name, other.id
            )

        def done(change: Change) -> None:
            title = self.tr("Association with %1 removed").replace("%1", other.name)
            desk.toast(title, "", self.tr("Undo"), partial(self._undo, change.change_id or 0))
            self._written(change)

        desk.run_write(self, write, done, self._fail)

    def _undo(self, change_id: int) -> None:
        desk, record = self._desk, self._record

        def done(_taken: object) -> None:
            desk.toast(self.tr("Association is back"))
            if record is not None:
                self._written(Change(record.object_type, (record.id,)))

        service = desk.workspace.associations
        desk.run_write(self, lambda: service.undo(desk.actor, change_id), done, self._fail)

    def _written(self, change: Change) -> None:
        self.read()
        self.changed.emit(change)


class AssociationRow(QWidget):
    """One associated record: its name leads to it, the menu changes the association."""

    def __init__(self, other: AssociatedRecord, page: AssociationsPage) -> None:
        super().__init__()
        self.other, self._page = other, page
        self.setObjectName(f"association_{other.object_name}_{other.id}")
        self.name = NameLink(other.name)
        self.name.clicked.connect(lambda: page.open_record(other))
        self.more = IconButton("ellipsis", self.tr("Association with %1").replace("%1", other.name))
        self.more.clicked.connect(self._open_menu)
        if not page.editable:
            self.more.hide()
        lines = QVBoxLayout()
        lines.setSpacing(0)
        lines.addWidget(self.name, 0, Qt.AlignmentFlag.AlignLeft)
        if other.labels:
            lines.addWidget(ElidedLabel(", ".join(other.labels), TextStyle.CAPTION, "text2"))
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 0, 0, 0)
        row.setSpacing(4)
        row.addLayout(lines, 1)
        row.addWidget(self.more, 0, Qt.AlignmentFlag.AlignTop)
        self.setAccessibleName(". ".join((other.name, *other.labels)))

    def _open_menu(self) -> None:
        menu = QMenu(self)
        menu.addAction(
            icon("tag"), self.tr("Change labels"), lambda: self._page.edit_labels(self.other)
        )
        menu.addAction(
            icon("unlink"), self.tr("Remove association"), lambda: self._page.remove(self.other)
        )
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))
