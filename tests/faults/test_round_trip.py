"""Backup, empty workspace, import or rebuild, backup: the values are equal byte for byte."""

from __future__ import annotations

import csv
import io
import os
import random
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from crmdesk.core.backup.contents import backup_context, object_shapes
from crmdesk.core.backup.engine import write_backup
from crmdesk.core.backup.reader import read_backup
from crmdesk.core.backup.rebuild_database import build_database
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.records.catalogue import OptionDefinition, PropertyDefinition
from crmdesk.core.records.schema import load_object_type, load_object_types
from crmdesk.core.records.types import PropertyType
from crmdesk.core.transfer.model import FileOptions, ImportMode, ImportRequest
from tests.builders import Desk
from tests.faults.conftest import Record, effort

SEED = int(os.environ.get("CRMDESK_TEST_SEED", "20261122"))
TRIALS = effort(3, 300)
OBJECT = "things"

TEXTS = (
    "plain",
    'quo"te',
    "comma, semicolon; tab\t",
    "line\nbreak\r\nand more",
    "=1+1",
    "00123",
    "Ærøskøbing 🚢",
    "x" * 3_000,
    "'",
    "\u2028\u00a0",
)
OPTIONS = tuple(OptionDefinition(value, value.upper()) for value in ("a", "b b", "c,d", "é"))
TYPES = tuple(PropertyType)


def definitions(chance: random.Random) -> list[PropertyDefinition]:
    """Properties of every type in any number, some with names that look alike."""
    return [
        PropertyDefinition(
            f"p{number}_{kind.value}",
            f"Property {number}",
            kind,
            options=OPTIONS if kind.has_options else (),
            sensitive=chance.random() < 0.1,
        )
        for number in range(chance.randint(1, 14))
        for kind in [chance.choice(TYPES)]
    ]


def value(kind: PropertyType, chance: random.Random) -> str | None:
    """A canonical value of a type, or none."""
    return None if chance.random() < 0.3 else MAKERS.get(kind, a_text)(chance)


def a_text(chance: random.Random) -> str:
    return chance.choice(TEXTS)


def a_number(chance: random.Random) -> str:
    return chance.choice(("0", "-1.5", "1000000000000000", "0.0000001", "12345678901234567.25"))


def a_day(chance: random.Random) -> str:
    return f"{chance.randint(1900, 2100)}-{chance.randint(1, 12):02d}-28"


def a_moment(chance: random.Random) -> str:
    clock = f"0{chance.randint(0, 9)}:30:00.{chance.randint(0, 999):03d}"
    return f"2026-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}T{clock}Z"


def some_options(chance: random.Random) -> str:
    chosen = chance.sample(OPTIONS, chance.randint(1, len(OPTIONS)))
    return ";".join(option.value for option in chosen)


MAKERS: dict[PropertyType, Callable[[random.Random], str]] = {
    PropertyType.NUMBER: a_number,
    PropertyType.BOOL: lambda chance: chance.choice(("true", "false")),
    PropertyType.DATE: a_day,
    PropertyType.DATETIME: a_moment,
    PropertyType.ENUMERATION: lambda chance: chance.choice(OPTIONS).value,
    PropertyType.MULTI_ENUMERATION: some_options,
    PropertyType.PHONE: lambda chance: chance.choice(("+47 55 01 02 03", "(030) 1234-56")),
}


