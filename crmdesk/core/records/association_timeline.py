"""What was associated with a record and no longer is, as lines of its history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crmdesk.core.clock import from_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.records.association_labels import Label, load_labels
from crmdesk.core.records.association_listing import names_of
from crmdesk.core.records.association_rows import AssociationChange
from crmdesk.core.records.record import AssociationNote, HistoryEntry
from crmdesk.core.records.schema import ObjectType, load_object_types

#: Labels of an association that stands were exchanged for others.
RELABEL = "relabel"
_LINES, _IDS_AT_ONCE = 1000, 500
_WANTED = (
    "SELECT change_id, {other}_type_id AS other_type, {other}_id AS other_id, kind, "
    "label_id || ':' || {first} AS mark FROM main.association_history "
    "WHERE {own}_type_id = ?1 AND {own}_id = ?2"
)


@dataclass(frozen=True, slots=True)
class _Line:
    """What one change did between the record and those of one object."""

    change_id: int
    other_type: int
    kind: str
    count: int
    other_id: int
    marks: frozenset[str]
    old_marks: frozenset[str] = frozenset()


def association_entries(tx: Tx, own: ObjectType, record_id: int) -> list[HistoryEntry]:
    """The newest changes of a record's associations, newest first.

    However many records one change associated it with, that is one line for each object; only a
    single other record is named.
    """
    types = {each.id: each for each in load_object_types(tx)}
    lines = [line for line in _lines(tx, own, record_id) if line.other_type in types]
    names = _names(tx, types, lines)
    labels = {
        type_id: {label.id: label for label in load_labels(tx, own, types[type_id])}
        for type_id in {line.other_type for line in lines}
    }
    changes = _changes(tx, {line.change_id for line in lines})
    found = []
    for line in lines:
        other = types[line.other_type]
        known = labels[line.other_type]
        note = AssociationNote(
            object_name=other.name,
            label=other.label,
            plural_label=other.plural_label,
            record_id=line.other_id if line.count == 1 else None,
            name=names.get((other.id, line.other_id), "") if line.count == 1 else "",
            count=line.count,
            labels=_texts(known, own, line.marks),
            old_labels=_texts(known, own, line.old_marks),
        )
        found.append(_entry(line, note, changes[line.change_id]))
    return found


def _lines(tx: Tx, own: ObjectType, record_id: int) -> list[_Line]:
    sides = [
        _WANTED.format(own=own_side, other=other_side, first=first)
        for own_side, other_side, first in (("from", "to", 1), ("to", "from", 0))
    ]
    cursor = tx.sql(
        "SELECT change_id, other_type, kind, count(DISTINCT other_id), min(other_id), "
        f"group_concat(DISTINCT mark) FROM ({' UNION ALL '.join(sides)}) "
        "GROUP BY change_id, other_type, kind ORDER BY change_id DESC, other_type, kind LIMIT ?3",
        (own.id, record_id, _LINES),
    )
    return _relabelled(
        _Line(change_id, other_type, kind, count, other_id, frozenset(marks.split(",")))
        for change_id, other_type, kind, count, other_id, marks in cursor
    )


def _relabelled(lines: Iterable[_Line]) -> list[_Line]:
    """Ending one label and giving another is one line."""
    found: list[_Line] = []
    for line in lines:
        before = found[-1] if found else None
        if (
            before is not None
            and (before.change_id, before.other_type, before.other_id)
            == (line.change_id, line.other_type, line.other_id)
            and before.count == line.count == 1
            and before.kind != line.kind
        ):
            new, old = (
                (before, line)
                if before.kind == AssociationChange.ASSOCIATE.value
                else (line, before)
            )
            found[-1] = _Line(
                line.change_id, line.other_type, RELABEL, 1, line.other_id, new.marks, old.marks
            )
        else:
            found.append(line)
    return found


def _names(
    tx: Tx, types: Mapping[int, ObjectType], lines: Iterable[_Line]
) -> dict[tuple[int, int], str]:
    wanted: dict[int, set[int]] = {}
    for line in lines:
        if line.count == 1:
            wanted.setdefault(line.other_type, set()).add(line.other_id)
    found = {}
    for type_id, some in wanted.items():
        ids = sorted(some)
        for start in range(0, len(ids), _IDS_AT_ONCE):
            names = names_of(tx, types[type_id], ids[start : start + _IDS_AT_ONCE])
            found.update({(type_id, one): name for one, name in names.items()})
    return found


def _texts(known: Mapping[int, Label], own: ObjectType, marks: Iterable[str]) -> tuple[str, ...]:
    """Labels as the record reads them; one that is gone says nothing any more."""
    found = []
    for mark in marks:
        label_id, first = mark.split(":")
        label = known.get(int(label_id))
        if label is not None:
            found.append((label.position, label.seen_from(own.id, first=first == "1")))
    return tuple(text for _, text in sorted(found))


def _changes(tx: Tx, ids: set[int]) -> dict[int, Sequence[object]]:
    found: dict[int, Sequence[object]] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), _IDS_AT_ONCE):
        some = wanted[start : start + _IDS_AT_ONCE]
        cursor = tx.sql(
            "SELECT c.id, c.at, c.source, c.source_label, c.user_id, coalesce(u.full_name, ''), "
            "c.job_id FROM change_sets c LEFT JOIN users u ON u.id = c.user_id "
            f"WHERE c.id IN ({', '.join('?' * len(some))})",
            some,
        )
        found.update({row[0]: row for row in cursor})
    return found


def _entry(line: _Line, note: AssociationNote, change: Sequence[object]) -> HistoryEntry:
    _, at, source, source_label, user_id, user_name, job_id = change
    return HistoryEntry(
        change_id=line.change_id,
        at=from_text(str(at)),
        property=None,
        kind=line.kind,
        old=None,
        new=None,
        source=str(source),
        source_label=str(source_label),
        user_id=user_id if isinstance(user_id, int) else None,
        user_name=str(user_name),
        job_id=None if job_id is None else str(job_id),
        association=note,
    )
