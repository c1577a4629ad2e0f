"""A whole workspace with the measured contacts in it, for what only services can do."""

from __future__ import annotations

import hashlib
import json
import random
import secrets
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy.schema import CreateTable

from benchmarks import data
from crmdesk.core.db.tables import metadata
from crmdesk.core.founding import NewWorkspace
from crmdesk.core.records.catalogue import PropertyDefinition
from crmdesk.core.records.types import PropertyType
from crmdesk.core.workspace import create_workspace
from tests.builders import PASSWORD, Desk, KeyBox

DAMAGED_SHARE = 0.05


def desk_folder(rows: int) -> Path:
    """A workspace with so many contacts of 58 further properties, a twentieth of them damaged."""

    def fill(desk: Desk) -> None:
        _fill(desk, rows)
        desk.backup_file()
        _damage(desk, rows)

    return kept_desk(f"desk-{rows}", fill)


def kept_desk(name: str, fill: Callable[[Desk], None]) -> Path:
    """A folder with a workspace that was filled; kept while its tables serve."""
    folder = data.FOLDER / name
    made_with = folder / "tables"
    if made_with.is_file() and made_with.read_text() == _tables():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    making = data.FOLDER / f"{name}.making"
    desk = new_desk(making)
    fill(desk)
    desk.workspace.close()
    (making / "tables").write_text(_tables())
    making.rename(folder)
    return folder


def _tables() -> str:
    """Tells one set of tables from another, as they change between two releases."""
    made = "".join(str(CreateTable(table)) for table in metadata.sorted_tables)
    return hashlib.sha256(made.encode()).hexdigest()


def new_desk(folder: Path) -> Desk:
    """An empty workspace whose contacts have the measured properties."""
    shutil.rmtree(folder, ignore_errors=True)
    wanted = NewWorkspace("Bench", "ingrid@northwind.example", "Ingrid Solberg", PASSWORD, {})
    created = create_workspace(folder / "workspace", wanted, KeyBox())
    created.workspace.close()
    (folder / "key").write_text(created.workspace.key.hex())
    desk = Desk(folder / "workspace", created.workspace.key)
    for name, kind in data.TYPES.items():
        definition = PropertyDefinition(name, name, PropertyType(kind))
        desk.workspace.definitions.add_property(desk.admin, "contacts", definition)
    return desk


def opened(folder: Path) -> Desk:
    """The workspace, with somebody signed in."""
    key = bytes.fromhex((folder / "key").read_text())
    return Desk(folder / "workspace", key)


def copied(folder: Path) -> Path:
    """A copy to write into, beside the original."""
    target = data.FOLDER / f"run-{secrets.token_hex(4)}"
    shutil.copytree(folder, target)
    return target


def _fill(desk: Desk, rows: int) -> None:
    names = ", ".join(data.TYPES)
    raw = desk.workspace.database.raw()
    raw.execute("ATTACH ? AS origin", (str(data.contacts(rows)),))
    raw.execute("BEGIN IMMEDIATE")
    raw.execute(
        f"INSERT INTO obj_contacts (id, created_at, updated_at, version, {names}) "
        f"SELECT id, created_at, updated_at, 1, {names} FROM origin.obj_contacts ORDER BY id"
    )
    raw.execute("COMMIT")
    raw.execute("DETACH origin")
    raw.close()


def _damage(desk: Desk, rows: int) -> None:
    chance = random.Random(5)
    changes = ", ".join(f"{name} = ?" for name in data.PLAN_COLUMNS)
    chosen = sorted(chance.sample(range(1, rows + 1), int(rows * DAMAGED_SHARE)))
    raw = desk.workspace.database.raw()
    raw.execute("BEGIN IMMEDIATE")
    raw.executemany(
        f"UPDATE obj_contacts SET {changes}, version = version + 1 WHERE id = ?",
        (
            [*(data.value_of(data.TYPES[n], n, chance) for n in data.PLAN_COLUMNS), record]
            for record in chosen
        ),
    )
    raw.execute("COMMIT")
    raw.close()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(str(desk_folder(int(sys.argv[1])))) + "\n")
