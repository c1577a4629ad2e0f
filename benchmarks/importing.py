"""Importing a CSV of contacts found by e-mail address: half are there already, half are new."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from shlex import quote

from benchmarks import data, desk, peers
from benchmarks.measure import Contestant
from benchmarks.waiting_job import worker
from crmdesk.core.db.driver import sqlite3
from tests.builders import Desk

TITLE = "Import: upsert of contacts × 59 columns by e-mail address, half of them there already"
NOTE = (
    "Each into a fresh copy of a database with half of the contacts; of those each row changes "
    "up to 6 values. Blanks leave a value alone. Ours: the whole job as a process (the file "
    "kept and digested, every value checked, history of each changed value, audit entry, one "
    "synced commit). The peers check nothing and keep no history. Where ours is slower than the "
    "shell, in processor seconds, the shell's in brackets: two interpreters start 0.6 (none); "
    "the file is kept and digested 0.2 (none); read, checked and staged 4.1 (2.5); records found "
    "and compared 0.6 (none); written 1.4 (2.1); history, its digest and the entry 1.1 (none); "
    "commit, digests of pages and checkpoint 0.5 (0.3). Pieces of the table are read by a second "
    "process while those before are found and written and their history is printed; starting, "
    "keeping the file and the commit, a third of the time at 200,000 records, have one processor. "
    "How the file is encoded was proven when it was looked at, before the job."
)
_HEADINGS = ["email", *data.TYPES]
_CHANGED_VALUES = 6


def contestants(rows: int) -> list[Contestant]:
    """Ours first, then the peers that can run here."""
    given = quote(str(_file(rows)))
    origin = quote(str(_plain_database(rows)))
    target = quote(str(data.FOLDER / "import-peer.sqlite"))
    fresh = f"rm -f {target} {target}-wal {target}-shm && cp {origin} {target}"
    python = quote(peers.our_python())
    folder = quote(str(_desk_folder(rows)))
    copy = quote(str(data.FOLDER / "import-run"))
    found = [
        Contestant(
            "CRM Desk, checked, with history and audit",
            worker(data.FOLDER / "import-run"),
            prepare=f"rm -rf {copy} && cp -r {folder} {copy} && "
            f"{python} -m benchmarks.do_import {copy} {given}",
        ),
        Contestant(
            "sqlite3 .import + upsert",
            f"sqlite3 {target} < {quote(str(_script(rows)))}",
            prepare=fresh,
            target="1 (aim 1.5)",
        ),
    ]
    if tool := peers.python_with("sqlite_utils", "sqlite-utils"):
        command = (
            f"{quote(tool)} -m sqlite_utils upsert {target} contacts {given} "
            "--csv --pk email --silent"
        )
        found.append(
            Contestant(
                "sqlite-utils upsert",
                command,
                most_rows=200_000,
                target="10 (aim 20)",
                prepare=fresh,
            )
        )
    return found


def email_of(number: int) -> str:
    """The address of a contact, by its number in the measured database."""
    return f"Person.{number}@example.org"


def _file(rows: int) -> Path:
    """The CSV: records that exist and new ones in turns."""
    path = data.FOLDER / f"import-{rows}.csv"
    if path.exists():
        return path
    making = path.with_suffix(".making")
    chance = random.Random(7)
    with making.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADINGS)
        for number, values in _records(rows):
            if number <= rows // 2:
                for place in chance.sample(range(len(values)), _CHANGED_VALUES):
                    name = _HEADINGS[place + 1]
                    values[place] = data.value_of(data.TYPES[name], name, chance)
            writer.writerow([email_of(number), *values])
    making.rename(path)
    return path


def _records(rows: int) -> Iterator[tuple[int, list[str | None]]]:
    names = ", ".join(data.TYPES)
    half = rows // 2
    with closing(sqlite3.connect(data.contacts(rows))) as connection:
        query = f"SELECT id, {names} FROM {data.TABLE} WHERE id BETWEEN ? AND ? ORDER BY id"
        there = connection.execute(query, (1, half))
        new = connection.execute(query, (half + 1, rows))
        for pair in zip(there, new, strict=False):
            for record, *values in pair:
                yield record, values


def _desk_folder(rows: int) -> Path:
    """A workspace with the first half of the contacts."""

    def fill(made: Desk) -> None:
        raw = made.workspace.database.raw()
        _copy_half(raw, rows, "obj_contacts", ", created_at, updated_at, version", "1")
        raw.close()

    return desk.kept_desk(f"import-desk-{rows}", fill)


def _plain_database(rows: int) -> Path:
    """The same half as a table of a plain database, for the peers."""
    path = data.FOLDER / f"import-plain-{rows}.sqlite"
    if path.exists():
        return path
    making = path.with_suffix(".making")
    making.unlink(missing_ok=True)
    columns = ", ".join(f"{name} TEXT" for name in data.TYPES)
    with closing(sqlite3.connect(making, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute(f"CREATE TABLE contacts (email TEXT PRIMARY KEY, {columns})")
        _copy_half(raw, rows, "contacts")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    making.rename(path)
    return path


def _copy_half(
    raw: sqlite3.Connection, rows: int, table: str, system: str = "", version: str = ""
) -> None:
    names = ", ".join(data.TYPES)
    given = f", created_at, updated_at, {version}" if system else ""
    raw.create_function("email_of", 1, email_of)
    raw.execute("ATTACH ? AS origin", (str(data.contacts(rows)),))
    raw.execute("BEGIN IMMEDIATE")
    raw.execute(
        f"INSERT INTO {table} (email, {names}{system}) SELECT email_of(id), {names}{given} "
        "FROM origin.obj_contacts WHERE id <= ? ORDER BY id",
        (rows // 2,),
    )
    raw.execute("COMMIT")
    raw.execute("DETACH origin")


def _script(rows: int) -> Path:
    """What the sqlite3 shell is told: stage the file, then one upsert."""
    path = data.FOLDER / f"import-{rows}.sql"
    names = ", ".join(_HEADINGS)
    given = ", ".join(f"nullif({name}, '')" for name in _HEADINGS)
    kept = ", ".join(f"{name} = coalesce(excluded.{name}, {name})" for name in data.TYPES)
    path.write_text(
        f"CREATE TEMP TABLE incoming ({', '.join(f'{name} TEXT' for name in _HEADINGS)});\n"
        f'.import --csv --skip 1 --schema temp "{_file(rows)}" incoming\n'
        "BEGIN IMMEDIATE;\n"
        f"INSERT INTO contacts ({names}) SELECT {given} FROM temp.incoming WHERE true "
        f"ON CONFLICT (email) DO UPDATE SET {kept};\n"
        "COMMIT;\n"
    )
    return path
