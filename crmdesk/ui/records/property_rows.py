"""Properties of a record in the panel: groups of rows, each group turned into fields by Edit."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from crmdesk.core.records.record import MASKED, Record
from crmdesk.core.records.schema import Property
from crmdesk.core.records.types import PropertyFormat
from crmdesk.ui.records.defaults import badge_property
from crmdesk.ui.records.showing import Showing, tone_of
from crmdesk.ui.records.value_form import ValueForm
from crmdesk.ui.tables.cells import Tone
from crmdesk.ui.theme.apply import font, px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.avatar import IN_CELL, Avatar
from crmdesk.ui.widgets.badge import Badge, BadgeTone
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph

_LABEL_WIDTH, _ROW_HEIGHT, _TALLEST = 112, 22, 40
_BADGES = {
    Tone.OK: BadgeTone.OK,
    Tone.INFO: BadgeTone.INFO,
    Tone.WARN: BadgeTone.WARN,
}


def _name_label(text: str) -> QLabel:
    """On one line, on two where that is too narrow, and cut only where two do not hold it."""
    width, metrics = px(_LABEL_WIDTH), QFontMetrics(font(TextStyle.BODY))
    room = metrics.boundingRect(0, 0, width, px(_TALLEST), Qt.TextFlag.TextWordWrap, text)
    if metrics.horizontalAdvance(text) > width >= room.width() and room.height() < px(_TALLEST):
        wrapped = label(text, TextStyle.BODY, "text2")
        wrapped.setWordWrap(True)
        wrapped.setFixedSize(width, room.height())
        return wrapped
    name = ElidedLabel(text, TextStyle.BODY, "text2")
    name.setFixedWidth(width)
    return name


class PropertyRow(QWidget):
    """Label and value; a sensitive value is masked until it is revealed.

    Signals:
        reveal_asked: internal name of the property.
    """

    reveal_asked = Signal(str)

    def __init__(
        self, found: Property, showing: Showing, value: str | None, *, may_reveal: bool
    ) -> None:
        super().__init__()
        self._property, self._showing, self._may_reveal = found, showing, may_reveal
        self.setObjectName(f"row_{found.name}")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        name = _name_label(found.label)
        side = Qt.AlignmentFlag.AlignVCenter
        if found.format == PropertyFormat.MULTILINE:
            side = Qt.AlignmentFlag.AlignTop
        self._row.addWidget(name, 0, side)
        self._values: list[QWidget] = []
        self.show_value(value)

    def show_value(self, value: str | None) -> None:
        """Show another value."""
        for widget in self._values:
            self._row.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        text = self._showing.text(self._property, value)
        self._values = self._widgets(value, text)
        for widget in self._values:
            # A badge keeps its size, everything else takes the room.
            fixed = isinstance(widget, Badge | Avatar | Link)
            self._row.addWidget(widget, 0 if fixed else 1)
        if isinstance(self._values[0], Badge):
            self._values.append(QWidget())
            self._row.addWidget(self._values[-1], 1)
        self.setAccessibleName(f"{self._property.label}: {text or self.tr('no value')}")

    def _widgets(self, value: str | None, text: str) -> list[QWidget]:
        found = self._property
        if value == MASKED:
            return self._masked(text)
        badge = badge_property(self._showing.object_type)
        if text and badge is not None and badge.name == found.name:
            tone = _BADGES.get(tone_of(value or "", text), BadgeTone.NEUTRAL)
            return [Badge(text, tone)]
        if text and found.format == PropertyFormat.OWNER:
            return [Avatar(text, IN_CELL), ElidedLabel(text)]
        if found.format == PropertyFormat.MULTILINE and text:
            return [Paragraph(text, TextStyle.BODY, "text")]
        shown = ElidedLabel(" ".join(text.split()) or "\N{EN DASH}", TextStyle.BODY)
        return [shown]

    def _masked(self, text: str) -> list[QWidget]:
        shown = ElidedLabel(text)
        if not self._may_reveal:
            shown.setToolTip(self.tr("You may not see sensitive values."))
            note = label(self.tr("hidden"), TextStyle.CAPTION, "text2")
            return [shown, note]
        reveal = Link(self.tr("Reveal"))
        reveal.setObjectName(f"reveal_{self._property.name}")
        reveal.setAccessibleName(self.tr("Reveal %1").replace("%1", self._property.label))
        reveal.clicked.connect(partial(self.reveal_asked.emit, self._property.name))
        return [shown, reveal]


class PropertyGroup(QWidget):
    """One group: its rows, or its fields while it is edited.

    Signals:
        edit_asked: Edit was pressed.
        reveal_asked: internal name of a sensitive property.
    """

    edit_asked = Signal()
    reveal_asked = Signal(str)

    def __init__(
        self,
        title: str,
        properties: Sequence[Property],
        showing: Showing,
        record: Record,
        *,
        editable: bool,
        may_reveal: bool,
        show_blank: bool,
    ) -> None:
        super().__init__()
        self.title, self.properties = title, properties
        self._showing, self._record, self._may_reveal = showing, record, may_reveal
        self.rows: dict[str, PropertyRow] = {}
        self.form: ValueForm | None = None
        self._edit = Link(self.tr("Edit"))
        self._edit.setObjectName("edit_group")
        self._edit.setAccessibleName(self.tr("Edit %1").replace("%1", title))
        if not editable or all(p.calculated for p in properties):
            self._edit.hide()
        self._edit.clicked.connect(self.edit_asked)
        head = QHBoxLayout()
        head.addWidget(label(title, TextStyle.STRONG), 1)
        head.addWidget(self._edit)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addLayout(head)
        wanted = [p for p in properties if show_blank or record.values.get(p.name) is not None]
        self._waiting = wanted

    @property
    def complete(self) -> bool:
        """Whether every row is there."""
        return not self._waiting

    def add_rows(self, most: int) -> int:
        """Make the next rows; returns how many it made."""
        now, self._waiting = self._waiting[:most], self._waiting[most:]
        for found in now:
            self._add_row(found, self._record.values.get(found.name))
        return len(now)

    def _add_row(self, found: Property, value: str | None) -> None:
        row = PropertyRow(found, self._showing, value, may_reveal=self._may_reveal)
        row.setMinimumHeight(px(_ROW_HEIGHT))
        row.reveal_asked.connect(self.reveal_asked)
        self.rows[found.name] = row
        self._column.addWidget(row)

    def edit(self, *, may_edit_sensitive: bool) -> ValueForm:
        """Turn the rows into fields, those without a value too."""
        self._edit.hide()
        self._waiting = []
        for row in self.rows.values():
            row.hide()
        self.form = ValueForm(
            self._showing,
            [p for p in self.properties if not p.calculated],
            self._record.values,
            may_edit_sensitive=may_edit_sensitive,
        )
        self._column.addWidget(self.form)
        return self.form
