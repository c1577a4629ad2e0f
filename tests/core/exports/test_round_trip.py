"""What was exported for spreadsheets is imported again as it was."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from crmdesk.core.exports.model import ExportRequest
from crmdesk.core.files.formula_guard import STARTS
from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.transfer.model import FileOptions, ImportRequest
from tests.builders import Desk

ASKED = ExportRequest(
    RecordQuery("companies"), columns=("domain", "description"), for_spreadsheets=True
)
MANY = 100


def texts() -> list[str]:
    chance = random.Random(11)
    signs = [
        *STARTS,
        "'",
        '"',
        ",",
        ";",
        "\n",
        "A1",
        "1",
        "Å",
        "日",
        "\u202e",
        " ",
        "\x0b",
        "_x0041_",
    ]
    return ["".join(chance.choice(signs) for _ in range(chance.randint(1, 6))) for _ in range(MANY)]


def exported(desk: Desk, tmp_path: Path) -> Path:
    export_id = desk.workspace.exports.create(desk.admin, ASKED)
    desk.workspace.run_job(str(desk.workspace.exports.show(desk.admin, export_id).job_id))
    return desk.workspace.exports.download(desk.admin, export_id, tmp_path / "companies.csv")


def imported(desk: Desk, request: ImportRequest) -> None:
    import_id = desk.workspace.imports.start(desk.admin, request)
    desk.workspace.run_job(str(desk.workspace.imports.show(desk.admin, import_id).job_id))


def test_an_export_for_spreadsheets_comes_back_as_it_was(desk: Desk, tmp_path: Path) -> None:
    wanted = texts()
    records = [
        desk.add("companies", domain=f"firm{number}.example", description=text)
        for number, text in enumerate(wanted)
    ]
    path = exported(desk, tmp_path)
    for record in records:
        desk.edit(record, description="overwritten")

    imported(desk, ImportRequest(str(path), "companies", key="domain"))

    found = [desk.value(record, "description") for record in records]
    assert found == wanted


@pytest.mark.parametrize(("guarded", "description"), [(True, "=1"), (False, "'=1"), (None, "'=1")])
def test_a_file_that_was_changed_meanwhile_is_read_as_the_request_says(
    desk: Desk, tmp_path: Path, guarded: bool | None, description: str
) -> None:
    firm = desk.add("companies", domain="firm.example", description="=1")
    path = exported(desk, tmp_path)
    path.write_bytes(path.read_bytes() + b'"9","other.example",""\r\n')
    desk.edit(firm, description="overwritten")

    request = ImportRequest(str(path), "companies", key="domain")
    imported(desk, replace(request, options=FileOptions(guarded=guarded)))

    assert desk.value(firm, "description") == description
