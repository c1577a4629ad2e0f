"""Builders: a real workspace in a temporary folder, and short words for what people do in it."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from crmdesk.core.access.actor import Actor, ActorKind, Place, SignInType
from crmdesk.core.access.permissions import Permission
from crmdesk.core.access.step_up import StepUpPurpose, record_step_up
from crmdesk.core.access.users import UserChange
from crmdesk.core.audit.imported_json import taken_from_json
from crmdesk.core.audit.imported_model import LogFileSurvey
from crmdesk.core.backup.engine import write_backup
from crmdesk.core.backup.model import Backup
from crmdesk.core.backup.schema_shapes import object_shape
from crmdesk.core.backup.shapes import BackupContext
from crmdesk.core.clock import Clock, to_text
from crmdesk.core.db import tables
from crmdesk.core.founding import NewWorkspace
from crmdesk.core.records.dates import DateOrder
from crmdesk.core.records.record import Record
from crmdesk.core.records.schema import load_object_types
from crmdesk.core.reserve import release_reserve
from crmdesk.core.restore.model import PlanRequest, Restore, RestorePlan
from crmdesk.core.workspace import Workspace, create_workspace

PASSWORD = "seven blue herons over the fjord"
PLACE = Place("192.0.2.7", "desk-7", "CRM Desk test", "NO", "")


class FakeTime:
    """A wall clock that tests set; the program reads it like any other."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **parts: float) -> None:
        """Let time pass, e.g. ``forward(hours=2)``."""
        self.at += timedelta(**parts)

    def back(self, **parts: float) -> None:
        """Set the clock back."""
        self.at -= timedelta(**parts)


class KeyBox:
    """A place for the key of a test's workspace; the real keyrings have tests of their own."""

    backend = "keyring"
    detail = "a box of the test"

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        """What was kept under ``name``."""
        return self.values.get(name)

    def set(self, name: str, value: str) -> None:
        """Keep a value."""
        self.values[name] = value

    def delete(self, name: str) -> None:
        """Forget a value."""
        self.values.pop(name, None)


