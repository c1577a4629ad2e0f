"""Values of records as the review and the summary show them."""

from __future__ import annotations

from PySide6.QtCore import QLocale

from crmdesk.core.records.display import DisplayOptions, display
from crmdesk.core.records.record import MASKED
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui.desk import Desk
from crmdesk.ui.restore.words import say


class ShownValues:
    """Words for the values and properties of one object."""

    def __init__(self, desk: Desk, object_type: ObjectType) -> None:
        self.object_type = object_type
        locale = QLocale()
        self._options = DisplayOptions(
            time_zone=desk.zone,
            group_mark=locale.groupSeparator(),
            decimal_mark=locale.decimalPoint(),
            yes=say("Yes"),
            no=say("No"),
        )

    def label(self, name: str) -> str:
        """What a property is called; its internal name when it is gone."""
        found = self.object_type.by_name.get(name)
        return name if found is None else found.label

    def show(self, name: str, value: str | None) -> str:
        """A value in words; "No value" where there is none."""
        if value is None:
            return say("No value")
        found = self.object_type.by_name.get(name)
        if found is None or value == MASKED:
            return value
        return display(value, found, self._options)
