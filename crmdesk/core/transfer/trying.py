"""What imports would do, found out without writing anything but their stages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crmdesk.core.changes.stage import Stage
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.transfer.describing import full_mapping, masked_samples
from crmdesk.core.transfer.error_file import problem_groups, write_error_file
from crmdesk.core.transfer.expected_links import EarlierTable, expect_records, settle_expected
from crmdesk.core.transfer.links import count_found, find_links, tell_missing
from crmdesk.core.transfer.model import ImportRequest, Preflight, ProblemGroup
from crmdesk.core.transfer.notices import mapping_notices
from crmdesk.core.transfer.preparing import Prepared, Preparer
from crmdesk.core.transfer.settling import Settled, settle_import


@dataclass(frozen=True, slots=True)
class _Tried:
    """One table, settled in its stage."""

    prepared: Prepared
    stage: Stage
    settled: Settled
    groups: tuple[ProblemGroup, ...]
    found: int


class Trial:
    """Tries imports in their order: each knows of what those before it are going to make.

    Args:
        limit: how many rows of each are read; ``None`` for all.
        reported: told the rows read so far; may raise to stop.
    """

    def __init__(
        self,
        database: Database,
        preparer: Preparer,
        limit: int | None,
        reported: Callable[[int], None],
    ) -> None:
        self._database = database
        self._preparer = preparer
        self._limit = limit
        self._reported = reported

    def run(
        self, requests: Sequence[ImportRequest], errors: Path | None = None
    ) -> tuple[Preflight, ...]:
        """One answer for each import.

        Args:
            errors: where the error file goes, of a single import.
        """
        stages: list[Stage] = []
        earlier: list[EarlierTable] = []
        answers = []
        try:
            for request in requests:
                prepared = self._preparer.prepare(request)
                stages.append(self._preparer.fill(prepared, self._limit, self._reported))
                tried = self._settle(prepared, stages[-1], earlier)
                whole = self._limit is None or tried.settled.rows < self._limit
                answers.append(_answer(tried, whole))
                earlier.append(EarlierTable(stages[-1], _source(prepared), whole))
                if errors is not None:
                    write_error_file(
                        self._database, stages[-1], prepared.source, prepared.plan, errors
                    )
        finally:
            for stage in stages:
                stage.path.unlink(missing_ok=True)
        return tuple(answers)

    def _settle(self, prepared: Prepared, stage: Stage, earlier: Sequence[EarlierTable]) -> _Tried:
        links = prepared.rules.links
        expect_records(stage, links, earlier)
        with self._database.staging(stage.path) as tx:
            settled = settle_import(tx, stage, prepared.rules)
            found = self._link(tx, stage, prepared, earlier) if links.columns else 0
            return _Tried(prepared, stage, settled, problem_groups(tx), found)

    @staticmethod
    def _link(tx: Tx, stage: Stage, prepared: Prepared, earlier: Sequence[EarlierTable]) -> int:
        """How many records would be associated; the others are noted beside their rows."""
        links = prepared.rules.links
        find_links(tx, stage, links)
        settle_expected(tx, links, earlier)
        tell_missing(tx, stage, links)
        return count_found(tx)


def _source(prepared: Prepared) -> str:
    return prepared.rules.matching.origin.source if prepared.plan.id_index is not None else ""


def _answer(tried: _Tried, whole: bool) -> Preflight:
    prepared, settled = tried.prepared, tried.settled
    shown = {p.name for p in prepared.plan.properties}
    return Preflight(
        whole=whole,
        rows=settled.rows,
        created=settled.created,
        updated=settled.updated,
        unchanged=settled.unchanged,
        failed=settled.failed,
        archived_matches=settled.archived_matches,
        key=prepared.plan.key,
        properties={
            name: counted for name, counted in settled.counts.properties.items() if name in shown
        },
        problems=tried.groups,
        notes=settled.notes,
        samples=masked_samples(settled, prepared.object_type),
        lock_seconds=settled.counts.lock_seconds,
        associations=tried.found,
        notices=mapping_notices(
            prepared.object_type,
            full_mapping(prepared).values(),
            prepared.plan.key,
            prepared.request.mode,
        ),
    )
