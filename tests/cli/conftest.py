"""A terminal: real processes for what people do, the same entry in this process for the rest."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from crmdesk.cli.main import run
from crmdesk.core.access import totp
from crmdesk.core.access.actor import SignInType
from crmdesk.core.access.keyring_store import ENVIRONMENT_NAME, KeyringStore
from crmdesk.core.clock import system_time
from crmdesk.core.remembered_sessions import RememberedSessions
from crmdesk.core.workspace import Workspace
from crmdesk.core.workspace_key import KEY_NAME, load_key
from tests.builders import PASSWORD, PLACE
from tests.cli import plain_keyring

EMAIL = "ingrid@northwind.example"


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The code of the error in the document."""
        return str(self.document["error"]["code"])


@dataclass(slots=True)
class Terminal:
    """Runs ``crmdesk`` on one workspace.

    ``process`` starts a process of its own; a call runs the same command in this one, which
    takes a tenth of the time.
    """

    folder: Path
    capture: Callable[[], Any]
    windows: list[Path] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    def process(self, *words: str, stdin: str = "", workspace: bool = True) -> Ended:
        """Run a command as a person would."""
        done = subprocess.run(
            [*command(self.folder if workspace else None), *words],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            env=_environment(),
        )
        assert "Traceback" not in done.stderr + done.stdout, done.stderr
        return Ended(done.returncode, done.stdout, done.stderr)

    def json(self, *words: str, stdin: str = "") -> Any:
        """Run a command in a process of its own that has to succeed; returns its document."""
        done = self.process("--json", *words, stdin=stdin)
        assert done.code == 0, done.err
        return done.document

    def __call__(self, *words: str) -> Ended:
        """Run a command in this process, for JSON."""
        return self.plainly("--json", *words)

    def plainly(self, *words: str) -> Ended:
        """Run a command in this process, for people."""
        self.capture()
        code = run(["--workspace", str(self.folder), *words], open_window=self._open)
        printed = self.capture()
        assert "Traceback" not in printed.err + printed.out, printed.err
        return Ended(code, printed.out, printed.err)

    def enrol(self) -> Authenticator:
        """Set two-factor authentication up."""
        app = Authenticator(str(self("two-factor", "enrol").document["secret"]))
        assert self("two-factor", "confirm", "--otp", app.code()).code == 0
        return app

    def queue_backup(self) -> tuple[str, str]:
        """Queue a backup that nobody makes; returns its id and its job's."""
        store = KeyringStore.open()
        workspace = Workspace(self.folder, load_key(self.folder, store))
        remembered = RememberedSessions(store, workspace.id, workspace.folder).find()
        assert remembered is not None
        actor = workspace.sign_in.resume(remembered.token, PLACE)
        backup_id = workspace.backups.create(actor)
        job_id = workspace.backups.show(actor, backup_id).job_id
        workspace.close()
        return backup_id, str(job_id)

    def sql(self, text: str, *values: object) -> None:
        """Change the database behind the program's back."""
        from contextlib import closing

        from crmdesk.core.db.driver import sqlite3

        with closing(sqlite3.connect(self.folder / "crm.sqlite3")) as connection, connection:
            connection.execute(text, values)

    def _open(self, folder: Path, place: str) -> int:
        self.windows.append(folder)
        self.places.append(place)
        return 0


def command(folder: Path | None) -> list[str]:
    """The words that start the program."""
    named = [] if folder is None else ["--workspace", str(folder)]
    return [sys.executable, "-m", "crmdesk", *named]


def _environment() -> dict[str, str]:
    """The environment of a person, whose Python keeps compiled code: a start takes a third."""
    return {name: v for name, v in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class Authenticator:
    """An authenticator app. A code is taken once, so each call shows that of a later step.

    The first is that of now, which stays good for half a minute longer; the second is good at
    once as well, and of now again where more time has passed. Soon after it there is no third.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._step = 0
        self.last = ""

    def code(self) -> str:
        """The next code."""
        self._step = max(self._step + 1, totp.step_at(system_time()))
        self.last = totp.code_at_step(self._secret, self._step)
        return self.last


@pytest.fixture(autouse=True)
def secrets_in_files(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """The keyring that commands find, unless a test is marked ``real_keyring``."""
    if request.node.get_closest_marker("real_keyring") is not None:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="crmdesk-keyring-") as folder:
        monkeypatch.setenv(ENVIRONMENT_NAME, plain_keyring.NAME)
        monkeypatch.setenv(plain_keyring.FOLDER, folder)
        yield


@pytest.fixture(scope="session")
def signed_in_template(
    workspace_template: tuple[Path, bytes],
    tmp_path_factory: pytest.TempPathFactory,
    keyring_service: object,
) -> tuple[Path, bytes, str]:
    """A workspace whose Super Admin signed in once; the token is valid in every copy."""
    template, key = workspace_template
    folder = tmp_path_factory.mktemp("signed-in") / "workspace"
    shutil.copytree(template, folder)
    workspace = Workspace(folder, key)
    done = workspace.sign_in.sign_in(EMAIL, PASSWORD, None, PLACE, SignInType.COMMAND_LINE)
    workspace.close()
    return folder, key, done.token


@pytest.fixture
def terminal(
    signed_in_template: tuple[Path, bytes, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> Terminal:
    """A terminal at a workspace of one's own, with Ingrid signed in."""
    template, key, token = signed_in_template
    folder = tmp_path / "workspace"
    shutil.copytree(template, folder)
    workspace = Workspace(folder, key)
    workspace_id = workspace.id
    workspace.close()
    store = KeyringStore.open()
    store.set(f"{workspace_id}/{KEY_NAME}", key.hex())
    # Copies share an id, and the head of one is not the head of another.
    store.delete(f"{workspace_id}/audit-head")
    RememberedSessions(store, workspace_id, folder).keep(EMAIL, token)
    return Terminal(folder, capfd.readouterr)


@pytest.fixture
def bare_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal where there is no workspace yet."""
    return Terminal(tmp_path / "new", capfd.readouterr)


@pytest.fixture
def contacts_csv(tmp_path: Path) -> Path:
    """Three contacts, one of whom comes twice and is refused the second time."""
    path = tmp_path / "contacts.csv"
    path.write_text(
        "Email,First name,City\n"
        "ann@a.example,Ann,Oslo\n"
        "bob@b.example,Bob,\n"
        "ann@a.example,Anna,Bergen\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture(autouse=True)
def private_umask() -> Iterator[None]:
    """What the entry does first, done for commands that run in this process."""
    kept = os.umask(0o077)
    yield
    os.umask(kept)
