"""The line below the steps that says which table is in sight, where several are imported."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from crmdesk.core.records.schema import ObjectType
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.transfer.bundle import Bundle
from crmdesk.ui.transfer.choices import Choices
from crmdesk.ui.transfer.wording import filled, say
from crmdesk.ui.widgets.labels import label

_WIDTH = 360


class TableSwitch(QWidget):
    """Goes from table to table; hidden while there is only one.

    Signals:
        picked: place of the table.
    """

    picked = Signal(int)

    def __init__(self, objects: Sequence[ObjectType], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._objects = {each.name: each.plural_label for each in objects}
        self.choice = Choices()
        self.choice.setObjectName("import_table")
        self.choice.setAccessibleName(say("Table"))
        self.choice.setMaximumWidth(px(_WIDTH))
        title = label(say("Table"), TextStyle.STRONG)
        title.setBuddy(self.choice)
        self._told = label("", TextStyle.BODY, "text2")
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 12, 24, 0)
        row.setSpacing(12)
        row.addWidget(title)
        row.addWidget(self.choice, 1)
        row.addWidget(self._told)
        row.addStretch(1)
        self.choice.picked.connect(lambda key: self.picked.emit(int(key)))
        self.hide()

    def show_tables(self, bundle: Bundle, places: Sequence[int], current: int) -> None:
        """Offer tables by their places, in the order in which they are imported."""
        entries = [bundle.entries[place] for place in places]
        texts = [
            filled(say("%1 → %2"), each.title, self._objects.get(each.object_name or "", ""))
            for each in entries
        ]
        choices = [(str(place), text) for place, text in zip(places, texts, strict=True)]
        self.choice.offer(choices, str(current))
        if current in places:
            place = places.index(current) + 1
            self._told.setText(filled(say("%1 of %2"), str(place), str(len(places))))

    def pick(self, place: int) -> None:
        """Go to a table as a person does."""
        self.choice.pick(str(place))
