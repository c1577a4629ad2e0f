"""The dialog that asks which records are exported, and says what it would be before it is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.exports.model import ExportEstimate, ExportFormat, ExportRequest, Naming
from crmdesk.core.records.schema import Property
from crmdesk.ui.exports.file_dialog import ALL, CHOSEN, SHOWN, Asking, FileDialog, choice_box
from crmdesk.ui.exports.scope import Scope
from crmdesk.ui.exports.ticked import TickedChoice
from crmdesk.ui.exports.words import say
from crmdesk.ui.records.showing import Showing, counted
from crmdesk.ui.widgets.form_field import FormField

__all__ = ["ALL", "CHOSEN", "SHOWN", "ExportDialog"]


class ExportDialog(FileDialog):
    """Name, records, columns and how they are written.

    Args:
        scopes: which records may be exported, the likeliest first.
        shown: internal names of the properties that the table shows.
    """

    def __init__(
        self, showing: Showing, scopes: Sequence[Scope], shown: Sequence[str], parent: QWidget
    ) -> None:
        own, may_see = showing.object_type, showing.desk.may(Permission.VIEW_SENSITIVE)
        by_name = {p.name: p for p in own.properties if may_see or not p.sensitive}
        self._shown = tuple(dict.fromkeys(name for name in shown if name in by_name))
        self._hidden = tuple(p.label for p in own.properties if p.name in shown and p.sensitive)
        ways = [
            (SHOWN, say("Shown in the table (%Ln)", len(self._shown))),
            (ALL, say("All properties (%Ln)", len(own.properties))),
            (CHOSEN, say("Chosen")),
        ]
        super().__init__(
            showing.desk,
            own.plural_label.lower(),
            scopes[0].source_name,
            ways,
            _by_label(by_name.values()),
            parent,
        )
        self._scopes = list(scopes)
        self.chosen.choose(self._shown)
        self.records = choice_box("export_records", [(each.label,) * 2 for each in self._scopes])
        objects = self._desk.workspace.definitions.objects(self._desk.actor)
        others = [(each.name, each.plural_label) for each in objects]
        self.associated = TickedChoice(say("Associated records"), others, say("None"), self)
        self.associated.setObjectName("export_associated")
        self.lay_out(self._fields())
        desk, service = self._desk, self._desk.workspace.exports
        asking = Asking(
            request=self.request,
            estimate=lambda request: service.estimate(desk.actor, request),
            create=lambda request: service.create(desk.actor, request),
            counted=lambda count: counted(own, count),
        )
        self.begin(asking, self.records, self.associated)

    def _fields(self) -> Sequence[Sequence[QWidget]]:
        return (
            (FormField(say("Records"), self.records), FormField(say("Format"), self.format)),
            (
                FormField(say("Columns"), self.columns),
                FormField(say("Associated records"), self.associated),
            ),
            (self.chosen_field,),
            (
                FormField(say("Headings of columns"), self.headers),
                FormField(say("Choices and owners"), self.choices),
            ),
        )

    @property
    def scope(self) -> Scope:
        """The records that are chosen."""
        return self._scopes[max(0, self.records.currentIndex())]

    def request(self) -> ExportRequest:
        """What the core is asked for."""
        scope = self.scope
        return ExportRequest(
            scope.query,
            scope.source,
            scope.source_name,
            self.name.text(),
            scope.ids,
            self.asked_columns(self._shown),
            ExportFormat(self.format.currentData()),
            Naming(self.headers.currentData()),
            Naming(self.choices.currentData()),
            self.associated.chosen(),
            bom=self.with_bom,
            for_spreadsheets=self.spreadsheets.is_checked(),
        )

    def completed(self, found: ExportEstimate) -> ExportEstimate:
        """The estimate with the columns of the table that this person may not see."""
        if self.columns.currentData() == SHOWN and not self._desk.may(Permission.VIEW_SENSITIVE):
            return replace(found, left_out=self._hidden)
        return found

    def associated_names(self) -> tuple[str, ...]:
        """Objects whose associated records stand in the file."""
        return self.associated.chosen()


def _by_label(properties: Iterable[Property]) -> list[tuple[str, str]]:
    return sorted(((p.name, p.label) for p in properties), key=lambda pair: pair[1].casefold())
