from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crmdesk.core.backup.problems import Problem, ProblemCode
from crmdesk.core.backup.reader import read_backup, read_records, read_rows
from crmdesk.core.backup.verify import verify_backup
from crmdesk.core.errors import Cancelled, UserError
from tests.core.backup.desk_of_rows import CONTACT_TYPES, DeskOfRows


@pytest.fixture
def desk(tmp_path: Path) -> DeskOfRows:
    made = DeskOfRows(tmp_path)
    made.add_object("contacts", CONTACT_TYPES)
    made.add_many("contacts", [{"note": f"line {n}\r\nnext", "score": str(n)} for n in range(9)])
    made.backup()
    return made


def test_a_backup_of_ours_is_signed_and_described(desk: DeskOfRows) -> None:
    backup = read_backup(desk.folder / "backup.zip", known_key=desk.verify_key)

    assert (backup.signed, backup.foreign, backup.problems) == (True, False, ())
    assert backup.manifest is not None
    assert backup.manifest.workspace_name == "Ward & Co"
    assert backup.entry_of("contacts").rows == 9
    assert [column.type for column in backup.entry_of("contacts").columns][2:] == [
        "string",
        "string",
        "number",
        "date",
    ]


def test_records_are_read_with_chosen_columns_in_the_wished_order(desk: DeskOfRows) -> None:
    backup = read_backup(desk.folder / "backup.zip", known_key=desk.verify_key)

    records = list(read_records(backup, "contacts", ["score", "email", "note"]))

    assert records[2] == (3, ("2", None, "line 2\r\nnext"))
    assert [record_id for record_id, _ in records] == list(range(1, 10))


def test_an_object_or_column_the_backup_lacks_is_refused_by_name(desk: DeskOfRows) -> None:
    backup = read_backup(desk.folder / "backup.zip", known_key=desk.verify_key)

    with pytest.raises(UserError, match="deals"):
        list(read_records(backup, "deals"))
    with pytest.raises(UserError, match="shoe_size"):
        list(read_records(backup, "contacts", ["shoe_size"]))


def test_another_workspaces_backup_is_foreign_and_still_readable(desk: DeskOfRows) -> None:
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()

    backup = read_backup(desk.folder / "backup.zip", known_key=other)

    assert (backup.signed, backup.foreign) == (False, True)
    assert [problem.code for problem in backup.problems] == [ProblemCode.OTHER_KEY]
    assert len(list(read_records(backup, "contacts"))) == 9


def test_without_a_key_the_signature_stays_unchecked(desk: DeskOfRows) -> None:
    backup = read_backup(desk.folder / "backup.zip", known_key=None)

    assert not backup.signed
    assert [problem.code for problem in backup.problems] == [ProblemCode.SIGNATURE_UNCHECKED]


def test_a_zip_of_csvs_from_elsewhere_is_foreign_and_its_entries_open(tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("contacts.csv", "Record ID,Email\r\n1,a@example.com\r\n")

    backup = read_backup(path, known_key=bytes(32))

    assert backup.foreign
    assert backup.problems == (Problem(ProblemCode.NO_MANIFEST),)
    with backup.open_entry("contacts.csv") as reading:
        assert list(read_rows(reading))[1] == ["1", "a@example.com"]
    assert not verify_backup(path, bytes(32)).ok


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip" * 100])
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.zip"
    path.write_bytes(content)

    with pytest.raises(UserError):
        read_backup(path, known_key=None)


def test_verifying_a_missing_file_says_that_it_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UserError) as refusal:
        verify_backup(tmp_path / "none.zip", bytes(32))

    assert refusal.value.code == "file_missing"


def test_a_repacked_backup_is_told_from_the_original_but_its_content_is_proven(
    desk: DeskOfRows,
) -> None:
    path = desk.folder / "backup.zip"
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)

    verdict = verify_backup(path, desk.verify_key)

    assert verdict.signed
    assert {problem.code for problem in verdict.problems} == {ProblemCode.FRAME_CHANGED}


def test_a_verification_can_be_cancelled(desk: DeskOfRows) -> None:
    with pytest.raises(Cancelled):
        verify_backup(desk.folder / "backup.zip", desk.verify_key, cancelled=lambda: True)
