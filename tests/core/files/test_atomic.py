from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from crmdesk.core.errors import Cancelled, UserError
from crmdesk.core.files.atomic import (
    atomic_write,
    ensure_room,
    free_bytes,
    partial_path,
    remove_stray_partials,
    synced_meanwhile,
)
from crmdesk.core.files.disk_errors import as_user_error


def refusal(path: Path) -> str:
    with pytest.raises(UserError) as caught, atomic_write(path) as file:
        file.write(b"x")
    return caught.value.code


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def traced(what: str, log: Path, code: str, target: Path) -> list[str]:
    strace = shutil.which("strace")
    assert strace is not None, "strace is part of the test set-up"
    command = [strace, "-f", "-y", "-o", str(log), "-e", what]
    return [*command, sys.executable, "-c", code, str(target)]


def test_the_name_appears_only_when_the_content_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "a.zip"
    with atomic_write(target) as file:
        file.write(b"half")
        assert not target.exists()
        assert Path(file.name) == tmp_path / "a.zip.partial"
        file.write(b" and half")
    assert target.read_bytes() == b"half and half"
    assert list(tmp_path.iterdir()) == [target]


def test_what_was_written_can_be_read_back_before_it_counts(tmp_path: Path) -> None:
    with atomic_write(tmp_path / "a") as file:
        file.write(b"0123456789" * 10_000)
        file.seek(5)
        assert file.read(3) == b"567"
        assert Path(file.name).stat().st_size == 100_000


@pytest.mark.parametrize("mask", [0, 0o077, 0o777])
def test_the_file_belongs_to_its_owner_alone_whatever_the_mask(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        with atomic_write(tmp_path / "a") as file:
            file.write(b"x")
            assert Path(file.name).stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, Cancelled])
def test_an_error_or_a_cancel_keeps_the_old_file_and_no_partial(
    tmp_path: Path, error: type[BaseException]
) -> None:
    target = tmp_path / "a"
    target.write_bytes(b"old")

    def give_up() -> None:
        with atomic_write(target) as file:
            file.write(b"new" * 100_000)
            raise error("stop", "stop")

    with pytest.raises(error):
        give_up()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_a_pipe_or_a_folder_at_the_final_name_is_left_alone(tmp_path: Path) -> None:
    goal = tmp_path / "goal"
    goal.write_bytes(b"precious")
    (tmp_path / "link").symlink_to(goal)
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    assert refusal(tmp_path / "link") == "target_is_not_a_file"
    assert refusal(tmp_path / "dangling") == "target_is_not_a_file"
    assert refusal(tmp_path / "pipe") == "target_is_not_a_file"
    assert refusal(tmp_path / "folder") == "target_is_a_folder"
    assert goal.read_bytes() == b"precious"
    assert not (tmp_path / "nowhere").exists()


def test_a_link_put_at_the_partial_name_is_not_followed(tmp_path: Path) -> None:
    goal = tmp_path / "goal"
    goal.write_bytes(b"precious")
    (tmp_path / "a.partial").symlink_to(goal)
    with atomic_write(tmp_path / "a") as file:
        file.write(b"mine")
    assert goal.read_bytes() == b"precious"
    assert (tmp_path / "a").read_bytes() == b"mine"


def test_a_missing_folder_and_a_name_too_long_are_told(tmp_path: Path) -> None:
    assert refusal(tmp_path / "gone" / "a") == "folder_missing"
    assert refusal(tmp_path / ("x" * 256)) == "file_name_too_long"
    assert refusal(tmp_path / ("ä" * 128)) == "file_name_too_long"


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    target = tmp_path / ("x" * 255)
    with atomic_write(target) as file:
        file.write(b"1")
    assert target.read_bytes() == b"1"
    assert len(partial_path(target).name) < 256


