"""Words for what people do with files they import."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from crmdesk.core.transfer.imported import ImportedRecord
from crmdesk.core.transfer.model import Import, ImportProblem
from tests.builders import Desk


@dataclass
class Bench:
    """A desk with a folder of files beside it."""

    desk: Desk
    folder: Path

    def file(self, text: str, name: str = "contacts.csv") -> Path:
        """A text file."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8", newline="")
        return path

    def zip(self, name: str = "export.zip", **tables: str) -> Path:
        """A zip of CSV files, as other programs export them."""
        path = self.folder / name
        with zipfile.ZipFile(path, "w") as archive:
            for stem, text in tables.items():
                archive.writestr(f"{stem}.csv", text)
        return path

    def run(self, path: Path, create_properties: bool = False, **changes: Any) -> Import:
        """Import a file as it is proposed, with changes to the request."""
        imports = self.desk.workspace.imports
        inspected = imports.inspect(self.desk.admin, path, changes.pop("options", None))
        request = replace(inspected.request(create_properties=create_properties), **changes)
        return self.done(imports.start(self.desk.admin, request))

    def run_backup(self, path: Path, *objects: str, **changes: Any) -> list[Import]:
        """Import each table of a zip."""
        imports = self.desk.workspace.imports
        requests = imports.requests(self.desk.admin, path, objects)
        return [
            self.done(imports.start(self.desk.admin, replace(request, **changes)))
            for request in requests
        ]

    def done(self, import_id: str) -> Import:
        """Run the job of an import and read how it ended."""
        imports = self.desk.workspace.imports
        job_id = imports.show(self.desk.admin, import_id).job_id
        self.desk.workspace.run_job(str(job_id))
        return imports.show(self.desk.admin, import_id)

    def problems(self, done: Import) -> list[tuple[int, str, str]]:
        """Row, column and type of every problem."""
        found: list[ImportProblem] = list(
            self.desk.workspace.imports.errors(self.desk.admin, done.id)
        )
        return [(problem.row, problem.column, problem.type) for problem in found]

    def changed(self, done: Import) -> list[ImportedRecord]:
        """Records it wrote."""
        return list(self.desk.workspace.imports.changes(self.desk.admin, done.id))

    def error_rows(self, done: Import) -> list[list[str]]:
        """The error file, its heading first."""
        target = self.folder / f"{done.id}.csv"
        self.desk.workspace.imports.save_errors(self.desk.admin, done.id, target)
        return list(csv.reader(io.StringIO(target.read_text(encoding="utf-8-sig"))))


@pytest.fixture
def bench(desk: Desk, tmp_path: Path) -> Bench:
    """A desk and an empty folder for files."""
    folder = tmp_path / "files"
    folder.mkdir()
    return Bench(desk, folder)


def numbers(done: Import) -> tuple[int, int, int, int]:
    """Created, updated, unchanged and failed, whose sum must be all rows."""
    assert done.rows == done.created + done.updated + done.unchanged + done.failed
    return done.created, done.updated, done.unchanged, done.failed
