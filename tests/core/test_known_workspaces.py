"""The list of workspaces that were opened on this computer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from crmdesk.core.known_workspaces import KnownWorkspaces


def test_the_last_one_remembered_comes_first_and_once(tmp_path: Path):
    known = KnownWorkspaces(tmp_path / "config" / "workspaces.json")
    for name in ("one", "two", "one"):
        known.remember(tmp_path / name, name)

    assert [each.name for each in known.list()] == ["one", "two"]
    assert known.last() == tmp_path / "one"
    assert (tmp_path / "config").stat().st_mode & 0o777 == 0o700


def test_programs_that_start_at_once_are_all_remembered(tmp_path: Path):
    names = [str(number) for number in range(16)]
    folders = [tmp_path / name for name in names]
    for turn in range(20):
        known = KnownWorkspaces(tmp_path / f"config-{turn}" / "workspaces.json")

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(known.remember, folders, names))

        assert sorted(each.name for each in known.list()) == sorted(names)


def test_a_damaged_list_of_workspaces_counts_as_empty(tmp_path: Path):
    path = tmp_path / "workspaces.json"
    path.write_text('{"workspaces": [{"folder"', encoding="utf-8")

    known = KnownWorkspaces(path)

    assert known.last() is None
    known.remember(tmp_path, "Again")
    assert known.last() == tmp_path
    known.forget(tmp_path)
    assert known.list() == []


def test_a_workspace_that_was_only_made_does_not_take_the_place_of_the_last_one(tmp_path: Path):
    known = KnownWorkspaces(tmp_path / "config" / "workspaces.json")
    (tmp_path / "one").mkdir()
    known.remember(tmp_path / "two", "two")
    known.remember(tmp_path / "one", "one")

    assert known.add(tmp_path / "again", "again") == tmp_path / "one"
    assert [each.name for each in known.list()] == ["one", "again", "two"]
    assert known.add(tmp_path / "one", "one") == tmp_path / "one"


def test_a_workspace_that_was_made_comes_first_when_no_other_is_there(tmp_path: Path):
    known = KnownWorkspaces(tmp_path / "config" / "workspaces.json")
    assert known.add(tmp_path / "first", "first") == tmp_path / "first"

    assert known.add(tmp_path / "second", "second") == tmp_path / "second", "the first is gone"
    assert known.last() == tmp_path / "second"
