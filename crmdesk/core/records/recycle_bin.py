"""The recycle bin: deleted records of every object, brought back or deleted for good."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Database
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import JobKind
from crmdesk.core.jobs.queue import JobQueue
from crmdesk.core.records.purging import Purger
from crmdesk.core.records.recycle_bin_conflicts import find_clashes, told
from crmdesk.core.records.recycle_bin_model import (
    CONFLICTS_TOLD,
    Answer,
    Answers,
    BinPlan,
    BinQuery,
    BinRow,
    BroughtBack,
    PurgePlan,
    Wish,
)
from crmdesk.core.records.recycle_bin_plan import (
    coming_back,
    plan_purge,
    returning_associations,
)
from crmdesk.core.records.recycle_bin_requests import save_wish
from crmdesk.core.records.recycle_bin_rows import (
    clears_sensitive,
    grouped,
    list_deleters,
    list_keys,
    read_bin_rows,
)
from crmdesk.core.records.recycle_bin_work import purge_all
from crmdesk.core.records.recycle_bin_write import BinWriter
from crmdesk.core.reserve import cures_a_full_disk
from crmdesk.core.settings import Settings

_NO_ANSWERS: Answers = {}


class RecycleBin:
    """Over all objects. Keys are those of :func:`recycle_bin_model.bin_key`."""

    def __init__(
        self,
        database: Database,
        guard: Guard,
        audit_log: AuditLog,
        settings: Settings,
        jobs: JobQueue,
        purger: Purger,
    ) -> None:
        self._database = database
        self._guard = guard
        self._settings = settings
        self._jobs = jobs
        self._purger = purger
        self._writer = BinWriter(audit_log)

    # -- reading -----------------------------------------------------------------------------
    def keys(self, actor: Actor, query: BinQuery) -> array[int]:
        """Keys of the deleted records that match, last deleted first."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            return list_keys(tx, query)

    def rows(self, actor: Actor, keys: Sequence[int]) -> dict[int, BinRow]:
        """A page of the list by key; what is no longer in the bin is left out."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            return read_bin_rows(tx, keys, self._settings.number(tx, "recycle_bin.days"))

    def deleters(self, actor: Actor) -> list[tuple[int, str]]:
        """User id and name of everybody who deleted what lies there; id 0 is nobody."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            return list_deleters(tx)

    # -- bringing back -----------------------------------------------------------------------
    def restore_plan(self, actor: Actor, keys: Sequence[int], *, children: bool = True) -> BinPlan:
        """What bringing these back would do, and which unique values are in the way.

        Args:
            children: also associated activities, and what was deleted in the same act.
        """
        self._guard.require(actor, Permission.DELETE_RECORDS)
        with self._database.read() as tx:
            coming = coming_back(tx, keys)
            everything = coming.all(children=children)
            clashes = find_clashes(tx, everything)
            return BinPlan(
                records={each.name: len(ids) for each, ids in coming.picked.items()},
                children={each.name: len(ids) for each, ids in coming.children.items()},
                associations=returning_associations(tx, everything),
                conflicts=told(tx, clashes[:CONFLICTS_TOLD]),
                conflict_count=len(clashes),
                merged=coming.merged,
            )

    def restore(
        self,
        actor: Actor,
        keys: Sequence[int],
        answers: Answers = _NO_ANSWERS,
        *,
        otherwise: Answer | None = None,
        children: bool = True,
    ) -> BroughtBack:
        """Bring records back, all of them in one act or none.

        Their associations are seen again by themselves. For a few hundred records; larger
        wishes by :meth:`start_restore`.

        Args:
            otherwise: the answer to every conflict that has none of its own: come back without
                the value, or stay in the bin.

        Raises:
            UserError: ``bin_conflicts`` when a unique value is in the way and no possible answer
                was given for it; nothing comes back then.
            PermissionDenied: the actor may not delete records, or an answer clears a sensitive
                value without the right to edit those.
        """
        wish = Wish(keys, answers, otherwise, children)
        self._require_restoring(actor, wish)
        with self._database.write() as tx:
            return self._writer.restore(tx, actor, wish)

    def start_restore(
        self,
        actor: Actor,
        keys: Sequence[int],
        answers: Answers = _NO_ANSWERS,
        *,
        otherwise: Answer | None = None,
        children: bool = True,
    ) -> str:
        """Queue the job that does what :meth:`restore` does, and return the job's id.

        Raises:
            UserError: ``nothing_in_bin``; the job fails with ``bin_conflicts``.
            PermissionDenied: as :meth:`restore`.
        """
        wish = Wish(keys, answers, otherwise, children)
        self._require_restoring(actor, wish)
        return self._start(actor, JobKind.BIN_RESTORE, wish)

    # -- deleting for good -------------------------------------------------------------------
    def purge_plan(self, actor: Actor, keys: Sequence[int]) -> PurgePlan:
        """What deleting these for good would take away, in numbers."""
        self._guard.require(actor, Permission.DELETE_RECORDS)
        with self._database.read() as tx:
            return plan_purge(tx, keys)

    @cures_a_full_disk
    def purge(self, actor: Actor, keys: Sequence[int]) -> int:
        """Delete for good what of these is still in the bin, and what was merged into them.

        For a few hundred records; more by :meth:`start_purge`.

        Returns:
            How many records are gone.

        Raises:
            PermissionDenied: the actor may not delete records.
        """
        self._guard.require(actor, Permission.DELETE_RECORDS)
        with self._database.write() as tx:
            return sum(purge_all(tx, self._purger, actor, keys).values())

    def start_purge(self, actor: Actor, keys: Sequence[int]) -> str:
        """Queue the job that does what :meth:`purge` does, and return the job's id.

        Raises:
            UserError: ``nothing_in_bin``.
            PermissionDenied: the actor may not delete records.
        """
        self._guard.require(actor, Permission.DELETE_RECORDS)
        return self._start(actor, JobKind.BIN_PURGE, Wish(keys))

    # -- within ------------------------------------------------------------------------------
    def _require_restoring(self, actor: Actor, wish: Wish) -> None:
        self._guard.require(actor, Permission.DELETE_RECORDS)
        with self._database.read() as tx:
            sensitive = clears_sensitive(tx, wish)
        if sensitive:
            self._guard.require(actor, Permission.EDIT_SENSITIVE)

    def _start(self, actor: Actor, kind: JobKind, wish: Wish) -> str:
        with self._database.write() as tx:
            # The entry of a job that did not happen names the object that most of it is about.
            groups = grouped(tx, wish.keys)
            if not groups:
                raise UserError(
                    "nothing_in_bin",
                    "None of these records is in the recycle bin.",
                    "Look at the recycle bin again.",
                )
            most = max(groups, key=lambda each: len(groups[each]))
            params = {**save_wish(tx, actor, wish), "object": most.name}
            return self._jobs.enqueue(tx, actor, kind, params)
