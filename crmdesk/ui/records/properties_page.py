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

_LATEST, _SLICE = 2, 4
# Between two turns the window paints and takes keys.
_TURN_MS = 5
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
        self._entries: Sequence[HistoryEntry] | None = None
        self._blank = False
        self._begun = True
        self._planned: list[tuple[str, list[Property]]] = []
        self._filling: PropertyGroup | None = None
        self._slices = QTimer(self, interval=_TURN_MS)
        self._slices.timeout.connect(self._add_slice)
        self._may_edit_sensitive = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(14)

    @property
    def complete(self) -> bool:
        """Whether every row is there."""
        return self._begun and not self._planned and self._filling is None

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
        self._entries = None
        if not self.isVisible():
            empty_layout(self._column)
        self._plan()

    def show_history(self, entries: Sequence[HistoryEntry], showing: Showing) -> None:
        """Show the latest changes between the key properties and the rest."""
        self._entries = entries
        if self._latest is not None:
            self._latest.show_entries(entries, showing)

    def reveal(self, name: str, value: str | None) -> None:
        """Show what a sensitive property holds."""
        for group in self.groups:
            if name in group.rows:
                group.rows[name].show_value(value)

    def edit_first(self) -> None:
        """Edit the key properties."""
        if not self._begun:
            self._begin()
        if self.groups and self.form is None:
            self._edit(self.groups[0])

    def _plan(self) -> None:
        """Leave the rows to the turns to come: the panel opens, or steps on, before they stand."""
        self.groups, self.form = [], None
        self._latest, self._filling = None, None
        self._planned = _groups(self._arguments[0])
        self._begun = False
        self._slices.start()

    def _begin(self) -> None:
        """Take away the record before, and make a few rows of this one."""
        self._begun = True
        empty_layout(self._column)
        self._column.addWidget(self._blank_link(), 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addStretch(1)
        # The blank ones of the key properties are worth a line: they are what one fills in.
        group = self._next_group(show_blank=self._blank or self._arguments[2])
        if group is not None:
            group.add_rows(_SLICE)
            self._add_latest()
            self._filling = None if group.complete else group

    def _next_group(self, *, show_blank: bool) -> PropertyGroup | None:
        """The next group that is planned, without a row yet; None when it would have none."""
        showing, record, editable, may_reveal = self._arguments
        title, properties = self._planned.pop(0)
        group = PropertyGroup(
            self._title(title),
            properties,
            showing,
            record,
            editable=editable,
            may_reveal=may_reveal,
            show_blank=show_blank,
        )
        if group.complete:
            group.deleteLater()
            return None
        group.edit_asked.connect(partial(self._edit, group))
        group.reveal_asked.connect(self.reveal_asked)
        self.groups.append(group)
        self._add(group)
        self._add(rule())
        return group

    def _add(self, widget: QWidget) -> None:
        """Put a widget before the link and the stretch at the end."""
        self._column.insertWidget(self._column.count() - 2, widget)

    def _title(self, group: str) -> str:
        if group == _KEY:
            return self.tr("Key properties")
        return group or self.tr("Other properties")

    def _add_slice(self) -> None:
        """Make a few more rows: a record may have hundreds, and the window has to go on."""
        if not self._begun:
            self._begin()
            return
        left = _SLICE
        while left > 0 and (self._planned or self._filling is not None):
            group = self._filling or self._next_group(show_blank=self._blank)
            if group is not None:
                left -= group.add_rows(left)
                self._filling = None if group.complete else group
        if self.complete:
            self._slices.stop()

    def _add_latest(self) -> None:
        self._latest = HistoryList(self.tr("Latest changes"), _LATEST, grows=False)
        self._latest.all_asked.connect(self.history_asked)
        if self._entries is not None:
            self._latest.show_entries(self._entries, self._arguments[0])
        self._add(label(self.tr("Latest changes"), TextStyle.STRONG))
        self._add(self._latest)
        self._add(rule())

    def _blank_link(self) -> Link:
        blank = self.tr("Hide properties without a value")
        link = Link(blank if self._blank else self.tr("Show properties without a value"))
        link.setObjectName("show_blank")
        link.clicked.connect(self._toggle_blank)
        return link

    def _toggle_blank(self) -> None:
        if self.form is None:
            self._blank = not self._blank
            self._plan()

    def _edit(self, group: PropertyGroup) -> None:
        if group not in self.groups:
            # The next record's rows are about to take its place.
            return
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
