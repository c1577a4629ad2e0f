"""Making and opening workspaces, with the wrong things first."""

from __future__ import annotations

import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.errors import UserError
from crmdesk.core.founding import NewWorkspace
from crmdesk.core.records.types import PropertyType
from crmdesk.core.workspace import Workspace, create_workspace
from crmdesk.core.workspace_folder import WorkspaceFile, make_database, read_workspace_file
from crmdesk.core.workspace_key import load_key
from tests.builders import PASSWORD, Desk, KeyBox

WANTED = NewWorkspace("Northwind", "ann@example.org", "Ann Lee", PASSWORD, {})


def refusal(folder: Path, wanted: NewWorkspace) -> str:
    with pytest.raises(UserError) as refused:
        create_workspace(folder, wanted, KeyBox())
    return refused.value.code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"email": "ann"}, "email_invalid"),
        ({"full_name": " "}, "name_invalid"),
        ({"password": "short"}, "password_too_short"),
        ({"password": "passwordpassword"}, "password_"),
        ({"settings": {"workspace.time_zone": "Mars/Base"}}, "setting_invalid"),
        ({"name": "a\x00b"}, "workspace_name_invalid"),
        ({"name": "x" * 101}, "workspace_name_invalid"),
    ],
)
def test_a_wrong_wish_leaves_no_folder(
    tmp_path: Path, change: dict[str, object], code: str
) -> None:
    folder = tmp_path / "new"

    assert refusal(folder, replace(WANTED, **change)).startswith(code)  # type: ignore[arg-type]

    assert not folder.exists()


def test_a_hostile_name_is_kept_as_a_label(tmp_path: Path) -> None:
    name = "CON / ..\\..\\x: “☃” <b>"
    created = create_workspace(tmp_path / "new", replace(WANTED, name=name), KeyBox())
    created.workspace.close()

    assert read_workspace_file(tmp_path / "new").name == name


def test_a_workspace_file_that_was_edited_by_hand_is_still_read(tmp_path: Path) -> None:
    text = "# moved\nid='7'\nname = \"A\\u00e5 \\\\ B\" # as before\n"
    (tmp_path / "workspace.toml").write_text(text)

    assert read_workspace_file(tmp_path) == WorkspaceFile("7", "Aå \\ B", "keyring")


@pytest.mark.parametrize("text", ["x = [", "", 'id = "7"', "\udcff"])
def test_a_workspace_file_that_is_damaged_is_not_taken_for_a_missing_one(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "workspace.toml").write_bytes(text.encode("utf-8", "surrogateescape"))

    with pytest.raises(UserError) as refused:
        read_workspace_file(tmp_path)

    assert refused.value.code == "workspace_file_damaged"


def test_a_folder_that_holds_a_workspace_is_not_made_twice(desk: Desk) -> None:
    assert refusal(desk.folder, WANTED) == "folder_in_use"


def test_a_key_that_cannot_be_kept_leaves_no_workspace(tmp_path: Path) -> None:
    class Locked(KeyBox):
        def set(self, name: str, value: str) -> None:
            raise UserError("keyring_locked", "The keyring is locked.", "Unlock it.")

    with pytest.raises(UserError) as refused:
        create_workspace(tmp_path / "new", WANTED, Locked())

    assert refused.value.code == "keyring_locked"
    assert not (tmp_path / "new").exists()


def test_every_file_is_for_its_owner_alone(desk: Desk) -> None:
    desk.backup()
    for path in (desk.folder, *desk.folder.rglob("*")):
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def test_a_workspace_without_its_key_says_how_to_bring_it_back(desk: Desk) -> None:
    with pytest.raises(UserError) as refused:
        load_key(desk.folder, KeyBox())

    assert refused.value.code == "workspace_key_missing"
    assert "keyring recover" in refused.value.hint


def test_another_key_opens_nothing(desk: Desk) -> None:
    with pytest.raises(UserError) as refused:
        Workspace(desk.folder, bytes(32))

    assert refused.value.code == "wrong_key"


def test_a_database_of_a_newer_program_is_left_untouched(desk: Desk) -> None:
    desk.workspace.close()
    database = desk.folder / "crm.sqlite3"
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = database.read_bytes()

    with pytest.raises(UserError) as refused:
        Workspace(desk.folder, desk.key)

    assert refused.value.code == "database_newer"
    assert database.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"not a database at all, but text" * 200])
