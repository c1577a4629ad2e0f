"""Families of files: whose ids the record ids of a plain file are."""

from __future__ import annotations

from pathlib import Path

from crmdesk.core.records.headers import fold


def file_family(path: str, table: str, id_header: str) -> str:
    """The source under which the ids of a column are remembered.

    Figures do not count, so that next month's export of the same list is of the same family.

    Args:
        path: where the file lies; only its name counts.
        table: the sheet, or the file in a zip, where there are several; empty otherwise.
        id_header: the column that gives the ids.
    """
    name = table or Path(path).name
    letters = "".join(c for c in fold(name.rpartition(".")[0] or name) if c.isalpha())
    return f"files:{letters}:{fold(id_header)}"
