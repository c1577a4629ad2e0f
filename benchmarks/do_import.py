"""Queues one import by the product: ``-m benchmarks.do_import FOLDER CSV``."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.waiting_job import note


def queue(folder: str, given: str) -> None:
    """Look at the file and start its import by e-mail address."""
    from benchmarks import data, desk
    from crmdesk.core.transfer.model import ImportRequest

    opened = desk.opened(Path(folder))
    imports = opened.workspace.imports
    mapping = {name: name for name in ("email", *data.TYPES)}
    request = ImportRequest(given, "contacts", mapping, key="email")
    import_id = imports.start(opened.admin, request)
    note(folder, str(imports.show(opened.admin, import_id).job_id))
    opened.workspace.close()


if __name__ == "__main__":
    queue(*sys.argv[1:])
