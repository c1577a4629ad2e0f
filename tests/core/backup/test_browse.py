"""Looking into backups: any of them, page by page, with sensitive values masked."""

from __future__ import annotations

import json
import os
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from crmdesk.core.access.permissions import Permission
from crmdesk.core.backup.browsed import BrowsedPage, BrowsedRow
from crmdesk.core.errors import Cancelled, PermissionDenied, UserError
from crmdesk.core.records.record import MASKED
from tests.builders import Desk


def people(desk: Desk, count: int) -> None:
    for number in range(1, count + 1):
        desk.contact(firstname=f"Ann {number}", city="Oslo" if number % 3 else "Bergen")


def column(page: BrowsedPage, name: str) -> list[str | None]:
    place = [each.name for each in page.columns].index(name)
    return [row.values[place] for row in page.rows]


def foreign_zip(folder: Path, text: str | bytes, name: str = "export/all contacts.csv") -> Path:
    path = folder / "hubspot-export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
        archive.writestr("readme.pdf", b"nothing to read")
    return path


def times_open(path: Path) -> int:
    held = Path("/proc/self/fd")
    return sum(link.readlink() == path for link in held.iterdir() if link.is_symlink())


def test_a_backup_of_the_vault_tells_its_tables_and_shows_its_records(desk: Desk) -> None:
    people(desk, 3)
    desk.deal(dealname='Spring; "order"\nline 2')
    backup = desk.backup()
    browsing = desk.workspace.browsing

    found = browsing.tables(desk.admin, backup.id)
    page = browsing.browse(desk.admin, backup.id, "deals")

    assert found.ours
    assert found.snapshot_at == backup.snapshot_at
    assert [(table.object, table.rows) for table in found.tables] == [("contacts", 3), ("deals", 1)]
    assert column(page, "dealname") == ['Spring; "order"\nline 2']
    assert (page.total, page.next, page.rows[0].row, page.rows[0].record_id) == (1, None, 1, "1")
    assert browsing.browse(desk.admin, backup.id, "contacts.csv").total == 3


def test_it_shows_what_was_backed_up_and_not_what_is_there_now(desk: Desk) -> None:
    ann = desk.contact(firstname="Ann")
    backup = desk.backup()
    desk.edit(ann, firstname="Anna")

    page = desk.workspace.browsing.browse(desk.admin, backup.id, "contacts")

    assert column(page, "firstname") == ["Ann"]


def test_pages_follow_each_other_without_reading_anything_twice(desk: Desk) -> None:
    people(desk, 10)
    path = desk.backup_file()
    browsing = desk.workspace.browsing
    seen: list[BrowsedRow] = []
    after: int | None = 0
    while after is not None:
        page = browsing.browse(desk.admin, str(path), "contacts", after_row=after, limit=3)
        seen += page.rows
        after = page.next
        going_on = int(page.next is not None)
        assert times_open(path) == going_on, "each page goes on in the file that is open"

    assert [row.row for row in seen] == list(range(1, 11))
    back = browsing.browse(desk.admin, str(path), "contacts", after_row=3, limit=3)
    assert [row.row for row in back.rows] == [4, 5, 6]
    browsing.leave()
    assert times_open(path) == 0


def test_a_file_that_was_replaced_is_read_anew(desk: Desk) -> None:
    people(desk, 2)
    path = desk.backup_file()
    desk.workspace.browsing.browse(desk.admin, str(path), "contacts", limit=1)
    people(desk, 3)
    path.unlink()
    desk.backup_file()

    page = desk.workspace.browsing.browse(desk.admin, str(path), "contacts", after_row=1)

    assert (page.total, len(page.rows)) == (5, 4)


def test_a_search_finds_a_part_of_any_cell_whatever_its_capitals(desk: Desk) -> None:
    people(desk, 9)
    desk.contact(firstname="Straße", email="x@BERGEN.example")
    path = desk.backup_file()
    browsing = desk.workspace.browsing

    first = browsing.browse(desk.admin, str(path), "contacts", search=" bErGen ", limit=2)
    rest = browsing.browse(
        desk.admin, str(path), "contacts", search="bergen", after_row=first.next or 0
    )

    assert [row.row for row in (*first.rows, *rest.rows)] == [3, 6, 9, 10]
    assert (first.total, rest.next) == (None, None)
    assert browsing.browse(desk.admin, str(path), "contacts", search="STRASSE").rows[0].row == 10
    assert browsing.browse(desk.admin, str(path), "contacts", search="nowhere").rows == ()


