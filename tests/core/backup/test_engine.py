from __future__ import annotations

import hashlib
import random
import shutil
import subprocess
import threading
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crmdesk.core.backup import verify
from crmdesk.core.backup.manifest import MANIFEST_NAME, SIGNATURE_NAME
from crmdesk.core.backup.reader import read_backup, read_records
from crmdesk.core.backup.shapes import Progress
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.errors import Busy, Cancelled, UserError
from tests.core.backup.desk_of_rows import CONTACT_TYPES, DeskOfRows, rows_in

HOSTILE_TEXTS = [
    'he said "no"',
    '"',
    '""',
    "a\nb",
    "a\r\nb",
    "\r\n",
    'x"\r\n"y',
    "comma, semicolon; tab\t",
    "=1+1",
    "@cmd",
    "-2+3",
    " leading and trailing ",
    "00123",
    "123456789012345678",
    "é ü 日本語 😀 \u202e \u2028",
    "%s %w %d %%",
    "\x01\x1f\x7f",
    "'; DROP TABLE obj_contacts; --",
    "(NULL)",
]


@pytest.fixture
def desk(tmp_path: Path) -> DeskOfRows:
    made = DeskOfRows(tmp_path)
    made.add_object("contacts", CONTACT_TYPES)
    return made


def test_every_hostile_text_comes_back_as_it_was(desk: DeskOfRows) -> None:
    desk.add_many("contacts", [{"note": text, "email": text} for text in HOSTILE_TEXTS])

    result = desk.backup()

    heading, *rows = rows_in(desk.folder / "backup.zip", "contacts.csv")
    assert heading == ["hs_object_id", "createdate", "email", "note", "score", "born"]
    assert [row[3] for row in rows] == HOSTILE_TEXTS
    assert [row[2] for row in rows] == HOSTILE_TEXTS
    assert result.records == len(HOSTILE_TEXTS)


def test_blank_values_are_empty_fields(desk: DeskOfRows) -> None:
    desk.add("contacts", score="3.4")

    desk.backup()

    assert rows_in(desk.folder / "backup.zip", "contacts.csv")[1][2:] == ["", "", "3.4", ""]


def test_the_file_is_utf8_without_mark_and_its_lines_end_as_rfc_4180_says(desk: DeskOfRows) -> None:
    desk.add("contacts", email="ann@example.com", born="1990-02-03")

    desk.backup()

    with zipfile.ZipFile(desk.folder / "backup.zip") as archive:
        text = archive.read("contacts.csv")
    assert text == (
        b"hs_object_id,createdate,email,note,score,born\r\n"
        b'1,2026-11-22T05:00:00.000Z,"ann@example.com","",,1990-02-03\r\n'
    )


