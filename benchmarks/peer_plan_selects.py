"""The simple way: for each row of the CSV, one SELECT."""

from __future__ import annotations

import csv
import io
import sqlite3
import sys
import zipfile

database, zipped, columns = sys.argv[1:]
chosen = columns.split(",")
connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
query = f"SELECT {','.join(chosen)} FROM obj_contacts WHERE id = ? AND archived_at IS NULL"
different = 0
with zipfile.ZipFile(zipped) as archive, archive.open("contacts.csv") as entry:
    rows = csv.reader(io.TextIOWrapper(entry, encoding="utf-8", newline=""))
    heading = next(rows)
    places = [heading.index(name) for name in chosen]
    for row in rows:
        live = connection.execute(query, (row[0],)).fetchone()
        if live is not None and live != tuple(row[place] or None for place in places):
            different += 1
sys.stdout.write(f"{different}\n")
