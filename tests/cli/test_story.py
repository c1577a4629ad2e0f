"""The main job from end to end, every step a process of its own, with a real keyring."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from crmdesk.core.access.keyring_store import KeyringStore
from crmdesk.core.workspace_key import load_key
from tests.builders import PASSWORD
from tests.cli.conftest import EMAIL, Authenticator, Terminal
from tests.secret_service import SecretService

pytestmark = pytest.mark.real_keyring


def _founded(crmdesk: Terminal) -> None:
    made = crmdesk.json(
        "init",
        *("--name", "Northwind Traders", "--email", EMAIL, "--full-name", "Ingrid Solberg"),
        *("--timezone", "Europe/Oslo", "--password-stdin"),
        stdin=PASSWORD + "\n",
    )
    keys = ["workspace", "workspace_id", "user_id", "recovery_key", "fingerprint"]
    assert list(made) == keys
    assert (crmdesk.folder / "crm.sqlite3").stat().st_mode & 0o777 == 0o600


def test_the_main_job_from_an_empty_folder_to_a_restore_and_its_undo(
    bare_terminal: Terminal, contacts_csv: Path, tmp_path: Path, restored_keyring: SecretService
):
    crmdesk = bare_terminal
    _founded(crmdesk)
    imported = crmdesk.json("import", "contacts", str(contacts_csv))
    assert (imported["rows"], imported["created"], imported["failed"]) == (3, 2, 1)
    assert set(imported["errors"][0]) == {"row", "column", "type", "message"}
    backup_id = _backed_up(crmdesk, tmp_path / "backup.zip")
    crmdesk.json("record", "set", "contacts", "1", "firstname=Damaged")
    crmdesk.json("record", "set", "contacts", "2", "firstname=")

    plan_id = _planned(crmdesk, backup_id)
    app = Authenticator(crmdesk.json("two-factor", "enrol")["secret"])
    confirmed = crmdesk.json("two-factor", "confirm", "--otp", app.code())
    assert len(confirmed["recovery_codes"]) == 10
    restore_id = _restored(crmdesk, plan_id, app.code())
    again = crmdesk.process("--json", "restore", "undo", restore_id, "--otp", app.last)
    assert (again.code, again.error) == (4, "code_wrong")
    _undone(crmdesk, restore_id, confirmed["recovery_codes"][0])

    verified = crmdesk.json("audit", "verify")
    assert verified["ok"] is True
    assert set(verified) >= {"ok", "events", "erased", "first_bad", "reason"}


def _backed_up(crmdesk: Terminal, copy: Path) -> str:
    backup = crmdesk.json("backup", "create", "--out", str(copy))
    assert backup["objects"]["contacts"]["records"] == 2
    assert zipfile.ZipFile(copy).testzip() is None
    assert crmdesk.json("backup", "verify", str(copy))["ok"] is True
    return str(backup["backup_id"])


def _planned(crmdesk: Terminal, backup_id: str) -> str:
    chosen = ("--object", "contacts", "--properties", "firstname")
    plan = crmdesk.json("restore", "plan", backup_id, *chosen)
    counted = {"set": 1, "overwrite": 1, "clear": 0, "unchanged": 0}
    assert plan["properties"]["firstname"] == counted
    [first] = [sample for sample in plan["samples"] if sample["id"] == 1]
    assert (first["property"], first["old"], first["new"]) == ("firstname", "Damaged", "Ann")
    return str(plan["plan_id"])


def _restored(crmdesk: Terminal, plan_id: str, code: str) -> str:
    apply = ("restore", "apply", "--plan", plan_id, "--accept-changes", "--otp", code)
    refused = crmdesk.process("--json", *apply)
    assert (refused.code, refused.error) == (2, "consequences_not_accepted")
    done = crmdesk.json(*apply, "--accept-irreversible")
    assert done["state"] == "succeeded"
    assert (done["records_changed"], done["values_written"]) == (2, 2)
    assert crmdesk.json("record", "get", "contacts", "1")["properties"]["firstname"] == "Ann"
    return str(done["restore_id"])


def _undone(crmdesk: Terminal, restore_id: str, recovery_code: str) -> None:
    undone = crmdesk.json("restore", "undo", restore_id, "--otp", recovery_code)
    assert undone["state"] == "succeeded"
    assert crmdesk.json("record", "get", "contacts", "1")["properties"]["firstname"] == "Damaged"


def test_a_wiped_keyring_is_recovered_and_signed_in_to_again(
    bare_terminal: Terminal, restored_keyring: SecretService
):
    crmdesk = bare_terminal
    made = crmdesk.json(
        "init",
        *("--name", "N", "--email", EMAIL, "--full-name", "Ingrid Solberg", "--password-stdin"),
        stdin=PASSWORD + "\n",
    )
    restored_keyring.wipe()

    lost = crmdesk.process("--json", "whoami")
    assert (lost.code, lost.error) == (1, "workspace_key_missing")
    wrong = crmdesk.process("--json", "keyring", "recover", "--recovery-key-stdin", stdin="AAAA\n")
    assert wrong.code == 1
    assert "AAAA" not in wrong.out + wrong.err
    back = crmdesk.json(
        "keyring", "recover", "--recovery-key-stdin", stdin=made["recovery_key"] + "\n"
    )
    assert back["ok"] is True
    assert crmdesk.process("whoami").code == 3
    signed_in = crmdesk.json("sign-in", EMAIL, "--password-stdin", stdin=PASSWORD + "\n")
    assert set(signed_in) >= {"user_id", "email", "super_admin", "permissions", "sign_in_type"}
    assert crmdesk.json("keyring", "status")["ok"] is True


def test_a_locked_keyring_is_said_in_one_line(terminal: Terminal, restored_keyring: SecretService):
    restored_keyring.restart_locked()

    done = terminal.process("--json", "whoami")

    assert (done.code, done.error) == (1, "keyring_locked")


def test_no_keyring_is_refused_and_an_encrypted_file_is_a_declared_choice(
    bare_terminal: Terminal, no_keyring: None, tmp_path: Path, monkeypatch
):
    who = ("--name", "N", "--email", EMAIL, "--full-name", "Ingrid Solberg", "--password-stdin")

    refused = bare_terminal.process("--json", "init", *who, stdin=PASSWORD + "\n")
    assert (refused.code, refused.error) == (1, "keyring_missing")
    assert "--use-file" in refused.document["error"]["hint"]
    assert not bare_terminal.folder.exists()

    passphrase = tmp_path / "passphrase"
    passphrase.write_text("a passphrase of my own\n")
    monkeypatch.setenv("CRMDESK_KEYRING_PASSPHRASE_FILE", str(passphrase))
    assert bare_terminal.json("init", *who, "--use-file", stdin=PASSWORD + "\n")
    assert bare_terminal.json("whoami")["email"] == EMAIL
    assert (bare_terminal.folder / "secrets.bin").stat().st_mode & 0o777 == 0o600


def test_the_demo_does_the_main_job_in_a_folder_of_its_own(tmp_path: Path, capfd):
    demo = Terminal(tmp_path / "demo", capfd.readouterr)

    done = demo.process("--json", "demo", "--no-window", "--records", "40", "--seed", "3")

    assert done.code == 0, done.err
    steps = done.document["steps"]
    assert all(set(step) == {"name", "ok", "detail"} and step["ok"] for step in steps)
    names = [step["name"] for step in steps]
    order = ["import", "relations", "backup", "damage", "plan", "restore", "verify", "audit_verify"]
    assert [name for name in names if name in order] == order
    again = demo.process("--json", "demo", "--no-window", "--records", "40")
    assert (again.code, again.error) == (1, "demo_folder_exists")


def test_a_worker_takes_its_key_from_standard_input_and_prints_lines(terminal: Terminal):
    backup_id, job_id = terminal.queue_backup()
    key = load_key(terminal.folder, KeyringStore.open())

    done = terminal.process("job", "run", job_id, "--key-stdin", stdin=key.hex() + "\n")

    assert done.code == 0, done.err
    assert [json.loads(line) for line in done.out.splitlines()][-1] == {"state": "succeeded"}
    assert terminal("backup", "show", backup_id).document["state"] == "succeeded"
