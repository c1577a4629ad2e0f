"""The JSON documents that scripts rely on, made of what the services return."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crmdesk.core.clock import to_text

if TYPE_CHECKING:
    from crmdesk.cli.session import Seat
    from crmdesk.core.backup.model import Backup
    from crmdesk.core.jobs.job import Job
    from crmdesk.core.records.definition_rows import ArchivedDefinition
    from crmdesk.core.records.record import AssociationNote, HistoryEntry, Record
    from crmdesk.core.records.schema import Property
    from crmdesk.core.restore.model import Restore, RestorePlan

Document = dict[str, Any]

HIDDEN = "masked"


def moment(at: datetime | None) -> str | None:
    """An instant as ISO 8601 in UTC."""
    return None if at is None else to_text(at)


def link_to(here: Seat, place: str | None) -> str | None:
    """A place in the workspace as `open` takes it; none where no link may name it."""
    from crmdesk.core.links import DeepLink, may_be_linked

    return str(DeepLink(here.workspace.id, place)) if place and may_be_linked(place) else None


def shown(value: str | None) -> str | None:
    """A value, or the word that stands for a sensitive one."""
    return HIDDEN if value is not None and value.startswith("\x00") else value


def record_document(record: Record, columns: Sequence[str] | None = None) -> Document:
    """One record, with all its properties or some."""
    names = record.values if columns is None else columns
    return {
        "id": record.id,
        "properties": {name: shown(record.values[name]) for name in names},
        "created_at": moment(record.created_at),
        "updated_at": moment(record.updated_at),
        "archived_at": moment(record.archived_at),
        "version": record.version,
    }


def _other_record(note: AssociationNote) -> Document:
    """The other record of an association, or how many they were."""
    return {
        "object": note.object_name,
        "id": note.record_id,
        "name": note.name or None,
        "count": note.count,
        "labels": list(note.labels),
        "old_labels": list(note.old_labels),
    }


def history_document(entry: HistoryEntry) -> Document:
    """One change of one value, of an association, or of the record as a whole."""
    return {
        "property": entry.property,
        "kind": entry.kind,
        "old": shown(entry.old),
        "new": shown(entry.new),
        "at": moment(entry.at),
        "source": entry.source,
        "user": entry.user_name or None,
        "job_id": entry.job_id,
        "change_id": entry.change_id,
        "with": None if entry.association is None else _other_record(entry.association),
    }


def property_document(found: Property) -> Document:
    """One property's definition."""
    return {
        "id": found.id,
        "name": found.name,
        "label": found.label,
        "type": found.type.value,
        "options": [option.value for option in found.options if not option.archived],
        "sensitive": found.sensitive,
        "unique": found.unique,
        "required": found.required,
        "calculated": found.calculated,
        "archived": found.archived,
    }


def archived_document(found: ArchivedDefinition) -> Document:
    """A property that was put away."""
    return {
        "id": found.id,
        "name": found.name,
        "label": found.label,
        "type": found.type,
        "archived": True,
        "archived_at": moment(found.archived_at),
    }


def backup_document(backup: Backup) -> Document:
    """One backup as listed."""
    return {
        "backup_id": backup.id,
        "created_at": moment(backup.created_at),
        "created_by": backup.created_by or None,
        "state": backup_state(backup),
        "records": backup.records,
        "bytes": backup.bytes,
        "expires_at": moment(backup.expires_at),
        "verified_at": moment(backup.verified_at),
        "verified_ok": backup.verified_ok,
        "pinned": backup.pinned,
        "signed": backup.signed,
        "complete": backup.complete,
        "snapshot_at": moment(backup.snapshot_at),
        "sha256": backup.sha256 or None,
        "objects": {name: dict(counts) for name, counts in backup.objects.items()},
        "error": None if backup.error is None else dict(backup.error),
        "job_id": backup.job_id,
    }


def backup_state(backup: Backup) -> str:
    """The state of its job, or what became of its file since."""
    gone = ("expired", "deleted", "missing")
    return backup.file_state.value if backup.file_state.value in gone else backup.state.value


def plan_document(plan: RestorePlan) -> Document:
    """What a restore would do."""
    return {
        "plan_id": plan.id,
        "plan_hash": plan.hash,
        "object": plan.object_name,
        "snapshot_at": moment(plan.snapshot_at),
        "records_changing": plan.records_changing,
        "records_unchanged": plan.records_unchanged,
        "properties": {name: asdict(counts) for name, counts in plan.properties.items()},
        "skipped": dict(plan.skipped),
        "automations": [dict(rule) for rule in plan.automations],
        "samples": [
            {
                "id": sample.record_id,
                "name": sample.name,
                "property": sample.property,
                "old": shown(sample.old),
                "new": shown(sample.new),
            }
            for sample in plan.samples
        ],
        "lock_seconds": plan.lock_seconds,
        "undo_until": moment(plan.undo_until),
        "code_needed": plan.code_needed,
    }


def restore_document(restore: Restore) -> Document:
    """One restore, or the undo of one."""
    return {
        "restore_id": restore.id,
        "kind": restore.kind,
        "name": restore.name,
        "object": restore.object_name,
        "state": restore.state.value,
        "plan_hash": restore.plan_hash,
        "records_changed": restore.records_changed,
        "values_written": restore.values_written,
        "skipped": dict(restore.skipped),
        "import_id": restore.import_id,
        "job_id": restore.job_id,
        "user": restore.user_name or None,
        "created_at": moment(restore.created_at),
        "finished_at": moment(restore.finished_at),
        "undo_until": moment(restore.undo_until),
    }


def job_document(job: Job) -> Document:
    """One job; one that has ended is in no phase, and one that succeeded did all it had to."""
    from crmdesk.core.jobs.job import FINAL, JobState

    done, total, error = job.done, job.total, None
    if job.state is JobState.SUCCEEDED:
        done = total = max(done, total)
    if job.error is not None:
        error = {"code": job.error.code, "message": job.error.message, "hint": job.error.hint}
    return {
        "job_id": job.id,
        "kind": job.kind.value,
        "state": job.state.value,
        "done": done,
        "total": total,
        "phase": "" if job.state in FINAL else job.phase,
        "error": error,
        "user": job.user_name or None,
        "created_at": moment(job.created_at),
        "started_at": moment(job.started_at),
        "finished_at": moment(job.finished_at),
    }
