from __future__ import annotations

import json
from contextlib import closing

import pytest
from sqlalchemy import update

from crmdesk.core.audit import chain, kinds
from crmdesk.core.audit.verdict import Reason, Unproven
from crmdesk.core.audit.verify import verify_chain
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.tables import audit_details
from crmdesk.core.errors import UserError
from tests.core.audit.conftest import ENTRIES
from tests.core.audit.ledger import MAC_KEY


def test_an_untouched_log_is_right_from_the_first_entry_to_the_last(filled):
    filled.keeper.anchor_to_keyring()

    found = filled.verify()

    assert found.ok
    assert (found.events, found.erased, found.first_bad, found.reason) == (ENTRIES, 0, None, None)
    assert found.anchored == ENTRIES
    assert found.unproven == ()


def test_a_log_with_every_kind_of_text_is_right(ledger):
    for text in ("", "\x00\x1f\x7f", '"\\/\n\r\t', "Ærø 漢字 🙂 \u202e", "\ud800 odd file name"):
        ledger.log(
            kinds.IMPORT,
            object_type="contacts",
            object_id=text,
            link=text,
            details={"file": text, text: [text]},
        )

    assert ledger.verify().ok


def test_erased_details_are_counted_and_not_bad(filled):
    with filled.database.write() as tx:
        tx.execute(
            update(audit_details)
            .where(audit_details.c.event_id.in_([3, 4]))
            .values(payload=None, salt=None, erased_at=tx.now_text)
        )

    found = filled.verify()

    assert (found.ok, found.events, found.erased) == (True, ENTRIES, 2)


@pytest.mark.parametrize(
    "change",
    [
        "payload = NULL",
        "salt = NULL",
        "payload = NULL, salt = NULL",
        "erased_at = '2026-01-01T00:00:00.000Z'",
        "payload = NULL, erased_at = '2026-01-01T00:00:00.000Z'",
        "payload = payload || ' '",
        "payload = CAST(x'ff00' AS TEXT)",
        "salt = zeroblob(16)",
    ],
)
def test_half_erased_or_changed_details_are_bad(filled, change):
    with filled.tampering() as connection:
        connection.execute(f"UPDATE audit_details SET {change} WHERE event_id = 9")

    found = filled.verify()

    assert (found.ok, found.first_bad, found.reason) == (False, 9, Reason.DETAILS_CHANGED)


def test_without_the_workspace_key_it_says_what_it_could_not_prove(filled):
    found = verify_chain(filled.path, None)

    assert found.ok
    assert found.unproven == (Unproven.MACS, Unproven.TAIL)


def test_an_outsider_with_the_public_key_and_an_anchor_finds_a_rewritten_log(filled, tmp_path):
    head = filled.keeper.write_anchor(tmp_path / "given.json")
    with filled.tampering() as connection:
        rehash(connection, 12, "'sales'")

    found = verify_chain(filled.path, None, [head], filled.public_key)

    assert (found.ok, found.reason, found.first_bad) == (False, Reason.REWRITTEN, ENTRIES)


def test_whoever_recomputes_the_chain_without_the_key_is_found_at_the_first_changed_entry(filled):
    with filled.tampering() as connection:
        rehash(connection, 12, "'sales'")

    found = filled.verify()

    assert (found.reason, found.first_bad, found.events) == (Reason.FORGED, 12, 11)


def test_a_head_that_was_not_signed_by_this_workspace_is_said(filled):
    head = filled.keeper.head()
    forged = type(head)(5, b"x" * 32, head.at, head.workspace_id, head.public_key, head.signature)

    found = verify_chain(filled.path, MAC_KEY, [forged], filled.public_key)

    assert (found.ok, found.reason, found.first_bad) == (False, Reason.ANCHOR_NOT_GENUINE, None)


def test_two_signed_heads_that_contradict_each_other_are_found(filled):
    head = filled.keeper.head()
    other = type(head)(
        head.sequence, b"x" * 32, head.at, head.workspace_id, head.public_key
    ).signed(filled.signing_key.sign)

    found = verify_chain(filled.path, MAC_KEY, [head, other], filled.public_key)

    assert (found.reason, found.first_bad) == (Reason.REWRITTEN, ENTRIES)


def test_left_over_details_tell_of_a_cut_tail_even_without_an_anchor(filled):
    with filled.tampering() as connection:
        connection.execute("DELETE FROM audit_events WHERE id > 20")

    found = verify_chain(filled.path, MAC_KEY)

    assert (found.reason, found.first_bad) == (Reason.CUT, 21)


