"""Queues one export of the product: ``-m benchmarks.do_export FOLDER csv|xlsx tenth|all``."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.waiting_job import note


def queue(folder: str, file_format: str, share: str) -> None:
    """Ask for an export of all contacts, or of a tenth of them."""
    from benchmarks import data, desk
    from crmdesk.core.exports.model import ExportFormat, ExportRequest
    from crmdesk.core.records.filters import Filter, Operator, RecordQuery

    opened = desk.opened(Path(folder))
    tenth = (Filter("whole_9", Operator.ENDS_WITH, ("1",)),)
    asked = ExportRequest(
        RecordQuery("contacts", tenth if share == "tenth" else ()),
        columns=("createdate", *data.TYPES),
        format=ExportFormat(file_format),
    )
    exports = opened.workspace.exports
    export_id = exports.create(opened.admin, asked)
    note(folder, str(exports.show(opened.admin, export_id).job_id))
    opened.workspace.close()


if __name__ == "__main__":
    queue(*sys.argv[1:])