def test_a_quota_ends_in_one_sentence_with_both_numbers_and_nothing_left(tmp_path: Path) -> None:
    done = run(
        """
        import resource, sys
        from crmdesk.core.errors import UserError
        from crmdesk.core.files.atomic import atomic_write
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        try:
            with atomic_write(sys.argv[1]) as file:
                for _ in range(100):
                    file.write(b"x" * 10_000)
        except UserError as error:
            print(error.code, error.values["needed"] > 200_000, error.values["free"] > 0)
            print(error.message)
        """,
        str(tmp_path / "big.zip"),
    )
    assert done.stderr == ""
    assert done.stdout.startswith("disk_full True True")
    assert str(tmp_path / "big.zip") in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk_full"),
        (errno.EDQUOT, "disk_full"),
        (errno.EFBIG, "disk_full"),
        (errno.EROFS, "folder_read_only"),
        (errno.EACCES, "folder_read_only"),
        (errno.EIO, "write_failed"),
        (errno.ENAMETOOLONG, "file_name_too_long"),
        (errno.ENOENT, "folder_missing"),
    ],
)
def test_every_refusal_of_the_disk_has_its_sentence(tmp_path: Path, number: int, code: str) -> None:
    error = as_user_error(OSError(number, os.strerror(number)), tmp_path / "a", 10)
    assert error.code == code
    assert error.message.endswith(".")


def test_room_is_checked_before_writing(tmp_path: Path) -> None:
    ensure_room(tmp_path / "not" / "yet" / "there", 1)
    with pytest.raises(UserError) as caught:
        ensure_room(tmp_path / "a", free_bytes(tmp_path) + (1 << 40))
    assert caught.value.code == "disk_full"


def test_a_partial_in_the_making_is_neither_swept_nor_taken_over(tmp_path: Path) -> None:
    with atomic_write(tmp_path / "a") as file:
        file.write(b"x")
        assert remove_stray_partials(tmp_path) == []
        assert refusal(tmp_path / "a") == "file_in_use"
    assert (tmp_path / "a").read_bytes() == b"x"


def test_programs_that_start_and_sweep_take_no_file_from_under_a_writer(tmp_path: Path) -> None:
    done = threading.Event()

    def sweep() -> None:
        while not done.is_set():
            remove_stray_partials(tmp_path)

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    try:
        for number in range(300):
            with atomic_write(tmp_path / "a") as file:
                file.write(str(number).encode())
            assert (tmp_path / "a").read_bytes() == str(number).encode()
    finally:
        done.set()
        sweeper.join()


def test_what_a_killed_process_left_is_swept_or_written_over(tmp_path: Path) -> None:
    code = """
        import os, signal, sys
        from crmdesk.core.files.atomic import atomic_write
        with atomic_write(sys.argv[1]) as file:
            file.write(b"x" * 1_000_000)
            os.kill(os.getpid(), signal.SIGKILL)
        """
    assert run(code, str(tmp_path / "a")).returncode == -9
    assert (tmp_path / "a.partial").exists()
    assert remove_stray_partials(tmp_path) == [tmp_path / "a.partial"]

    assert run(code, str(tmp_path / "b")).returncode == -9
    with atomic_write(tmp_path / "b") as file:
        file.write(b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_the_order_on_the_disk_is_sync_rename_sync_folder(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = "import sys; from crmdesk.core.files.atomic import atomic_write\n"
    code += "with atomic_write(sys.argv[1]) as file: file.write(b'x')"
    subprocess.run(
        traced("trace=fsync,rename,renameat,renameat2", log, code, tmp_path / "out"),
        check=True,
        timeout=60,
    )
    lines = [line for line in log.read_text().splitlines() if str(tmp_path) in line]
    assert [line.split(maxsplit=1)[1].split("(")[0] for line in lines] == [
        "fsync",
        "rename",
        "fsync",
    ]
    assert "out.partial" in lines[0]
    assert f"<{tmp_path}>" in lines[2]


@pytest.mark.parametrize("occasion", [1, 2])
def test_a_sync_that_fails_is_never_reported_as_success(tmp_path: Path, occasion: int) -> None:
    code = textwrap.dedent("""
        import sys
        from crmdesk.core.errors import UserError
        from crmdesk.core.files.atomic import atomic_write
        try:
            with atomic_write(sys.argv[1]) as file:
                file.write(b"x")
            print("success")
        except UserError as error:
            print(error.code)
        """)
    done = subprocess.run(
        traced(f"inject=fsync:error=EIO:when={occasion}", tmp_path / "log", code, tmp_path / "out"),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == "write_failed"
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_a_sync_that_fails_beside_a_block_is_told_at_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_descriptor: int) -> None:
        raise OSError(errno.EIO, "the disk is broken")

    def write() -> None:
        with atomic_write(tmp_path / "out") as file:
            file.write(b"x")
            with synced_meanwhile(file):
                assert (tmp_path / "out.partial").read_bytes() == b"x"

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(UserError) as caught:
        write()

    assert caught.value.code == "write_failed"
    assert list(tmp_path.iterdir()) == []
