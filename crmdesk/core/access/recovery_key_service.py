"""A new recovery key in place of one that was lost, seen by a stranger, or never printed."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update

from crmdesk.core.access import recovery_key
from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.access.proofs import Proofs
from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import settings, workspace
from crmdesk.core.notify.inbox import SUPER_ADMINS, Inbox, NotificationKind

# Kept with the settings; only the window, which can ask for it, waits for a confirmation.
_AWAITED = "recovery_key.awaits_confirmation"


class RecoveryKeyService:
    """Replaces the workspace's recovery key; the workspace key itself stays.

    Args:
        key: the workspace key, which the recovery key wraps.
    """

    def __init__(
        self,
        database: Database,
        guard: Guard,
        audit_log: AuditLog,
        inbox: Inbox,
        proofs: Proofs,
        key: bytes,
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._inbox = inbox
        self._proofs = proofs
        self._key = key

    def binding(self, actor: Actor) -> str:
        """What a two-factor code for a new recovery key is given for: this workspace."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            return str(tx.scalar(select(workspace.c.id)))

    def await_confirmation(self, actor: Actor) -> None:
        """Keep in mind that a key is being shown, until :meth:`confirm` says that it is kept."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            _await(tx)

    def confirm(self, actor: Actor) -> None:
        """Somebody typed the key's last groups from their sheet."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            tx.execute(delete(settings).where(settings.c.key == _AWAITED))

    def is_confirmed(self, actor: Actor) -> bool:
        """Whether the key is kept, as far as anybody can tell."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            return tx.scalar(select(settings.c.key).where(settings.c.key == _AWAITED)) is None

    def renew(self, actor: Actor, step_up_id: str | None) -> str:
        """Make a new recovery key and return it, to be shown once; the old one opens nothing more.

        It opens the database as it is from now on. A copy of the folder that was made before
        still opens with the old key.

        Args:
            step_up_id: proof for ``NEW_RECOVERY_KEY``, bound to :meth:`binding`.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
            SecondFactorRefused: ``not_enrolled``, ``code_missing``, ``step_up_invalid``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        made = recovery_key.generate()
        purpose = StepUpPurpose.NEW_RECOVERY_KEY
        with self._proofs.logged(actor, purpose, actor.email), self._database.write() as tx:
            self._proofs.spend(tx, actor, step_up_id, purpose, tx.scalar(select(workspace.c.id)))
            tx.execute(update(workspace).values(wrapped_key=recovery_key.wrap(self._key, made)))
            _await(tx)
            self._audit_log.log(tx, actor, kinds.RECOVERY_KEY_RENEWED, object_type="workspace")
            self._inbox.notify(
                tx,
                SUPER_ADMINS,
                NotificationKind.RECOVERY_KEY_RENEWED,
                {"by": actor.full_name},
                link="settings/security.recovery_key",
            )
        return made.text


def _await(tx: Tx) -> None:
    tx.execute(delete(settings).where(settings.c.key == _AWAITED))
    tx.execute(insert(settings).values(key=_AWAITED, value="true"))