@pytest.mark.parametrize("command", [["unzip", "-tq"], ["7z", "t"]])
def test_other_programs_accept_the_zip(desk: DeskOfRows, command: list[str]) -> None:
    desk.add_many("contacts", [{"note": f"text {number}" * 9} for number in range(3000)])
    desk.backup()

    done = subprocess.run(
        [*command, str(desk.folder / "backup.zip")], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in done.stdout.casefold()


def test_records_in_the_recycle_bin_are_left_out(desk: DeskOfRows) -> None:
    desk.add_many("contacts", [{"email": f"{number}@example.com"} for number in range(5)])
    desk.run("UPDATE obj_contacts SET archived_at = created_at WHERE id IN (1, 3, 5)")

    desk.backup()

    assert [row[0] for row in rows_in(desk.folder / "backup.zip", "contacts.csv")[1:]] == ["2", "4"]


def test_an_object_without_live_records_has_no_file_and_is_named_as_empty(desk: DeskOfRows) -> None:
    desk.add_object("deals", {"amount": "number"})
    desk.add("contacts", email="a@example.com")
    desk.add("deals", amount="5")
    desk.run("UPDATE obj_deals SET archived_at = created_at")

    desk.backup()

    backup = read_backup(desk.folder / "backup.zip", known_key=desk.verify_key)
    assert [entry.name for entry in backup.entries] == [
        "contacts.csv",
        MANIFEST_NAME,
        SIGNATURE_NAME,
    ]
    assert backup.manifest is not None
    assert backup.manifest.empty_objects == ("deals",)


def test_a_workspace_without_records_makes_a_valid_zip_with_a_manifest(desk: DeskOfRows) -> None:
    result = desk.backup()

    assert result.records == 0
    assert verify.verify_backup(desk.folder / "backup.zip", desk.verify_key).ok


def test_one_record_and_an_id_near_the_greatest_are_kept(desk: DeskOfRows) -> None:
    desk.add("contacts", id=10**15, email="far@example.com")
    desk.add("contacts", id=3, email="near@example.com")

    desk.backup()

    rows = rows_in(desk.folder / "backup.zip", "contacts.csv")[1:]
    assert [row[0] for row in rows] == ["3", str(10**15)]


def test_sparse_ids_come_in_order_and_none_is_lost(desk: DeskOfRows) -> None:
    chosen = sorted(random.Random(7).sample(range(1, 10**9), 5_000))
    desk.add_many("contacts", [{"id": record, "note": str(record)} for record in chosen])

    result = desk.backup()

    rows = rows_in(desk.folder / "backup.zip", "contacts.csv")[1:]
    assert [int(row[0]) for row in rows] == chosen
    assert result.entries[0].rows == 5_000


@pytest.mark.parametrize("properties", [99, 100, 101, 1_100, 1_490])
def test_more_properties_than_printf_has_arguments_fit(tmp_path: Path, properties: int) -> None:
    desk = DeskOfRows(tmp_path)
    desk.add_object("wide", {f"p{number}": "string" for number in range(properties)})
    desk.add("wide", **{f"p{number}": f'v"{number}' for number in range(properties)})

    desk.backup()

    heading, row = rows_in(tmp_path / "backup.zip", "wide.csv")
    assert len(heading) == properties + 2
    assert row[2:] == [f'v"{number}' for number in range(properties)]


def test_texts_of_a_megabyte_fit_side_by_side(desk: DeskOfRows) -> None:
    long = "long “text” " * 90_000
    desk.add_many("contacts", [{"note": f"{number}{long}"} for number in range(30)])
    desk.add("contacts", note="short")

    desk.backup()

    rows = rows_in_full(desk, "note")
    assert rows[:30] == [f"{number}{long}" for number in range(30)]
    assert rows[30] == "short"


def test_a_record_larger_than_the_usual_limit_fits(desk: DeskOfRows) -> None:
    huge = "0123456789" * 1_000_000
    desk.add_many("contacts", [{"note": "before"}, {"note": huge}, {"note": "after"}])

    desk.backup()

    assert rows_in_full(desk, "note") == ["before", huge, "after"]


def rows_in_full(desk: DeskOfRows, column: str) -> list[str | None]:
    backup = read_backup(desk.folder / "backup.zip", known_key=desk.verify_key)
    return [values[0] for _, values in read_records(backup, "contacts", [column])]


def test_the_result_tells_the_digests_of_the_files(desk: DeskOfRows) -> None:
    desk.add_many("contacts", [{"email": f"{n}@example.com"} for n in range(700)])

    result = desk.backup()

    data = (desk.folder / "backup.zip").read_bytes()
    assert (result.bytes, result.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    with zipfile.ZipFile(desk.folder / "backup.zip") as archive:
        text = archive.read("contacts.csv")
    entry = result.entries[0]
    assert (entry.bytes, entry.sha256) == (len(text), hashlib.sha256(text).hexdigest())


def test_progress_ends_with_all_rows_and_never_goes_back(desk: DeskOfRows) -> None:
    desk.add_object("deals", {"amount": "number"})
    desk.add_many("contacts", [{"note": "n" * 200} for _ in range(9_000)])
    desk.add_many("deals", [{"amount": "1"} for _ in range(10)])
    told: list[Progress] = []

    desk.backup(progress=told.append)

    assert told[-1].rows == told[-1].rows_total == 9_010
    assert (told[-1].objects_done, told[-1].objects) == (2, 2)
    assert [step.rows for step in told] == sorted(step.rows for step in told)
    assert [step.bytes for step in told] == sorted(step.bytes for step in told)


@pytest.mark.parametrize("after", [0, 1, 3, 6, 9])
def test_a_cancelled_backup_leaves_nothing_behind(desk: DeskOfRows, after: int) -> None:
    desk.add_many("contacts", [{"note": "n" * 500} for _ in range(9_000)])
    before = sorted(path.name for path in desk.folder.glob("backup*"))
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > after

    with pytest.raises(Cancelled):
        desk.backup(cancelled=cancelled)

    assert sorted(path.name for path in desk.folder.glob("backup*")) == before


def test_a_cancel_while_the_file_is_read_back_leaves_nothing_behind(desk: DeskOfRows) -> None:
    desk.add("contacts", note="n")
    written: list[str] = []

    def cancelled() -> bool:
        return bool(written)

    def progress(step: Progress) -> None:
        if step.objects_done:
            written.append(step.object)

    with pytest.raises(Cancelled):
        desk.backup(progress=progress, cancelled=cancelled)

    assert not list(desk.folder.glob("backup*"))


def test_a_wrong_signature_means_that_the_backup_is_not_kept(desk: DeskOfRows) -> None:
    desk.add("contacts", note="n")
    desk.key = Ed25519PrivateKey.generate()

    with pytest.raises(UserError) as refusal:
        desk.backup()

    assert refusal.value.code == "backup_not_proven"
    assert not list(desk.folder.glob("backup*"))


def test_two_objects_may_not_share_a_file_name(desk: DeskOfRows) -> None:
    desk.add_object("custom", {"x": "string"}, entry="Contacts.csv")

    with pytest.raises(ValueError, match="same name"):
        desk.backup()


def test_a_file_that_is_no_database_is_refused_with_a_sentence(tmp_path: Path) -> None:
    desk = DeskOfRows(tmp_path)
    desk.add_object("contacts", CONTACT_TYPES)
    for path in tmp_path.glob("workspace.sqlite*"):
        path.unlink()
    desk.database.write_bytes(b"not a database at all" * 500)

    with pytest.raises(UserError) as refusal:
        desk.backup()

    assert refusal.value.code == "database_unreadable"
    assert not list(tmp_path.glob("backup*"))


def test_a_missing_database_is_refused_and_not_created(tmp_path: Path) -> None:
    desk = DeskOfRows(tmp_path)
    for path in tmp_path.glob("workspace.sqlite*"):
        path.unlink()

    with pytest.raises(UserError) as refusal:
        desk.backup()

    assert refusal.value.code == "database_unreadable"
    assert not desk.database.exists()


def test_a_database_held_by_another_program_is_reported_as_busy(
    desk: DeskOfRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmdesk.core.backup.snapshot.PATIENCE_SECONDS", 0.0)
    with desk.connect() as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(Busy):
            desk.backup()


@pytest.mark.parametrize("run", range(10))
def test_a_backup_under_a_writer_is_one_instant(desk: DeskOfRows, run: int) -> None:
    desk.add_object("deals", {"amount": "number"})
    desk.add_many("contacts", [{"score": "100"} for _ in range(3_000)])
    desk.add_many("deals", [{"amount": "100"} for _ in range(3_000)])
    done = threading.Event()
    began = threading.Event()
    writer = threading.Thread(target=_move_money, args=(desk, run, began, done))
    writer.start()
    began.wait(60)
    try:
        desk.backup(threads=3)
    finally:
        done.set()
        writer.join()

    path = desk.folder / "backup.zip"
    scores = sum(int(row[4]) for row in rows_in(path, "contacts.csv")[1:])
    amounts = sum(int(row[2]) for row in rows_in(path, "deals.csv")[1:])
    assert scores + amounts == 600_000


def _move_money(desk: DeskOfRows, seed: int, began: threading.Event, done: threading.Event) -> None:
    """Take from a contact and give to a deal, both in one transaction, over and over."""
    chance = random.Random(seed)
    with desk.connect() as connection:
        while not done.is_set():
            amount = chance.randint(1, 50)
            giver, taker = chance.randint(1, 3_000), chance.randint(1, 3_000)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(
                "UPDATE obj_contacts SET score = CAST(score - ? AS TEXT) WHERE id = ?",
                (amount, giver),
            )
            connection.execute(
                "UPDATE obj_deals SET amount = CAST(amount + ? AS TEXT) WHERE id = ?",
                (amount, taker),
            )
            connection.execute("COMMIT")
            began.set()


def test_writers_go_on_while_a_backup_is_written(desk: DeskOfRows) -> None:
    desk.add_many("contacts", [{"note": "n" * 300} for _ in range(9_000)])
    problems: list[sqlite3.Error] = []

    def write(_: Progress) -> None:
        try:
            desk.run("UPDATE obj_contacts SET note = 'changed' WHERE id = 9000")
        except sqlite3.Error as problem:
            problems.append(problem)

    desk.backup(progress=write)

    assert not problems
    assert rows_in(desk.folder / "backup.zip", "contacts.csv")[-1][3] == "n" * 300


def test_any_number_of_threads_writes_the_same_csv(desk: DeskOfRows) -> None:
    texts = [{"note": "n" * (number % 700)} for number in range(6_000)]
    desk.add_many("contacts", texts)

    digests = {
        desk.backup(f"backup{threads}.zip", threads=threads).entries[0].sha256
        for threads in (1, 2, 5)
    }

    assert len(digests) == 1


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_every_level_is_read_by_unzip(desk: DeskOfRows, level: int) -> None:
    assert shutil.which("unzip")
    desk.add_many("contacts", [{"note": f"text {n}"} for n in range(500)])

    desk.backup(level=level)

    done = subprocess.run(
        ["unzip", "-p", str(desk.folder / "backup.zip"), "contacts.csv"],
        capture_output=True,
        check=True,
    )
    assert done.stdout.count(b"\r\n") == 501


def test_a_bit_that_changes_before_the_file_is_read_back_means_that_it_is_not_kept(
    desk: DeskOfRows,
) -> None:
    desk.add("contacts", note="a text that is long enough to be packed")

    def progress(step: Progress) -> None:
        if step.objects_done and not step.object:
            (partial,) = desk.folder.glob("backup*.partial")
            changed = bytearray(partial.read_bytes())
            changed[90] ^= 0x04
            partial.write_bytes(changed)

    with pytest.raises(UserError) as refusal:
        desk.backup(progress=progress)

    assert refusal.value.code == "backup_not_proven"
    assert not list(desk.folder.glob("backup*"))