def test_an_emptied_log_is_bad(filled):
    with filled.tampering() as connection:
        connection.execute("DELETE FROM audit_events")
        connection.execute("DELETE FROM audit_details")

    assert verify_chain(filled.path, MAC_KEY).reason is Reason.EMPTY


def test_a_column_that_was_taken_away_or_added_is_bad(filled):
    with filled.tampering() as connection:
        connection.execute("ALTER TABLE audit_events ADD COLUMN remark TEXT")

    assert filled.verify().reason is Reason.TABLE_MISSING


def test_a_table_without_rules_holding_nonsense_is_bad_and_breaks_nothing(filled):
    with filled.tampering() as connection:
        connection.execute("CREATE TABLE loose AS SELECT * FROM audit_events")
        connection.execute("DROP TABLE audit_events")
        connection.execute("ALTER TABLE loose RENAME TO audit_events")
        connection.execute("UPDATE audit_events SET at_order = NULL, mac = 'text' WHERE id = 7")
        rehash(connection, 7, "NULL")

    for mac_key in (MAC_KEY, None):
        assert filled.verify(mac_key).first_bad == 7


def test_text_that_is_no_text_is_a_change_like_any_other(filled):
    with filled.tampering() as connection:
        connection.execute("UPDATE audit_events SET host = CAST(x'ff' AS TEXT) WHERE id = 4")

    assert filled.verify().first_bad == 4


def test_a_page_that_cannot_be_read_is_found(filled):
    with filled.tampering() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'audit_events'"
        ).fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    content = bytearray(filled.path.read_bytes())
    content[(root - 1) * size : (root - 1) * size + 100] = b"\xff" * 100
    filled.path.write_bytes(content)

    found = filled.verify()

    assert (found.ok, found.reason) == (False, Reason.DAMAGED)


def test_verifying_needs_no_right_to_write(filled):
    filled.database.close()
    with closing(sqlite3.connect(filled.path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = filled.path.read_bytes()
    filled.path.chmod(0o400)
    filled.path.parent.chmod(0o500)
    try:
        assert verify_chain(filled.path, MAC_KEY).events == ENTRIES
        names = {path.name for path in filled.path.parent.iterdir()}
    finally:
        filled.path.parent.chmod(0o700)

    assert filled.path.read_bytes() == before
    assert "crm.sqlite3" in names


def test_a_file_that_is_not_there_is_said_in_a_sentence(tmp_path):
    with pytest.raises(UserError) as caught:
        verify_chain(tmp_path / "gone.sqlite3", None)

    assert caught.value.code == "database_unreachable"


def test_time_that_goes_back_within_the_chain_is_bad_even_with_right_macs(filled):
    with filled.tampering() as connection:
        connection.execute(
            "UPDATE audit_events SET at = '2001-01-01T00:00:00.000Z', "
            "at_order = '2001-01-01T00:00:00.000Z' WHERE id = 8"
        )
        rehash(connection, 8, "subcategory", MAC_KEY)

    found = filled.verify()

    assert (found.reason, found.first_bad) == (Reason.OUT_OF_ORDER, 8)


def rehash(
    connection: sqlite3.Connection, first: int, subcategory: str, mac_key: bytes = b"not the key"
) -> None:
    """Change an entry and recompute what follows, as somebody would who knows the code."""
    connection.execute(f"UPDATE audit_events SET subcategory = {subcategory} WHERE id = {first}")
    connection.row_factory = sqlite3.Row
    rows = connection.execute("SELECT * FROM audit_events WHERE id >= ? ORDER BY id", (first,))
    previous = None
    for row in [dict(row) for row in rows]:
        row["previous_hash"] = previous or row["previous_hash"]
        previous = chain.entry_hash(row)
        connection.execute(
            "UPDATE audit_events SET previous_hash = ?, hash = ?, mac = ? WHERE id = ?",
            (row["previous_hash"], previous, chain.entry_mac(mac_key, previous), row["id"]),
        )
    connection.row_factory = None


def test_details_are_readable_json(filled):
    with closing(sqlite3.connect(filled.path)) as connection:
        payloads = connection.execute("SELECT payload FROM audit_details").fetchall()

    assert all(json.loads(text)["user_name"] == "CRM Desk" for (text,) in payloads)
