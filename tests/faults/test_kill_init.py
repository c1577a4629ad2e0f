"""kill -9 while a workspace is made: the next try makes it, or its owner opens it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from crmdesk.core.workspace import Workspace
from crmdesk.core.workspace_key import load_key
from tests.builders import PASSWORD, PLACE
from tests.faults.conftest import Record
from tests.faults.first_run import WANTED, store_beside
from tests.faults.nursery import Nursery, Task
from tests.faults.scene import WRITES, traced
from tests.faults.test_kill import spread

LOOK = "the look that somebody chose"


def place(folder: Path) -> Path:
    """A folder with a file that is not ours."""
    folder.mkdir(parents=True)
    (folder / ".directory").write_text(LOOK)
    return folder


def wrong_after(folder: Path, nursery: Nursery) -> list[str]:
    """What does not hold once init was tried again in a folder where it was killed."""
    again = nursery.run_alone("init", str(folder))
    if again.error not in ("", "folder_in_use"):
        return [f"again: {again.error} {again.message}"]
    store = store_beside(folder)
    workspace = Workspace(folder, load_key(folder, store))
    workspace.start_up()
    workspace.sign_in.sign_in(WANTED.email, PASSWORD, None, PLACE)
    found = []
    if (folder / ".directory").read_text() != LOOK:
        found.append("a file of somebody else's was changed")
    if len(store.values) != 1:
        found.append(f"keys are left over: {len(store.values)}")
    known = {".directory", "reserve", "workspace.toml", "vault", "staging"}
    known |= {f"crm.sqlite3{end}" for end in ("", "-wal", "-shm", "-digests")}
    if strays := {path.name for path in folder.iterdir()} - known:
        found.append(f"left: {sorted(strays)}")
    workspace.close()
    return found


def test_an_init_killed_at_any_write_can_be_done_again_or_is_done(
    nursery: Nursery, tmp_path: Path, record: Record
) -> None:
    log = tmp_path / "log"
    counted = Task("init", (str(place(tmp_path / "count" / "w")),), traced(log, WRITES))
    assert nursery.run(counted).code == 0
    lines = log.read_text(errors="replace").splitlines()
    calls = max(Counter(line.split()[0] for line in lines if "(" in line).values())
    points, failures, killed = spread(calls, 4), {}, 0
    for at in points:
        folder = place(tmp_path / str(at) / "w")
        fate = traced(log, WRITES, "signal=KILL", str(at))
        killed += nursery.run(Task("init", (str(folder),), fate)).code == -9
        if wrong := wrong_after(folder, nursery):
            failures[at] = wrong
    record(len(points), f"{len(failures)} violations (init, {killed} killed)")
    assert killed >= len(points) * 0.7
    assert not failures, f"of {calls} calls: {failures}"
