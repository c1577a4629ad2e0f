"""As a script is usually written: DictReader, and for each row one SELECT * into a dict."""

from __future__ import annotations

import csv
import io
import sqlite3
import sys
import zipfile

database, zipped, columns = sys.argv[1:]
chosen = columns.split(",")
connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
connection.row_factory = sqlite3.Row
query = "SELECT * FROM obj_contacts WHERE id = ? AND archived_at IS NULL"
different = 0
with zipfile.ZipFile(zipped) as archive, archive.open("contacts.csv") as entry:
    reader = csv.DictReader(io.TextIOWrapper(entry, encoding="utf-8", newline=""))
    [identity] = (reader.fieldnames or [])[:1]
    for row in reader:
        found = connection.execute(query, (row[identity],)).fetchone()
        if found is None:
            continue
        live = dict(found)
        different += any(live[name] != (row[name] or None) for name in chosen)
sys.stdout.write(f"{different}\n")
