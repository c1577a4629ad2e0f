"""Places that cannot be written to: a clear refusal at once, and the database as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.conftest import FULL, Record
from tests.faults.nursery import Ended, Nursery
from tests.faults.scene import Scene, dump, violations

#: An ordinary user that no test system gives files to.
SOMEBODY = 61_234
#: Of a processor: by the clock, whatever else runs on the computer takes its share.
MOST_WORK_SECONDS = 1.0
#: By the clock, that nothing was waited for: whoever waits for the database does so for ten.
PATIENCE_SECONDS = 10.0


def missing_folder(folder: Path) -> Path:
    return folder / "nowhere" / "file"


def a_folder(folder: Path) -> Path:
    (folder / "taken").mkdir()
    return folder / "taken"


def too_long_a_name(folder: Path) -> Path:
    return folder / ("x" * 256)


def a_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


def a_device(folder: Path) -> Path:
    return Path("/dev/null")


def a_link(folder: Path) -> Path:
    (folder / "elsewhere").write_bytes(b"kept")
    (folder / "link").symlink_to(folder / "elsewhere")
    return folder / "link"


def below_a_file(folder: Path) -> Path:
    (folder / "plain").write_bytes(b"kept")
    return folder / "plain" / "file"


TARGETS = {
    missing_folder: "folder_missing",
    a_folder: "target_is_a_folder",
    too_long_a_name: "file_name_too_long",
    a_pipe: "target_is_not_a_file",
    a_device: "target_is_not_a_file",
    a_link: "target_is_not_a_file",
    below_a_file: "folder_missing",
}


def is_at_once(ended: Ended) -> bool:
    return ended.processor < MOST_WORK_SECONDS and ended.seconds < PATIENCE_SECONDS


@pytest.mark.parametrize("operation", ["download", "save errors"])
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
def test_a_place_that_takes_no_file_is_refused_and_nothing_is_changed(
    imported: Scene, nursery: Nursery, operation: str, target, tmp_path: Path, record: Record
) -> None:
    place = target(tmp_path)
    before = dump(imported.database)

    ended = imported.run(nursery, operation, str(place))

    assert ended.error == TARGETS[target], ended
    assert ended.code == 1
    assert is_at_once(ended), ended
    assert dump(imported.database) == before
    assert not list(tmp_path.rglob("*.partial"))
    record(1, f"refused ({operation}, {target.__name__.replace('_', ' ')})")


@pytest.mark.parametrize("operation", ["download", "save errors"])
def test_a_quota_on_the_size_of_files_is_refused(
    imported: Scene, nursery: Nursery, operation: str, tmp_path: Path, record: Record
) -> None:
    ended = imported.run(nursery, operation, str(tmp_path / "file"), file_size=64)

    assert ended.error in ("disk_full", "database_unreachable"), ended
    assert not list(tmp_path.glob("file*"))
    record(1, f"refused ({operation}, quota)")


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT RUN HERE: only root can become another user")
@pytest.mark.parametrize("operation", ["backup", "restore", "edit", *(["log"] if FULL else [])])
def test_a_workspace_that_may_only_be_read_says_so_at_once(
    scene: Scene, nursery: Nursery, operation: str, public_folder: Path, record: Record
) -> None:
    copy = scene.copy(public_folder / "run")
    for path in public_folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    before = copy.database.read_bytes()

    ended = copy.run(nursery, operation, uid=SOMEBODY)

    assert ended.code == 1, ended
    # A restore makes its stage first, in a folder of the workspace.
    assert ended.error in ("database_read_only", "database_unreachable", "folder_read_only")
    assert is_at_once(ended), ended
    assert copy.database.read_bytes() == before
    record(1, f"refused ({operation}, read-only)")


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT RUN HERE: only root can become another user")
def test_a_log_is_refused_where_nothing_can_be_staged(
    scene: Scene, nursery: Nursery, public_folder: Path, record: Record
) -> None:
    copy = scene.copy(public_folder / "run")
    for path in public_folder.rglob("*"):
        os.chown(path, SOMEBODY, SOMEBODY)
    staging = copy.workspace_folder / "staging"
    staging.chmod(0o500)

    ended = copy.run(nursery, "log", uid=SOMEBODY)

    assert (ended.code, ended.error) == (1, "folder_read_only"), ended
    assert is_at_once(ended), ended
    staging.chmod(0o700)
    assert violations(copy, "log") == []
    record(1, "refused (log, nothing can be staged)")


@pytest.fixture(scope="module")
def imported(scene: Scene, nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A scene with an import behind it, so that there is an error file to save."""
    copy = scene.copy(tmp_path_factory.mktemp("imported") / "run")
    ended = copy.run(nursery, "import")
    assert ended.code == 0, ended
    return copy
