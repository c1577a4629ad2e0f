"""The options of a choice: add, reword, order, archive."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crmdesk.core.records.catalogue import OptionDefinition
from crmdesk.core.records.schema import Option
from crmdesk.ui.settings.objects.order_list import OrderItem, OrderList
from crmdesk.ui.settings.objects.words import say
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.paragraph import Paragraph

_HEIGHT = 150


class OptionsEditor(QWidget):
    """Options in their order. One that is removed stays valid where it stands.

    Signals:
        changed: an option was added, reworded, moved or removed.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.list = OrderList(say("Options"), editable=True, height=_HEIGHT)
        self.text = QLineEdit()
        self.text.setObjectName("new_option")
        self.text.setPlaceholderText(say("New option"))
        self.text.setAccessibleName(say("New option"))
        self.add = Button(say("Add"), icon="plus")
        self.add.clicked.connect(self._add)
        self.text.returnPressed.connect(self._add)
        self.list.changed.connect(self.changed)
        row = QHBoxLayout()
        row.addWidget(self.text, 1)
        row.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(label(say("Options"), TextStyle.STRONG))
        column.addWidget(self.list)
        column.addLayout(row)
        column.addWidget(
            Paragraph(
                say("A removed option stays in the records that have it."),
                TextStyle.CAPTION,
                "text3",
            )
        )

    def show_options(self, options: Sequence[Option]) -> None:
        """Show what is saved."""
        self.list.show_items(OrderItem(o.value, o.label) for o in options if not o.archived)

    def options(self) -> tuple[OptionDefinition, ...]:
        """The options as they are now."""
        return tuple(OptionDefinition(each.key, each.text) for each in self.list.items())

    def _add(self) -> None:
        text = self.text.text().strip()
        if not text:
            return
        taken = {each.key for each in self.list.items()}
        value, number = text.replace(";", ","), 2
        while value in taken:
            value, number = f"{text} {number}", number + 1
        self.text.clear()
        self.list.add(OrderItem(value, text))
        self.text.setFocus()
