"""A full disk and a failing one: a clear refusal, nothing half-done, and a way out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crmdesk.core.db.driver import sqlite3
from tests.faults.conftest import FULL, Record, effort
from tests.faults.nursery import Ended, Nursery
from tests.faults.scene import Scene, count_calls, traced, violations

OPERATIONS = ("backup", "restore", "import", "edit")
OPERATIONS += ("log", "export", "workbook", "import in pieces") if FULL else ()
#: Calls that take room on the disk.
TAKES_ROOM = "pwrite64,pwritev,write,writev,ftruncate,fallocate"
SYNCS = "fsync,fdatasync"
#: Bytes left free: from nothing at all to enough.
LEVELS = (0, 20_000, 70_000, 110_000, 150_000, 200_000, 300_000, 400_000, 600_000, 800_000)
KINDS = ("tmpfs", "ext4") if FULL else ("tmpfs",)


def is_clear(ended: Ended) -> bool:
    """Done after all, or refused by an exit code and a sentence."""
    return ended.code == 0 or (0 < ended.code < 70 and bool(ended.message))


def goes_on(ended: Ended) -> bool:
    """The same command works once there is room; or all of it had been done before."""
    return ended.error in ("", "nothing_to_restore", "backup_too_soon", "value_not_unique")


def _mounts(nursery: Nursery, kind: str, place: Path) -> bool:
    """Whether it got a small disk; where even ``unshare`` is refused its process is gone."""
    try:
        return nursery.run_alone("mount", kind, str(place)).code == 0
    except (OSError, ValueError):
        return False


@pytest.fixture(params=KINDS)
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Nursery, Path]]:
    """A small disk of its own, seen by the children of its nursery alone."""
    place = tmp_path / "disk"
    place.mkdir()
    for prefix in (["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"]):
        nursery = Nursery(prefix)
        try:
            if _mounts(nursery, request.param, place):
                yield nursery, place
                return
        finally:
            nursery.close()
    pytest.skip("NOT RUN HERE: this system lets nobody mount a small disk to fill")


def test_a_full_disk_refuses_clearly_and_the_same_command_works_with_room(
    scene: Scene, disk: tuple[Nursery, Path], record: Record
) -> None:
    nursery, place = disk
    there, wrong, refused = Scene(place / "scene", scene.key, scene.session_id), [], 0
    levels = LEVELS if FULL else LEVELS[1:5:2]
    for operation in OPERATIONS:
        for left in levels:
            nursery.run_alone("bring", str(scene.folder), str(place))
            nursery.run_alone("fill", str(place), str(left))
            full = there.run(nursery, operation)
            refused += full.code != 0
            held = there.run(nursery, "check", operation)
            again = there.run(nursery, operation)
            if not is_clear(full) or held.values != {"wrong": []} or not goes_on(again):
                wrong.append((operation, left, full, held, again))
    record(len(OPERATIONS) * len(levels), f"{len(wrong)} violations, {refused} refused")
    assert not wrong
    assert refused


def test_the_reserve_lets_a_full_disk_be_cured_and_serves_nothing_else(
    scene: Scene, disk: tuple[Nursery, Path], record: Record
) -> None:
    nursery, place = disk
    nursery.run_alone("bring", str(scene.folder), str(place))
    there = Scene(place / "scene", scene.key, scene.session_id)

    told = there.run(nursery, "cure")

    record(1, "signed in, deleted and expired on a full disk")
    assert told.values == {
        "open": "done",
        "edit": "disk_full",
        "reserve after edit": "True",
        "sign in": "done",
        "reserve after sign-in": "False",
        "delete records": "done",
        "purge records": "done",
        "delete a backup": "done",
        "expire": "done",
    }
    assert there.run(nursery, "check", "").values == {"wrong": []}


def points(calls: int, sampled: int) -> range:
    """Every call, or some at fixed distances."""
    return range(1, calls + 1, 1 if FULL else max(calls // sampled, 1))


@pytest.mark.parametrize("how", ["one call", "every call from there"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_room_at_any_write_is_refused_or_made_good(
    scene: Scene, nursery: Nursery, operation: str, how: str, tmp_path: Path, record: Record
) -> None:
    calls = count_calls(scene.copy(tmp_path / "count"), nursery, operation, TAKES_ROOM)
    wrong, refused, chosen = [], 0, points(calls, 3)
    for at in chosen:
        copy = scene.copy(tmp_path / "run")
        when = str(at) if how == "one call" else f"{at}+"
        fate = traced(tmp_path / "log", TAKES_ROOM, "error=ENOSPC", when)
        ended = copy.run(nursery, operation, strace=fate)
        refused += ended.code != 0
        held = violations(copy, operation)
        if not is_clear(ended) or held or not goes_on(copy.run(nursery, operation)):
            wrong.append((at, ended, held))
    record(len(chosen), f"{len(wrong)} violations, {refused} refused ({operation}, {how})")
    assert not wrong, f"of {calls} calls: {wrong}"


def test_a_scratch_file_without_room_takes_no_commit_back(
    scene: Scene, nursery: Nursery, tmp_path: Path, record: Record
) -> None:
    copy, stage = scene.copy(tmp_path / "run"), tmp_path / "stage.sqlite3"
    with closing(sqlite3.connect(stage)) as scratch:
        scratch.execute("CREATE TABLE scratch (content BLOB)")
    fate = [*traced(tmp_path / "log", "pwrite64", "error=ENOSPC", "1+"), "-P", str(stage)]

    ended = copy.run(nursery, "write beside", str(stage), strace=fate)

    assert "INJECTED" in (tmp_path / "log").read_text()
    with closing(sqlite3.connect(copy.database)) as database:
        cities = database.execute("SELECT city FROM obj_contacts WHERE id IN (1, 2) ORDER BY id")
        found = [row[0] for row in cities]
    record(1, "what was committed beside a scratch file stands")
    assert (ended.code, found) == (0, ["Tromsø", "Bodø"]), ended


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_failed_sync_is_never_reported_as_success(
    scene: Scene, nursery: Nursery, operation: str, tmp_path: Path, record: Record
) -> None:
    calls = count_calls(scene.copy(tmp_path / "count"), nursery, operation, SYNCS)
    wrong, refused, chosen = [], 0, points(calls, effort(3, 0) or calls)
    for at in chosen:
        copy = scene.copy(tmp_path / "run")
        fate = traced(tmp_path / "log", SYNCS, "error=EIO", str(at))
        ended = copy.run(nursery, operation, strace=fate)
        refused += ended.code != 0
        held = violations(copy, operation)
        if not is_clear(ended) or held:
            wrong.append((at, ended, held))
    record(len(chosen), f"{len(wrong)} violations, {refused} refused ({operation})")
    assert not wrong, f"of {calls} calls: {wrong}"
