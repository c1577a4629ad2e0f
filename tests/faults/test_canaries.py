"""Secrets that nobody else has: after everything was done with them, they are found nowhere."""

from __future__ import annotations

import base64
import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Self
from urllib.parse import quote

import pytest

from crmdesk.core.access.actor import SYSTEM, Actor, Place
from crmdesk.core.access.keys import key_to_text
from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.access.totp import code_at_step, step_at
from crmdesk.core.clock import Clock
from crmdesk.core.crash_log import crash_folder
from crmdesk.core.errors import UserError
from crmdesk.core.founding import NewWorkspace
from crmdesk.core.mail.model import MailSecurity, MailServerChange
from crmdesk.core.restore.model import PlanRequest
from crmdesk.core.workspace import Workspace, create_workspace
from tests.builders import FakeTime, KeyBox
from tests.faults.conftest import Record
from tests.post_office import HOST, USER, post_office
from tests.post_office import PASSWORD as MAIL_PASSWORD

PASSWORD = "canary-in-the-fjord-4711-quite-unlikely"
EMAIL = "ingrid@northwind.example"


def spellings(secret: str) -> Iterator[bytes]:
    """A secret as it may have been written down."""
    plain = secret.encode()
    yield plain
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    yield secret.encode("utf-16-le")
    yield quote(secret, safe="").encode()
    for start in range(3):
        # Base64 of a text that the secret stands in, whatever stands before it.
        coded = base64.b64encode(b"x" * start + plain)
        yield coded[start + 1 if start else 0 : len(coded) // 4 * 4 - 4]


class Watch:
    """Reads the command lines and environments of this process's children while they live."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(0.02):
            for pid in children(os.getpid()):
                for name in ("cmdline", "environ"):
                    try:
                        self.seen.add(Path(f"/proc/{pid}/{name}").read_bytes())
                    except OSError:
                        continue


def children(parent: int) -> list[int]:
    """Process ids of all descendants, from what the system shows."""
    found = []
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        try:
            pids = [int(word) for word in task.read_text().split()]
        except OSError:
            continue
        for pid in pids:
            found += [pid, *children(pid)]
    return found


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.skipif(sys.platform != "linux", reason="NOT RUN HERE: reads /proc")
def test_no_secret_is_found_in_files_arguments_or_environments(
    tmp_path: Path, record: Record
) -> None:
    time_now, store = FakeTime(), KeyBox()
    folder = tmp_path / "workspace"
    wanted = NewWorkspace("Northwind", EMAIL, "Ingrid Solberg", PASSWORD, {})
    created = create_workspace(folder, wanted, store, Clock(time_now))
    created.workspace.close()
    home = Path(os.environ["HOME"])
    with Watch() as watch:
        workspace = Workspace(folder, created.workspace.key, None, store)
        secrets = _drive(workspace, tmp_path)
        workspace.close()
    secrets |= {
        "password": PASSWORD,
        "mail password": MAIL_PASSWORD,
        "recovery key": created.recovery_key,
        "recovery key without dashes": created.recovery_key.replace("-", ""),
        "workspace key": key_to_text(created.workspace.key),
        "workspace key in hex": created.workspace.key.hex(),
    }

    places = [path for root in (tmp_path, home) for path in root.rglob("*") if path.is_file()]
    hits = _hits(secrets, ((str(path), path.read_bytes()) for path in places))
    hits += _hits(secrets, (("a process", text) for text in watch.seen))
    key_hits = [str(p) for p in places if created.workspace.key in p.read_bytes()]

    record(len(secrets), f"{len(hits) + len(key_hits)} hits in {len(places)} files")
    assert len(places) > 5
    assert any(b"--key-stdin" in text for text in watch.seen), "no worker was seen"
    assert hits == []
    assert key_hits == []


def test_a_secret_that_was_written_down_would_be_found(tmp_path: Path) -> None:
    for text in (
        PASSWORD.encode(),
        base64.b64encode(b"password=" + PASSWORD.encode() + b";"),
        base64.b64encode(b"ab" + PASSWORD.encode() + b";"),
        PASSWORD.encode("utf-16"),
        PASSWORD.encode().hex().encode(),
    ):
        assert _hits({"password": PASSWORD}, [("a file", b"before" + text + b"after")])


def _hits(secrets: dict[str, str], texts: Iterable[tuple[str, bytes]]) -> list[tuple[str, str]]:
    wanted = {name: set(spellings(secret)) for name, secret in secrets.items()}
    return [
        (name, place)
        for place, text in texts
        for name, ways in wanted.items()
        if any(way in text for way in ways)
    ]


def _drive(workspace: Workspace, folder: Path) -> dict[str, str]:
    """Sign in, enrol, back up in a worker, restore with a code, and let a worker crash."""
    place = Place("192.0.2.7", "desk-7", "CRM Desk test", "NO", "")
    with pytest.raises(UserError):
        workspace.sign_in.sign_in(EMAIL, PASSWORD + "?", None, place)
    first = workspace.sign_in.sign_in(EMAIL, PASSWORD, None, place)
    two_factor = workspace.two_factor
    secret = two_factor.begin_enrolment(first.actor).secret
    codes = two_factor.confirm_enrolment(first.actor, _code(secret))
    signed_in = workspace.sign_in.sign_in(EMAIL, PASSWORD, codes[0], place)
    admin = signed_in.actor
    ann = workspace.editor.add(admin, "contacts", {"email": "ann@example.org", "phone": "1"})
    backup_id = workspace.backups.create(admin)
    _worker(workspace, str(workspace.backups.show(admin, backup_id).job_id))
    assert workspace.backups.show(admin, backup_id).state.value == "succeeded"
    workspace.editor.update(admin, "contacts", ann.id, {"phone": "2"})
    plan = workspace.restores.plan(admin, PlanRequest(backup_id, "contacts", ("phone",)))
    allowed = two_factor.step_up(admin, StepUpPurpose.RESTORE, plan.hash, codes[1])
    # The staging file turns into no database: the worker meets what it cannot have expected.
    (workspace.folder / "staging" / f"{plan.id}.sqlite3").write_bytes(b"\0" * 4096)
    try:
        restore_id = workspace.restores.start(
            admin,
            plan.id,
            accept_changes=True,
            accept_irreversible=True,
            step_up_id=allowed,
        )
    except Exception:  # noqa: BLE001 - whatever it is, nothing of it may tell a secret
        restore_id = ""
    if restore_id:
        _worker(workspace, str(workspace.restores.show(admin, restore_id).job_id))
    _send_mail(workspace, admin)
    _let_a_worker_crash(workspace)
    workspace.backups.download(admin, backup_id, folder / "saved.zip")
    found = {"two-factor secret": secret, "token": signed_in.token, "first token": first.token}
    found |= {f"recovery code {number}": code for number, code in enumerate(codes)}
    return found


def _send_mail(workspace: Workspace, admin: Actor) -> None:
    """Log in to a mail server that takes a message, and to one that repeats what it was told."""
    with post_office(login=True) as office:
        change = MailServerChange(
            HOST, office.port, MailSecurity.NONE, "crm@northwind.example", USER, MAIL_PASSWORD
        )
        workspace.mail_server.set(admin, change)
        for answers in ([], [f"554 not from {USER} with {MAIL_PASSWORD}"]):
            office.answers["DATA"] = answers
            _worker(workspace, workspace.outbox.send_test(admin)[1])
    found = workspace.outbox.list(admin)
    assert [(each.state, each.problem) for each in found] == [("failed", "refused"), ("sent", None)]


def _let_a_worker_crash(workspace: Workspace) -> None:
    """Hand a worker a job whose table is gone: it meets what no code of ours expects."""
    with workspace.database.write() as tx:
        tx.sql("UPDATE backups SET completed_steady = '2026-01-05T08:00:00.000Z'")
    backup_id = workspace.backups.create(SYSTEM)
    job_id = str(workspace.backups.show(SYSTEM, backup_id).job_id)
    with workspace.database.write() as tx:
        tx.sql("ALTER TABLE obj_tickets RENAME TO obj_tickets_away")
    _worker(workspace, job_id)
    with workspace.database.write() as tx:
        tx.sql("ALTER TABLE obj_tickets_away RENAME TO obj_tickets")
        state = tx.sql("SELECT state FROM jobs WHERE id = ?", (job_id,)).fetchone()[0]
    assert state == "failed"
    # The row says so first, and the dying worker writes its log after it.
    limit = time.monotonic() + 20
    while not list(crash_folder().glob("crash-*.log")):
        assert time.monotonic() < limit, "the worker did not crash"
        threading.Event().wait(0.05)


def _code(secret: str) -> str:
    return code_at_step(secret, step_at(datetime.now(UTC)))


def _worker(workspace: Workspace, job_id: str) -> None:
    """Do a job in a process of its own and wait for its end."""
    workspace.start_worker(job_id)
    limit = time.monotonic() + 60
    while children(os.getpid()) and time.monotonic() < limit:
        with workspace.database.read() as tx:
            state = tx.sql("SELECT state FROM jobs WHERE id = ?", (job_id,)).fetchone()[0]
        if state in ("succeeded", "failed", "interrupted", "cancelled"):
            return
        threading.Event().wait(0.05)
