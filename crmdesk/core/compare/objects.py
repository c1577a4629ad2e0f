"""Walks the objects of two states one after the other, and tells each record that differs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crmdesk.core.backup.manifest import ManifestColumn
from crmdesk.core.compare.definitions import ObjectThere
from crmdesk.core.compare.foreign import ForeignFile, of_one_maker, refuse_unmatched
from crmdesk.core.compare.keyed_rows import KeyedRows
from crmdesk.core.compare.model import (
    Change,
    ComparedValue,
    DifferingRecord,
    LeftOut,
    LeftOutReason,
    ObjectDifference,
    Side,
)
from crmdesk.core.compare.pairing import Pairing, Sides
from crmdesk.core.compare.sides import BackupSide
from crmdesk.core.compare.sides import Side as Rows
from crmdesk.core.compare.walk import Met, Tally, Walk
from crmdesk.core.records.schema import ObjectType


@dataclass(frozen=True, slots=True)
class State:
    """One side, opened: what it is, its objects and its records.

    Attributes:
        defined: what the side says of its definitions; None where it says nothing.
        left_out: tables of a foreign file that nothing can be compared with.
    """

    side: Side
    objects: Mapping[str, ObjectThere]
    rows: Rows | ForeignFile
    defined: Mapping[str, ObjectThere] | None
    left_out: tuple[LeftOut, ...] = ()


class ObjectWalks:
    """Walks one object after the other, and numbers the records that differ."""

    def __init__(
        self,
        earlier: State,
        later: State,
        now_types: Sequence[ObjectType],
        pairing: Pairing,
        cancelled: Callable[[], bool],
    ) -> None:
        self.differences: list[ObjectDifference] = []
        self.left_out: list[LeftOut] = []
        self._pairing = pairing
        self._earlier = earlier
        self._later = later
        self._shown = {found.name: found.display_properties for found in now_types}
        self._calculated = {
            found.name: {each.name for each in found.properties if each.calculated}
            for found in now_types
        }
        # What became sensitive since is not shown of earlier times either.
        self._sensitive = {
            found.name: frozenset(each.name for each in found.properties if each.sensitive)
            for found in now_types
        }
        self._cancelled = cancelled
        self._number = 0

    def records(self, names: Sequence[str]) -> Iterator[DifferingRecord]:
        """All differing records of all objects."""
        for name in names:
            yield from self._object(name)

    def _object(self, name: str) -> Iterator[DifferingRecord]:
        before, after = self._earlier.objects.get(name), self._later.objects.get(name)
        there = [each for each in (after, before) if each is not None]
        sides = self._pairing.sides(name, self._earlier.rows, self._later.rows)
        if sides is None:
            label = there[0].label if there else name
            self.left_out.append(LeftOut(name, label, LeftOutReason.NO_KEY))
            return
        layout = _layout(name, sides)
        sensitive = frozenset(
            each.name
            for known in there
            for each in known.properties.values()
            if each.settings.get("sensitive")
        ) | self._sensitive.get(name, frozenset())
        shown = _Shown(
            layout,
            _compared(layout, there, {*self._calculated.get(name, ()), sides.key}),
            sensitive,
            self._shown.get(name, ()),
            _place_of(sides.key, layout),
        )
        tally = Tally()
        if layout:
            walk = Walk(name, sides.then, sides.now, layout, shown.places, self._cancelled)
            tally = walk.tally
            for met in walk:
                self._number += 1
                yield shown.record(self._number, name, met)
        self.differences.append(
            ObjectDifference(
                name,
                there[0].label if there else name,
                tally.added,
                tally.removed,
                tally.changed,
                tally.unchanged,
                dict(sorted(tally.properties.items(), key=lambda item: -item[1])),
                {column.name: column.label for column in layout},
                sensitive,
                sides.label,
                sides.left_then,
                sides.left_now,
            )
        )


def _layout(name: str, sides: Sides) -> tuple[ManifestColumn, ...]:
    """In what columns both are printed; of a foreign file, in those that it has."""
    for side in (sides.then, sides.now):
        if isinstance(side, KeyedRows):
            return side.columns(name)
    return sides.then.columns(name) or sides.now.columns(name)


@dataclass(frozen=True, slots=True)
class _Shown:
    """How rows of one layout are told.

    Attributes:
        key: place of what records were matched by: of one that stands alone it is told as well.
    """

    layout: tuple[ManifestColumn, ...]
    places: tuple[int, ...]
    sensitive: frozenset[str]
    names: tuple[str, ...]
    key: tuple[int, ...]

    def record(self, number: int, object_name: str, met: Met) -> DifferingRecord:
        """A record that differs, its sensitive values left out."""
        values = []
        alone = self.key if met.change is not Change.CHANGED else ()
        for place in (*alone, *self.places):
            then = None if met.then is None else met.then[place]
            now = None if met.now is None else met.now[place]
            if then == now:
                continue
            name = self.layout[place].name
            hidden = name in self.sensitive
            values.append(
                ComparedValue(name, None, None, True) if hidden else ComparedValue(name, then, now)
            )
        # What only a foreign file has goes by a negative number.
        record_id = met.record_id if met.record_id > 0 else None
        return DifferingRecord(
            number, object_name, record_id, self._name(met), met.change, tuple(values)
        )

    def _name(self, met: Met) -> str:
        cells = met.now or met.then or ()
        told = {
            column.name: cell
            for column, cell in zip(self.layout, cells, strict=True)
            if cell and column.name not in self.sensitive
        }
        return " ".join(told[name] for name in self.names if name in told)


def _place_of(key: str, layout: Sequence[ManifestColumn]) -> tuple[int, ...]:
    return tuple(place for place, column in enumerate(layout) if key and column.name == key)


def _compared(
    layout: Sequence[ManifestColumn], there: Sequence[ObjectThere], others: Collection[str]
) -> tuple[int, ...]:
    """Places of the columns that count: on both sides, not calculated, and not what matched them.

    Where e-mail addresses match records, capitals in them are no difference.
    """
    told = {
        name
        for known in there
        for name, found in known.properties.items()
        if found.settings.get("calculated")
    }
    return tuple(
        place
        for place, column in enumerate(layout)
        if place
        and all(column.name in known.properties for known in there)
        and column.name not in told
        and column.name not in others
    )


def foreign_state(reference: str, file: ForeignFile) -> State:
    """A file that this workspace did not sign, as one side."""
    side = Side(reference, file.opened.place.path.name, file.at, verified=False)
    objects = {name: table.there() for name, table in file.tables.items()}
    return State(side, objects, file, file.defined, file.left_out)


def matchable(first: State, second: State) -> tuple[State, State]:
    """The two as they can be matched: two backups of one other workspace by their ids.

    Raises:
        UserError: ``comparison_impossible``.
    """
    files = [state.rows for state in (first, second) if isinstance(state.rows, ForeignFile)]
    if len(files) == 2 and of_one_maker(*files):
        return _by_ids(first, files[0]), _by_ids(second, files[1])
    for file in files:
        refuse_unmatched(file)
    return first, second


def _by_ids(state: State, file: ForeignFile) -> State:
    there = dict(file.defined or {})
    return State(state.side, there, BackupSide(file.opened.file), there)
