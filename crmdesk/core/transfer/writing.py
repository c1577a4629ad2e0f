"""Writes what an import has read: judged, applied and told of in one transaction."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update

from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.changes.apply import plan_outdated
from crmdesk.core.changes.change_set import Printed, Source, history_digest, open_change_set
from crmdesk.core.changes.stage import Stage
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.stopping import stoppable
from crmdesk.core.db.tables import import_details, imports
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import JobState
from crmdesk.core.jobs.worker import JobContext
from crmdesk.core.notify.inbox import Inbox, NotificationKind
from crmdesk.core.records.association_counts import follow_activities
from crmdesk.core.settings import read_setting
from crmdesk.core.transfer.error_file import first_problems, write_error_file, write_problem_list
from crmdesk.core.transfer.keeping import KeptFile
from crmdesk.core.transfer.links import Linked, write_links_found
from crmdesk.core.transfer.pieces import TiedRows, are_apart
from crmdesk.core.transfer.preparing import Prepared
from crmdesk.core.transfer.settling import (
    Settled,
    apply_import,
    conflicts,
    remember_sources,
    settle_import,
)

_ERRORS_KEPT = 100


class Reading:
    """Tells how many rows of the table are read, and stops the reading of a cancelled job.

    Attributes:
        is_told: not while the write lock is held: a word would wait for its end.
    """

    def __init__(self, context: JobContext, prepared: Prepared) -> None:
        self.is_told = True
        self._context = context
        table = prepared.opened.table
        self._total = 0 if table is None else table.rows or 0

    def __call__(self, done: int) -> None:
        """Hear of so many rows.

        Raises:
            Cancelled: somebody asked for it.
        """
        self._context.stop_if_cancelled()
        if self.is_told:
            self._context.report("reading", done, self._total)


@dataclass(slots=True)
class _Written:
    """What came of all pieces so far."""

    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    subjects: int = 0
    values: int = 0
    printed: Printed | None = None


class ImportWriter:
    """Judges and writes one import.

    Args:
        kept: the file that is read; beside it lies the file of errors.
        is_last: its transaction ends the job.
    """

    def __init__(
        self,
        database: Database,
        audit_log: AuditLog,
        inbox: Inbox,
        context: JobContext,
        import_id: str,
        prepared: Prepared,
        kept: KeptFile,
        *,
        is_last: bool,
    ) -> None:
        self._database = database
        self._audit_log = audit_log
        self._inbox = inbox
        self._context = context
        self._import_id = import_id
        self._prepared = prepared
        self._kept = kept
        self._is_last = is_last
        self._error_file = kept.path.with_name(f"{import_id}-errors.csv")

    def write(
        self, stages: Iterator[Stage], reading: Reading, *, settle_first: bool, apart: bool
    ) -> None:
        """Judge and write filled stages, the next of which may still be read meanwhile.

        Args:
            reading: what those that fill later stages tell of.
            settle_first: judge the first before the write lock is taken.
            apart: there are several, whose rows are judged piece by piece.

        Raises:
            UserError: ``plan_outdated`` where somebody else wrote in between; nothing was written.
                ``error_file_not_written``: all else was, and the problems without their rows.
            TiedRows: rows of one stage hang on those of another; nothing was written.
            Cancelled: before the commit; nothing was written.
        """
        context, prepared = self._context, self._prepared
        first = next(stages)
        # Only the writing finds what the records that rows name have become, or judges all rows.
        errors_later = apart or not settle_first or bool(prepared.rules.links.columns)
        try:
            settled = None
            if settle_first:
                context.report("checking", 0, 0)
                settled = self._settle(first)
                if not errors_later:
                    self._write_error_file(first)
                context.stop_if_cancelled()
            context.report("writing", 0, 0 if settled is None or apart else settled.rows)
            reading.is_told = False
            with (
                self._database.write(stage=first.path) as tx,
                stoppable(tx, context.cancelled),
            ):
                if apart and not are_apart(tx, prepared):
                    raise TiedRows
                result = self._write(tx, first, settled, stages)
                if self._is_last:
                    context.succeed(tx, result)
        except BaseException:
            # An interrupt behind the commit comes while its log is moved: then the file is named.
            if not self._stands():
                self._error_file.unlink(missing_ok=True)
            raise
        if errors_later and self._error_file.is_file():
            self._complete_error_file(first)

    def _stands(self) -> bool:
        with self._database.read() as tx:
            state = tx.scalar(select(imports.c.state).where(imports.c.id == self._import_id))
        return bool(state == JobState.SUCCEEDED.value)

    def _settle(self, stage: Stage) -> Settled:
        with (
            self._database.staging(stage.path, **stage.beside) as tx,
            stoppable(tx, self._context.cancelled),
        ):
            return settle_import(tx, stage, self._prepared.rules, sample_size=0)

    # -- one transaction -------------------------------------------------------------------
    def _write(
        self, tx: Tx, first: Stage, settled: Settled | None, later: Iterator[Stage]
    ) -> dict[str, object]:
        rules = self._prepared.rules
        beside = settled is not None
        if settled is None:
            settled = settle_import(tx, first, rules, sample_size=0)
        elif conflicts(tx, first, rules.matching, settled):
            raise plan_outdated(1)
        name = tx.scalar(select(imports.c.name).where(imports.c.id == self._import_id))
        change_id = open_change_set(
            tx,
            self._context.actor,
            Source.IMPORT,
            source_id=self._import_id,
            source_label=name,
            job_id=self._context.job.id,
        )
        written = _Written()
        self._apply(tx, first, settled, change_id, written, beside=beside)
        for number, stage in enumerate(later, start=1):
            self._apply_piece(tx, stage, number, change_id, written)
        self._kept.settle()
        follow_activities(tx, first.object_type, change_id)
        linked = write_links_found(tx, first, rules.links, change_id)
        self._finish_rows(tx, change_id, written, linked)
        result = {
            "import_id": self._import_id,
            "rows": written.rows,
            **written.outcomes,
            "notes": dict(written.notes),
            "associated": linked.added,
            "not_associated": linked.failed,
        }
        self._tell(tx, result, written, change_id, str(name))
        return result

    def _apply_piece(
        self, tx: Tx, stage: Stage, number: int, change_id: int, written: _Written
    ) -> None:
        """Judge a later piece by the state before this transaction, and write it.

        Nobody else can have written since, and rows with the key of an earlier one have failed.

        Raises:
            TiedRows: records of it came to lie in the recycle bin since it was looked into.
        """
        self._context.stop_if_cancelled()
        settled = self._settle(stage)
        if settled.archived_matches:
            raise TiedRows
        there = replace(stage, schema=f"piece{number}")
        tx.sql(f"ATTACH ? AS {there.schema}", (str(stage.path),))
        self._apply(tx, there, settled, change_id, written, beside=True)
        tx.sql(f"INSERT INTO stage.problems SELECT * FROM {there.schema}.problems ORDER BY rowid")

    def _apply(
        self,
        tx: Tx,
        stage: Stage,
        settled: Settled,
        change_id: int,
        written: _Written,
        *,
        beside: bool,
    ) -> None:
        applied = apply_import(
            tx,
            stage,
            change_id,
            beside=beside,
            restores=settled.archived_matches > 0,
            before=written.printed,
        )
        remember_sources(tx, stage, self._prepared.rules.matching)
        written.rows += settled.rows
        written.outcomes.update(
            created=settled.created,
            updated=settled.updated,
            unchanged=settled.unchanged,
            failed=settled.failed,
        )
        written.notes.update(settled.notes)
        written.subjects += applied.created + applied.updated
        written.values += applied.values
        written.printed = applied.printed

    def _finish_rows(self, tx: Tx, change_id: int, written: _Written, linked: Linked) -> None:
        """Put the rows of the import in their final state."""
        problems = first_problems(tx, _ERRORS_KEPT)
        # A kill behind the commit leaves the import at least with what was refused, and why.
        has_errors = self._error_file.is_file() or write_problem_list(tx, self._error_file)
        tx.execute(
            update(imports)
            .where(imports.c.id == self._import_id)
            .values(
                state=JobState.SUCCEEDED.value,
                finished_at=tx.now_text,
                change_id=change_id,
                row_count=written.rows,
                errors=json.dumps([_kept(asdict(p)) for p in problems], ensure_ascii=False),
                error_file=self._error_file.name if has_errors else None,
                **written.outcomes,
            )
        )
        days = int(read_setting(tx, "import.undo_days"))
        tx.execute(
            update(import_details)
            .where(import_details.c.import_id == self._import_id)
            .values(
                undo_until=to_text(tx.steady_now + timedelta(days=days)),
                associated=linked.added,
                facts=json.dumps({"notes": dict(written.notes), "not_associated": linked.failed}),
            )
        )

    def _tell(
        self, tx: Tx, result: dict[str, object], written: _Written, change_id: int, name: str
    ) -> None:
        prepared, context = self._prepared, self._context
        request = prepared.request
        link = f"imports/{self._import_id}"
        self._audit_log.log(
            tx,
            context.actor,
            kinds.IMPORT,
            object_type=prepared.object_type.name,
            object_id=self._import_id,
            job_id=context.job.id,
            subjects=written.subjects,
            link=link,
            details={
                **result,
                "file": Path(request.path).name,
                "sha256": request.sha256,
                "mode": request.mode.value,
                "key": prepared.plan.key,
                "mapping": dict(request.mapping or {}),
                "values_written": written.values,
                "history_digest": history_digest(tx, change_id, written.printed),
            },
        )
        if context.actor.user_id is not None:
            self._inbox.notify(
                tx,
                [context.actor.user_id],
                NotificationKind.IMPORT_DONE,
                {"name": name, **{k: v for k, v in result.items() if isinstance(v, int)}},
                link=link,
            )

    # -- the error file --------------------------------------------------------------------
    def _write_error_file(self, stage: Stage) -> None:
        self._kept.settle()
        prepared = self._prepared.at(self._kept.path)
        write_error_file(self._database, stage, prepared.source, prepared.plan, self._error_file)

    def _complete_error_file(self, stage: Stage) -> None:
        """Put the rows beside their problems, in the file of an import that stands already.

        Raises:
            UserError: ``error_file_not_written``; whatever was the matter, records were written.
        """
        try:
            self._write_error_file(stage)
        except UserError as error:
            raise UserError(
                "error_file_not_written",
                "The records are imported, but the file of the refused rows has their numbers and "
                "what is wrong with them only: their values could not be written.",
                "See that the disk has room and import the same file again: what is there stays "
                "as it is, and the file lists what was refused.",
                cause=error.code,
            ) from error


def _kept(problem: dict[str, object]) -> dict[str, object]:
    """A problem without its cell: the row outlives the erasing of a person, the file does not."""
    return {**problem, "value": ""}
