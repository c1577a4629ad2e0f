"""All views of the log in one list: whose they are, who sees them, and in which order."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from crmdesk.core.audit.view_model import AuditView, AuditViewDefinition
from crmdesk.ui.audit.say import say
from crmdesk.ui.audit.view_deeds import ViewDeeds
from crmdesk.ui.audit.view_dialogs import sharing_words
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.words import filled
from crmdesk.ui.messages import sentence
from crmdesk.ui.tables.cells import Cell, Column, Lead, Row, RowAction, RowHeight
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog
from crmdesk.ui.window_state import TableState

_TALL, _WIDE = 300, 720


class ViewsDialog(DecisionDialog):
    """Opens, orders, renames, shares and deletes views; the first three stay first.

    Args:
        now: what the log shows at this moment; a new view keeps it.

    Signals:
        chosen: id of the view to go to.
        changed: views were written.
    """

    chosen = Signal(int)
    changed = Signal()

    def __init__(self, desk: Desk, now: AuditViewDefinition, parent: QWidget) -> None:
        decision = Decision(
            title=say("Manage all views"),
            heading=say("All views of the audit log"),
            sentence=say("The order is your own. Shared views are changed by who made them."),
            safe=say("Close"),
            deed=say("New view of what is shown"),
            icon="layout-list",
        )
        super().__init__(decision, parent, closes=False)
        self.setFixedWidth(px(_WIDE))
        self._desk, self._now = desk, now
        self._views: dict[int, AuditView] = {}
        self.deeds = ViewDeeds(desk, self)
        self._source = ListSource(
            (
                Column("name", say("View"), 240, stretch=True, sortable=False),
                Column("owner", say("Owner"), 150, sortable=False),
                Column("sharing", say("Seen by"), 140, sortable=False),
            )
        )
        self.table = DataTable(
            say("Views"),
            self._source,
            desk.queries,
            lead=Lead.CARD,
            actions_of=self._actions,
            start=TableState(height=RowHeight.NORMAL),
        )
        self.table.setFixedHeight(px(_TALL))
        self.body.addWidget(self.table)
        self.table.opened.connect(self._go)
        self.table.action_chosen.connect(self._act)
        self.decided.connect(lambda: self.deeds.save_as(self._now))
        self.deeds.written.connect(self._written)
        self.deeds.failed.connect(lambda error: self.show_error(sentence(error)))
        self._read()

    def _read(self) -> None:
        desk = self._desk
        desk.run_query(
            self,
            "views",
            lambda: desk.workspace.audit_views.list(desk.actor),
            self._show,
            lambda error: self.show_error(sentence(error)),
        )

    def _show(self, views: Sequence[AuditView]) -> None:
        self._views = {view.id: view for view in views}
        self._source.replace(_row(view) for view in views)
        self.table.refresh()

    def _actions(self, row: Row) -> Sequence[RowAction]:
        view = self._views.get(row.id)
        if view is None:
            return ()
        others = [each for each, found in self._views.items() if not found.is_default]
        fixed = say("The first three views stay where they are.") if view.is_default else ""
        own = fixed if view.mine else fixed or filled(say("%1 made it."), view.owner_name)
        first = say("It is the first one.") if others[:1] == [row.id] else ""
        last = say("It is the last one.") if others[-1:] == [row.id] else ""
        return (
            RowAction("open", say("Open view"), "arrow-right"),
            RowAction("up", say("Move up"), "arrow-up", reason=fixed or first),
            RowAction("down", say("Move down"), "arrow-down", reason=fixed or last),
            RowAction("rename", say("Rename"), "pencil", reason=own, separated=True),
            RowAction("share", say("Manage sharing"), "share-2", reason=own),
            RowAction("remove", say("Delete"), "trash-2", danger=True, reason=own),
        )

    @Slot(str, object)
    def _act(self, key: str, view_id: int) -> None:
        view = self._views[view_id]
        if key == "open":
            self._go(view_id)
        elif key in {"up", "down"}:
            order = [each for each, found in self._views.items() if not found.is_default]
            place = order.index(view_id)
            order.insert(max(0, place + (-1 if key == "up" else 1)), order.pop(place))
            self.deeds.reorder(order, view)
        elif key == "rename":
            self.deeds.rename(view)
        elif key == "share":
            self.deeds.share(view)
        else:
            self.deeds.remove(view)

    @Slot(object)
    def _go(self, view_id: int) -> None:
        self.accept()
        self.chosen.emit(view_id)

    @Slot(int)
    def _written(self, _view_id: int) -> None:
        self._read()
        self.changed.emit()


def _row(view: AuditView) -> Row:
    owner = say("You") if view.mine else view.owner_name
    cells = {
        "name": Cell(view.name),
        "owner": Cell(say("Everybody") if view.is_default else owner, quiet=True),
        "sharing": Cell(sharing_words(view), quiet=True),
    }
    return Row(view.id, cells)
