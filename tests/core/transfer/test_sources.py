"""Whose file it is, and what that means for its record ids."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from crmdesk.core.errors import UserError
from crmdesk.core.transfer.model import ArchivedMatches, ObjectKnownBy, Question, Trust
from tests.builders import Desk
from tests.core.transfer.conftest import Bench, numbers


@pytest.fixture
def other_desk(tmp_path: Path) -> Desk:
    """Another workspace, with keys and an id of its own."""
    from crmdesk.core.founding import NewWorkspace
    from crmdesk.core.workspace import create_workspace
    from tests.builders import PASSWORD, KeyBox

    wanted = NewWorkspace("Contoso", "eva@contoso.example", "Eva Berg", PASSWORD, {})
    created = create_workspace(tmp_path / "other" / "workspace", wanted, KeyBox())
    created.workspace.close()
    return Desk(tmp_path / "other" / "workspace", created.workspace.key)


def edited(backup: Path, entry: str, old: bytes, new: bytes) -> Path:
    """A copy of a backup with one of its files altered."""
    target = backup.with_name("edited.zip")
    with zipfile.ZipFile(backup) as before, zipfile.ZipFile(target, "w") as after:
        for item in before.infolist():
            data = before.read(item)
            after.writestr(item, data.replace(old, new) if item.filename == entry else data)
    return target


def test_a_backup_of_this_workspace_finds_its_records_by_id(bench: Bench) -> None:
    ann = bench.desk.contact(email="ann@example.org", phone="1")
    bench.desk.deal(dealname="Autumn")
    backup = bench.desk.backup_file()
    bench.desk.edit(ann, email="new@example.org", phone="2")

    inspected = bench.desk.workspace.imports.inspect(bench.desk.admin, backup)
    contacts, deals = bench.run_backup(backup)

    assert inspected.trust is Trust.OURS
    assert inspected.questions[0] is Question.TABLE
    assert {t.known_by for t in inspected.tables} == {ObjectKnownBy.MANIFEST}
    assert (contacts.object_name, deals.object_name) == ("contacts", "deals")
    assert numbers(contacts) == (0, 1, 0, 0)
    assert numbers(deals) == (0, 0, 1, 0)
    assert bench.desk.value(ann, "email") == "ann@example.org"


def test_records_deleted_for_good_come_back_under_new_ids_once(bench: Bench) -> None:
    old = bench.desk.deal(dealname="Autumn", amount="5")
    backup = bench.desk.backup_file()
    bench.desk.purge(old)

    (first,) = bench.run_backup(backup)
    (second,) = bench.run_backup(backup)

    assert numbers(first) == (1, 0, 0, 0)
    assert numbers(second) == (0, 0, 1, 0)
    made = bench.changed(first)[0]
    assert made.record_id > old.id
    assert made.source_id == str(old.id)


def test_records_in_the_recycle_bin_are_brought_back_by_their_ids(bench: Bench) -> None:
    deal = bench.desk.deal(dealname="Autumn", amount="5")
    backup = bench.desk.backup_file()
    bench.desk.delete(deal)

    (told,) = bench.run_backup(backup)
    (done,) = bench.run_backup(backup, archived_matches=ArchivedMatches.RESTORE)

    assert numbers(told) == (0, 0, 0, 1)
    assert numbers(done) == (0, 1, 0, 0)
    assert bench.desk.read(deal).archived_at is None


def test_an_address_that_was_taken_meanwhile_keeps_a_record_in_the_bin(bench: Bench) -> None:
    ann = bench.desk.contact(email="ann@example.org")
    backup = bench.desk.backup_file()
    bench.desk.delete(ann)
    bench.desk.contact(email="ann@example.org")

    (done,) = bench.run_backup(backup, archived_matches=ArchivedMatches.RESTORE)

    assert numbers(done) == (0, 0, 0, 1)
    assert bench.problems(done)[0][2] == "DUPLICATE_UNIQUE_PROPERTY_VALUE"
    assert bench.desk.read(ann).archived_at is not None


def test_record_ids_of_another_workspace_mean_other_records(bench: Bench, other_desk: Desk) -> None:
    mine = bench.desk.deal(dealname="Mine", amount="1")
    other_desk.deal(dealname="Theirs", amount="2")
    backup = other_desk.backup_file()

    inspected = bench.desk.workspace.imports.inspect(bench.desk.admin, backup)
    (first,) = bench.run_backup(backup)
    (second,) = bench.run_backup(backup)

    assert (inspected.trust, inspected.workspace_name) == (Trust.FOREIGN, "Northwind Traders")
    assert numbers(first) == (1, 0, 0, 0)
    assert numbers(second) == (0, 0, 1, 0)
    assert bench.desk.value(mine, "amount") == "1"
    assert bench.changed(first)[0].source_id == str(mine.id)
    other_desk.workspace.close()


def test_a_later_backup_of_the_same_other_workspace_updates_what_came_before(
    bench: Bench, other_desk: Desk
) -> None:
    theirs = other_desk.deal(dealname="Theirs", amount="2")
    bench.run_backup(other_desk.backup_file("first.zip"))
    other_desk.edit(theirs, dealname="Renamed", amount="3")

    (done,) = bench.run_backup(other_desk.backup_file("second.zip"))

    assert numbers(done) == (0, 1, 0, 0)
    assert bench.desk.sql("SELECT dealname, amount FROM obj_deals") == [("Renamed", "3")]
    other_desk.workspace.close()


def test_an_edited_backup_of_ours_is_refused_where_its_signature_stands(bench: Bench) -> None:
    bench.desk.deal(dealname="Autumn")
    backup = edited(bench.desk.backup_file(), "deals.csv", b"Autumn", b"Winter")

    with pytest.raises(UserError) as refused:
        bench.run_backup(backup)

    assert refused.value.code == "backup_damaged"


def test_a_text_under_the_name_of_a_zip_or_a_workbook_is_refused_by_its_name(
    bench: Bench, tmp_path: Path
) -> None:
    for name, what in (("a.zip", "a zip file"), ("b.XLSX", "a workbook"), ("c.ods", "a workbook")):
        path = tmp_path / name
        path.write_text("Email,City\nann@example.org,Oslo\n", encoding="utf-8")

        with pytest.raises(UserError) as refused:
            bench.desk.workspace.imports.inspect(bench.desk.admin, path)

        assert refused.value.message == f"{name} is not {what}."


def test_a_longer_edited_backup_counts_as_any_other_file(bench: Bench) -> None:
    deal = bench.desk.deal(dealname="Autumn")
    backup = edited(bench.desk.backup_file(), "deals.csv", b"Autumn", b"Late autumn")

    inspected = bench.desk.workspace.imports.inspect(bench.desk.admin, backup)
    (done,) = bench.run_backup(backup)

    assert inspected.trust is Trust.EDITED
    assert numbers(done) == (1, 0, 0, 0)
    assert bench.desk.value(deal, "dealname") == "Autumn"


def test_the_key_may_not_be_a_record_id_that_nobody_vouches_for(bench: Bench) -> None:
    path = bench.file("Record ID,Email\n1,ann@example.org\n")

    with pytest.raises(UserError) as refused:
        bench.run(path, key="hs_object_id")

    assert refused.value.code == "record_ids_not_trusted"


def test_ids_of_a_plain_file_are_kept_and_found_again_by_the_next_export(bench: Bench) -> None:
    first = bench.run(bench.file("Record ID,Deal name,Amount\n77,Autumn,5\n", "deals-2024.csv"))
    text = "Record ID,Deal name,Amount\n77,Autumn,6\n78,Winter,1\n"
    second = bench.run(bench.file(text, "deals-2025.csv"))

    assert numbers(first) == (1, 0, 0, 0)
    assert numbers(second) == (1, 1, 0, 0)
    assert bench.changed(second)[0].source_id == "77"


def test_an_id_that_names_another_record_than_before_is_another_record(bench: Bench) -> None:
    bench.run(bench.file("Record ID,Deal name,Amount\n77,Autumn,5\n", "deals.csv"))

    done = bench.run(bench.file("Record ID,Deal name,Amount\n77,Spring,6\n", "deals.csv"))

    assert numbers(done) == (1, 0, 0, 0)


def test_the_same_id_twice_in_a_file_fails_the_later_row(bench: Bench) -> None:
    text = "Record ID,Deal name\n77,Autumn\n77,Winter\n"

    done = bench.run(bench.file(text, "deals.csv"))

    assert numbers(done) == (1, 0, 0, 1)
    assert bench.problems(done) == [(3, "Record ID", "DUPLICATE_RECORD_ID")]


def test_each_table_of_a_foreign_zip_is_recognised(bench: Bench) -> None:
    path = bench.zip(
        contacts="Email,First name\nann@example.org,Ann\n",
        deals="Deal name,Amount\nAutumn,5\n",
        mystery="a,b\n1,2\n",
    )

    inspected = bench.desk.workspace.imports.inspect(bench.desk.admin, path)
    contacts, deals = bench.run_backup(path)

    assert [t.object_name for t in inspected.tables] == ["contacts", "deals", None]
    assert numbers(contacts) == numbers(deals) == (1, 0, 0, 0)


def test_a_file_replaced_after_the_preview_is_refused(bench: Bench) -> None:
    path = bench.file("Email\nann@example.org\n")
    imports = bench.desk.workspace.imports
    request = imports.inspect(bench.desk.admin, path).request()
    bench.file("Email\neve@example.org\n")

    with pytest.raises(UserError) as refused:
        imports.start(bench.desk.admin, request)

    assert refused.value.code == "file_changed"


def test_a_file_replaced_after_the_start_is_refused_and_nothing_is_left(bench: Bench) -> None:
    path = bench.file("Email\nann@example.org\n")
    imports, admin = bench.desk.workspace.imports, bench.desk.admin
    import_id = imports.start(admin, imports.inspect(admin, path).request())
    bench.file("Email\neve@example.org\n")

    with pytest.raises(UserError) as refused:
        bench.done(import_id)

    assert refused.value.code == "file_changed"
    failed = imports.show(admin, import_id)
    assert (failed.state, failed.rows) == ("failed", 0)
    assert failed.error is not None
    assert failed.error["code"] == "file_changed"
    vault = bench.desk.folder / "vault" / "imports"
    assert list(vault.iterdir()) == []
    assert list((bench.desk.folder / "staging").iterdir()) == []


def test_the_original_stays_in_the_vault_for_its_owner_alone(bench: Bench) -> None:
    path = bench.file("Email\nann@example.org\n")

    bench.run(path)
    bench.run(path)

    (kept,) = (bench.desk.folder / "vault" / "imports").iterdir()
    assert kept.read_bytes() == path.read_bytes()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_damaged_zip_and_an_empty_file_are_refused_in_a_sentence(bench: Bench) -> None:
    bench.desk.contact()
    backup = bench.desk.backup_file()
    torn = bench.folder / "torn.zip"
    torn.write_bytes(backup.read_bytes()[:-200])
    empty = bench.file("", "empty.csv")
    shutil.rmtree(bench.folder / "none", ignore_errors=True)

    for path in (torn, empty, bench.folder / "none" / "missing.csv", bench.folder):
        with pytest.raises(UserError):
            bench.desk.workspace.imports.inspect(bench.desk.admin, path)


@pytest.mark.skipif(os.name != "posix", reason="file names are Unicode there")
def test_a_file_whose_name_holds_odd_bytes_is_imported(bench: Bench) -> None:
    path = bench.file("email,firstname\nann@example.org,Ann\nnobody,Bo\n", "a.csv")
    odd = path.rename(Path(os.fsdecode(os.fsencode(path.parent) + b"/\xff.c\xffv")))

    done = bench.run(odd)

    assert numbers(done) == (1, 0, 0, 1)
    assert done.file_name == "?.c?v"
