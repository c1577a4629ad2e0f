"""Compares a backup with the workspace as it is now, or with another backup."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.backup.cancel import cancelled_error, never
from crmdesk.core.backup.contents import definitions_of, object_shapes
from crmdesk.core.backup.snapshot import open_snapshot
from crmdesk.core.changes.stage import scratch_path
from crmdesk.core.clock import system_time
from crmdesk.core.compare.definitions import compare_definitions, objects_of
from crmdesk.core.compare.foreign import open_foreign
from crmdesk.core.compare.model import (
    Comparison,
    DifferenceFilter,
    DifferingRecord,
    Side,
)
from crmdesk.core.compare.objects import ObjectWalks, State, foreign_state, matchable
from crmdesk.core.compare.pairing import Pairing
from crmdesk.core.compare.purged import newest_change, purged_since, without
from crmdesk.core.compare.sides import BackupSide, LiveSide
from crmdesk.core.compare.store import DifferenceStore
from crmdesk.core.db.engine import Database
from crmdesk.core.errors import UserError
from crmdesk.core.files.atomic import atomic_write
from crmdesk.core.files.csv_writer import write_rows
from crmdesk.core.notify.inbox import Inbox, NotificationKind
from crmdesk.core.notify.large import LargeFile, tell_large_file
from crmdesk.core.records.schema import ObjectType, load_object_types
from crmdesk.core.restore.sources import open_source
from crmdesk.core.workspace_folder import refuse_inside

_THREADS = 2
_HEADER = ("object", "record_id", "record", "change", "property", "then", "now")
_HIDDEN = "(sensitive)"

Reported = Callable[[int], None]
EVERYTHING = DifferenceFilter()


def _silent(_: int) -> None:
    """Report to nobody."""


@dataclass(slots=True)
class _Kept:
    """A comparison that is looked at.

    Attributes:
        change: the newest change that is known to have deleted none of its records for good.
    """

    found: Comparison
    store: DifferenceStore
    change: int


class ComparisonService:
    """Compares states. Super Admins only; it writes no record.

    Args:
        folder: the workspace's folder.
        verify_key: public key that this workspace's backups are signed with.
    """

    def __init__(
        self,
        database: Database,
        guard: Guard,
        audit_log: AuditLog,
        inbox: Inbox,
        folder: Path,
        verify_key: bytes,
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._inbox = inbox
        self._vault = folder / "vault" / "backups"
        self._staging = folder / "staging"
        self._verify_key = verify_key
        self._kept: dict[str, _Kept] = {}
        self._forgetting = threading.Lock()

    def compare(
        self,
        actor: Actor,
        source: str,
        other: str = "",
        *,
        objects: Sequence[str] = (),
        cancelled: Callable[[], bool] = never,
        reported: Reported = _silent,
    ) -> Comparison:
        """Compare a backup with now, or with another backup; the earlier one comes first.

        Records are matched by their ids. Those of a file that this workspace did not sign mean
        nothing here: its records are matched by a unique property, as the result says.

        Args:
            source, other: ids of backups, or paths of backup files; without ``other``, now.
            objects: only these; all where none is named.
            reported: called with the number of differing records found so far.

        Raises:
            UserError: ``backup_unknown``, ``backup_unusable``, ``backup_damaged``, why a file
                cannot be read; ``comparison_impossible`` for a foreign file without anything
                that tells records apart; ``object_unknown``.
            Cancelled: ``cancelled`` said so.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            now_types, change = load_object_types(tx), newest_change(tx)
        with ExitStack() as stack:
            states = [self._backup(source, now_types, cancelled)]
            if other:
                states.append(self._backup(other, now_types, cancelled))
            else:
                states.append(self._now(stack, now_types, cancelled))
            earlier, later = sorted(matchable(*states), key=lambda state: state.side.at)
            names = _chosen(earlier, later, objects)
            pairing = Pairing(self._staging, cancelled)
            stack.callback(pairing.close)
            walks = ObjectWalks(earlier, later, now_types, pairing, cancelled)
            store = self._filled(walks.records(names), reported)
        found = _comparison(earlier, later, walks, objects, recreatable=not other)
        self._kept[found.id] = _Kept(found, store, change)
        return found

    def current(self, actor: Actor, comparison_id: str) -> Comparison:
        """A comparison without the records that were deleted for good since it was made.

        Raises:
            UserError: ``comparison_gone``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        return self._at_hand(comparison_id).found

    def numbers(
        self, actor: Actor, comparison_id: str, wanted: DifferenceFilter = EVERYTHING
    ) -> list[int]:
        """Numbers of the differing records, to be asked for page by page.

        Raises:
            UserError: ``comparison_gone``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        return self._at_hand(comparison_id).store.numbers(wanted)

    def records(
        self, actor: Actor, comparison_id: str, numbers: Sequence[int]
    ) -> list[DifferingRecord]:
        """Differing records by number; values of sensitive properties are not told.

        Raises:
            UserError: ``comparison_gone``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        return self._at_hand(comparison_id).store.records(numbers)

    def export(
        self,
        actor: Actor,
        comparison_id: str,
        target: Path,
        wanted: DifferenceFilter = EVERYTHING,
        *,
        cancelled: Callable[[], bool] = never,
    ) -> int:
        """Save the differences as CSV, one row a value; logged. Returns the number of rows.

        Raises:
            UserError: ``comparison_gone``, ``target_in_workspace``, what the disk said.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        refuse_inside(self._database.path.parent, target)
        kept = self._at_hand(comparison_id)
        store, found = kept.store, kept.found
        with atomic_write(target) as file:
            lines = _csv_rows(store, wanted, cancelled)
            rows = write_rows(file, _HEADER, lines, for_spreadsheets=True)
            with self._database.write() as tx:
                self._audit_log.log(
                    tx,
                    actor,
                    kinds.COMPARISON_EXPORTED,
                    object_type="backup",
                    object_id=found.earlier.reference or found.later.reference,
                    details={
                        "then": found.earlier.name,
                        "now": found.later.name,
                        "object": wanted.object,
                        "rows": rows,
                    },
                )
                file_facts = LargeFile(
                    NotificationKind.LARGE_DOWNLOAD,
                    name=target.name,
                    user=actor.full_name,
                    records=len(store.numbers(wanted)),
                    source_name="a comparison",
                    sensitive=(),
                    link="backups",
                )
                tell_large_file(tx, self._inbox, file_facts)
        return rows

    def leave(self, comparison_id: str) -> None:
        """Forget a comparison and its file."""
        kept = self._kept.pop(comparison_id, None)
        if kept is not None:
            kept.store.remove()

    def leave_all(self) -> None:
        """Forget every comparison, when the workspace is closed."""
        for comparison_id in list(self._kept):
            with suppress(OSError):
                self.leave(comparison_id)

    def _at_hand(self, comparison_id: str) -> _Kept:
        """A comparison that forgot who was deleted for good since anybody looked."""
        kept = self._kept.get(comparison_id)
        if kept is None:
            raise UserError(
                "comparison_gone", "This comparison was closed.", "Compare the backup again."
            )
        # Threads ask for the same comparison; what is gone is counted off once.
        with self._forgetting:
            with self._database.read() as tx:
                purged, newest = purged_since(tx, kept.change), newest_change(tx)
            if purged:
                kept.found = without(kept.found, kept.store.drop(purged))
            kept.change = newest
        return kept

    def _filled(self, records: Iterator[DifferingRecord], reported: Reported) -> DifferenceStore:
        store = DifferenceStore(scratch_path(self._staging))
        try:
            for written in store.fill(records):
                reported(written)
        except BaseException:
            store.remove()
            raise
        return store

    def _backup(
        self, reference: str, now_types: list[ObjectType], cancelled: Callable[[], bool]
    ) -> State:
        try:
            with self._database.read() as tx:
                backup = open_source(tx, reference, self._vault, self._verify_key)
        except UserError as refusal:
            if refusal.code != "backup_foreign":
                raise
            file = open_foreign(Path(reference), self._verify_key, now_types, cancelled)
            return foreign_state(reference, file)
        manifest = backup.manifest
        there = objects_of(manifest.definitions, manifest)
        side = Side(reference, backup.name, manifest.snapshot_at)
        return State(side, there, BackupSide(backup.file), there)

    def _now(
        self, stack: ExitStack, object_types: list[ObjectType], cancelled: Callable[[], bool]
    ) -> State:
        snapshot = stack.enter_context(open_snapshot(self._database.path, _THREADS + 1, cancelled))
        shapes = {shape.name: shape for shape in object_shapes(object_types)}
        there = objects_of(definitions_of(object_types))
        # A backup may say that it was made later than now, where a clock was set back.
        side = Side("", "", max(snapshot.taken_at, system_time()))
        return State(side, there, LiveSide(snapshot, shapes), there)


