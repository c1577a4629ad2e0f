"""The way in: window or command, what is done first, how fast, and being stopped."""

from __future__ import annotations

import gc
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from crmdesk.__main__ import (
    _as_command,
    _little_search_for_garbage,
    _names_at_most_a_workspace,
    _with_named_workspace,
)
from crmdesk.cli.main import COMMANDS
from crmdesk.core.known_workspaces import DEMO_MARK, KnownWorkspaces
from crmdesk.core.workspace_folder import read_workspace_file
from tests.cli.conftest import Terminal, command

pytestmark = pytest.mark.real_keyring


@pytest.mark.parametrize(
    ("words", "opens_window"),
    [
        ([], True),
        (["--workspace", "/w"], True),
        (["-w", "/w"], True),
        (["--workspace=/w"], True),
        (["--json"], False),
        (["whoami"], False),
        (["-w", "/w", "whoami"], False),
        (["--help"], False),
    ],
)
def test_the_window_opens_when_nothing_but_a_workspace_is_named(
    words: list[str], opens_window: bool
):
    assert _names_at_most_a_workspace(words) is opens_window


def test_a_command_searches_little_for_garbage_and_a_window_as_python_does():
    usual = gc.get_threshold()
    try:
        with _little_search_for_garbage():
            assert gc.get_threshold()[0] > usual[0]
        kept_by_a_command = gc.get_freeze_count()
        gc.unfreeze()
        with _little_search_for_garbage():
            gc.set_threshold(*usual)  # as the window does that a command opens
        kept_by_a_window = gc.get_freeze_count()
    finally:
        gc.unfreeze()
        gc.set_threshold(*usual)

    assert kept_by_a_command > 0
    assert kept_by_a_window == 0


def test_the_window_heeds_the_workspace_that_the_environment_names():
    environment = {"CRMDESK_WORKSPACE": "/e"}

    assert _with_named_workspace([], environment) == ["--workspace", "/e"]
    assert _with_named_workspace(["-w", "/w"], environment) == ["-w", "/w"]
    assert _with_named_workspace([], {}) == []


def test_a_link_opens_the_window_at_its_place(terminal: Terminal):
    known = read_workspace_file(terminal.folder).id
    done = terminal("open", f"crmdesk://{known}/audit/1")
    assert (done.code, done.document["place"]) == (0, "audit/1")
    assert (terminal.windows, terminal.places) == ([terminal.folder], ["audit/1"])

    refused = terminal("open", f"crmdesk://{known}/backups/new")
    assert (refused.code, refused.error) == (2, "link_invalid")
    assert len(terminal.windows) == 1
    # As a desktop hands a link to the program.
    assert _as_command(["crmdesk://x/audit"]) == ["open", "crmdesk://x/audit"]
    assert _as_command(["audit"]) == ["audit"]


def test_the_version_is_told_at_once(bare_terminal: Terminal):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = [bare_terminal.process("--version", workspace=False) for _ in range(5)]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert all(each.out.startswith("crmdesk ") for each in done)
    # Time on the processor: the clock on the wall also tells of other work on the machine.
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent / len(done) < 0.5


def test_every_command_explains_itself(terminal: Terminal):
    for name in COMMANDS:
        done = terminal.plainly(name, "--help")
        assert done.code == 0
        assert done.out.startswith("Usage: ")
    commands = terminal.plainly("--help").out
    assert all(name in commands for name in COMMANDS)
    alone = terminal.plainly("export")
    assert alone.err.startswith(
        "crmdesk: A command of “export” is missing.\nRun `crmdesk export --help`."
    )
    assert "approve " in alone.err


def test_files_are_private_and_no_core_is_dumped(tmp_path: Path):
    child = subprocess.run(
        [
            sys.executable,
            "-c",
            "import os, resource, sys, crmdesk.__main__ as entry;"
            "sys.argv = ['crmdesk', '--quiet', '--version']; entry.main();"
            "print(oct(os.umask(0)), resource.getrlimit(resource.RLIMIT_CORE)[0])",
        ],
        capture_output=True,
        text=True,
    )
    assert child.stdout.splitlines()[-1] == "0o77 0"


def test_ctrl_c_cancels_the_job_and_leaves_nothing(terminal: Terminal):
    terminal.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150000) "
        "INSERT INTO obj_contacts (email, firstname, city, created_at, updated_at, version) "
        "SELECT 'c' || i || '@a.example', hex(randomblob(40)), hex(randomblob(40)), "
        "'2026-11-22T09:00:00.000Z', '2026-11-22T09:00:00.000Z', 1 FROM n"
    )
    child = subprocess.Popen(
        [*command(terminal.folder), "--json", "backup", "create"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A job control shell gives each command a group of its own.
        start_new_session=True,
    )
    while not (jobs := terminal("job", "list").document["jobs"]) or jobs[0]["state"] == "queued":
        assert child.poll() is None, child.communicate()

    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)

    assert child.returncode == 130, err
    assert '"cancelled"' in out
    assert terminal("job", "list").document["jobs"][0]["state"] == "cancelled"
    assert terminal("backup", "list").document["backups"][0]["state"] == "cancelled"
    assert list((terminal.folder / "vault" / "backups").iterdir()) == []


def test_a_killed_job_is_told_of_at_the_next_command(terminal: Terminal):
    job_id = terminal.queue_backup()[1]
    terminal.sql(
        "UPDATE jobs SET state = 'running', owner_pid = 1073741823, owner_boot_id = 'gone' "
    )

    told = terminal.plainly("whoami")

    assert "was interrupted; nothing of it was kept" in told.err
    assert terminal("job", "show", job_id).document["state"] == "interrupted"


def test_the_last_workspace_is_taken_and_a_demo_never_is(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    known = KnownWorkspaces()
    known.remember(terminal.folder, "Northwind")
    demo = tmp_path / "demo"
    demo.mkdir()
    (demo / DEMO_MARK).touch()
    known.remember(demo, "Demo")

    assert known.last() == terminal.folder
    assert terminal.process("whoami", workspace=False).code == 0
    monkeypatch.setenv("CRMDESK_WORKSPACE", str(tmp_path / "none"))
    assert terminal.process("whoami", workspace=False).code == 1


def test_completion_offers_the_commands(bare_terminal: Terminal, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("_CRMDESK_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "crmdesk back")
    monkeypatch.setenv("COMP_CWORD", "1")

    done = bare_terminal.process("ignored", workspace=False)

    assert "backup" in done.out


def test_secrets_are_not_among_the_options(terminal: Terminal):
    for name in COMMANDS:
        help_text = terminal.plainly(name, "--help").out
        assert "--password " not in help_text
        assert "--passphrase" not in help_text


def test_a_job_goes_on_by_itself_when_nobody_waits(terminal: Terminal):
    made = terminal.json("backup", "create", "--no-wait")
    assert made["state"] in ("queued", "running", "succeeded")

    give_up = time.monotonic() + 60
    while terminal("job", "show", made["job_id"]).document["state"] in ("queued", "running"):
        assert time.monotonic() < give_up
        # A worker gives way to whoever asks all the time.
        threading.Event().wait(0.1)
    assert terminal("backup", "show", made["backup_id"]).document["state"] == "succeeded"
