from __future__ import annotations

import os
from pathlib import Path

import pytest

from crmdesk.core.platform import System, command_of, lock_owner, process_name


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    folder = tmp_path / "proc"
    folder.mkdir()
    return folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "crm.sqlite3-shm"
    path.touch()
    return path


def listed(file: Path, *lines: str) -> str:
    """Lines of the list of locks; ``@`` stands for the file."""
    found = file.stat()
    name = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    return "".join(line.replace("@", name) + "\n" for line in lines)


def test_whoever_writes_to_the_byte_is_its_owner(proc: Path, file: Path):
    text = listed(
        file,
        "1: POSIX  ADVISORY  READ 11 @ 120 120",
        "2: POSIX  ADVISORY  WRITE 12 @ 121 121",
        "3: POSIX  ADVISORY  WRITE 13 @ 120 120",
        "3: -> POSIX  ADVISORY  WRITE 14 @ 120 120",
        "4: POSIX  ADVISORY  WRITE 15 00:00:1 120 120",
    )
    (proc / "locks").write_text(text)

    assert lock_owner(file, 120, 120, System.LINUX, proc=proc) == 13


def test_a_lock_to_the_end_of_the_file_holds_every_byte(proc: Path, file: Path):
    (proc / "locks").write_text(listed(file, "1: POSIX  ADVISORY  WRITE 13 @ 0 EOF"))

    assert lock_owner(file, 120, 120, System.LINUX, proc=proc) == 13


def test_a_file_system_that_counts_devices_otherwise_is_known_by_the_inode(proc: Path, file: Path):
    text = f"1: POSIX  ADVISORY  WRITE 13 00:fd:{file.stat().st_ino} 120 120\n"
    (proc / "locks").write_text(text)

    assert lock_owner(file, 120, 120, System.LINUX, proc=proc) == 13


@pytest.mark.parametrize("pid", ["0", "-1"])
def test_a_process_that_is_not_to_be_seen_is_unknown(proc: Path, file: Path, pid: str):
    (proc / "locks").write_text(listed(file, f"1: OFDLCK ADVISORY  WRITE {pid} @ 120 120"))

    assert lock_owner(file, 120, 120, System.LINUX, proc=proc) is None


def test_what_the_system_does_not_list_is_unknown(proc: Path, file: Path):
    assert lock_owner(file, 120, 120, System.LINUX, proc=proc) is None
    assert lock_owner(file, 120, 120, System.MACOS) is None
    assert lock_owner(file.with_name("gone"), 120, 120, System.LINUX, proc=proc) is None
    assert (process_name(1, System.WINDOWS), command_of(1, System.MACOS)) == ("", ())


def test_a_process_is_named_and_shows_its_command(proc: Path):
    (proc / "7").mkdir()
    (proc / "7" / "comm").write_text("sqlitebrowser\n")
    (proc / "7" / "cmdline").write_text("/usr/bin/sqlitebrowser\0crm.sqlite3\0")

    assert process_name(7, System.LINUX, proc=proc) == "sqlitebrowser"
    assert command_of(7, System.LINUX, proc=proc) == ("/usr/bin/sqlitebrowser", "crm.sqlite3")
