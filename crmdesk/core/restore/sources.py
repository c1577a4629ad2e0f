"""Where values come from: backups in the vault, and backup files from anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import desc, select

from crmdesk.core.backup.manifest import SIGNATURE_NAME, Manifest, ManifestEntry
from crmdesk.core.backup.policy import removed_state
from crmdesk.core.backup.problems import ProblemCode
from crmdesk.core.backup.reader import BackupFile, read_backup
from crmdesk.core.clock import from_text, optional_from_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import backups, users
from crmdesk.core.errors import UserError
from crmdesk.core.files.presence import is_there
from crmdesk.core.jobs.job import JobState
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyFormat
from crmdesk.core.restore.model import OpenedBackup, RestorableObject, RestoreSource

NEVER_RESTORED = frozenset({"conversations"})
# All that is said against a sound file of another workspace, and against one without a manifest.
_FOREIGN = ({ProblemCode.OTHER_KEY}, {ProblemCode.NO_MANIFEST})


@dataclass(frozen=True, slots=True)
class TrustedBackup:
    """A backup file whose manifest this workspace signed."""

    reference: str
    name: str
    file: BackupFile
    manifest: Manifest

    def described(self) -> OpenedBackup:
        """The facts that faces show."""
        counts = {entry.object: entry.rows for entry in self.manifest.entries}
        return OpenedBackup(
            self.reference,
            self.name,
            self.manifest.snapshot_at,
            self.file.path.stat().st_size,
            sum(counts.values()),
            counts,
        )


def list_sources(tx: Tx, vault: Path) -> list[RestoreSource]:
    """Every backup of the vault, newest first."""
    rows = tx.execute(
        select(backups, users.c.full_name)
        .outerjoin(users, users.c.id == backups.c.created_by)
        .order_by(desc(backups.c.created_at))
    )
    found = []
    for row in rows:
        reason = _unusable(row, vault)
        found.append(
            RestoreSource(
                reference=row.id,
                created_at=from_text(row.created_at),
                snapshot_at=optional_from_text(row.snapshot_at),
                created_by=row.full_name or "",
                records=row.records,
                bytes=row.bytes,
                verified_at=optional_from_text(row.verified_at),
                usable=not reason,
                reason=reason,
            )
        )
    return found


def _unusable(row: object, vault: Path) -> str:
    state = JobState(row.state)  # type: ignore[attr-defined]
    if state in (JobState.QUEUED, JobState.RUNNING, JobState.CANCELLING):
        return "running"
    if state is not JobState.SUCCEEDED:
        return state.value
    if row.expired_at is not None:  # type: ignore[attr-defined]
        return removed_state(row).value  # type: ignore[arg-type]
    if row.verified_ok == 0:  # type: ignore[attr-defined]
        return "unverified"
    name = row.file_name  # type: ignore[attr-defined]
    return "" if name and (vault / name).is_file() else "missing"


def open_source(tx: Tx, reference: str, vault: Path, known_key: bytes) -> TrustedBackup:
    """Open a backup by id or path, and refuse one that this workspace did not make.

    Raises:
        UserError: ``backup_unknown``, ``backup_unusable``, ``backup_foreign``,
            ``backup_newer``, ``backup_damaged``, or why the file cannot be read.
    """
    row = tx.execute(select(backups).where(backups.c.id == reference)).first()
    if row is None and not looks_like_file(reference):
        raise UserError(
            "backup_unknown",
            f"There is no backup “{reference}”.",
            "Give an id from the list of backups, or the path of a backup file.",
        )
    path = Path(reference)
    if row is not None:
        reason = _unusable(row, vault)
        if reason:
            raise UserError(
                "backup_unusable",
                f"This backup cannot be restored: it is {reason}.",
                "Choose another one.",
                reason=reason,
            )
        path = vault / row.file_name
    return _trusted(reference, read_backup(path, known_key=known_key))


def looks_like_file(reference: str) -> bool:
    """Whether a file is meant, there or not, rather than the id of a backup."""
    return is_there(Path(reference)) or "/" in reference or "\\" in reference or "." in reference


def _trusted(reference: str, file: BackupFile) -> TrustedBackup:
    codes = {problem.code for problem in file.problems}
    if ProblemCode.NEWER_FORMAT in codes:
        raise UserError(
            "backup_newer",
            f"{file.path.name} was made by a newer CRM Desk than this one.",
            "Update CRM Desk, then restore it.",
        )
    names = {entry.name for entry in file.entries}
    if codes in _FOREIGN and (file.manifest is not None or SIGNATURE_NAME not in names):
        raise UserError(
            "backup_foreign",
            f"{file.path.name} was not made by this workspace, so its record IDs mean nothing "
            "here.",
            "Bring its values in by Import; that matches records by their unique property.",
        )
    if file.manifest is None or not file.signed or codes:
        raise UserError(
            "backup_damaged",
            f"{file.path.name} is damaged: it is not as it was written.",
            "Nothing was changed. Verify it to see what is damaged, and choose another backup.",
            problems=tuple(sorted(codes)),
        )
    return TrustedBackup(reference, file.path.name, file, file.manifest)


def restorable_objects(
    backup: TrustedBackup, object_types: list[ObjectType]
) -> list[RestorableObject]:
    """Every object of the workspace and of the backup, with why one cannot be restored."""
    found = []
    for object_type in object_types:
        entry = backup.manifest.entry(object_type.name)
        reason = _object_reason(object_type, entry)
        found.append(
            RestorableObject(
                object_type.name,
                object_type.label,
                object_type.plural_label,
                object_type.icon,
                0 if entry is None else entry.rows,
                not reason,
                reason,
            )
        )
    known = {object_type.name for object_type in object_types}
    for entry in backup.manifest.entries:
        if entry.object not in known:
            label = entry.label or entry.object
            found.append(
                RestorableObject(
                    entry.object, label, label, "box", entry.rows, False, "object_gone"
                )
            )
    return found


def _object_reason(object_type: ObjectType, entry: ManifestEntry | None) -> str:
    if object_type.name in NEVER_RESTORED:
        return "conversations"
    if entry is None:
        return "not_in_backup"
    return "" if same_object(entry, object_type) else "object_recreated"


def same_object(entry: ManifestEntry, object_type: ObjectType) -> bool:
    """Whether the object is the one that was backed up, not another of the same name.

    A re-created object shares no definition with it; create date is in every object.
    """
    created = object_type.with_format(PropertyFormat.CREATED_AT)
    if created is None:
        return True
    then = {column.name: column.definition_id for column in entry.columns}
    return then.get(created.name) in (None, created.id)


@dataclass(frozen=True, slots=True)
class MatchedColumn:
    """A property of the backup and what it is today; ``target`` is ``None`` when gone."""

    name: str
    label: str
    backup_type: str
    target: Property | None

    @property
    def type_changed(self) -> bool:
        """Whether the values must be converted (another type or another definition)."""
        return self.target is not None and self.target.type.value != self.backup_type


def match_columns(entry: ManifestEntry, object_type: ObjectType) -> list[MatchedColumn]:
    """Match by internal name; a renamed label does not matter."""
    return [
        MatchedColumn(column.name, column.label, column.type, object_type.by_name.get(column.name))
        for column in entry.columns
        if column.name != "hs_object_id"
    ]


def together(object_type: ObjectType) -> dict[str, str]:
    """Properties that are only restored in pairs: pipeline and stage, amount and currency."""
    pairs: dict[str, str] = {}
    pipeline = object_type.with_format(PropertyFormat.PIPELINE)
    stage = object_type.with_format(PropertyFormat.STAGE)
    if pipeline is not None and stage is not None:
        pairs[pipeline.name], pairs[stage.name] = stage.name, pipeline.name
    currency = object_type.by_name.get("deal_currency_code")
    if currency is not None and "amount" in object_type.by_name:
        pairs["amount"] = currency.name
    return pairs
