"""Files in and out: tables, workbooks, archives, atomic writing."""
