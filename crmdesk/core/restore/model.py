"""What a restore is asked, what it would do, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crmdesk.core.changes.plan import ValueCounts
from crmdesk.core.jobs.job import JobState


@dataclass(frozen=True, slots=True)
class RestoreSource:
    """A backup that the wizard lists; an unusable one says why.

    Attributes:
        reference: backup id, or the path of a file opened from elsewhere.
        reason: code, empty when usable: ``failed``, ``cancelled``, ``interrupted``,
            ``expired``, ``deleted``, ``missing``, ``running``, ``unverified``.
    """

    reference: str
    created_at: datetime
    snapshot_at: datetime | None
    created_by: str
    records: int
    bytes: int
    verified_at: datetime | None
    usable: bool
    reason: str


@dataclass(frozen=True, slots=True)
class OpenedBackup:
    """A backup whose manifest has been read and whose signature is this workspace's."""

    reference: str
    name: str
    snapshot_at: datetime
    bytes: int
    records: int
    objects: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RestorableObject:
    """An object in the picker.

    Attributes:
        reason: code, empty when restorable: ``conversations``, ``not_in_backup``,
            ``object_gone``, ``object_recreated``.
    """

    name: str
    label: str
    plural_label: str
    icon: str
    records: int
    restorable: bool
    reason: str


@dataclass(frozen=True, slots=True)
class PropertySurvey:
    """A property in the picker, with what restoring all of it would do.

    Attributes:
        reason: code, empty when selectable: ``calculated``, ``gone``, ``not_in_backup``,
            ``sensitive``.
        together: name of another property that is restored with this one.
    """

    name: str
    label: str
    group: str
    counts: ValueCounts
    selectable: bool
    reason: str
    sensitive: bool
    type_changed: bool
    together: str


@dataclass(frozen=True, slots=True)
class Survey:
    """Every property of one object, compared with the backup.

    Attributes:
        compared: live records that the backup holds.
        missing: records of the backup that are not live, by reason.
        created_since: live records that the backup does not know; they stay as they are.
        records_changing: live records in which at least one property would change.
        skipped: values that would be left alone, by reason.
    """

    object_name: str
    properties: tuple[PropertySurvey, ...]
    compared: int
    missing: Mapping[str, int]
    created_since: int
    records_changing: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a comparison leaves out, beside the choice of properties; as in :class:`PlanRequest`."""

    record_ids: tuple[int, ...] | None = None
    only_unchanged: bool = False


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What to restore.

    Attributes:
        source: backup id or path.
        properties: internal names; ``None`` is every one that can be restored.
        record_ids: only these records; ``None`` is all.
        skip_clears: leave a value alone where the backup has none.
        only_unchanged: leave a value alone that a person edited by hand since the backup.
        without_automations: run no rules afterwards.
    """

    source: str
    object_name: str
    properties: tuple[str, ...] | None
    record_ids: tuple[int, ...] | None = None
    skip_clears: bool = False
    only_unchanged: bool = False
    without_automations: bool = False


@dataclass(frozen=True, slots=True)
class PlanSample:
    """A value that would change, or one that is skipped (then with a reason).

    ``old`` and ``new`` of a sensitive property are masked.
    """

    record_id: int
    name: str
    property: str
    old: str | None
    new: str | None
    reason: str = ""
    last_changed_by: str = ""
    last_changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """What a restore, or the undo of one, would do; nothing is written yet.

    Attributes:
        hash: over what it would write and the versions it read; codes are bound to it.
        automations: rules that would run; empty until there are rules.
        undo_until: until when the restore could be undone.
        code_needed: whether the session must give a two-factor code (not after SSO).
    """

    id: str
    kind: str
    hash: str
    source: str
    source_name: str
    snapshot_at: datetime | None
    object_name: str
    properties: Mapping[str, ValueCounts]
    records_changing: int
    records_unchanged: int
    skipped: Mapping[str, int]
    samples: tuple[PlanSample, ...]
    skips: tuple[PlanSample, ...]
    lock_seconds: float
    created_since: int
    automations: tuple[Mapping[str, object], ...]
    undo_until: datetime | None
    code_needed: bool
    created_at: datetime

    @property
    def values(self) -> ValueCounts:
        """The sums over all properties."""
        parts = self.properties.values()
        return ValueCounts(
            sum(p.set for p in parts),
            sum(p.overwrite for p in parts),
            sum(p.clear for p in parts),
            sum(p.unchanged for p in parts),
        )


@dataclass(frozen=True, slots=True)
class Restore:
    """One restore, or undo of one, as listed and as its summary shows it.

    Attributes:
        can_undo: whether an undo is possible now; ``undo_reason`` says why not.
    """

    id: str
    job_id: str | None
    import_id: str | None
    kind: str
    name: str
    state: JobState
    source: str
    object_name: str
    properties: tuple[str, ...]
    planned: Mapping[str, object]
    plan_hash: str
    created_at: datetime
    finished_at: datetime | None
    user_name: str
    records_changed: int
    values_written: int
    skipped: Mapping[str, int]
    can_undo: bool
    undo_reason: str
    undo_until: datetime | None
    error: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """One value that a job wrote; sensitive ones masked."""

    record_id: int
    name: str
    property: str
    old: str | None
    new: str | None
