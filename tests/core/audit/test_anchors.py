from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest

from crmdesk.core.access.keyring_store import KeyringStore
from crmdesk.core.access.keys import SigningKey
from crmdesk.core.audit import kinds
from crmdesk.core.audit.anchors import SECRET_NAME, AnchorKeeper
from crmdesk.core.audit.heads import Head, read_head_file
from crmdesk.core.audit.verdict import Reason
from crmdesk.core.errors import UserError
from crmdesk.core.resources import resource_path
from tests.core.audit.ledger import WORKSPACE_ID, Ledger, SetClock
from tests.core.audit.test_tamper import snapshot

KEPT = f"{WORKSPACE_ID}/{SECRET_NAME}"


@pytest.fixture
def timed(tmp_path, signing_key):
    clock = SetClock()
    ledger = Ledger(tmp_path / "crm.sqlite3", signing_key, clock).create()
    yield ledger, clock
    ledger.database.close()


def test_a_head_is_signed_with_the_workspaces_key(ledger):
    head = ledger.keeper.head()

    assert head.sequence == 1
    assert head.is_genuine(ledger.public_key)
    assert not head.is_genuine(SigningKey.generate().public_key)
    assert not Head(2, head.hash, head.at, head.workspace_id, b"", head.signature).is_genuine(
        ledger.public_key
    )


def test_a_head_reads_back_as_it_was_written(ledger):
    head = ledger.keeper.head()

    assert Head.from_json(head.to_json()) == head
    # What a keyring of the smallest kind holds.
    assert len(head.to_json()) < 1280


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "1", '{"format": "other"}', "[" * 9999])
def test_other_text_is_not_a_head(text):
    with pytest.raises(ValueError, match=r"."):
        Head.from_json(text)


def test_the_keyring_holds_the_newest_head(ledger):
    assert ledger.keeper.anchor_to_keyring() is None
    ledger.fill(3)
    assert ledger.keeper.anchor_to_keyring() is None

    heads, damaged, error = ledger.keeper.kept_heads()

    assert [head.sequence for head in heads] == [4]
    assert (damaged, error) == (0, None)


def test_a_locked_keyring_is_reported_and_does_not_undo_what_was_done(ledger):
    ledger.drawer.locked = True

    error = ledger.keeper.anchor_to_keyring()

    assert error.code == "keyring_locked"
    assert ledger.keeper.kept_heads()[2].code == "keyring_locked"
    ledger.drawer.locked = False
    assert ledger.keeper.anchor_to_keyring() is None


def test_the_real_keyring_keeps_the_head_and_says_when_it_is_locked(ledger, restored_keyring):
    store = KeyringStore.open(os.environ)
    keeper = AnchorKeeper(ledger.database, ledger.path.parent, store, ledger.signing_key.sign)

    assert keeper.anchor_to_keyring() is None
    assert [head.sequence for head in keeper.kept_heads()[0]] == [1]

    restored_keyring.restart_locked()
    ledger.fill(1)
    assert keeper.anchor_to_keyring().code == "keyring_locked"
    assert keeper.kept_heads()[2].code == "keyring_locked"


def test_going_on_in_an_older_copy_does_not_wipe_the_head_that_tells_of_it(
    ledger, open_ledger, tmp_path
):
    yesterday = tmp_path / "yesterday.sqlite3"
    yesterday.write_bytes(snapshot(ledger))
    ledger.fill(5)
    ledger.keeper.anchor_to_keyring()
    older = open_ledger(yesterday)
    older.drawer.texts = ledger.drawer.texts
    kept = ledger.drawer.texts[KEPT]

    for _ in range(3):
        older.fill(4)
        assert older.keeper.anchor_to_keyring().code == "audit_log_rewound"

    assert older.drawer.texts[KEPT] == kept
    found = older.verify()
    assert (found.ok, found.reason, found.first_bad) == (False, Reason.REWRITTEN, 6)


def test_the_file_gets_a_line_after_a_thousand_entries(timed):
    ledger, _clock = timed
    assert ledger.keeper.anchor_to_file()
    ledger.fill(999)
    assert not ledger.keeper.anchor_to_file()
    ledger.fill(1)
    assert ledger.keeper.anchor_to_file()
    assert not ledger.keeper.anchor_to_file()

    heads = read_head_file(ledger.keeper.path).heads
    assert [head.sequence for head in heads] == [1, 1001]
    assert ledger.keeper.path.stat().st_mode & 0o777 == 0o600


def test_the_file_gets_a_line_after_a_day_if_anything_happened(timed):
    ledger, clock = timed
    ledger.keeper.anchor_to_file()
    clock.time += timedelta(hours=24)
    assert not ledger.keeper.anchor_to_file()
    ledger.log(kinds.BACKUP_CREATED)
    assert ledger.keeper.anchor_to_file()
    ledger.log(kinds.BACKUP_CREATED)
    clock.time += timedelta(hours=23)
    assert not ledger.keeper.anchor_to_file()


def test_a_clock_set_back_does_not_put_the_next_line_off(timed):
    ledger, clock = timed
    ledger.keeper.anchor_to_file()
    clock.time -= timedelta(days=400)
    ledger.log(kinds.BACKUP_CREATED)

    assert ledger.keeper.anchor_to_file()


def test_half_a_line_left_by_a_crash_is_nothing_and_is_not_continued(timed):
    ledger, _clock = timed
    ledger.keeper.anchor_to_file()
    with ledger.keeper.path.open("a") as file:
        file.write('{"format": "crmdesk-au')
    assert read_head_file(ledger.keeper.path).damaged == 0
    ledger.fill(1000)
    ledger.keeper.anchor_to_file()

    found = read_head_file(ledger.keeper.path)

    assert [head.sequence for head in found.heads] == [1, 1001]


def test_a_file_that_cannot_be_written_is_said_in_a_sentence(ledger):
    ledger.keeper.path.mkdir()

    with pytest.raises(UserError) as caught:
        ledger.keeper.anchor_to_file()

    assert caught.value.code == "anchor_not_written"


def test_an_anchor_file_that_is_not_there_is_said_in_a_sentence(tmp_path):
    with pytest.raises(UserError) as caught:
        read_head_file(tmp_path / "none")

    assert caught.value.code == "anchor_file_unreadable"


def test_the_verifier_that_stands_alone_works_without_the_program(filled, tmp_path):
    anchor = tmp_path / "anchor.json"
    filled.keeper.write_anchor(anchor)

    def run(key: bytes) -> tuple[int, dict[str, object]]:
        script = resource_path("verify_audit_log.py")
        done = subprocess.run(
            [sys.executable, script, filled.path, anchor, "--public-key", key.hex()],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
        )
        assert done.stderr == ""
        return done.returncode, json.loads(done.stdout)

    code, found = run(filled.public_key)
    assert (code, found["ok"], found["events"]) == (0, True, 30)
    code, found = run(SigningKey.generate().public_key)
    assert (code, found["ok"], found["reason"]) == (1, False, "anchor_not_genuine")


def test_the_verifier_that_stands_alone_is_short_and_imports_nothing_of_ours():
    text = resource_path("verify_audit_log.py").read_text()

    assert len(text.splitlines()) <= 200
    assert "crmdesk." not in text
    assert "import crmdesk" not in text