class Desk:
    """A workspace with its first Super Admin at work."""

    def __init__(self, folder: Path, key: bytes, time: FakeTime | None = None) -> None:
        self.folder = folder
        self.key = key
        self.time = time
        self.workspace = Workspace(folder, key, None if time is None else Clock(time))
        self.admin = self.signed_in(1, "ingrid@northwind.example", "Ingrid Solberg")

    def signed_in(
        self, user_id: int, email: str, name: str, via: SignInType = SignInType.PASSWORD_AND_CODE
    ) -> Actor:
        """A session of a user, as signing in would have begun it."""
        session_id = secrets.token_hex(16)
        with self.workspace.database.write() as tx:
            now = to_text(tx.steady_now)
            tx.execute(
                insert(tables.sessions).values(
                    id=session_id,
                    user_id=user_id,
                    token_hash=secrets.token_bytes(32),
                    sign_in_type=via.value,
                    started_at=now,
                    last_seen_at=now,
                    address=PLACE.address,
                    host=PLACE.host,
                    agent=PLACE.agent,
                    country=PLACE.country,
                    region=PLACE.region,
                )
            )
        return Actor(ActorKind.USER, user_id, email, name, session_id, via.value, PLACE)

    def user(
        self,
        name: str = "Marc Dubois",
        *permissions: Permission,
        super_admin: bool = False,
        email: str = "",
    ) -> Actor:
        """Another user of the workspace, signed in; without an address it is a random one."""
        first = name.split(maxsplit=1)[0].lower()
        email = email or f"{first}{secrets.token_hex(6)}@northwind.example"
        with self.workspace.database.write() as tx:
            user_id = tx.execute(
                insert(tables.users).values(
                    email=email,
                    full_name=name,
                    super_admin=int(super_admin),
                    created_at=tx.now_text,
                )
            ).inserted_primary_key[0]
            for permission in permissions:
                tx.execute(
                    insert(tables.user_permissions).values(
                        user_id=user_id, permission=permission.value
                    )
                )
        return self.signed_in(user_id, email, name)

    def in_teams(self, email: str, *names: str) -> None:
        """Make a user a member of exactly these teams."""
        self.workspace.users.set(self.admin, email, UserChange(teams=names))

    def by_sso(self, actor: Actor) -> Actor:
        """The same user in a session that single sign-on began."""
        if actor.user_id is None:
            raise ValueError("nobody can sign in by SSO without an account")
        return replace(
            self.signed_in(actor.user_id, actor.email, actor.full_name, SignInType.SSO),
            sign_in_type=SignInType.SSO.value,
        )

    # -- records -----------------------------------------------------------------------------
    def pipeline(self, name: str, *stages: str) -> None:
        """Another pipeline of deals."""
        deals = self.workspace.definitions.object(self.admin, "deals")
        with self.workspace.database.write() as tx:
            pipeline_id = tx.execute(
                insert(tables.pipelines).values(
                    object_type_id=deals.id, name=name, label=name.title(), position=9
                )
            ).lastrowid
            for place, stage in enumerate(stages):
                tx.execute(
                    insert(tables.pipeline_stages).values(
                        pipeline_id=pipeline_id, name=stage, label=stage.title(), position=place
                    )
                )

    def add(self, object_name: str, **values: str) -> Record:
        """A new record."""
        return self.workspace.editor.add(self.admin, object_name, values)

    def contact(self, **values: str) -> Record:
        """A new contact; it gets an e-mail address of its own unless one is given."""
        return self.add("contacts", **{"email": f"{secrets.token_hex(4)}@example.org", **values})

    def deal(self, **values: str) -> Record:
        """A new deal."""
        return self.add("deals", **{"dealname": "Autumn order", **values})

    def edit(self, record: Record, **values: str) -> Record:
        """Write values into a record."""
        return self.workspace.editor.update(self.admin, record.object_type, record.id, values)

    def read(self, record: Record) -> Record:
        """The record as it is now."""
        return self.workspace.records.get(self.admin, record.object_type, record.id)

    def value(self, record: Record, name: str) -> str | None:
        """One value of a record as it is now."""
        return self.read(record).values[name]

    def delete(self, *records: Record) -> None:
        """Put records of one object into the recycle bin."""
        ids = [record.id for record in records]
        self.workspace.editor.archive(self.admin, records[0].object_type, ids)

    def purge(self, *records: Record) -> None:
        """Delete records of one object for good."""
        ids = [record.id for record in records]
        self.workspace.editor.purge(self.admin, records[0].object_type, ids)

    # -- backups and restores ------------------------------------------------------------------
    def backup_file(self, name: str = "backup.zip") -> Path:
        """A backup of everything as a file outside the vault, signed by this workspace."""
        target = self.folder.parent / name
        with self.workspace.database.read() as tx:
            shapes = [object_shape(found, f"{found.name}.csv") for found in load_object_types(tx)]
        write_backup(
            self.workspace.database.path,
            shapes,
            target,
            manifest_context=BackupContext(
                self.workspace.id, "Northwind Traders", "0", self.workspace.signing_key.public_key
            ),
            sign=self.workspace.signing_key.sign,
        )
        return target

    def backup(self, *, complete: bool = False) -> Backup:
        """A backup in the vault, made in this process."""
        backup_id = self.workspace.backups.create(self.admin, complete=complete)
        job_id = self.workspace.backups.show(self.admin, backup_id).job_id
        self.workspace.run_job(str(job_id))
        return self.workspace.backups.show(self.admin, backup_id)

    def take_log(
        self, path: Path, sha256: str = "", date_order: DateOrder | None = None
    ) -> tuple[int | None, LogFileSurvey]:
        """A log of another program taken in, in this process."""
        job_id = self.workspace.imported_logs.start(self.admin, path, sha256, date_order)
        self.workspace.run_job(job_id)
        return taken_from_json(self.workspace.jobs.job(self.admin, job_id).result or {})

    def plan(
        self,
        backup: Path | Backup,
        object_name: str,
        properties: Sequence[str] | None,
        **options: object,
    ) -> RestorePlan:
        """What restoring some properties would do."""
        chosen = None if properties is None else tuple(properties)
        source = backup.id if isinstance(backup, Backup) else str(backup)
        request = PlanRequest(source, object_name, chosen, **options)  # type: ignore[arg-type]
        return self.workspace.restores.plan(self.admin, request)

    def allow(self, plan: RestorePlan) -> str:
        """A two-factor code given for exactly this plan, as the dialog would have it."""
        purpose = StepUpPurpose.RESTORE if plan.kind == "restore" else StepUpPurpose.RESTORE_UNDO
        with self.workspace.database.write() as tx:
            return record_step_up(tx, self.admin, purpose, plan.hash, "code")

    def apply(self, plan: RestorePlan) -> Restore:
        """Do what a plan describes, in this process."""
        restores = self.workspace.restores
        if plan.kind == "undo":
            restore_id = restores.start_undo(self.admin, plan.id, step_up_id=self.allow(plan))
        else:
            restore_id = restores.start(
                self.admin,
                plan.id,
                accept_changes=True,
                accept_irreversible=True,
                step_up_id=self.allow(plan),
            )
        job_id = restores.show(self.admin, restore_id).job_id
        self.workspace.run_job(str(job_id))
        return restores.show(self.admin, restore_id)

    def restore(
        self, backup: Path | Backup, object_name: str, properties: Sequence[str] | None
    ) -> Restore:
        """Plan and apply in one."""
        return self.apply(self.plan(backup, object_name, properties))

    def undo(self, restore: Restore) -> Restore:
        """Take a restore back."""
        return self.apply(self.workspace.restores.undo_plan(self.admin, restore.id))

    def sql(self, text: str, *values: object) -> list[tuple[object, ...]]:
        """Ask the database directly, as an outside tool would."""
        with self.workspace.database.read() as tx:
            return [tuple(row) for row in tx.sql(text, values)]

    def audit_actions(self) -> list[tuple[str, str]]:
        """Subcategory and result of every entry, oldest first."""
        rows = self.sql("SELECT subcategory, result FROM audit_events ORDER BY id")
        return [(str(a), str(b)) for a, b in rows]


