"""Which records an export may be of: the ticked ones, what the table shows, all."""

from __future__ import annotations

from dataclasses import dataclass

from crmdesk.core.exports.model import ExportSource
from crmdesk.core.records.filters import RecordQuery
from crmdesk.ui import words
from crmdesk.ui.exports.words import filled, say
from crmdesk.ui.records.source import Wanted
from crmdesk.ui.records.table_face import TableFace


@dataclass(frozen=True, slots=True)
class Scope:
    """One choice.

    Attributes:
        label: as it stands in the list.
        ids: these records alone; empty for all that the query finds.
        source, source_name: where the person is.
    """

    label: str
    query: RecordQuery
    ids: tuple[int, ...]
    source: ExportSource
    source_name: str


def scopes_of(face: TableFace) -> list[Scope]:
    """What can be exported from a table as it stands; the likeliest choice first."""
    own = face.object_type
    everything = RecordQuery(own.name)
    source, name = _place(face)
    found = []
    ticked = len(face.table.ticks)
    if ticked:
        label = say("%Ln selected record{|s}", ticked)
        found.append(Scope(label, everything, tuple(face.table.ticks.ids()), source, name))
    wanted = face.table.query.filter
    if isinstance(wanted, Wanted) and wanted.narrows:
        what = {
            ExportSource.OBJECT: say("What the table shows"),
            ExportSource.VIEW: filled(say("View “%1”"), name),
            ExportSource.SEGMENT: filled(say("Segment “%1”"), name),
        }[source]
        label = f"{what} ({words.number(face.table.count)})"
        found.append(Scope(label, face.query_now(), (), source, name))
    label = filled(say("All %1"), own.plural_label.lower())
    found.append(Scope(label, everything, (), ExportSource.OBJECT, own.plural_label))
    return found


def _place(face: TableFace) -> tuple[ExportSource, str]:
    view = face.views.current
    if face.segment is not None:
        return ExportSource.SEGMENT, face.segment.name
    if view is not None:
        return ExportSource.VIEW, view.name
    return ExportSource.OBJECT, face.object_type.plural_label
