"""The pandas way: read_sql, then to_csv into a zip."""

import sqlite3
import sys

import pandas as pd

database, target, query = sys.argv[1:]
frame = pd.read_sql(query, sqlite3.connect(database))
frame.to_csv(target, index=False, compression={"method": "zip", "archive_name": "contacts.csv"})
