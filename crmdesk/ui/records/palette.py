"""Records for the command palette: by name or address, and by record ID after "#"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QCoreApplication

from crmdesk.core.records.filters import Filter, Operator, RecordQuery
from crmdesk.core.records.record import display_name
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.records.types import PropertyFormat
from crmdesk.ui.desk import Desk
from crmdesk.ui.frame.values import PaletteGroup, PaletteLine, PaletteSource

_EACH, _LEAST_LETTERS = 4, 2


@dataclass(frozen=True, slots=True)
class Found:
    """A record the palette offers."""

    object_type: ObjectType
    id: int
    name: str
    detail: str


def record_sources(desk: Desk) -> list[PaletteSource]:
    """The palette's searches for records."""
    show = partial(_show, desk)
    return [
        PaletteSource("records", partial(find_records, desk), show),
        PaletteSource("record_ids", partial(find_by_id, desk), show, prefix="#"),
    ]


def find_records(desk: Desk, words: str) -> list[Found]:
    """A few records of each object whose name, address or number contains the words."""
    if len(words.strip()) < _LEAST_LETTERS:
        return []
    return [
        found
        for object_type in desk.workspace.definitions.objects(desk.actor)
        for found in _read(desk, object_type, RecordQuery(object_type.name, search=words))
    ]


def find_by_id(desk: Desk, words: str) -> list[Found]:
    """The records with exactly that id, one of each object at most."""
    typed = words.strip().removeprefix("#")
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 18):
        return []
    found = []
    for object_type in desk.workspace.definitions.objects(desk.actor):
        own = object_type.with_format(PropertyFormat.RECORD_ID)
        if own is not None:
            only = (Filter(own.name, Operator.EQ, (typed,)),)
            found += _read(desk, object_type, RecordQuery(object_type.name, only))
    return found


def _read(desk: Desk, object_type: ObjectType, query: RecordQuery) -> list[Found]:
    ids = desk.workspace.records.ids(desk.actor, query, limit=_EACH)
    wanted = dict.fromkeys((*object_type.display_properties, "email", "domain"))
    names = [name for name in wanted if name in object_type.by_name]
    rows = desk.workspace.records.rows(desk.actor, object_type.name, list(ids), names)
    found = []
    for row_id in ids:
        if row_id in rows:
            values = dict(zip(names, rows[row_id], strict=True))
            name = display_name(object_type, {"hs_object_id": str(row_id), **values})
            address = values.get("email") or values.get("domain") or f"#{row_id}"
            found.append(Found(object_type, row_id, name, address))
    return found


def _show(desk: Desk, found: object) -> PaletteGroup:
    lines: Sequence[Found] = found if isinstance(found, list) else []
    title = QCoreApplication.translate("Records", "Records")
    return PaletteGroup(title, [_line(desk, one) for one in lines])


def _line(desk: Desk, found: Found) -> PaletteLine:
    detail = f"{found.object_type.label}, {found.detail}"
    run = partial(desk.go, f"records/{found.object_type.name}/{found.id}")
    return PaletteLine(found.name, run, detail, found.object_type.icon)
