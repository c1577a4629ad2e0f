"""The openpyxl way: a write-only workbook, row by row."""

import sqlite3
import sys

from openpyxl import Workbook

database, target, query = sys.argv[1:]
book = Workbook(write_only=True)
sheet = book.create_sheet("contacts")
cursor = sqlite3.connect(database).execute(query)
sheet.append([column[0] for column in cursor.description])
for row in cursor:
    sheet.append(row)
book.save(target)
