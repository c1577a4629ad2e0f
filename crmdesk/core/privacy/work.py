"""The jobs of requests: make the file of a person's data, or delete the person for good."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.audit import kinds
from crmdesk.core.audit.imported_model import STRUCK_OUT
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.changes.apply import plan_outdated
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.scrub import ask_for_scrubbing
from crmdesk.core.db.stopping import stoppable
from crmdesk.core.db.tables import exports, jobs, workspace
from crmdesk.core.errors import UserError
from crmdesk.core.exports.model import ExportState
from crmdesk.core.files.digest import sha256_of
from crmdesk.core.jobs.job import Job, JobKind, JobState
from crmdesk.core.jobs.worker import JobContext
from crmdesk.core.notify.inbox import Inbox, NotificationKind
from crmdesk.core.privacy.data import data_tables
from crmdesk.core.privacy.data_file import write_data_file
from crmdesk.core.privacy.finding import Look, entries_about, look_for
from crmdesk.core.privacy.holding import holding_files
from crmdesk.core.privacy.model import FileKind, HoldingFile, nothing_kept, plan_hash
from crmdesk.core.privacy.person import Person, find_person, unheld
from crmdesk.core.privacy.texts import strike_out
from crmdesk.core.records.purging import Purger, write_tombstones
from crmdesk.core.settings import Settings

_FOLDERS = {
    FileKind.IMPORT: "imports",
    FileKind.IMPORT_ERRORS: "imports",
    FileKind.EXPORT: "exports",
}
#: What they will write was read before, and may hold whoever is deleted meanwhile.
_WRITE_FILES = (
    JobKind.BACKUP,
    JobKind.EXPORT,
    JobKind.IMPORT,
    JobKind.PRIVACY_EXPORT,
    JobKind.LOG_IMPORT,
)


@dataclass(frozen=True, slots=True)
class PrivacyWork:
    """Does what :class:`PrivacyService` queues."""

    database: Database
    audit_log: AuditLog
    settings: Settings
    inbox: Inbox
    purger: Purger
    vault: Path

    # -- the file ----------------------------------------------------------------------------
    def export(self, context: JobContext) -> None:
        """Make the file.

        Raises:
            UserError: ``person_unknown``, or what the disk said; nothing is left behind.
            Cancelled: nothing is left behind.
        """
        export_id, address = str(context.params["export_id"]), str(context.params["address"])
        context.report("looking")
        with self.database.write() as tx:
            _set_export(tx, export_id, state=ExportState.RUNNING.value)
        target = self.vault / "exports" / f"{export_id}.zip"
        try:
            rows = self._write(context, address, target)
            with target.open("rb") as file:
                digest = sha256_of(file, context.stop_if_cancelled)
            with self.database.write() as tx:
                self._complete(tx, context, target, rows, digest)
        except BaseException:
            if not self._is_made(export_id):
                target.unlink(missing_ok=True)
            raise

    def _write(self, context: JobContext, address: str, target: Path) -> int:
        stop = context.stop_if_cancelled
        with self.database.read() as tx:
            look = look_for(tx, self.vault, address, stop)
            if look.found.is_nothing:
                raise nothing_kept(address)
            tables = data_tables(tx, self.vault, look.person, look.found, stop)
            name, at = str(tx.scalar(select(workspace.c.name)) or ""), tx.now
        context.report("writing")
        return write_data_file(target, tables, address=address, workspace=name, at=at)

    def _complete(self, tx: Tx, context: JobContext, target: Path, rows: int, digest: str) -> None:
        export_id, size = str(context.params["export_id"]), target.stat().st_size
        person = find_person(tx, str(context.params["address"]), former=False)
        sensitive = [each.label for each in person.object_type.properties if each.sensitive]
        keep = timedelta(days=self.settings.number(tx, "exports.keep_days"))
        _set_export(
            tx,
            export_id,
            state=ExportState.SUCCEEDED.value,
            finished_at=tx.now_text,
            file_name=target.name,
            sha256=digest,
            bytes=size,
            records=len(person.record_ids),
            sensitive=json.dumps(sensitive if person.record_ids else []),
            expires_at=to_text(tx.steady_now + keep),
        )
        facts = {"export_id": export_id, "rows": rows, "bytes": size, "sha256": digest}
        self._log(tx, context, kinds.CONTACT_DATA_EXPORT, person, facts)
        self._log(tx, context, kinds.PERSON_EXPORTED, person, facts)
        if context.actor.user_id is not None:
            told = {
                "name": f"Data of {person.address}",
                "source": "privacy",
                "records": len(person.record_ids),
                "bytes": size,
            }
            link = f"exports/{export_id}"
            self.inbox.notify(
                tx, [context.actor.user_id], NotificationKind.EXPORT_DONE, told, link=link
            )
        context.succeed(tx, facts | {"records": len(person.record_ids)})

    def _is_made(self, export_id: str) -> bool:
        with self.database.read() as tx:
            state = tx.scalar(select(exports.c.state).where(exports.c.id == export_id))
        return bool(state == ExportState.SUCCEEDED.value)

    # -- the deletion ------------------------------------------------------------------------
    def delete(self, context: JobContext) -> None:
        """Delete a person, all of it in one transaction or nothing.

        Files go last before it commits: nothing is ever called deleted whose file is still there.

        Raises:
            UserError: ``plan_outdated``, other records have the address than were shown;
                ``files_being_made``; what the disk said.
            Cancelled: nothing was deleted.
        """
        address = str(context.params["address"])
        context.report("looking")
        with self.database.read() as tx:
            look = look_for(tx, self.vault, address, context.stop_if_cancelled)
        context.stop_if_cancelled()
        context.report("deleting")
        with self.database.write() as tx, stoppable(tx, context.cancelled):
            _refuse_while_files_are_made(tx)
            person = find_person(tx, address, former=False)
            # Compared here, where nobody else writes: the look took its time.
            if plan_hash(person.addresses[0], person.record_ids) != context.params["found_hash"]:
                raise plan_outdated(1)
            look = self._with_newer_files(tx, context, person, look)
            result = self._erase(tx, context, person, look)
            context.succeed(tx, result)
            _forget_address(tx, context.job)
            for each in look.found.files:
                _remove(self.vault / _FOLDERS[each.kind] / each.file)

    def abandoned(self, tx: Tx, job: Job, actor: Actor) -> None:
        """Tell of a deletion that did not happen; its row no longer names whom it was about."""
        self.audit_log.log(
            tx,
            actor,
            kinds.PERSON_DELETED,
            result=kinds.Result.FAILED,
            object_type="contacts",
            job_id=job.id,
            subjects=0,
            details={"state": job.state.value},
        )
        _forget_address(tx, job)

    def _with_newer_files(self, tx: Tx, context: JobContext, person: Person, look: Look) -> Look:
        """The look, with files that appeared since: few, or none."""
        stop = context.stop_if_cancelled
        newer = tuple(holding_files(tx, self.vault, person, stop, besides=look.files))
        return replace(look, found=replace(look.found, files=(*look.found.files, *newer)))

    def _erase(self, tx: Tx, context: JobContext, person: Person, look: Look) -> dict[str, Any]:
        found = look.found
        entries = [*look.entries, *entries_about(tx, person, look.last_entry)]
        gone = self.purger.purge(
            tx, context.actor, person.object_type, person.record_ids, context.job.id
        )
        # All of them: an old backup knows the person by an address they had then.
        write_tombstones(
            tx, self.purger.tombstone_key, person.object_type, unheld(tx, person.addresses)
        )
        self.audit_log.erase_entries(tx, entries)
        texts = strike_out(tx, person.addresses, look.imported)
        _forget_files(tx, found.files)
        ask_for_scrubbing(tx)
        facts: dict[str, Any] = {
            "records": len(gone),
            "history": found.history,
            "associations": found.associations,
            "entries": len(entries),
            "texts": texts,
            "files": [
                {"kind": each.kind.value, "id": each.id, "downloads": each.downloads}
                for each in found.files
            ],
            "backups": [
                {name: _plain(value) for name, value in asdict(each).items()}
                for each in found.backups
            ],
            "mentions": dict(found.mentions),
        }
        self._log(tx, context, kinds.PERSON_DELETED, person, facts)
        return facts

    # -- both --------------------------------------------------------------------------------
    def _log(
        self,
        tx: Tx,
        context: JobContext,
        kind: kinds.EventKind,
        person: Person,
        facts: dict[str, Any],
    ) -> None:
        """An entry that knows the person by record id alone."""
        ids = person.record_ids
        self.audit_log.log(
            tx,
            context.actor,
            kind,
            object_type=person.object_type.name,
            object_id=ids[0] if len(ids) == 1 else None,
            job_id=context.job.id,
            subjects=len(ids),
            link=f"exports/{facts['export_id']}" if "export_id" in facts else None,
            details={"record_ids": list(ids)} | facts,
        )


def _refuse_while_files_are_made(tx: Tx) -> None:
    working = select(jobs.c.id).where(
        jobs.c.kind.in_([kind.value for kind in _WRITE_FILES]),
        jobs.c.state.in_([JobState.RUNNING.value, JobState.CANCELLING.value]),
    )
    if tx.execute(working.limit(1)).first() is not None:
        raise UserError(
            "files_being_made",
            "A backup, an export or an import is running, and its file may hold the person.",
            "Nothing was deleted. Delete the person again when it has ended.",
        )


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(
            "file_not_removed",
            f"{path} could not be removed: {error.strerror or error}. No record was deleted.",
            "Make the folder writable, then delete the person again.",
            path=str(path),
        ) from error


def _set_export(tx: Tx, export_id: str, **values: object) -> None:
    tx.execute(update(exports).where(exports.c.id == export_id).values(**values))


def _forget_files(tx: Tx, files: Sequence[HoldingFile]) -> None:
    """Rows of imports and exports whose files go."""
    for each in files:
        if each.kind is FileKind.EXPORT:
            # The list says since when a file is gone, and never a day that is to come.
            ends = to_text(tx.steady_now)
            _set_export(tx, each.id, expires_at=ends, expired_at=tx.now_text)
            continue
        column = "stored_file" if each.kind is FileKind.IMPORT else "error_file"
        # One file may have been imported several times. Its first problems stand in the rows.
        tx.sql(
            f"UPDATE main.imports SET {column} = NULL, errors = '[]' WHERE {column} = ?",
            (each.file,),
        )


def _forget_address(tx: Tx, job: Job) -> None:
    params = dict(job.params) | {"address": STRUCK_OUT}
    tx.execute(update(jobs).where(jobs.c.id == job.id).values(params=json.dumps(params)))


def _plain(value: object) -> object:
    return to_text(value) if hasattr(value, "tzinfo") else value  # type: ignore[arg-type]