def _comparison(
    earlier: State, later: State, walks: ObjectWalks, objects: Sequence[str], *, recreatable: bool
) -> Comparison:
    """What was found, once every record was walked."""
    then, now = earlier.defined, later.defined
    told = then is not None and now is not None
    trusted = earlier.side.verified and later.side.verified
    found = compare_definitions(then or {}, now or {}, recreatable=recreatable and trusted)
    return Comparison(
        secrets.token_hex(8),
        earlier.side,
        later.side,
        tuple(walks.differences),
        tuple(each for each in found if told and (not objects or each.object in objects)),
        tuple(walks.left_out) + earlier.left_out + later.left_out,
        told,
    )


def _chosen(earlier: State, later: State, objects: Sequence[str]) -> list[str]:
    known = list(dict.fromkeys([*later.objects, *earlier.objects]))
    for state in (earlier, later):
        # Of a file from elsewhere only what it has is asked: nothing says that the rest is gone.
        if not state.side.verified:
            known = [name for name in known if name in state.objects]
    for name in objects:
        if name not in known:
            raise UserError(
                "object_unknown",
                f"There is no object “{name}” to compare.",
                "Known are: " + ", ".join(known) + ".",
                object=name,
            )
    return [name for name in known if not objects or name in objects]


def _csv_rows(
    store: DifferenceStore, wanted: DifferenceFilter, cancelled: Callable[[], bool]
) -> Iterator[tuple[object | None, ...]]:
    for record in store.each(wanted):
        if cancelled():
            raise cancelled_error()
        for value in record.values:
            if wanted.property and value.property != wanted.property:
                continue
            then, now = (_HIDDEN, _HIDDEN) if value.hidden else (value.then, value.now)
            yield (
                record.object,
                record.record_id,
                record.name,
                record.change.value,
                value.property,
                then,
                now,
            )
