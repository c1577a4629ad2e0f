"""A small workspace with something to back up, restore, undo and import, and what must hold."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmdesk.core.access.keys import KeyPurpose, derive
from crmdesk.core.audit.verify import verify_chain
from crmdesk.core.backup.verify import verify_backup
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Tx
from crmdesk.core.workspace import Workspace
from tests.builders import Desk
from tests.faults.nursery import Ended, Nursery, Task
from tests.faults.scene_log import half_taken, write_log

RECORDS = 50
#: Every call that changes a file or a folder.
WRITES = "pwrite64,pwritev,write,writev,fsync,fdatasync,rename,renameat,renameat2"
WRITES += ",unlink,unlinkat,ftruncate,fallocate"


@dataclass(frozen=True, slots=True)
class Scene:
    """A folder with a workspace, files beside it, and a signed-in Super Admin."""

    folder: Path
    key: bytes
    session_id: str

    @property
    def workspace_folder(self) -> Path:
        """The workspace's own folder."""
        return self.folder / "workspace"

    @property
    def database(self) -> Path:
        """The workspace's database file."""
        return self.workspace_folder / "crm.sqlite3"

    def copy(self, target: Path) -> Scene:
        """A fresh copy, so that one run's damage is not the next one's start."""
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.folder, target)
        return Scene(target, self.key, self.session_id)

    def task(self, operation: str, *more: str, **fate: Any) -> Task:
        """An operation on this copy."""
        basis = (str(self.workspace_folder), self.key.hex(), self.session_id)
        return Task(operation, (*basis, *more), **fate)

    def run(self, nursery: Nursery, operation: str, *more: str, **fate: Any) -> Ended:
        """Do an operation on this copy, to its end."""
        return nursery.run(self.task(operation, *more, **fate))

    def open(self) -> Workspace:
        """The workspace, opened here."""
        return Workspace(self.workspace_folder, self.key)


def make_scene(folder: Path, template: tuple[Path, bytes]) -> Scene:
    """Fifty contacts, a backup, a restore that can be undone, files to import, wrong values."""
    folder.mkdir(parents=True)
    shutil.copytree(template[0], folder / "workspace")
    desk = Desk(folder / "workspace", template[1])
    # All trials of a goal can take longer than people leave a window alone.
    desk.workspace.settings.set(desk.admin, "session.idle_minutes", 1440)
    for number in range(RECORDS):
        desk.contact(email=f"{number}@example.org", phone="good", city="Oslo")
    desk.backup()
    with desk.workspace.database.write() as tx:
        # Backups are possible once in a while; this one was made long ago.
        tx.sql("UPDATE backups SET completed_steady = '2026-01-05T08:00:00.000Z'")
    backup = desk.backup_file()
    _set_phones(desk, "worse", "1")
    desk.restore(backup, "contacts", ["phone"])
    # What a restore would change; the other half stays as the restore left it, for its undo.
    _set_phones(desk, "bad", "id % 2 = 0")
    _write_file(folder / "contacts.csv")
    write_log(folder / "audit.csv")
    scene = Scene(folder, template[1], str(desk.admin.session_id))
    desk.workspace.close()
    return scene


def _set_phones(desk: Desk, value: str, where: str) -> None:
    with desk.workspace.database.write() as tx:
        tx.sql(f"UPDATE obj_contacts SET phone = ?, version = version + 1 WHERE {where}", (value,))


