"""Complete backups: what is inside, and what must never be."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from crmdesk.core.backup import complete_tables
from crmdesk.core.backup.model import Backup
from crmdesk.core.backup.reader import read_backup
from crmdesk.core.db.tables import metadata
from tests.builders import PASSWORD, Desk


def file_of(desk: Desk, backup: Backup) -> Path:
    return desk.folder / "vault" / "backups" / backup.file_name


def rows_of(file: Path, table: str) -> list[dict[str, object]]:
    with zipfile.ZipFile(file) as opened:
        text = opened.read(f"complete/tables/{table}.jsonl").decode()
    return [json.loads(line) for line in text.splitlines()]


def test_every_table_is_carried_or_left_behind_for_a_reason() -> None:
    known = set(complete_tables.CARRIED) | set(complete_tables.LEFT_BEHIND)

    assert known == set(metadata.tables)


def test_a_complete_backup_holds_definitions_people_history_and_the_log(desk: Desk) -> None:
    ann = desk.contact(firstname="Ann")
    desk.edit(ann, firstname="Anne")

    file = file_of(desk, desk.backup(complete=True))

    assert rows_of(file, "users")[0]["email"] == "ingrid@northwind.example"
    assert any(row["name"] == "firstname" for row in rows_of(file, "properties"))
    assert any("Anne" in str(row["cells"]) for row in rows_of(file, "value_history"))
    assert any(row["subcategory"] == "WORKSPACE_CREATED" for row in rows_of(file, "audit_events"))


def test_a_complete_backup_holds_the_recycle_bin_beside_the_live_records(desk: Desk) -> None:
    desk.contact(firstname="Ann")
    desk.delete(desk.contact(firstname="Bo"))

    file = file_of(desk, desk.backup(complete=True))

    with zipfile.ZipFile(file) as opened:
        live = opened.read("contacts.csv").decode()
        binned = opened.read("complete/recycle_bin/contacts.csv").decode()
    assert "Ann" in live
    assert "Bo" not in live
    assert "Bo" in binned
    assert "Ann" not in binned


def test_no_secret_is_inside(desk: Desk) -> None:
    file = file_of(desk, desk.backup(complete=True))

    hidden = desk.sql("SELECT password_hash FROM users")[0][0]
    with zipfile.ZipFile(file) as opened:
        everything = b"".join(opened.read(name) for name in opened.namelist())
    assert str(hidden).encode() not in everything
    assert PASSWORD.encode() not in everything
    assert desk.key not in everything
    assert desk.key.hex().encode() not in everything
    assert not set(rows_of(file, "users")[0]) & complete_tables.SECRET_COLUMNS["users"]


def test_it_is_verified_restored_from_browsed_and_listed_as_any_other(desk: Desk) -> None:
    ann = desk.contact(firstname="Ann")
    backup = desk.backup(complete=True)
    desk.edit(ann, firstname="Anne")

    assert backup.complete
    assert desk.workspace.backups.verify(desk.admin, backup.id).ok
    tables = desk.workspace.browsing.tables(desk.admin, backup.id).tables
    assert {table.object for table in tables} == set(backup.objects)
    desk.restore(backup, "contacts", ["firstname"])
    assert desk.value(ann, "firstname") == "Ann"


def test_a_part_that_was_changed_is_found(desk: Desk, tmp_path: Path) -> None:
    desk.contact(firstname="Ann")
    data = bytearray(file_of(desk, desk.backup(complete=True)).read_bytes())
    with zipfile.ZipFile(file_of(desk, desk.workspace.backups.list(desk.admin)[0])) as opened:
        place = opened.getinfo("complete/tables/audit_events.jsonl").header_offset + 200
    data[place] ^= 1
    changed = tmp_path / "changed.zip"
    changed.write_bytes(data)

    verdict = desk.workspace.backups.verify_file(desk.admin, changed)

    assert not verdict.ok


def test_a_backup_of_values_alone_says_that_it_is_not_complete(desk: Desk) -> None:
    desk.contact(firstname="Ann")
    backup = desk.backup()

    manifest = read_backup(file_of(desk, backup), known_key=None).manifest

    assert not backup.complete
    assert manifest is not None
    assert not manifest.complete
    with zipfile.ZipFile(file_of(desk, backup)) as opened:
        assert json.loads(opened.read("manifest.json"))["format_version"] == 1


def test_the_estimate_of_a_complete_backup_is_of_the_right_size(desk: Desk) -> None:
    for number in range(50):
        desk.contact(firstname=f"Name {number}")

    estimate = desk.workspace.backups.estimate(desk.admin)
    backup = desk.backup(complete=True)

    assert estimate.bytes < estimate.complete_bytes
    assert backup.bytes / 2 < estimate.complete_bytes < backup.bytes * 2
