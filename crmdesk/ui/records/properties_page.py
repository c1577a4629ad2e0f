"""The first page of the record panel: key properties, latest changes, then every group."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.records.record import HistoryEntry, Record
from crmdesk.core.records.schema import Property
from crmdesk.ui.records.defaults import key_names
from crmdesk.ui.records.history import HistoryList
from crmdesk.ui.records.property_rows import PropertyGroup
from crmdesk.ui.records.showing import Showing
from crmdesk.ui.records.value_form import ValueForm
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.labels import label, rule
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.side_panel import empty_layout

_LATEST, _SLICE = 2, 6
# The title of no group: people name theirs, or leave the name blank.
_KEY = "\N{NULL}key"


class PropertiesPage(QWidget):
    """Every property of one record in groups; one group is edited at a time.

    Signals:
        edit_begun: a group was turned into fields; carries the form.
        reveal_asked: internal name of a sensitive property.
        history_asked: "Show all changes" was pressed.
    """

    edit_begun = Signal(object)
    reveal_asked = Signal(str)
    history_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.groups: list[PropertyGroup] = []
        self.form: ValueForm | None = None
        self._latest: HistoryList | None = None
        self._blank = False
        self._waiting: list[PropertyGroup] = []
        self._slices = QTimer(self, interval=0)
        self._slices.timeout.connect(self._add_slice)
        self._may_edit_sensitive = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 12, 0, 0)
        self._column.setSpacing(14)

    @property
    def complete(self) -> bool:
        """Whether every row is there."""
        return not self._waiting

    def show_record(
        self,
        showing: Showing,
        record: Record,
        *,
        editable: bool,
        may_reveal: bool,
        may_edit_sensitive: bool,
    ) -> None:
        """Show a record as it is now; an edit that was open is gone."""
        self._arguments = (showing, record, editable, may_reveal)
        self._may_edit_sensitive = may_edit_sensitive
        self._build()

    def show_history(self, entries: Sequence[HistoryEntry], showing: Showing) -> None:
        """Show the latest changes between the key properties and the rest."""
        if self._latest is not None:
            self._latest.show_entries(entries, showing)

    def reveal(self, name: str, value: str | None) -> None:
        """Show what a sensitive property holds."""
        for group in self.groups:
            if name in group.rows:
                group.rows[name].show_value(value)

    def edit_first(self) -> None:
        """Edit the key properties."""
        if self.groups and self.form is None:
            self._edit(self.groups[0])

    def _build(self) -> None:
        showing, record, editable, may_reveal = self._arguments
        empty_layout(self._column)
        self.groups, self.form = [], None
        self._waiting = []
        # The blank ones of the key properties are worth a line: they are what one fills in.
        for place, (title, properties) in enumerate(_groups(showing)):
            group = PropertyGroup(
                self._title(title),
                properties,
                showing,
                record,
                editable=editable,
                may_reveal=may_reveal,
                show_blank=(place == 0 and editable) or self._blank,
            )
            if group.complete:
                group.deleteLater()
                continue
            group.edit_asked.connect(partial(self._edit, group))
            group.reveal_asked.connect(self.reveal_asked)
            self.groups.append(group)
            if place == 0:
                self._add_first(group)
                self._add_latest()
            if not group.complete:
                self._waiting.append(group)
        self._tail = self._blank_link()
        self._column.addWidget(self._tail, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addStretch(1)
        self._slices.start()

    def _title(self, group: str) -> str:
        if group == _KEY:
            return self.tr("Key properties")
        return group or self.tr("Other properties")

    def _add_first(self, group: PropertyGroup) -> None:
        """The panel opens with a few rows in it; the others come in the turns after."""
        group.add_rows(_SLICE)
        self._column.addWidget(group)
        self._column.addWidget(rule())

    def _add_slice(self) -> None:
        """Make a few more rows: a record may have hundreds, and the window has to go on."""
        left = _SLICE
        while self._waiting and left > 0:
            group = self._waiting[0]
            if group.parent() is None:
                self._column.insertWidget(self._column.count() - 2, group)
                self._column.insertWidget(self._column.count() - 2, rule())
            left -= group.add_rows(left)
            if group.complete:
                self._waiting.pop(0)
        if not self._waiting:
            self._slices.stop()

    def _add_latest(self) -> None:
        self._column.addWidget(label(self.tr("Latest changes"), TextStyle.STRONG))
        self._latest = HistoryList(self.tr("Latest changes"), _LATEST, grows=False)
        self._latest.all_asked.connect(self.history_asked)
        self._column.addWidget(self._latest)
        self._column.addWidget(rule())

    def _blank_link(self) -> Link:
        blank = self.tr("Hide properties without a value")
        link = Link(blank if self._blank else self.tr("Show properties without a value"))
        link.setObjectName("show_blank")
        link.clicked.connect(self._toggle_blank)
        return link

    def _toggle_blank(self) -> None:
        if self.form is None:
            self._blank = not self._blank
            latest = self._latest
            kept = latest.entries if latest is not None else ()
            self._build()
            self.show_history(kept, self._arguments[0])

    def _edit(self, group: PropertyGroup) -> None:
        if self.form is not None:
            self.form.focus_first()
            return
        self.form = group.edit(may_edit_sensitive=self._may_edit_sensitive)
        self.form.focus_first()
        self.edit_begun.emit(self.form)


def _groups(showing: Showing) -> list[tuple[str, list[Property]]]:
    """The key properties under a title of their own, with what names the record, then the rest."""
    own = showing.object_type
    key = dict.fromkeys((*own.display_properties, *key_names(own)))
    groups: dict[str, list[Property]] = {_KEY: [own.by_name[n] for n in key if n in own.by_name]}
    for found in own.properties:
        if found.name not in key and not found.hidden:
            groups.setdefault(found.group, []).append(found)
    return list(groups.items())
