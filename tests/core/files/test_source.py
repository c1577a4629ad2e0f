from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import textwrap
import time
import zipfile
from pathlib import Path

import pytest

from crmdesk.core.errors import UserError
from crmdesk.core.files.fingerprint import take_fingerprint
from crmdesk.core.files.source import list_tables, open_table

CONTENT = b"Email,City\r\na@x.org,Bern\r\nb@x.org,Rome\r\n"


def refusal(path: Path, **options: object) -> str:
    with pytest.raises(UserError) as caught:
        list(open_table(path, **options).rows())  # type: ignore[arg-type]
    assert caught.value.message.endswith(".")
    return caught.value.code


@pytest.fixture
def contacts(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.csv"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("contacts.csv", CONTENT)
        archive.writestr("readme.md", "hello")
        archive.writestr("csv/deals.csv", "Deal Name;Amount\nBig;10\n")
        archive.writestr("inner.zip", b"PK\x05\x06" + bytes(18))
    return path


def test_a_csv_says_all_about_itself_before_it_is_taken(contacts: Path) -> None:
    source = open_table(contacts)
    assert (source.kind, source.size) == ("csv", len(CONTENT))
    assert source.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert source.headers.names == ("Email", "City")
    assert source.dialect is not None
    assert source.dialect.certain
    assert [row.cells for row in source.rows()] == [("a@x.org", "Bern"), ("b@x.org", "Rome")]
    assert [batch.rows for batch in source.batches()] == [
        [(2, "a@x.org", "Bern"), (3, "b@x.org", "Rome")]
    ]
    assert source.taken == take_fingerprint(source.path)


def test_the_name_of_a_file_says_nothing_about_its_kind(contacts: Path) -> None:
    liar = contacts.rename(contacts.with_suffix(".xlsx"))
    assert open_table(liar).kind == "csv"


def test_a_table_inside_a_zip_is_read_like_any_other(export: Path) -> None:
    assert [entry.name for entry in list_tables(export)] == ["contacts.csv", "csv/deals.csv"]
    source = open_table(export, entry="csv/deals.csv")
    assert source.headers.names == ("Deal Name", "Amount")
    assert [row.cells for row in source.rows()] == [("Big", "10")]
    assert source.size == export.stat().st_size
    assert source.taken == take_fingerprint(source.path)


def test_zips_without_one_clear_table_say_what_they_hold(export: Path, tmp_path: Path) -> None:
    assert refusal(export) == "entry_not_chosen"
    assert refusal(export, entry="inner.zip") == "entry_not_a_table"
    assert refusal(export, entry="gone.csv") == "archive_entry_missing"
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("photo.jpg", b"x")
    assert refusal(other) == "archive_without_tables"


def test_a_verified_backup_is_held_to_its_declared_sizes_instead(tmp_path: Path) -> None:
    content = b"hs_object_id,note\r\n" + b"1,same\r\n" * 400_000
    path = tmp_path / "flat.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("contacts.csv", content)
    assert refusal(path) == "archive_ratio_too_high"
    declared = {"contacts.csv": len(content)}
    source = open_table(path, entry="contacts.csv", declared=declared)
    assert sum(len(batch.rows) for batch in source.batches()) == 400_000
    wrong = {"contacts.csv": 7}
    assert refusal(path, entry="contacts.csv", declared=wrong) == "archive_size_not_declared"


def test_the_only_table_of_a_zip_needs_no_choice(tmp_path: Path) -> None:
    path = tmp_path / "one.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("contacts.csv", CONTENT)
    assert open_table(path).entry == "contacts.csv"


def test_only_ordinary_files_are_read(contacts: Path, tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(contacts)
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "empty.csv").touch()
    assert refusal(tmp_path / "link.csv") == "file_is_a_link"
    assert refusal(tmp_path / "pipe.csv") == "file_not_ordinary"
    assert refusal(Path("/dev/zero")) == "file_not_ordinary"
    assert refusal(tmp_path) == "file_is_a_folder"
    assert refusal(tmp_path / "empty.csv") == "file_empty"
    assert refusal(tmp_path / "gone.csv") == "file_missing"
    assert refusal(contacts / "below") == "file_missing"
    assert refusal(contacts, max_bytes=10) == "file_too_large"


def test_growth_between_preview_and_commit_is_noticed(contacts: Path) -> None:
    source = open_table(contacts)
    with contacts.open("ab") as file:
        file.write(b"c@x.org,Oslo\r\n")
    with pytest.raises(UserError) as caught:
        list(source.rows())
    assert caught.value.code == "file_changed"


def test_growth_and_shrinking_while_reading_are_noticed(tmp_path: Path) -> None:
    for change in (b"more,rows\n", None):
        path = tmp_path / "big.csv"
        path.write_bytes(b"a,b\n" + b"1,2\n" * 200_000)
        source = open_table(path)
        rows = source.rows()
        next(rows)
        if change is None:
            os.truncate(path, 100_000)
        else:
            with path.open("ab") as file:
                file.write(change)
        with pytest.raises(UserError) as caught:
            list(rows)
        assert caught.value.code == "file_changed"


def test_a_removed_file_is_noticed(contacts: Path) -> None:
    source = open_table(contacts)
    contacts.unlink()
    with pytest.raises(UserError) as caught:
        list(source.batches())
    assert caught.value.code == "file_changed"


def test_an_unchanged_file_passes(contacts: Path) -> None:
    source = open_table(contacts)
    assert len(list(source.rows())) == 2


def test_a_gigabyte_without_a_line_end_is_refused_at_once_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        for _ in range(40):
            file.write(b"x" * (1 << 20))
        file.truncate(1 << 30)
    code = """
        import sys
        from tests.memory import peak_bytes
        from crmdesk.core.errors import UserError
        from crmdesk.core.files.source import open_table
        try:
            open_table(sys.argv[1])
        except UserError as error:
            print(error.code, peak_bytes() < 200 << 20)
        """
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == ("line_too_long True", "")
    assert time.perf_counter() - started < 30