def test_something_else_in_the_databases_place_is_refused(desk: Desk, content: bytes) -> None:
    desk.workspace.close()
    for path in desk.folder.glob("crm.sqlite3*"):
        path.unlink()
    (desk.folder / "crm.sqlite3").write_bytes(content)

    with pytest.raises(UserError) as refused:
        Workspace(desk.folder, desk.key)

    assert refused.value.code in ("database_foreign", "not_a_database")
    assert (desk.folder / "crm.sqlite3").read_bytes() == content


def test_a_folder_that_is_gone_is_said_to_be_no_workspace(desk: Desk, tmp_path: Path) -> None:
    desk.workspace.close()
    shutil.move(desk.folder, tmp_path / "elsewhere")

    with pytest.raises(UserError) as refused:
        Workspace(desk.folder, desk.key)

    assert refused.value.code == "workspace_missing"


def test_of_two_who_make_a_workspace_in_one_folder_one_wins_and_keeps_it(tmp_path: Path) -> None:
    class Slow(KeyBox):
        """A keyring that is asked while somebody else tries the same folder."""

        def set(self, name: str, value: str) -> None:
            assert refusal(tmp_path, WANTED) == "folder_half_made"
            with pytest.raises(UserError) as lost:
                make_database(tmp_path)
            assert lost.value.code == "folder_in_use"
            super().set(name, value)

    store = Slow()
    create_workspace(tmp_path, WANTED, store).workspace.close()

    opened = Workspace(tmp_path, load_key(tmp_path, store))
    opened.close()


def test_backups_of_a_lost_workspace_are_not_taken_over(desk: Desk) -> None:
    backup = desk.backup()
    desk.workspace.close()
    for name in ("crm.sqlite3", "workspace.toml"):
        (desk.folder / name).unlink()

    assert refusal(desk.folder, WANTED) == "folder_not_empty"

    assert (desk.folder / "vault" / "backups" / backup.file_name).is_file()


def test_a_folder_with_files_of_others_is_not_taken(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / ".DS_Store").write_text("how it looks")
    create_workspace(tmp_path / "empty", WANTED, KeyBox()).workspace.close()

    assert refusal(tmp_path, WANTED) == "folder_not_empty"

    assert tmp_path.stat().st_mode & 0o777 == 0o755
    assert sorted(path.name for path in tmp_path.iterdir()) == [".DS_Store", "empty"]


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")

    assert refusal(tmp_path / "file", WANTED) == "folder_unwritable"

    assert (tmp_path / "file").read_text() == "mine"


def test_what_people_save_never_replaces_a_file_of_the_workspace(desk: Desk) -> None:
    backup = desk.backup()
    link = desk.folder.parent / "link"
    link.symlink_to(desk.folder)

    for target in (desk.folder / "crm.sqlite3", link / "crm.sqlite3"):
        with pytest.raises(UserError) as refused:
            desk.workspace.backups.download(desk.admin, backup.id, target)
        assert refused.value.code == "target_in_workspace"
        with pytest.raises(UserError) as refused:
            desk.workspace.audit.anchor(desk.admin, target)
        assert refused.value.code == "target_in_workspace"
        zip_code = ("contacts", "zip", PropertyType.NUMBER, ())
        with pytest.raises(UserError) as refused:
            desk.workspace.type_changes.save_unconverted(desk.admin, *zip_code, target)
        assert refused.value.code == "target_in_workspace"


def test_a_workspace_lies_in_a_folder_of_any_name(
    workspace_template: tuple[Path, bytes], tmp_path: Path
) -> None:
    template, key = workspace_template
    folder = tmp_path / "What? 100 %20 #1 'ø'" / "Ann & Bo; x=y"
    shutil.copytree(template, folder)
    desk = Desk(folder, key)
    ann = desk.contact(firstname="Ann")
    backup = desk.backup(complete=True)
    desk.edit(ann, firstname="Bo")

    desk.restore(backup, "contacts", ["firstname"])

    assert desk.value(ann, "firstname") == "Ann"
    assert desk.workspace.audit.verify(desk.admin).ok
    desk.workspace.close()
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    assert [path.name for path in folder.parent.parent.iterdir()] == [folder.parent.name]
