"""The zip a person is given: tables as CSV, the same as JSON, and what it all is in words."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from crmdesk.core.backup import deflate
from crmdesk.core.backup.zip_writer import ZipWriter
from crmdesk.core.clock import to_text
from crmdesk.core.files.atomic import atomic_write
from crmdesk.core.files.csv_writer import write_rows
from crmdesk.core.privacy.data import DataTable

_ABOUT = """\
What {workspace} keeps about {address}, as of {at} (UTC).

records.csv       every value that is kept now
history.csv       what the values were before, and when they changed
associations.csv  what the records are connected with
log.csv           what was noted about them in the audit log
import_rows.csv   rows of files that were read in and are still kept
data.json         all of the above in one file, for programs

In the .csv files an apostrophe stands before a text that a spreadsheet would
calculate. In data.json every text is as it is kept.
"""


def write_data_file(
    target: Path, tables: Sequence[DataTable], *, address: str, workspace: str, at: datetime
) -> int:
    """Write the file; returns the number of rows of all its tables.

    Raises:
        UserError: ``disk_full`` or what else the disk said.
    """
    facts = {"address": address, "workspace": workspace, "at": to_text(at)}
    with atomic_write(target) as file:
        writer = ZipWriter(file, at)
        _add(writer, "about.txt", _ABOUT.format(**facts).encode())
        for table in tables:
            text = io.BytesIO()
            write_rows(text, table.columns, table.rows, for_spreadsheets=True)
            _add(writer, f"{table.name}.csv", text.getvalue())
        _add(writer, "data.json", _as_json(facts, tables))
        writer.close()
    return sum(len(table.rows) for table in tables)


def _as_json(facts: dict[str, str], tables: Sequence[DataTable]) -> bytes:
    rows = {
        table.name: [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        for table in tables
    }
    text = json.dumps({**facts, **rows}, ensure_ascii=False, indent=2)
    return text.encode("utf-8", "backslashreplace")


def _add(writer: ZipWriter, name: str, content: bytes) -> None:
    writer.begin(name)
    writer.append(deflate.deflate_piece(content, deflate.USUAL_LEVEL))
    writer.finish(deflate.checksum(content, 0), len(content))