def test_sensitive_values_are_masked_and_no_search_finds_them(desk: Desk) -> None:
    desk.contact(firstname="Ann", date_of_birth="1990-01-31")
    desk.contact(firstname="Bob")
    backup = desk.backup()
    browsing = desk.workspace.browsing

    page = browsing.browse(desk.admin, backup.id, "contacts")

    assert column(page, "date_of_birth") == [MASKED, None]
    assert "date_of_birth" in [each.name for each in page.columns if each.sensitive]
    assert browsing.browse(desk.admin, backup.id, "contacts", search="1990-01").rows == ()


def test_a_revealed_value_is_in_the_log_with_who_saw_it(desk: Desk) -> None:
    desk.contact()
    ann = desk.contact(date_of_birth="1990-01-31")
    backup = desk.backup()

    values = desk.workspace.browsing.reveal(desk.admin, backup.id, "contacts", 2, ["date_of_birth"])

    assert values == {"date_of_birth": "1990-01-31"}
    entry = desk.workspace.audit_reader.events(desk.admin).events[0]
    assert (entry.action, entry.user) == ("reveal", desk.admin.email)
    assert (entry.object, entry.object_id) == ("contacts", str(ann.id))
    assert entry.link == f"backups/{backup.id}"
    assert entry.detail["properties"] == ["date_of_birth"]
    assert "1990" not in json.dumps(entry.detail)


def test_nothing_is_logged_of_a_value_that_cannot_be_shown(desk: Desk) -> None:
    desk.contact(date_of_birth="1990-01-31")
    backup = desk.backup()
    before = len(desk.audit_actions())

    for row, name, code in (
        (7, "date_of_birth", "backup_row_missing"),
        (1, "shoe_size", "backup_column_missing"),
    ):
        with pytest.raises(UserError) as refused:
            desk.workspace.browsing.reveal(desk.admin, backup.id, "contacts", row, [name])
        assert refused.value.code == code
    assert len(desk.audit_actions()) == before


def test_what_has_become_sensitive_since_the_backup_is_masked_too(desk: Desk) -> None:
    desk.contact(city="Oslo")
    backup = desk.backup()
    desk.workspace.definitions.set_property(desk.admin, "contacts", "city", {"sensitive": True})

    page = desk.workspace.browsing.browse(desk.admin, backup.id, "contacts")

    assert column(page, "city") == [MASKED]


def test_only_super_admins_look_into_backups(desk: Desk) -> None:
    per = desk.user("Per Berg", Permission.VIEW_SENSITIVE)
    desk.contact(date_of_birth="1990-01-31")
    backup = desk.backup()
    browsing = desk.workspace.browsing

    for look in (
        lambda: browsing.tables(per, backup.id),
        lambda: browsing.browse(per, backup.id, "contacts"),
        lambda: browsing.reveal(per, backup.id, "contacts", 1, ["date_of_birth"]),
    ):
        with pytest.raises(PermissionDenied):
            look()


def test_a_zip_of_another_program_is_browsed_with_its_own_headings(
    desk: Desk, tmp_path: Path
) -> None:
    rows = "Record ID;First Name;Date of birth\n" + "".join(
        f"{number};Søren {number};1990-01-02\n" for number in range(1, 6)
    )
    path = foreign_zip(tmp_path, rows.encode("cp1252"))
    browsing = desk.workspace.browsing

    found = browsing.tables(desk.admin, str(path))
    [table] = found.tables
    first = browsing.browse(desk.admin, str(path), table.file, limit=3)
    rest = browsing.browse(desk.admin, str(path), table.file, after_row=first.next or 0)

    assert (found.ours, table.object, table.rows) == (False, "", None)
    assert column(first, "First Name") == ["Søren 1", "Søren 2", "Søren 3"]
    assert column(first, "Date of birth") == [MASKED] * 3, "the workspace's own name is sensitive"
    assert (first.total, rest.total, rest.rows[-1].record_id) == (None, 5, "5")
    revealed = browsing.reveal(desk.admin, str(path), table.file, 4, ["Date of birth"])
    assert revealed == {"Date of birth": "1990-01-02"}


def test_a_row_that_does_not_fit_its_heading_is_marked_and_hidden_where_it_must_be(
    desk: Desk, tmp_path: Path
) -> None:
    broken = "Name,City\nAnn,Oslo\nBob\nCleo,Rome,more\n"
    plain = foreign_zip(tmp_path, broken, "people.csv")
    page = desk.workspace.browsing.browse(desk.admin, str(plain), "people.csv")
    assert [row.damaged for row in page.rows] == [False, True, True]
    assert [row.values for row in page.rows] == [("Ann", "Oslo"), ("Bob", None), ("Cleo", "Rome")]

    with_secret = foreign_zip(tmp_path, "Name,Date of birth\n1990-01-02\n", "people.csv")
    page = desk.workspace.browsing.browse(desk.admin, str(with_secret), "people.csv")
    assert [row.values for row in page.rows] == [(None, None)]
    with pytest.raises(UserError) as refused:
        desk.workspace.browsing.reveal(desk.admin, str(with_secret), "people.csv", 1, ["Name"])
    assert refused.value.code == "backup_row_damaged"
    searched = desk.workspace.browsing.browse(
        desk.admin, str(with_secret), "people.csv", search="1990"
    )
    assert searched.rows == ()


