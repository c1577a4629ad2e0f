"""Makes plans: compares the backup with the live records, and settles what may be written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crmdesk.core.backup.compare_rows import Difference, RowComparison, differing_rows
from crmdesk.core.backup.schema_shapes import object_shape
from crmdesk.core.changes.change_set import Source
from crmdesk.core.changes.plan import PlanCounts, find_records, settle, skip_cells
from crmdesk.core.changes.rules import (
    Reason,
    Rule,
    Violation,
    options_exist,
    owners_exist,
    required_present,
    stages_exist,
)
from crmdesk.core.changes.stage import Stage, create_stage, scratch_path
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.records.conversion import converter
from crmdesk.core.records.problems import ValueProblem
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.records.types import PropertyType
from crmdesk.core.restore.model import PlanRequest
from crmdesk.core.restore.sources import MatchedColumn, TrustedBackup, match_columns

# Stages last: what another rule leaves as it is may make a wrong pair of pipeline and stage.
RULES: tuple[Rule, ...] = (options_exist, owners_exist, required_present, stages_exist)
_BATCH = 2_000

Cancelled = Callable[[], bool]
Reported = Callable[[int], None]
_NOT_CONVERTED = "\x00"
# A person's edit, in the window or by the command line.
_BY_HAND = ", ".join(f"'{source}'" for source in (Source.CRM_UI, Source.COMMAND_LINE))


@dataclass(frozen=True, slots=True)
class Compared:
    """A filled stage and what the comparison counted on the way."""

    stage: Stage
    counts: PlanCounts
    equal_records: int
    missing: dict[str, int]


class Planner:
    """Fills stages from backups.

    Args:
        folder: for staging files, inside the workspace.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder

    def compare(
        self,
        backup: TrustedBackup,
        object_type: ObjectType,
        request: PlanRequest,
        *,
        cancelled: Cancelled,
        reported: Reported,
    ) -> Compared:
        """Stage every value that differs, drop what must not be written, and count the rest.

        Raises:
            UserError: ``backup_damaged`` when the file is not what its manifest says.
            Cancelled: ``cancelled`` said so.
        """
        matched = self._matched(backup, object_type, request)
        columns = [column.target for column in matched if column.target is not None]
        path = scratch_path(self._folder)
        stage = create_stage(path, object_type, columns, blank_keeps=False)
        comparison = differing_rows(
            self._database.path,
            backup.file,
            object_shape(object_type, f"{object_type.name}.csv"),
            [column.name for column in columns],
            cancelled=cancelled,
        )
        try:
            with self._database.staging(path) as tx:
                self._fill(tx, stage, comparison, matched, request, reported)
                missing = self._missing(tx, stage, comparison, request)
                find_records(tx, stage)
                self._skip_by_request(tx, stage, backup, request)
                self._skip_unconverted(tx, stage)
                counts = settle(tx, stage, RULES)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Compared(stage, counts, comparison.equal_rows, missing)

    def _matched(
        self, backup: TrustedBackup, object_type: ObjectType, request: PlanRequest
    ) -> list[MatchedColumn]:
        entry = backup.file.entry_of(object_type.name)
        wanted = None if request.properties is None else set(request.properties)
        return [
            column
            for column in match_columns(entry, object_type)
            if column.target is not None
            and not column.target.calculated
            and (wanted is None or column.name in wanted)
        ]

    def _fill(
        self,
        tx: Tx,
        stage: Stage,
        comparison: RowComparison,
        matched: Sequence[MatchedColumn],
        request: PlanRequest,
        reported: Reported,
    ) -> None:
        convert = _row_converter(matched)
        wanted = None if request.record_ids is None else frozenset(request.record_ids)
        batch: list[tuple[object, ...]] = []
        staged = 0
        for difference in comparison:
            if wanted is not None and difference.record_id not in wanted:
                continue
            batch.append(_staged(difference, convert))
            if len(batch) >= _BATCH:
                stage.add(tx, batch)
                staged += len(batch)
                reported(staged)
                batch = []
        stage.add(tx, batch)
        reported(staged + len(batch))

    def _missing(
        self, tx: Tx, stage: Stage, comparison: RowComparison, request: PlanRequest
    ) -> dict[str, int]:
        """Why records of the backup are not live; counted without staging their values."""
        wanted = None if request.record_ids is None else frozenset(request.record_ids)
        ids = [i for i in comparison.missing_ids if wanted is None or i in wanted]
        stage.add_records(tx, ids)
        find_records(tx, stage)
        rows = tx.sql(
            "SELECT reason, count(*) FROM stage.rows WHERE outcome = 'skipped' GROUP BY reason"
        )
        return {str(reason): int(number) for reason, number in rows}

    def _skip_by_request(
        self, tx: Tx, stage: Stage, backup: TrustedBackup, request: PlanRequest
    ) -> None:
        for position, column in enumerate(stage.columns):
            if request.skip_clears:
                condition = f"r.c{position} IS NULL"
                skip_cells(tx, stage, Violation(position, Reason.CLEARS_SKIPPED, condition))
            if request.only_unchanged:
                since = to_text(backup.manifest.snapshot_at)
                condition = (
                    "EXISTS (SELECT 1 FROM main.property_history h JOIN main.change_sets s "
                    f"ON s.id = h.change_id WHERE h.object_type_id = {stage.object_type.id} "
                    f"AND h.record_id = r.record_id AND h.property_id = {column.id} "
                    f"AND s.source IN ({_BY_HAND}) AND s.at > '{since}')"
                )
                skip_cells(tx, stage, Violation(position, Reason.EDITED_BY_HAND, condition))

    def _skip_unconverted(self, tx: Tx, stage: Stage) -> None:
        for position in range(len(stage.columns)):
            condition = f"r.c{position} = char(0)"
            skip_cells(tx, stage, Violation(position, Reason.TYPE_CHANGED, condition))


RowConverter = Callable[[tuple[str | None, ...]], tuple[str | None, ...]]


def _staged(difference: Difference, convert: RowConverter | None) -> tuple[object, ...]:
    values = difference.backup_values if convert is None else convert(difference.backup_values)
    return (difference.record_id, *values)


def _row_converter(matched: Sequence[MatchedColumn]) -> RowConverter | None:
    """Carries values over to today's types; ``None`` when no type changed."""
    converters = {
        position: converter(PropertyType(column.backup_type), column.target)
        for position, column in enumerate(matched)
        if column.type_changed and column.target is not None
    }
    if not converters:
        return None

    def convert(values: tuple[str | None, ...]) -> tuple[str | None, ...]:
        carried = list(values)
        for position, change in converters.items():
            value = carried[position]
            if value is not None:
                try:
                    carried[position] = change(value)
                except ValueProblem:
                    # A mark that no value can be, since NUL is refused; skipped with its reason.
                    carried[position] = _NOT_CONVERTED
        return tuple(carried)

    return convert
