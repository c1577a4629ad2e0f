"""The product's main job once through, with believable data in a workspace of its own.

Nothing of it touches another workspace or the keyring: the key lies in an encrypted file whose
passphrase lies beside it, which is said, since it protects nothing but shows everything.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from crmdesk.core import platform
from crmdesk.core.access import readable, totp
from crmdesk.core.access.actor import Actor, Place
from crmdesk.core.access.secret_file import FileStore
from crmdesk.core.access.secret_store import SECRET_FILE
from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.demo_relations import tie_together
from crmdesk.core.errors import UserError
from crmdesk.core.files.atomic import atomic_write
from crmdesk.core.founding import NewWorkspace
from crmdesk.core.jobs.worker import Watcher
from crmdesk.core.known_workspaces import DEMO_MARK
from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.records.sample import write_sample_files
from crmdesk.core.remembered_sessions import RememberedSessions
from crmdesk.core.restore.model import PlanRequest, RestorePlan
from crmdesk.core.workspace import Workspace, create_workspace

NAME = "Northwind Traders (demo)"
EMAIL = "ingrid@northwind.example"
FULL_NAME = "Ingrid Solberg"
PROPERTIES = ("amount", "dealstage", "hs_next_step")
_OBJECT = "deals"
_DAMAGED = 40
_PASSWORD_BYTES = 10


@dataclass(frozen=True, slots=True)
class DemoStep:
    """One step that was done, or that failed."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """How to sign in to the demo; everything about it is invented for it."""

    email: str
    password: str
    secret: str = ""
    recovery_codes: tuple[str, ...] = ()


class Demo:
    """Makes the workspace and goes through the steps, one after the other.

    Args:
        folder: must not exist yet.
        records: how many contacts; other objects follow in proportion.
        seed: another seed, other people.
        watcher: told how far a job is.

    Raises:
        UserError: ``demo_folder_exists``.
    """

    def __init__(
        self, folder: Path, records: int, seed: int, place: Place, watcher: Watcher | None = None
    ) -> None:
        if folder.exists():
            raise UserError(
                "demo_folder_exists",
                f"{folder} exists already; the demo always makes a workspace of its own.",
                "Name a folder that does not exist.",
            )
        self.folder = folder
        self.passphrase_file = folder / DEMO_MARK
        self._records = records
        self._seed = seed
        self._place = place
        self._watcher = watcher
        self.account = DemoAccount(EMAIL, _password())
        self._workspace: Workspace | None = None
        self._actor: Actor | None = None
        self._backup_id = ""
        self._before: Mapping[int, tuple[str | None, ...]] = {}
        self._plan: RestorePlan | None = None

    def prepare(self) -> Iterator[DemoStep]:
        """Everything up to the damage: what a person then repairs in the window."""
        yield self._create()
        yield self._import()
        yield self._relate()
        yield self._back_up()
        yield self._enrol()
        yield self._damage()

    def repair(self) -> Iterator[DemoStep]:
        """Plan, restore with a two-factor code, compare, verify the log."""
        yield self._make_plan()
        yield self._restore()
        yield self._verify()
        yield self._verify_log()

    def close(self) -> None:
        """Anchor the log and close the workspace."""
        if self._workspace is not None:
            self._workspace.anchors.anchor_to_keyring()
            self._workspace.close()

    @property
    def workspace(self) -> Workspace:
        """The workspace, once it is made."""
        if self._workspace is None:
            raise RuntimeError("the first step makes the workspace")
        return self._workspace

    @property
    def actor(self) -> Actor:
        """Who is signed in to it."""
        if self._actor is None:
            raise RuntimeError("the first step signs in")
        return self._actor

    # -- the steps ---------------------------------------------------------------------------
    def _create(self) -> DemoStep:
        passphrase = secrets.token_urlsafe(24)
        store = FileStore(self.folder / SECRET_FILE, lambda: passphrase)
        settings: dict[str, object] = {"workspace.time_zone": "Europe/Oslo"}
        wanted = NewWorkspace(NAME, EMAIL, FULL_NAME, self.account.password, settings)
        created = create_workspace(self.folder, wanted, store)
        with atomic_write(self.passphrase_file) as file:
            file.write(passphrase.encode("ascii") + b"\n")
        self._workspace = created.workspace
        signed_in = self.workspace.sign_in.sign_in(EMAIL, self.account.password, None, self._place)
        RememberedSessions(store, self.workspace.id, self.workspace.folder).keep(
            EMAIL, signed_in.token
        )
        self._actor = signed_in.actor
        return DemoStep("workspace", True, f"{self.folder}, key in an encrypted file")

    def _import(self) -> DemoStep:
        files = write_sample_files(
            self.folder / "sample-files", self._records, self._seed, (EMAIL,)
        )
        imports = self.workspace.imports
        rows = created = 0
        for path in files:
            request = imports.inspect(self.actor, path).request()
            import_id = imports.start(self.actor, request)
            self._run(imports.show(self.actor, import_id).job_id)
            done = imports.show(self.actor, import_id)
            rows, created = rows + done.rows, created + done.created
        detail = f"{created:,} of {rows:,} rows from {len(files)} files became records"
        return DemoStep("import", created > 0 and created == rows, detail)

    def _relate(self) -> DemoStep:
        return DemoStep("relations", True, tie_together(self.workspace, self.actor))

    def _back_up(self) -> DemoStep:
        backups = self.workspace.backups
        self._backup_id = backups.create(self.actor)
        self._run(backups.show(self.actor, self._backup_id).job_id)
        found = backups.show(self.actor, self._backup_id)
        detail = f"{found.records:,} records, {found.bytes:,} bytes, verified and signed"
        return DemoStep("backup", bool(found.verified_ok) and found.signed, detail)

    def _enrol(self) -> DemoStep:
        two_factor = self.workspace.two_factor
        enrolment = two_factor.begin_enrolment(self.actor)
        codes = two_factor.confirm_enrolment(self.actor, self._code(enrolment.secret, -1))
        self.account = DemoAccount(EMAIL, self.account.password, enrolment.secret, codes)
        return DemoStep("two_factor", True, f"{EMAIL} is enrolled, {len(codes)} recovery codes")

    def _damage(self) -> DemoStep:
        ids = self.workspace.records.ids(self.actor, RecordQuery(_OBJECT))[:_DAMAGED]
        self._before = self._values(ids)
        for place, record_id in enumerate(ids):
            harm = {"amount": "" if place % 3 else "1", "dealstage": "closedlost"}
            if place % 2:
                harm["hs_next_step"] = "call back (wrong)"
            self.workspace.editor.update(self.actor, _OBJECT, record_id, harm)
        changed = sum(self._before[each] != now for each, now in self._values(ids).items())
        detail = f"{changed} deals damaged in {', '.join(PROPERTIES)}"
        return DemoStep("damage", changed > 0, detail)

    def _make_plan(self) -> DemoStep:
        request = PlanRequest(self._backup_id, _OBJECT, PROPERTIES)
        self._plan = self.workspace.restores.plan(self.actor, request)
        values = self._plan.values
        detail = (
            f"{self._plan.records_changing} deals would change: {values.set} values set, "
            f"{values.overwrite} overwritten, {values.clear} cleared"
        )
        return DemoStep("plan", self._plan.records_changing > 0, detail)

    def _restore(self) -> DemoStep:
        if self._plan is None:
            raise RuntimeError("the plan comes first")
        restores = self.workspace.restores
        code = self._code(self.account.secret, 0)
        step_up_id = self.workspace.two_factor.step_up(
            self.actor, StepUpPurpose.RESTORE, self._plan.hash, code
        )
        restore_id = restores.start(
            self.actor,
            self._plan.id,
            accept_changes=True,
            accept_irreversible=True,
            step_up_id=step_up_id,
        )
        self._run(restores.show(self.actor, restore_id).job_id)
        done = restores.show(self.actor, restore_id)
        detail = f"{done.values_written} values in {done.records_changed} deals put back"
        return DemoStep("restore", done.records_changed == self._plan.records_changing, detail)

    def _verify(self) -> DemoStep:
        now = self._values(list(self._before))
        right = sum(now[record_id] == values for record_id, values in self._before.items())
        verdict = self.workspace.backups.verify(self.actor, self._backup_id)
        detail = f"{right} of {len(now)} damaged deals are as they were; the backup is sound"
        return DemoStep("verify", right == len(now) and verdict.ok, detail)

    def _verify_log(self) -> DemoStep:
        found = self.workspace.audit.verify(self.actor)
        state = "unbroken" if found.ok else f"broken at entry {found.first_bad}"
        return DemoStep("audit_verify", found.ok, f"{found.events:,} entries, {state}")

    # -- within ------------------------------------------------------------------------------
    def _run(self, job_id: str | None) -> None:
        self.workspace.run_job(str(job_id), self._watcher)

    def _values(self, ids: Sequence[int]) -> dict[int, tuple[str | None, ...]]:
        return self.workspace.records.rows(self.actor, _OBJECT, ids, PROPERTIES)

    def _code(self, secret: str, step: int) -> str:
        """What an authenticator app would show now, or one step earlier.

        Enrolment takes the earlier one, so that the restore need not wait half a minute: no
        code is accepted twice.
        """
        at = self.workspace.database.clock.now() + timedelta(seconds=step * totp.STEP_SECONDS)
        return totp.code_at_step(secret, totp.step_at(at))


def new_demo_folder(named: Path | None = None) -> Path:
    """A folder that does not exist yet, among the user's data unless named."""
    if named is not None:
        return named
    base = platform.data_folder()
    number = 1
    while (base / f"demo-{number}").exists():
        number += 1
    return base / f"demo-{number}"


def _password() -> str:
    return readable.grouped(readable.encode(os.urandom(_PASSWORD_BYTES)))
