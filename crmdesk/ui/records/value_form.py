"""Fields for several values of one record: in the panel, and for a new record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.errors import UserError
from crmdesk.core.records.record import MASKED
from crmdesk.core.records.schema import Property
from crmdesk.core.records.types import PropertyFormat
from crmdesk.ui.messages import message
from crmdesk.ui.records.showing import Showing
from crmdesk.ui.records.value_field import ValueField


class ValueForm(QWidget):
    """Fields under each other.

    Args:
        showing: whose properties.
        properties: which, in this order.
        values: what stands there; an absent one is no value.
        may_edit_sensitive: whether sensitive fields take anything.

    Signals:
        edited: a person changed a field.
    """

    edited = Signal()

    def __init__(
        self,
        showing: Showing,
        properties: Sequence[Property],
        values: Mapping[str, str | None],
        *,
        may_edit_sensitive: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._showing, self._values = showing, dict(values)
        self._may_edit_sensitive = may_edit_sensitive
        self.fields: dict[str, ValueField] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self.add(properties)

    def add(self, properties: Sequence[Property]) -> None:
        """Add fields below the others; what is there already stays."""
        for found in properties:
            if found.calculated or found.name in self.fields:
                continue
            field = ValueField(found, self._showing, self._values.get(found.name))
            if found.sensitive and not self._may_edit_sensitive:
                field.set_reason(self.tr("You may not edit sensitive values."))
            field.edited.connect(self.edited)
            if found.format == PropertyFormat.PIPELINE:
                field.edited.connect(self._offer_stages)
            self.fields[found.name] = field
            self._column.addWidget(field)
        self._offer_stages()

    def changes(self) -> dict[str, str]:
        """What was changed, as typed, by property name."""
        return {name: field.text() for name, field in self.fields.items() if field.changed}

    def show_error(self, error: Exception) -> bool:
        """Put a refusal at the field it is about; False when it is about none of these."""
        name = str(error.values.get("property", "")) if isinstance(error, UserError) else ""
        field = self.fields.get(name)
        if field is None:
            return False
        text = message(error).title
        # The label stands above already.
        field.set_error(text.removeprefix(f"{field.found.label}: "))
        field.control.setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def show_conflict(self, values: Mapping[str, str | None]) -> None:
        """Take new values where nothing was typed; show both where something was."""
        for name, field in self.fields.items():
            now = values.get(name)
            if now == self._values.get(name) or now == MASKED:
                continue
            if field.changed:
                field.show_conflict(now)
            else:
                field.set_value(now)
        self._values = dict(values)

    def focus_first(self) -> None:
        """Begin in the first field that takes anything."""
        for field in self.fields.values():
            if field.control.isEnabled():
                field.control.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def _offer_stages(self) -> None:
        """A stage is chosen among those of the pipeline."""
        by_format = {field.found.format: field for field in self.fields.values()}
        stage = by_format.get(PropertyFormat.STAGE)
        if stage is None or not self._showing.object_type.pipelines:
            return
        pipeline = by_format.get(PropertyFormat.PIPELINE)
        own = self._showing.object_type.with_format(PropertyFormat.PIPELINE)
        kept = self._values.get(own.name) if own is not None else None
        chosen = pipeline.text() if pipeline is not None else kept
        roads = self._showing.object_type.pipelines
        found = [road for road in roads if road.name == chosen] or list(roads)
        choices = [(stage.name, stage.label) for road in found for stage in road.stages]
        stage.set_choices(choices)
