"""The order in which files are made to last: content, name, folder, and only then the database."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.faults.conftest import Record
from tests.faults.nursery import Nursery
from tests.faults.scene import Scene, traced

CALLS = "fsync,fdatasync,rename,renameat,renameat2"
_SYNC = re.compile(r"f(?:data)?sync\(\d+<([^>]*)>")
_RENAME = re.compile(
    r'rename(?:at2?)?\((?:AT_FDCWD[^,]*, )?"([^"]*)", (?:AT_FDCWD[^,]*, )?"([^"]*)"'
)
DATABASE_LOG = "crm.sqlite3-wal"

#: Operation -> the pattern of each file it leaves for others to rely on.
PRODUCED = {
    "backup": [r"vault/backups/\w+\.zip"],
    "import": [r"vault/imports/\w+\.csv", r"vault/imports/\w+-errors\.csv"],
    "undo": [r"vault/imports/\w+-skipped\.csv"],
    "download": [r"saved\.zip"],
}

Step = tuple[str, str, str]


def steps(log: Path) -> list[Step]:
    """Syncs and renames in the order they were done: ("sync", path, "") or ("rename", old, new)."""
    begun: dict[str, str] = {}
    found = []
    for line in log.read_text(errors="replace").splitlines():
        pid, _, call = line.partition(" ")
        call = call.strip()
        if call.endswith("<unfinished ...>"):
            begun[pid] = call
            continue
        if call.startswith("<..."):
            call = begun.pop(pid, "") + call
        if sync := _SYNC.match(call):
            found.append(("sync", sync[1], ""))
        elif move := _RENAME.match(call):
            found.append(("rename", move[1], move[2]))
    return found


def faults_of_order(done: list[Step], pattern: str) -> list[str]:
    """What is out of order for the file whose path ends in ``pattern``."""
    places = [
        number
        for number, (what, _, new) in enumerate(done)
        if what == "rename" and re.search(f"{pattern}$", new)
    ]
    if len(places) != 1:
        return [f"{pattern} was renamed into place {len(places)} times"]
    at = places[0]
    _, partial, final = done[at]
    synced_before = {path for what, path, _ in done[:at] if what == "sync"}
    synced_after = [path for what, path, _ in done[at:] if what == "sync"]
    folder = str(Path(final).parent)
    wrong = []
    if partial not in synced_before:
        wrong.append(f"{partial} was renamed before it was synced")
    if folder not in synced_after:
        return [*wrong, f"{folder} was not synced after the rename"]
    later = synced_after[synced_after.index(folder) :]
    if not any(path.endswith(DATABASE_LOG) for path in later):
        wrong.append("nothing was committed after the folder was synced")
    return wrong


@pytest.mark.parametrize("operation", PRODUCED)
def test_a_file_lasts_before_the_database_says_so(
    scene: Scene, nursery: Nursery, operation: str, tmp_path: Path, record: Record
) -> None:
    copy = scene.copy(tmp_path / "run")
    more = [str(tmp_path / "saved.zip")] if operation == "download" else []
    fate = ["-y", *traced(tmp_path / "log", CALLS)]

    ended = copy.run(nursery, operation, *more, strace=fate)

    assert ended.code == 0, ended
    done = steps(tmp_path / "log")
    wrong = [fault for pattern in PRODUCED[operation] for fault in faults_of_order(done, pattern)]
    record(len(PRODUCED[operation]), f"{len(wrong)} out of order ({operation})")
    assert not wrong, done


def test_a_file_that_is_not_synced_would_be_noticed() -> None:
    right = [
        ("sync", "/w/a.zip.partial", ""),
        ("rename", "/w/a.zip.partial", "/w/a.zip"),
        ("sync", "/w", ""),
        ("sync", f"/w/{DATABASE_LOG}", ""),
    ]
    assert faults_of_order(right, r"a\.zip") == []
    for missing in range(4):
        assert faults_of_order(right[:missing] + right[missing + 1 :], r"a\.zip")