@contextmanager
def workspace(template: tuple[Path, bytes], folder: Path) -> Iterator[Desk]:
    """A workspace of a trial's own, gone afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template[0], folder / "workspace")
    desk = Desk(folder / "workspace", template[1])
    try:
        yield desk
    finally:
        desk.workspace.close()
        shutil.rmtree(folder)


def shape(desk: Desk, wanted: list[PropertyDefinition]) -> None:
    desk.workspace.definitions.add_object(desk.admin, OBJECT, "Thing", "Things")
    for each in wanted:
        desk.workspace.definitions.add_property(desk.admin, OBJECT, each)


def fill(desk: Desk, wanted: list[PropertyDefinition], chance: random.Random) -> None:
    """Records as services would have written them, ids with gaps, some in the bin."""
    with desk.workspace.database.write() as tx:
        table = quoted(load_object_type(tx, OBJECT).table)
        record_id = 0
        for _ in range(chance.randint(0, 25)):
            record_id += chance.choice((1, 1, 2, 10**12))
            cells = {each.name: value(each.type, chance) for each in wanted}
            cells["name"] = chance.choice(TEXTS[:2])
            binned = tx.now_text if chance.random() < 0.1 else None
            names = ",".join(quoted(name) for name in cells)
            marks = ",".join("?" * (len(cells) + 4))
            tx.sql(
                f"INSERT INTO {table} (id, created_at, updated_at, archived_at, {names}) "
                f"VALUES ({marks})",
                (record_id, tx.now_text, tx.now_text, binned, *cells.values()),
            )


def backup_of(desk: Desk, database: Path, target: Path) -> Path:
    """A complete backup of a database that this workspace signs."""
    with desk.workspace.database.read() as tx:
        types = load_object_types(tx)
    workspace = desk.workspace
    key = workspace.signing_key.public_key
    write_backup(
        database,
        object_shapes(types),
        target,
        manifest_context=backup_context(workspace.id, "Trial", key, types, workspace.anchors),
        sign=workspace.signing_key.sign,
        complete=True,
    )
    return target


def csv_of(file: Path) -> bytes:
    with zipfile.ZipFile(file) as opened:
        name = f"{OBJECT}.csv"
        return opened.read(name) if name in opened.namelist() else b""


def values_of(file: Path, wanted: list[PropertyDefinition]) -> list[list[str]]:
    """The rows without what each workspace decides by itself."""
    names = ["name", *(each.name for each in wanted)]
    text = io.StringIO(csv_of(file).decode(), newline="")
    return [[row[name] for name in names] for row in csv.DictReader(text)]


def test_values_survive_the_way_through_a_backup_into_an_empty_workspace(
    workspace_template: tuple[Path, bytes], tmp_path: Path, record: Record
) -> None:
    rows = 0
    wrong = []
    for trial in range(TRIALS):
        count = trip(workspace_template, tmp_path, random.Random(f"{SEED} {trial}"))
        rows += max(count, 0)
        wrong += [trial] if count < 0 else []
    record(TRIALS, f"{len(wrong)} data sets of {rows:,} records came out otherwise, seed {SEED}")
    assert wrong == []
    assert rows > TRIALS


def trip(template: tuple[Path, bytes], folder: Path, chance: random.Random) -> int:
    """One data set there and back, by rebuilding the workspace and by importing.

    Returns:
        The number of records, or -1 when something came out otherwise.
    """
    wanted = definitions(chance)
    with workspace(template, folder / "from") as desk:
        shape(desk, wanted)
        fill(desk, wanted, chance)
        database = desk.workspace.database.path
        first = backup_of(desk, database, folder / "first.zip")
        rebuilt = folder / "rebuilt.sqlite3"
        rebuilt.unlink(missing_ok=True)
        file = read_backup(first, known_key=desk.workspace.signing_key.public_key)
        build_database(file, rebuilt, lambda _: None)
        again = backup_of(desk, rebuilt, folder / "again.zip")
        if csv_of(again) != csv_of(first):
            return -1
    with workspace(template, folder / "to") as other:
        shape(other, wanted)
        if csv_of(first):
            import_all(other, first, wanted)
        second = backup_of(other, other.workspace.database.path, folder / "second.zip")
        before, after = values_of(first, wanted), values_of(second, wanted)
        return len(before) if before == after else -1


def import_all(desk: Desk, file: Path, wanted: list[PropertyDefinition]) -> None:
    names = ["name", *(each.name for each in wanted)]
    request = ImportRequest(
        str(file),
        OBJECT,
        mapping={name: name for name in names},
        mode=ImportMode.CREATE,
        options=FileOptions(table=f"{OBJECT}.csv"),
    )
    imports = desk.workspace.imports
    import_id = imports.start(desk.admin, request)
    desk.workspace.run_job(str(imports.show(desk.admin, import_id).job_id))
