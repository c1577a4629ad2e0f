"""A small workspace with something to back up, restore and undo, and what must hold of it."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from crmdesk.core.access.keys import KeyPurpose, derive
from crmdesk.core.audit.verify import verify_chain
from crmdesk.core.backup.verify import verify_backup
from crmdesk.core.workspace import Workspace
from tests.builders import Desk

RECORDS = 50
ROOT = Path(__file__).parents[2]
WRITES = "pwrite64,write,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,ftruncate"


@dataclass(frozen=True)
class Scene:
    """A folder with a workspace, a backup file beside it, and a signed-in Super Admin."""

    folder: Path
    key: bytes
    session_id: str

    @property
    def workspace_folder(self) -> Path:
        """The workspace's own folder."""
        return self.folder / "workspace"

    def copy(self, target: Path) -> Scene:
        """A fresh copy, so that one run's damage is not the next one's start."""
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.folder, target)
        return Scene(target, self.key, self.session_id)

    def command(self, operation: str) -> list[str]:
        """The command line of an operation on this copy."""
        return [
            sys.executable,
            "-m",
            "tests.faults.operation",
            operation,
            str(self.workspace_folder),
            self.key.hex(),
            self.session_id,
        ]

    def run(self, operation: str, prefix: list[str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run an operation, under another program when ``prefix`` names one."""
        return subprocess.run(
            [*(prefix or []), *self.command(operation)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def make_scene(folder: Path, template: tuple[Path, bytes]) -> Scene:
    """Fifty contacts, a backup file, one restore that can be undone, then damaged values."""
    folder.mkdir(parents=True)
    shutil.copytree(template[0], folder / "workspace")
    desk = Desk(folder / "workspace", template[1])
    for number in range(RECORDS):
        desk.contact(firstname=f"Name {number}", phone="good")
    backup = desk.backup_file()
    _damage(desk, "worse")
    desk.restore(backup, "contacts", ["phone"])
    _damage_marked(desk)
    scene = Scene(folder, template[1], str(desk.admin.session_id))
    desk.workspace.close()
    return scene


def _damage(desk: Desk, value: str) -> None:
    with desk.workspace.database.write() as tx:
        tx.sql("UPDATE obj_contacts SET phone = ?, version = version + 1", (value,))


def _damage_marked(desk: Desk) -> None:
    """Values that a restore would change, in other records' cities; phones stay undoable."""
    with desk.workspace.database.write() as tx:
        tx.sql(
            "UPDATE obj_contacts SET phone = 'bad', version = version + 1 WHERE id % 2 = 0"
        )


def phones(folder: Path) -> dict[str, int]:
    """How many contacts have which phone value."""
    with sqlite3.connect(folder / "crm.sqlite3") as connection:
        rows = connection.execute("SELECT phone, count(*) FROM obj_contacts GROUP BY phone")
        found = {str(phone): int(number) for phone, number in rows}
    connection.close()
    return found


def violations(scene: Scene, operation: str) -> list[str]:
    """What does not hold after the next start: nothing, one hopes."""
    found: list[str] = []
    workspace = Workspace(scene.workspace_folder, scene.key)
    workspace.start_up()
    with workspace.database.read() as tx:
        if tx.sql("PRAGMA integrity_check").fetchone()[0] != "ok":
            found.append("integrity_check")
        if tx.sql("PRAGMA foreign_key_check").fetchall():
            found.append("foreign_key_check")
        if tx.sql("SELECT count(*) FROM jobs WHERE state IN ('queued','running','cancelling')").fetchone()[0]:
            found.append("a job is still open")
        if tx.sql("SELECT count(*) FROM locks").fetchone()[0]:
            found.append("a lock is still held")
        found += _unequal_states(tx.sql, operation)
        known = {row[0] for row in tx.sql("SELECT file_name FROM backups WHERE state = 'succeeded' AND expired_at IS NULL")}
    vault = scene.workspace_folder / "vault" / "backups"
    files = {path.name for path in vault.iterdir()}
    if files != known:
        found.append(f"vault holds {sorted(files)}, the list says {sorted(known)}")
    for name in files & known:
        if not verify_backup(vault / name, workspace.signing_key.public_key).ok:
            found.append(f"{name} does not verify")
    kept = _plan_files(workspace)
    stray = {path.name for path in (scene.workspace_folder / "staging").iterdir()} - kept
    if stray:
        found.append(f"stray staging files {sorted(stray)}")
    chain = verify_chain(
        workspace.database.path,
        derive(scene.key, KeyPurpose.AUDIT_CHAIN),
        [],
        workspace.signing_key.public_key,
    )
    if not chain.ok:
        found.append(f"audit chain: {chain.reason} at {chain.first_bad}")
    workspace.close()
    return found


def _plan_files(workspace: Workspace) -> set[str]:
    with workspace.database.read() as tx:
        return {f"{row[0]}.sqlite3" for row in tx.sql("SELECT id FROM plans")}


def _unequal_states(sql, operation: str) -> list[str]:  # type: ignore[no-untyped-def]
    """Wholly there or wholly absent, and the log agrees."""
    found = []
    good = sql("SELECT count(*) FROM obj_contacts WHERE phone = 'good'").fetchone()[0]
    rows = sql("SELECT undoes IS NOT NULL, state FROM restores ORDER BY created_at").fetchall()
    done = sql(
        "SELECT count(*) FROM audit_events WHERE result = 'ok' AND subcategory IN "
        "('DATA_RESTORE_COMPLETED', 'UNIFIED_RESTORE_UNDO_EXECUTION')"
    ).fetchone()[0]
    if done != sum(state == "succeeded" for _, state in rows):
        found.append("the log and the list of restores disagree")
    if operation == "restore":
        happened = rows[-1] == (0, "succeeded") and len(rows) == 2
        if good != (RECORDS if happened else RECORDS // 2):
            found.append(f"half a restore: {good} of {RECORDS} values")
    if operation == "undo":
        worse = sql("SELECT count(*) FROM obj_contacts WHERE phone = 'worse'").fetchone()[0]
        happened = rows[-1] == (1, "succeeded")
        if worse != (RECORDS // 2 if happened else 0):
            found.append(f"half an undo: {worse} values")
    backups = sql("SELECT count(*) FROM backups WHERE state = 'succeeded'").fetchone()[0]
    logged = sql(
        "SELECT count(*) FROM audit_events WHERE subcategory = 'DATA_BACKUP_CREATED' AND result = 'ok'"
    ).fetchone()[0]
    if backups != logged:
        found.append("the log and the list of backups disagree")
    return found


def count_writes(scene: Scene, operation: str, folder: Path) -> int:
    """How many write-type system calls the undisturbed operation makes."""
    log = folder / "calls"
    done = scene.run(operation, ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={WRITES}"])
    if done.returncode:
        raise AssertionError(done.stderr)
    return log.read_bytes().count(b"\n")


def inject(fault: str, at: int, log: Path) -> list[str]:
    """A strace prefix that does ``fault`` to the write-type call number ``at``."""
    return [
        "strace",
        "-f",
        "-qq",
        "-o",
        str(log),
        "-e",
        f"trace={WRITES}",
        "-e",
        f"inject={WRITES}:{fault}:when={at}",
    ]
