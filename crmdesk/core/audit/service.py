"""What a Super Admin does with the audit log as a whole: verify it, anchor it, see its words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.anchors import AnchorKeeper
from crmdesk.core.audit.catalogue import AuditCatalogue, load_audit_catalogue
from crmdesk.core.audit.heads import Head, read_head_file
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.audit.verdict import ChainVerification, Reason, Unproven
from crmdesk.core.audit.verify import Progress, never, unwatched, verify_chain, verify_entry
from crmdesk.core.db.engine import Database
from crmdesk.core.workspace_folder import refuse_inside


class AuditService:
    """The audit log of an open workspace.

    Args:
        keeper: knows the heads kept in the keyring and in ``anchors.jsonl``.
        mac_key: the key of the entries' MACs.
        public_key: of the signing key as unwrapped with the workspace key, not as the
            database states it: whoever can write there could state another.
    """

    def __init__(
        self,
        database: Database,
        guard: Guard,
        audit_log: AuditLog,
        keeper: AnchorKeeper,
        mac_key: bytes,
        public_key: bytes,
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._keeper = keeper
        self._mac_key = mac_key
        self._public_key = public_key

    def verify(
        self,
        actor: Actor,
        anchor_file: Path | None = None,
        *,
        progress: Progress = unwatched,
        cancelled: Callable[[], bool] = never,
    ) -> ChainVerification:
        """Check the whole log against its key and every head known; writes nothing.

        Args:
            actor: a Super Admin.
            anchor_file: a file of heads that was given away earlier, to be checked too.
            progress, cancelled: as in :func:`~crmdesk.core.audit.verify.verify_chain`; both are
                called in the thread of the caller.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
            UserError: ``anchor_file_unreadable``, ``database_unreachable``.
            Cancelled: ``cancelled`` said so.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        heads, damaged, keyring_error = self._keeper.kept_heads()
        if anchor_file is not None:
            given = read_head_file(anchor_file)
            heads += given.heads
            # A file without any head was not an anchor of this log either.
            damaged += given.damaged + (not given.heads)
        found = verify_chain(
            self._database.path,
            self._mac_key,
            heads,
            self._public_key,
            progress=progress,
            cancelled=cancelled,
        )
        if keyring_error is not None:
            found = replace(found, unproven=(*found.unproven, Unproven.KEYRING))
        if found.ok and damaged:
            found = replace(found, ok=False, reason=Reason.ANCHOR_NOT_GENUINE)
        return found

    def check_entry(self, actor: Actor, event_id: int) -> Reason | None:
        """Check one entry: its hash, its key, its details and its link to the one before.

        Returns:
            What is wrong with it; ``None`` when nothing is.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
            UserError: ``database_unreachable``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        return verify_entry(self._database.path, self._mac_key, event_id)

    def anchor(self, actor: Actor, out: Path) -> Head:
        """Write the signed head to a file; the entry that tells of it comes first.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
            UserError: ``target_in_workspace``, or why the file cannot be written.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        refuse_inside(self._database.path.parent, out)
        with self._database.write() as tx:
            self._audit_log.log(
                tx,
                actor,
                kinds.LOG_ANCHORED,
                object_type="audit_log",
                details={"file": out.name},
            )
        return self._keeper.write_anchor(out)

    def catalogue(self, actor: Actor) -> AuditCatalogue:
        """What is recorded, and what has no source here.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        return load_audit_catalogue()
