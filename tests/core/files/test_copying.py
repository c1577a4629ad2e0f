from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from crmdesk.core.errors import Cancelled, UserError
from crmdesk.core.files.copying import Copying, copied_meanwhile, copy_file


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(bytes(range(256)) * 20_000)
    return path


def test_a_copy_is_equal_and_tells_its_digest_and_progress(source: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    copied = copy_file(source, tmp_path / "copy", lambda done, total: told.append((done, total)))
    assert (tmp_path / "copy").read_bytes() == source.read_bytes()
    assert copied.bytes == 5_120_000
    assert told[-1] == (5_120_000, 5_120_000)
    assert len(told) > 3
    assert copy_file(source, tmp_path / "again", sha256=copied.sha256) == copied


def test_a_cancelled_copy_leaves_nothing(source: Path, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        copy_file(source, tmp_path / "copy", cancelled=lambda: True)
    assert list(tmp_path.iterdir()) == [source]


def test_a_source_that_is_not_what_it_was_is_not_copied(source: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        copy_file(source, tmp_path / "copy", sha256="0" * 64)
    assert caught.value.code == "source_changed"
    assert list(tmp_path.iterdir()) == [source]


def test_a_source_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        copy_file(tmp_path / "gone", tmp_path / "copy")
    assert caught.value.code == "source_missing"


def meanwhile(
    source: Path, target: Path, read: Callable[[Copying], None], sha256: str | None = None
) -> None:
    """Copy a file for ``read``."""
    digest = sha256 or hashlib.sha256(source.read_bytes()).hexdigest()
    with copied_meanwhile(source, target, digest, lambda *_: None, lambda: False) as copying:
        read(copying)


def nothing(_: Copying) -> None:
    """Read it not at all."""


def test_a_copy_is_read_before_it_has_its_name(source: Path, tmp_path: Path) -> None:
    def read(copying: Copying) -> None:
        assert copying.path != tmp_path / "copy"
        assert copying.path.read_bytes() == source.read_bytes()
        assert not (tmp_path / "copy").exists()

    meanwhile(source, tmp_path / "copy", read)
    assert (tmp_path / "copy").read_bytes() == source.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"source", "copy"}


def test_a_copy_that_is_finished_stays_whatever_its_reader_does_next(
    source: Path, tmp_path: Path
) -> None:
    def read(copying: Copying) -> None:
        copying.finish()
        copying.finish()
        assert copying.path == tmp_path / "copy"
        raise InterruptedError

    with pytest.raises(InterruptedError):
        meanwhile(source, tmp_path / "copy", read)
    assert (tmp_path / "copy").read_bytes() == source.read_bytes()


def test_a_reader_that_fails_before_leaves_no_copy(source: Path, tmp_path: Path) -> None:
    def read(_: Copying) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        meanwhile(source, tmp_path / "copy", read)
    assert list(tmp_path.iterdir()) == [source]


def test_a_copy_of_other_bytes_gets_no_name(source: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        meanwhile(source, tmp_path / "copy", nothing, sha256="0" * 64)
    assert caught.value.code == "source_changed"
    assert list(tmp_path.iterdir()) == [source]


def test_a_copy_that_the_disk_refuses_to_keep_gets_no_name(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_descriptor: int) -> None:
        raise OSError(errno.EIO, "the disk is broken")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(UserError) as caught:
        meanwhile(source, tmp_path / "copy", nothing)
    assert caught.value.code == "write_failed"
    assert list(tmp_path.iterdir()) == [source]
