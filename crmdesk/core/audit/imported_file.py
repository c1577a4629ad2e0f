"""A file of another program's log, read into a staging file, and what taking it would add."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crmdesk.core.audit.imported_model import LogFileSurvey, LogKind
from crmdesk.core.audit.imported_rows import LogRowReader
from crmdesk.core.audit.imported_stage import Staged, staged
from crmdesk.core.clock import optional_from_text
from crmdesk.core.db import sqlite_imported_logs as sql
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.stopping import stoppable
from crmdesk.core.files.source import TableSource, open_table
from crmdesk.core.records.dates import DateOrder
from crmdesk.core.records.single import workspace_zone

#: HubSpot's largest exports of a log are far below it.
MOST_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class StagedLog:
    """A log whose rows stand in a staging file."""

    source: TableSource
    kind: LogKind
    stage: Staged
    order: DateOrder | None

    def survey(self, database: Database, cancelled: Callable[[], bool]) -> LogFileSurvey:
        """What it holds, and what of it is not in the list yet.

        Raises:
            Cancelled: ``cancelled`` said so.
        """
        with database.staging(self.stage.path) as tx, stoppable(tx, cancelled):
            return self._survey(tx)

    def _survey(self, tx: Tx) -> LogFileSurvey:
        first, last = sql.span(tx)
        added = sql.count_new(tx)
        return LogFileSurvey(
            file_name=self.source.path.name,
            sha256=self.source.sha256,
            kind=self.kind,
            rows=self.stage.rows,
            added=added,
            known=self.stage.rows - self.stage.failed - added,
            failed=self.stage.failed,
            bad_rows=self.stage.bad_rows,
            by_category=sql.by_category(tx),
            first_at=optional_from_text(first),
            last_at=optional_from_text(last),
            date_order=self.order,
        )


@contextmanager
def staged_log(
    database: Database,
    folder: Path,
    path: Path,
    order: DateOrder | None,
    progress: Callable[[int], object],
    cancelled: Callable[[], bool],
) -> Iterator[StagedLog]:
    """Read a file into a staging file, which goes when the block ends; nobody waits meanwhile.

    Args:
        folder: for staging files.
        order: how its dates are written; ``None`` reads those that leave no choice.
        progress: takes how many rows were read, every few thousand of them.
        cancelled: asked as often, and while SQLite puts them in order.

    Raises:
        UserError: ``log_file_is_own``, ``log_file_not_recognised``, or what reading refuses.
        Cancelled: ``cancelled`` said so.
    """
    source = open_table(path, has_header=True, max_bytes=MOST_BYTES)
    if source.needs_sheet:
        source = source.choose_sheet(source.sheets[0], has_header=True)
    with database.read() as tx:
        zone = workspace_zone(tx)
    reader = LogRowReader(source, zone, order)
    rows = (reader.read(row) for row in source.rows())
    with staged(database, folder, rows, progress, cancelled) as stage:
        yield StagedLog(source, reader.kind, stage, order)
