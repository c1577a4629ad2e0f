"""What was imported goes into a complete backup, and comes back with the workspace."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from crmdesk.core.backup.kept_files import FILES, is_kept_name
from crmdesk.core.backup.left_behind import LeftBehind
from crmdesk.core.backup.verify import verify_backup
from crmdesk.core.check import check_workspace
from crmdesk.core.errors import UserError
from crmdesk.core.transfer.model import Import
from tests.builders import Desk, KeyBox
from tests.core.backup.office import Office, opened

TEXT = "Email,First name,Create date\nann@example.org,Ann,\nnot an address,Bo,\n\n"


def imported(desk: Desk, path: Path, text: str = TEXT) -> Import:
    """An import with a row that was refused."""
    path.write_text(text)
    imports = desk.workspace.imports
    request = imports.inspect(desk.admin, path).request()
    import_id = imports.start(desk.admin, replace(request, object_name="contacts"))
    desk.workspace.run_job(str(imports.show(desk.admin, import_id).job_id))
    return imports.show(desk.admin, import_id)


def carried(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as found:
        names = [name for name in found.namelist() if name.startswith(FILES)]
        return {name.removeprefix(FILES): found.read(name) for name in names}


def test_files_and_lists_of_refused_rows_come_back_byte_for_byte(
    office: Office, tmp_path: Path
) -> None:
    done = imported(office.desk, tmp_path / "people.csv")
    file = office.backup()
    box = KeyBox()

    rebuilt = office.rebuild(file, box)

    assert sorted(carried(file).values()) == sorted(
        path.read_bytes() for path in (office.desk.folder / "vault" / "imports").iterdir()
    )
    assert (rebuilt.files, rebuilt.left_behind) == (2, LeftBehind(0, 0))
    with opened(office, box) as again:
        kept = again.folder / "vault" / "imports"
        assert {path.name: path.read_bytes() for path in kept.iterdir()} == carried(file)
        imports = again.workspace.imports
        assert [each.row for each in imports.errors(again.admin, done.id)] == [3]
        checks = {each.name: each for each in check_workspace(again.workspace, again.admin, box)}  # type: ignore[arg-type]
        assert checks["vault_files"].ok, checks["vault_files"].detail


def test_a_workspace_may_leave_the_files_out_and_no_row_names_them_then(
    office: Office, tmp_path: Path
) -> None:
    desk = office.desk
    desk.workspace.settings.set(desk.admin, "backup.min_interval", "0")
    desk.workspace.settings.set(desk.admin, "backup.import_files", "false")
    done = imported(desk, tmp_path / "people.csv")
    office.backup()
    file = office.backup()
    box = KeyBox()

    rebuilt = office.rebuild(file, box)

    assert carried(file) == {}
    assert (rebuilt.files, rebuilt.left_behind) == (0, LeftBehind(backups=1, imported=1))
    with opened(office, box) as again:
        assert again.sql("SELECT stored_file, error_file FROM imports") == [(None, None)]
        assert again.workspace.imports.show(again.admin, done.id).error_file is None


def test_a_file_that_is_gone_from_the_vault_is_left_out_and_told(
    office: Office, tmp_path: Path
) -> None:
    imported(office.desk, tmp_path / "people.csv")
    vault = office.desk.folder / "vault" / "imports"
    gone = next(path for path in vault.iterdir() if not path.name.endswith("-errors.csv"))
    gone.unlink()

    rebuilt = office.rebuild(office.backup())

    assert (rebuilt.files, rebuilt.left_behind.imported) == (1, 1)


def test_a_file_that_was_changed_inside_is_found(office: Office, tmp_path: Path) -> None:
    imported(office.desk, tmp_path / "people.csv")
    file = office.backup()
    with zipfile.ZipFile(file) as found:
        place = next(e.header_offset for e in found.infolist() if e.filename.startswith(FILES))
    data = bytearray(file.read_bytes())
    data[place + 140] ^= 1
    file.write_bytes(bytes(data))

    assert not verify_backup(file, office.desk.workspace.signing_key.public_key).ok
    with pytest.raises(UserError, match="damaged or was changed"):
        office.rebuild(file)


def test_a_drill_proves_a_backup_that_carries_files(office: Office, tmp_path: Path) -> None:
    desk = office.desk
    imported(desk, tmp_path / "people.csv")
    office.backup()

    desk.workspace.run_job(desk.workspace.drills.start(desk.admin))

    (drill,) = desk.workspace.drills.list(desk.admin)
    assert drill.ok
    assert list((desk.folder / "staging").iterdir()) == []


def test_the_estimate_counts_the_files(office: Office, tmp_path: Path) -> None:
    desk = office.desk
    before = desk.workspace.backups.estimate(desk.admin)
    rows = "".join(f"n{number}@example.org,{number}\n" for number in range(20_000))
    imported(desk, tmp_path / "many.csv", "Email,First name\n" + rows)

    after = desk.workspace.backups.estimate(desk.admin)

    beside = after.complete_bytes - after.bytes - (before.complete_bytes - before.bytes)
    assert beside > len(rows)


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "A.csv", "x" * 101, "a\nb"])
def test_no_other_name_is_written_into_the_vault(name: str) -> None:
    assert not is_kept_name(name)
