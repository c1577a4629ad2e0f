"""Requests of a person: what is kept of them, a file of it, and their deletion for good."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import insert

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.backup.cancel import never
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import exports
from crmdesk.core.errors import Cancelled, UserError
from crmdesk.core.exports.model import ExportFormat, ExportSource, ExportState
from crmdesk.core.jobs.job import JobKind
from crmdesk.core.jobs.queue import JobQueue
from crmdesk.core.jobs.rows import actor_facts
from crmdesk.core.privacy.finding import look_for
from crmdesk.core.privacy.model import PersonFound
from crmdesk.core.privacy.person import checked_address


class PrivacyService:
    """For Super Admins.

    Args:
        vault: the workspace's folder of files that came in and went out.
    """

    def __init__(self, database: Database, guard: Guard, jobs: JobQueue, vault: Path) -> None:
        self._database = database
        self._guard = guard
        self._jobs = jobs
        self._vault = vault

    def find(
        self, actor: Actor, address: str, *, cancelled: Callable[[], bool] = never
    ) -> PersonFound:
        """What is kept of a person, in numbers, with the backups that would go on holding them.

        Every file of the vault is looked through, which takes a second or so a gigabyte.

        Raises:
            UserError: ``email_invalid``.
            Cancelled: ``cancelled`` said so.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        wanted = checked_address(address)

        def stop() -> None:
            if cancelled():
                raise Cancelled("cancelled", "It was cancelled. Nothing was changed.")

        with self._database.read() as tx:
            return look_for(tx, self._vault, wanted, stop).found

    def start_export(self, actor: Actor, address: str) -> str:
        """Queue the job that makes a file of all that is kept of a person; returns the export.

        It stands in the list of exports, for Super Admins alone, and nobody has to approve it.

        Raises:
            UserError: ``email_invalid``; the job fails with ``person_unknown``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        wanted = checked_address(address)
        export_id = secrets.token_hex(8)
        with self._database.write() as tx:
            params = {"export_id": export_id, "address": wanted}
            job_id = self._jobs.enqueue(tx, actor, JobKind.PRIVACY_EXPORT, params)
            _list_export(tx, actor, export_id, job_id, wanted)
        return export_id

    def start_delete(self, actor: Actor, address: str, found_hash: str) -> str:
        """Queue the job that deletes a person for good; returns the job's id.

        Args:
            found_hash: :attr:`PersonFound.hash` of what was shown.

        Raises:
            UserError: ``email_invalid``; the job fails with ``plan_outdated`` or
                ``files_being_made``, or with what the disk said where a file could not be removed:
                then nothing was deleted.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        wanted = checked_address(address)
        if not found_hash:
            raise UserError(
                "person_not_looked_at",
                "What would be deleted was not looked at yet.",
                "Look the person up first.",
            )
        with self._database.write() as tx:
            params = {"address": wanted, "found_hash": found_hash}
            return self._jobs.enqueue(tx, actor, JobKind.PRIVACY_DELETE, params)


def _list_export(tx: Tx, actor: Actor, export_id: str, job_id: str, address: str) -> None:
    tx.execute(
        insert(exports).values(
            id=export_id,
            job_id=job_id,
            source=ExportSource.PRIVACY.value,
            source_name="Privacy request",
            name=f"Data of {address}",
            object_name="contacts",
            format=ExportFormat.CSV.value,
            state=ExportState.QUEUED.value,
            created_at=tx.now_text,
            user_id=actor.user_id,
            actor=json.dumps(actor_facts(actor)),
            request="{}",
        )
    )