def _write_file(path: Path) -> None:
    """Half of the rows are known contacts, half are new, and one cannot be imported."""
    rows = [f"{n}@example.org,Bergen" for n in range(RECORDS // 2, RECORDS + RECORDS // 2)]
    path.write_text("\n".join(["Email,City", *rows, "no address,Bergen", ""]), encoding="utf-8")


def dump(database: Path, without: tuple[str, ...] = ()) -> dict[str, Counter[tuple[Any, ...]]]:
    """All rows of all tables, as a multiset a table."""
    connection = sqlite3.connect(database)
    try:
        names = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        return {
            name: Counter(connection.execute(f'SELECT * FROM "{name}"'))
            for name in names
            if name not in without
        }
    finally:
        connection.close()


def violations(scene: Scene, operation: str = "") -> list[str]:
    """What does not hold after the next start: nothing, one hopes."""
    workspace = scene.open()
    workspace.start_up()
    with workspace.database.read() as tx:
        found = _database_violations(tx)
        found += _half_done(tx, operation)
        found += _stray_files(tx, workspace)
    chain = verify_chain(
        workspace.database.path,
        derive(scene.key, KeyPurpose.AUDIT_CHAIN),
        [],
        workspace.signing_key.public_key,
    )
    if not chain.ok:
        found.append(f"audit chain: {chain.reason} at {chain.first_bad}")
    found += _false_alarms(workspace)
    workspace.close()
    return found


def _false_alarms(workspace: Workspace) -> list[str]:
    """Nothing that is done to a program damages a page, so that none may be called damaged."""
    found = None if workspace.database.pages is None else workspace.database.pages.look()
    if found is None or not (found.damaged or found.is_doubtful):
        return []
    return [f"sound pages are called damaged: {found.damaged}"]


def _database_violations(tx: Tx) -> list[str]:
    questions = {
        "a page is damaged": "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
        "a foreign key leads nowhere": "SELECT * FROM pragma_foreign_key_check",
        "a job is still open": "SELECT id FROM jobs WHERE state IN "
        "('queued', 'running', 'cancelling')",
        "a lock is still held": "SELECT name FROM locks",
        "a job and its row disagree": "SELECT j.id FROM jobs j JOIN (SELECT job_id, state FROM "
        "backups UNION ALL SELECT job_id, state FROM restores UNION ALL SELECT job_id, state "
        "FROM imports UNION ALL SELECT job_id, state FROM exports WHERE source <> 'backup') d "
        "ON d.job_id = j.id WHERE d.state <> j.state",
    }
    return [
        f"{what}: {rows}" for what, sql in questions.items() if (rows := tx.sql(sql).fetchall())
    ]


def _one(tx: Tx, sql: str) -> int:
    return int(tx.sql(sql).fetchone()[0])


def _half_done(tx: Tx, operation: str) -> list[str]:
    """Wholly there or wholly absent, and the log agrees."""
    found = []
    rows = tx.sql("SELECT undoes IS NOT NULL, state FROM restores ORDER BY created_at").fetchall()
    pairs = {
        "restores": (
            sum(state == "succeeded" for _, state in rows),
            "subcategory IN ('DATA_RESTORE_COMPLETED', 'UNIFIED_RESTORE_UNDO_EXECUTION')",
        ),
        "backups": (
            _one(tx, "SELECT count(*) FROM backups WHERE state = 'succeeded'"),
            "subcategory = 'DATA_BACKUP_CREATED'",
        ),
        "exports": (
            _one(
                tx,
                "SELECT count(*) FROM exports WHERE state = 'succeeded' AND source <> 'backup'",
            ),
            "subcategory = 'EXPORT' AND action = 'export'",
        ),
    }
    for what, (listed, where) in pairs.items():
        sql = f"SELECT count(*) FROM audit_events WHERE result = 'ok' AND {where}"
        if _one(tx, sql) != listed:
            found.append(f"the log and the list of {what} disagree")
    good, worse = (
        _one(tx, f"SELECT count(*) FROM obj_contacts WHERE phone = '{value}'")
        for value in ("good", "worse")
    )
    if operation == "restore":
        happened = rows.count((0, "succeeded")) == 2
        if good != (RECORDS if happened else RECORDS // 2):
            found.append(f"half a restore: {good} of {RECORDS} values")
    if operation == "undo":
        happened = rows[-1] == (1, "succeeded")
        if worse != (RECORDS // 2 if happened else 0):
            found.append(f"half an undo: {worse} values")
    if operation in ("import", "import in pieces"):
        found += _half_imported(tx)
    if operation == "log":
        found += half_taken(tx)
    return found


def _half_imported(tx: Tx) -> list[str]:
    moved = _one(tx, "SELECT count(*) FROM obj_contacts WHERE city = 'Bergen'")
    happened = _one(
        tx, "SELECT count(*) FROM imports WHERE kind = 'import' AND state = 'succeeded'"
    )
    if moved != (RECORDS if happened else 0):
        return [f"half an import: {moved} records"]
    return []


def _stray_files(tx: Tx, workspace: Workspace) -> list[str]:
    folder = workspace.folder
    known = {
        "vault/backups": "SELECT file_name FROM backups WHERE state = 'succeeded' "
        "AND expired_at IS NULL",
        "vault/exports": "SELECT file_name FROM exports WHERE expired_at IS NULL",
        "vault/imports": "SELECT stored_file FROM imports UNION SELECT error_file FROM imports",
        "staging": "SELECT id || '.sqlite3' FROM plans",
    }
    found = []
    for place, sql in known.items():
        expected = {row[0] for row in tx.sql(sql)} - {None}
        files = {path.name for path in (folder / place).iterdir()}
        # The staging file of a plan that was carried out, or lapsed, is gone.
        wrong = files - expected if place == "staging" else files ^ expected
        if wrong:
            found.append(f"{place}: {sorted(wrong)}")
    partials = [path.name for path in folder.rglob("*.partial")]
    if partials:
        found.append(f"partial files {partials}")
    found += [
        f"{path.name} does not verify"
        for path in (folder / "vault" / "backups").glob("*.zip")
        if not verify_backup(path, workspace.signing_key.public_key).ok
    ]
    return found


def traced(log: Path, calls: str, fault: str = "", when: str = "") -> list[str]:
    """Options of strace: note ``calls``, and do ``fault`` to those that ``when`` numbers."""
    options = ["-o", str(log), "-e", f"trace={calls}"]
    return [*options, "-e", f"inject={calls}:{fault}:when={when}"] if fault else options


def count_calls(scene: Scene, nursery: Nursery, operation: str, calls: str) -> int:
    """How many such calls the undisturbed operation's busiest thread makes.

    Strace counts a fault's number in each thread by itself.
    """
    log = scene.folder / "calls"
    done = scene.run(nursery, operation, strace=traced(log, calls))
    if done.code:
        raise AssertionError(done.message)
    lines = log.read_text(errors="replace").splitlines()
    return max(Counter(line.split()[0] for line in lines if "(" in line).values(), default=0)
