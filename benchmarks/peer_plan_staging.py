"""The usual way: the CSV into a staging table by executemany, then a join with IS NOT."""

from __future__ import annotations

import csv
import io
import sqlite3
import sys
import zipfile

database, zipped, columns = sys.argv[1:]
chosen = columns.split(",")
connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
connection.execute("PRAGMA temp_store = FILE")
connection.execute(
    f"CREATE TEMP TABLE staged (id INTEGER PRIMARY KEY, {','.join(f'{c} TEXT' for c in chosen)})"
)
with zipfile.ZipFile(zipped) as archive, archive.open("contacts.csv") as entry:
    rows = csv.reader(io.TextIOWrapper(entry, encoding="utf-8", newline=""))
    heading = next(rows)
    places = [heading.index(name) for name in chosen]
    marks = ",".join("nullif(?,'')" for _ in chosen)
    connection.executemany(
        f"INSERT INTO staged VALUES (?,{marks})",
        ([row[0], *[row[place] for place in places]] for row in rows),
    )
differs = " OR ".join(f"s.{name} IS NOT l.{name}" for name in chosen)
found = connection.execute(
    f"SELECT s.* FROM staged s JOIN obj_contacts l NOT INDEXED USING (id)"
    f" WHERE l.archived_at IS NULL AND ({differs})"
).fetchall()
sys.stdout.write(f"{len(found)}\n")
