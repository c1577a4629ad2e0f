"""The stdlib's way: sqlite3 rows through csv.writer into zipfile at level 6."""

from __future__ import annotations

import csv
import io
import sqlite3
import sys
import zipfile

database, target, query = sys.argv[1:]
rows = sqlite3.connect(database).execute(query)
with (
    zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
    archive.open("contacts.csv", "w", force_zip64=True) as entry,
    io.TextIOWrapper(entry, encoding="utf-8", newline="") as text,
):
    writer = csv.writer(text)
    writer.writerow(column[0] for column in rows.description)
    writer.writerows(rows)