@pytest.fixture(scope="session")
def workspace_template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """An empty workspace, made once: tests copy it, since making one hashes a password."""
    folder = tmp_path_factory.mktemp("template") / "workspace"
    wanted = NewWorkspace(
        name="Northwind Traders",
        email="ingrid@northwind.example",
        full_name="Ingrid Solberg",
        password=PASSWORD,
        settings={"workspace.time_zone": "Europe/Oslo", "workspace.currency": "EUR"},
    )
    # Long ago, so that neither the real clock nor a set one goes back from it.
    start = Clock(lambda: datetime(2026, 1, 5, 8, 0, tzinfo=UTC))
    created = create_workspace(folder, wanted, KeyBox(), start)
    created.workspace.close()
    # Copied a thousand times, its sixteen megabytes would fill the disk; a start makes it anew.
    release_reserve(folder)
    return folder, created.workspace.key


@pytest.fixture
def desk(workspace_template: tuple[Path, bytes], tmp_path: Path) -> Iterator[Desk]:
    """A workspace of one's own on the real clock."""
    template, key = workspace_template
    folder = tmp_path / "workspace"
    shutil.copytree(template, folder)
    made = Desk(folder, key)
    yield made
    made.workspace.close()


@pytest.fixture
def timed_desk(workspace_template: tuple[Path, bytes], tmp_path: Path) -> Iterator[Desk]:
    """A workspace of one's own whose clock the test sets through ``desk.time``."""
    template, key = workspace_template
    folder = tmp_path / "workspace"
    shutil.copytree(template, folder)
    made = Desk(folder, key, FakeTime())
    yield made
    made.workspace.close()
