"""One differing record beside the list: every value, then and now."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.compare.model import DifferingRecord
from crmdesk.ui.backup.compare_rows import RecordDifferences
from crmdesk.ui.backup.words import say
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.side_panel import SidePanel, empty_layout
from crmdesk.ui.widgets.value_change import ShownChange, ValueChange


def fill_panel(
    panel: SidePanel, values: QWidget, record: DifferingRecord, source: RecordDifferences
) -> None:
    """Show a record's differences.

    Args:
        values: the page of the panel that they stand in.
        source: knows what properties are called.
    """
    number = record.record_id
    name = record.name or (say("Without a name") if number is None else f"#{number}")
    about = say("Record ID %1").replace("%1", str(number))
    panel.set_heading(name, say("Only in the file") if number is None else about)
    layout = values.layout()
    if not isinstance(layout, QVBoxLayout):
        return
    empty_layout(layout)
    for value in record.values:
        label = source.label(record, value.property)
        if value.hidden:
            text = say("%1 differs. It is sensitive, so its values are not shown here.")
            layout.addWidget(Paragraph(text.replace("%1", label), TextStyle.BODY, "text2"))
        else:
            layout.addWidget(ValueChange(ShownChange(label, value.then, value.now)))
    if not record.values:
        layout.addWidget(Paragraph(say("No compared property has a value."), TextStyle.BODY))
    layout.addStretch(1)
