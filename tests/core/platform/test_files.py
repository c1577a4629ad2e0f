from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from crmdesk.core.platform import (
    System,
    config_folder,
    current_system,
    data_folder,
    exclusive_lock,
    fsync_folder,
    replace,
    restrict,
    run_program,
    set_private_umask,
)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_is_brought_to_the_disk(tmp_path: Path):
    fsync_folder(tmp_path)


def test_a_missing_folder_is_an_error_where_folders_can_be_synced(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        fsync_folder(tmp_path / "gone", System.MACOS)


def test_windows_is_not_asked_to_sync_a_folder(tmp_path: Path):
    fsync_folder(tmp_path / "gone", System.WINDOWS)


def test_a_file_system_that_cannot_sync_a_folder_is_left_alone():
    # The kernel answers EINVAL when asked to sync a folder of /proc.
    descriptor = os.open("/proc/self", os.O_RDONLY)
    with pytest.raises(OSError, match="Invalid") as refusal:
        os.fsync(descriptor)
    os.close(descriptor)
    assert refusal.value.errno == errno.EINVAL

    fsync_folder(Path("/proc/self"))


def test_replace_moves_a_file_over_another(tmp_path: Path):
    new, old = tmp_path / "new", tmp_path / "old"
    new.write_text("new")
    old.write_text("old")

    replace(new, old)

    assert old.read_text() == "new"
    assert not new.exists()


def test_windows_waits_while_somebody_holds_the_file(tmp_path: Path):
    new, old = tmp_path / "new", tmp_path / "old"
    new.write_text("new")
    refusals = [PermissionError(), PermissionError()]
    pauses: list[float] = []

    def move(source: Path, target: Path) -> None:
        if refusals:
            raise refusals.pop()
        source.replace(target)

    replace(new, old, System.WINDOWS, move=move, pause=pauses.append)

    assert old.read_text() == "new"
    assert pauses == [0.01, 0.02]


def test_windows_gives_up_in_the_end(tmp_path: Path):
    pauses: list[float] = []

    def move(source: Path, target: Path) -> None:
        raise PermissionError("held")

    with pytest.raises(PermissionError, match="held"):
        replace(tmp_path / "a", tmp_path / "b", System.WINDOWS, move=move, pause=pauses.append)

    assert 2 < sum(pauses) < 5


def test_elsewhere_a_refusal_stands_at_once(tmp_path: Path):
    calls: list[Path] = []

    def move(source: Path, target: Path) -> None:
        calls.append(source)
        raise PermissionError("held")

    with pytest.raises(PermissionError):
        replace(tmp_path / "a", tmp_path / "b", System.LINUX, move=move)

    assert len(calls) == 1


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_a_restricted_file_and_folder_are_for_their_owner_whatever_the_mask(
    tmp_path: Path, mask: int
):
    before = os.umask(mask)
    try:
        folder = tmp_path / "folder"
        folder.mkdir()
        file = folder / "file"
        file.write_text("x")
        restrict(folder)
        restrict(file)
    finally:
        os.umask(before)

    assert mode_of(folder) == 0o700
    assert mode_of(file) == 0o600


def test_windows_gets_an_access_list_that_inherits_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("USERNAME", "anna")
    monkeypatch.setenv("USERDOMAIN", "DESK")
    commands: list[Sequence[str]] = []

    def run(command: Sequence[str]) -> str:
        commands.append(command)
        return ""

    file = tmp_path / "file"
    file.write_text("x")
    restrict(file, System.WINDOWS, run=run)
    restrict(tmp_path, System.WINDOWS, run=run)

    for_a_file = ["DESK\\anna:F", "*S-1-5-18:F"]
    for_a_folder = ["DESK\\anna:(OI)(CI)F", "*S-1-5-18:(OI)(CI)F"]
    assert commands == [
        ["icacls", str(file), "/inheritance:r", "/grant:r", *for_a_file],
        ["icacls", str(tmp_path), "/inheritance:r", "/grant:r", *for_a_folder],
    ]


def test_windows_without_an_account_name_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("USERNAME", raising=False)

    with pytest.raises(OSError, match="name of this account"):
        restrict(tmp_path, System.WINDOWS, run=lambda command: "")


def test_after_the_private_mask_new_files_are_for_their_owner(tmp_path: Path):
    before = os.umask(0)
    try:
        set_private_umask()
        (tmp_path / "file").write_text("x")
        (tmp_path / "folder").mkdir()
    finally:
        os.umask(before)

    assert mode_of(tmp_path / "file") == 0o600
    assert mode_of(tmp_path / "folder") == 0o700


def test_folders_follow_what_the_user_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    assert data_folder() == tmp_path / "data" / "crmdesk"
    assert config_folder() == tmp_path / "config" / "crmdesk"
    assert not data_folder().exists()


def test_two_processes_never_hold_the_lock_together(tmp_path: Path):
    """Four processes add one to a number in a file fifty times each; none is lost."""
    number = tmp_path / "number"
    number.write_text("0")
    program = (
        "import sys; from pathlib import Path\n"
        "from crmdesk.core.platform import exclusive_lock\n"
        "number = Path(sys.argv[1])\n"
        "for _ in range(50):\n"
        "    with exclusive_lock(number.with_suffix('.lock')):\n"
        "        number.write_text(str(int(number.read_text()) + 1))\n"
    )
    processes = [subprocess.Popen([sys.executable, "-c", program, str(number)]) for _ in range(4)]

    assert [process.wait(timeout=60) for process in processes] == [0, 0, 0, 0]
    assert number.read_text() == "200"
    assert mode_of(number.with_suffix(".lock")) == 0o600


def test_the_lock_is_free_after_an_error_inside_it(tmp_path: Path):
    lock = tmp_path / "lock"
    with pytest.raises(ValueError, match="inside"), exclusive_lock(lock):
        raise ValueError("inside")

    with exclusive_lock(lock):
        assert lock.exists()


def test_this_machine_is_one_of_the_known_systems():
    assert current_system() in System


def test_a_program_that_fails_or_is_missing_is_an_os_error():
    assert run_program(["echo", "hello"]) == "hello\n"
    with pytest.raises(OSError, match="false failed"):
        run_program(["false"])
    with pytest.raises(FileNotFoundError):
        run_program(["no-such-program-here"])
