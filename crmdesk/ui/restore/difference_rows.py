"""Tables of a restore that are read page by page: what changes, what is skipped, what changed."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from unicodedata import bidirectional

from crmdesk.core.errors import UserError
from crmdesk.core.restore.differences import Wanted
from crmdesk.core.restore.model import PlanSample, Restore, RestorePlan
from crmdesk.ui.desk import Desk
from crmdesk.ui.restore.values import ShownValues
from crmdesk.ui.restore.words import say, skip_reason
from crmdesk.ui.tables.cells import Cell, Column, Row, TableQuery, Tone

#: Skipped values that the summary lists; the saved list has more.
MOST_SKIPS = 20_000


class PlanDifferences:
    """Everything that a plan changes or leaves alone; the filter is a ``Wanted``."""

    def __init__(
        self, desk: Desk, plan: RestorePlan, values: ShownValues, *, skipped: bool = False
    ) -> None:
        self._desk, self._plan, self._values = desk, plan, values
        self.columns: Sequence[Column] = skip_columns(values) if skipped else sample_columns(values)
        self.record_ids: dict[int, int] = {}

    def ids(self, query: TableQuery) -> array[int]:
        """Numbers of the differences; made off the window's thread."""
        wanted = query.filter if isinstance(query.filter, Wanted) else Wanted()
        return self._desk.workspace.restores.differences(self._desk.actor, self._plan.id, wanted)

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """The differences of these numbers; none once the plan is gone."""
        restores = self._desk.workspace.restores
        try:
            found = restores.read_differences(self._desk.actor, self._plan.id, list(ids))
        except UserError:
            return []
        rows = []
        for number, sample in found.items():
            self.record_ids[number] = sample.record_id
            rows.append(sample_row(self._desk, number, sample, self._values))
        return rows


class SkippedValues:
    """What a restore left alone, from the list that was kept with it."""

    def __init__(self, desk: Desk, restore: Restore, values: ShownValues) -> None:
        self._desk, self._restore, self._values = desk, restore, values
        self.columns: Sequence[Column] = skip_columns(values)
        self.record_ids: dict[int, int] = {}

    @property
    def count(self) -> int:
        """How many lines are shown."""
        return min(sum(self._restore.skipped.values()), MOST_SKIPS)

    def ids(self, _query: TableQuery) -> array[int]:
        """One number for each line; none where the list is gone."""
        restores, actor = self._desk.workspace.restores, self._desk.actor
        try:
            restores.skipped(actor, self._restore.id, limit=1)
        except UserError:
            return array("q")
        return array("q", range(self.count))

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """The lines with these numbers."""
        first, last = min(ids), max(ids)
        found = self._desk.workspace.restores.skipped(
            self._desk.actor, self._restore.id, limit=last - first + 1, offset=first
        )
        rows = []
        for number, skip in enumerate(found, first):
            self.record_ids[number] = skip.record_id
            rows.append(sample_row(self._desk, number, skip, self._values))
        return rows


class ChangedValues:
    """The values a restore wrote, as rows numbered from 0, read page by page."""

    def __init__(self, desk: Desk, restore: Restore, values: ShownValues) -> None:
        self._desk, self._restore, self._values = desk, restore, values
        record = values.object_type.label
        self.columns: Sequence[Column] = (
            Column("record", record, 200, sortable=False, stretch=True, least=120),
            Column("property", say("Property"), 160, sortable=False, stretch=True, least=100),
            Column("old", say("Before"), 180, sortable=False, stretch=True, least=100),
            Column("new", say("After the restore"), 200, sortable=False, stretch=True, least=110),
        )
        self.record_ids: dict[int, int] = {}

    def ids(self, _query: TableQuery) -> array[int]:
        """One number for each value; the first page finds out where the others lie."""
        self._desk.workspace.restores.changes(self._desk.actor, self._restore.id, limit=1)
        return array("q", range(self._restore.values_written))

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """The values with these numbers."""
        first, last = min(ids), max(ids)
        found = self._desk.workspace.restores.changes(
            self._desk.actor, self._restore.id, limit=last - first + 1, offset=first
        )
        rows = []
        for number, change in enumerate(found, first):
            self.record_ids[number] = change.record_id
            show = self._values.show
            new = (
                Cell(say("Cleared"), icon="eraser", tone=Tone.DANGER)
                if change.new is None
                else Cell(show(change.property, change.new), icon="arrow-right")
            )
            cells = {
                "record": Cell(_who(change.name, change.record_id)),
                "property": Cell(self._values.label(change.property)),
                "old": Cell(show(change.property, change.old), quiet=True),
                "new": new,
            }
            rows.append(Row(number, cells))
        return rows


def sample_columns(values: ShownValues) -> tuple[Column, ...]:
    """Columns of what a plan changes."""
    record = values.object_type.label
    return (
        Column("record", record, 204, sortable=False, stretch=True, least=110),
        Column("property", say("Property"), 110, sortable=False, stretch=True, least=90),
        Column("now", say("Now"), 120, sortable=False, stretch=True, least=90),
        Column("after", say("After the restore"), 140, sortable=False, stretch=True),
        Column("by", say("Last changed by"), 208, rank=1, sortable=False),
    )


def skip_columns(values: ShownValues) -> tuple[Column, ...]:
    """Columns of what is left alone."""
    return (
        Column("record", values.object_type.label, 200, sortable=False, least=120),
        Column("property", say("Property"), 150, sortable=False, least=90),
        Column("why", say("Why it is skipped"), 320, sortable=False, stretch=True, least=160),
    )


def sample_row(desk: Desk, number: int, sample: PlanSample, values: ShownValues) -> Row:
    """A value that would change, or one that is skipped with its reason."""
    cells = {
        "record": Cell(_who(sample.name, sample.record_id)),
        "property": Cell(values.label(sample.property) if sample.property else ""),
    }
    if sample.reason:
        cells["why"] = Cell(skip_reason(sample.reason), icon="info")
        return Row(number, cells)
    cells |= {
        "now": Cell(values.show(sample.property, sample.old), quiet=True),
        "after": Cell(say("Cleared"), icon="eraser", tone=Tone.DANGER)
        if sample.new is None
        else Cell(values.show(sample.property, sample.new), icon="arrow-right"),
        "by": Cell(_changed_by(desk, sample), quiet=True),
    }
    return Row(number, cells)


def _who(name: str, record_id: int) -> str:
    """A record by its name and id: two people may share a name."""
    if any(bidirectional(letter) in ("R", "AL") for letter in name):
        # Isolated, or the number would stand before a name that runs from right to left.
        name = f"\u2068{name}\u2069"
    return f"{name} #{record_id}".lstrip()


def _changed_by(desk: Desk, sample: PlanSample) -> str:
    if sample.last_changed_at is None:
        return ""
    by, at = sample.last_changed_by, sample.last_changed_at
    return f"{by}, {desk.moment(at, inside=True)}" if by else desk.moment(at)
