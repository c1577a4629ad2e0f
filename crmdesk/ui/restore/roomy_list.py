"""A short list, held in memory, in a table of tall rows that fills a widget."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.ui.desk import Desk
from crmdesk.ui.tables.cells import Column, Lead, RowHeight
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.tables.view import ActionsOf
from crmdesk.ui.window_state import TableState


def roomy_list(
    host: QWidget,
    desk: Desk,
    name: str,
    columns: Sequence[Column],
    actions_of: ActionsOf,
    lead: Lead = Lead.NOTHING,
) -> tuple[ListSource, DataTable]:
    """Fill a widget with a table; it has the widget's focus too.

    Returns:
        the source its rows are put into, and the table to be refreshed then.
    """
    source = ListSource(tuple(columns))
    start = TableState(height=RowHeight.ROOMY)
    table = DataTable(name, source, desk.queries, lead=lead, actions_of=actions_of, start=start)
    column = QVBoxLayout(host)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(table)
    host.setFocusProxy(table)
    return source, table