def test_columns_of_the_same_name_are_told_apart(desk: Desk, tmp_path: Path) -> None:
    path = foreign_zip(tmp_path, "Email,,Email\na@a.example,x,b@b.example\n", "people.csv")

    page = desk.workspace.browsing.browse(desk.admin, str(path), "people.csv")

    assert [each.name for each in page.columns] == ["Email", "Column 2", "Email (2)"]
    assert page.rows[0].values == ("a@a.example", "x", "b@b.example")


def test_a_backup_that_was_changed_is_readable_and_not_ours(desk: Desk, tmp_path: Path) -> None:
    people(desk, 3)
    ours, edited = desk.backup_file(), tmp_path / "edited.zip"
    with zipfile.ZipFile(ours) as source, zipfile.ZipFile(edited, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name == "contacts.csv":
                text = text.replace(b"Ann 2", b"Somebody else")
            target.writestr(name, text)
    browsing = desk.workspace.browsing

    assert not browsing.tables(desk.admin, str(edited)).ours
    page = browsing.browse(desk.admin, str(edited), "contacts")
    assert column(page, "firstname") == ["Ann 1", "Somebody else", "Ann 3"]


def test_rows_before_the_damage_are_seen_and_the_damage_is_told(desk: Desk, tmp_path: Path) -> None:
    path = foreign_zip(
        tmp_path, "n,word\n" + "".join(f"{n},some\n" for n in range(60_000)), "n.csv"
    )
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        crc = archive.getinfo("n.csv").CRC.to_bytes(4, "little")
    for at in (data.find(crc), data.rfind(crc)):
        data[at] ^= 1
    path.write_bytes(data)
    browsing = desk.workspace.browsing

    first = browsing.browse(desk.admin, str(path), "n.csv", limit=20)
    assert (len(first.rows), first.next) == (20, 20)
    with pytest.raises(UserError) as refused:
        browsing.browse(desk.admin, str(path), "n.csv", after_row=59_990)
    assert refused.value.code == "archive_entry_damaged"


@pytest.mark.parametrize(
    ("reference", "code"),
    [("0123456789abcdef", "backup_unknown"), ("/nowhere/backup.zip", "file_missing")],
)
def test_what_is_not_there_is_said(desk: Desk, reference: str, code: str) -> None:
    with pytest.raises(UserError) as refused:
        desk.workspace.browsing.tables(desk.admin, reference)
    assert refused.value.code == code


def test_a_deleted_backup_and_an_unknown_object_are_refused(desk: Desk) -> None:
    desk.contact()
    backup = desk.backup()
    with pytest.raises(UserError) as refused:
        desk.workspace.browsing.browse(desk.admin, backup.id, "boats")
    assert refused.value.code == "backup_object_missing"
    desk.workspace.backups.delete(desk.admin, backup.id)

    with pytest.raises(UserError) as refused:
        desk.workspace.browsing.tables(desk.admin, backup.id)
    assert refused.value.code == "backup_without_file"


def test_a_search_stops_when_it_is_cancelled_and_can_be_made_again(
    desk: Desk, tmp_path: Path
) -> None:
    rows = "n,word\n" + "".join(f"{number},some\n" for number in range(5_000))
    path = foreign_zip(tmp_path, rows, "n.csv")
    browsing = desk.workspace.browsing
    browsing.browse(desk.admin, str(path), "n.csv", limit=1)

    with pytest.raises(Cancelled):
        browsing.browse(desk.admin, str(path), "n.csv", search="none", cancelled=lambda: True)

    page = browsing.browse(desk.admin, str(path), "n.csv", search="4999")
    assert [row.row for row in page.rows] == [5_000]


def test_a_large_table_is_never_in_memory_as_a_whole(desk: Desk, tmp_path: Path) -> None:
    lines = "".join(f"Ann,{os.urandom(1_000).hex()}\n" for _ in range(50))
    path = foreign_zip(tmp_path, "name,text\n" + lines * 200, "people.csv")
    browsing = desk.workspace.browsing
    tracemalloc.start()
    page = browsing.browse(desk.admin, str(path), "people.csv", after_row=9_990)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert (len(page.rows), page.total) == (10, 10_000)
    assert peak < 12_000_000, "the table has 20 MB"
