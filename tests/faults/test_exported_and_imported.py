"""What was exported for spreadsheets is imported again as it was: values and headings."""

from __future__ import annotations

import random
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from crmdesk.core.exports.model import OF_RECORD_FILES, ExportRequest
from crmdesk.core.records.catalogue import PropertyDefinition
from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.records.types import PropertyType
from tests.builders import Desk
from tests.faults.conftest import Record, effort
from tests.faults.hostile_texts import KEPT, PHONES, formulas, generated

SEED = 20261122
VALUES = effort(60, 10_000)
HEADINGS = effort(12, 400)
COLUMN = "description"
#: XML knows no way to write these two, and readers of workbooks disagree on how to spell them.
_NO_CHARACTERS = {"\ufffe", "\uffff"}


def test_ten_thousand_texts_come_back_as_they_were(
    desk: Desk, tmp_path: Path, record: Record
) -> None:
    wanted = texts(VALUES)
    with desk.workspace.database.write() as tx:
        tx.driver.executemany(
            "INSERT INTO obj_companies (domain, description, phone, created_at, updated_at) "
            "VALUES (?1, ?2, ?2, ?3, ?3)",
            [(f"firm{n}.example", text, tx.now_text) for n, text in enumerate(wanted)],
        )
    changed = []
    for file_format in OF_RECORD_FILES:
        asked = ExportRequest(
            RecordQuery("companies"),
            columns=("domain", COLUMN, "phone"),
            format=file_format,
            for_spreadsheets=True,
        )
        path = exported(desk, asked, tmp_path / f"companies.{file_format.value}")
        with desk.workspace.database.write() as tx:
            tx.sql("UPDATE obj_companies SET description = 'another', phone = 'another'")
        imported(desk, path, "companies", "domain")
        rows = desk.sql("SELECT description, phone FROM obj_companies ORDER BY id")
        changed += [
            (file_format.value, text)
            for text, row in zip(wanted, rows, strict=True)
            if row != (text, text)
        ]

    record(2 * len(wanted), f"{len(changed)} of {len(wanted):,} texts changed, in CSV and in XLSX")
    assert changed == []


def test_columns_of_any_heading_go_back_to_their_property(
    desk: Desk, tmp_path: Path, record: Record
) -> None:
    names = [f"custom_{number}" for number in range(HEADINGS)]
    for name, label in zip(names, labels(HEADINGS), strict=True):
        definition = PropertyDefinition(name, label, PropertyType.STRING)
        desk.workspace.definitions.add_property(desk.admin, "companies", definition)
    firm = desk.add("companies", domain="firm.example", **{name: name for name in names})
    asked = ExportRequest(
        RecordQuery("companies"), columns=("domain", *names), for_spreadsheets=True
    )
    path = exported(desk, asked, tmp_path / "companies.csv")
    desk.edit(firm, **dict.fromkeys(names, "another"))

    imported(desk, path, "companies", "domain")

    found = desk.read(firm).values
    changed = [name for name in names if found[name] != name]
    record(len(names), f"{len(changed)} of {len(names)} headings led elsewhere")
    assert changed == []


def texts(many: int) -> list[str]:
    """Hostile ones, and any that a text column holds."""
    chance = random.Random(SEED)
    hostile = [*formulas(), *KEPT, *PHONES, *generated(many, SEED)]
    usable = [text for text in hostile if text.strip() and not _NO_CHARACTERS & set(text)]
    found = chance.sample(usable, min(many // 2, len(usable)))
    while len(found) < many:
        text = "".join(letter(chance) for _ in range(chance.randint(1, 12)))
        found += [text] if text.strip() else []
    return found


def labels(many: int) -> Sequence[str]:
    """What people may call a property, several of them alike."""
    chance = random.Random(SEED)
    found = ["=1+1", "'=1+1", "+1+1", "=1 + 1", "'", "''", "=", "City", "city", "E-MAIL", "e.mail"]
    found += ["domain", "Name"]
    usable = [
        text
        for text in (*formulas(), *generated(20 * many, SEED))
        if text.strip() and not any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text)
    ]
    return (found + chance.sample(usable, max(0, many - len(found))))[:many]


def letter(chance: random.Random) -> str:
    """Any character but NUL and half a pair."""
    while True:
        found = chr(chance.choice((chance.randint(1, 0x250), chance.randint(1, sys.maxunicode))))
        if unicodedata.category(found) != "Cs" and found not in _NO_CHARACTERS:
            return found


def exported(desk: Desk, request: ExportRequest, target: Path) -> Path:
    export_id = desk.workspace.exports.create(desk.admin, request)
    desk.workspace.run_job(str(desk.workspace.exports.show(desk.admin, export_id).job_id))
    return desk.workspace.exports.download(desk.admin, export_id, target)


def imported(desk: Desk, path: Path, object_name: str, key: str) -> None:
    request = desk.workspace.imports.inspect(desk.admin, path).request()
    wanted = replace(request, object_name=object_name, key=key)
    import_id = desk.workspace.imports.start(desk.admin, wanted)
    desk.workspace.run_job(str(desk.workspace.imports.show(desk.admin, import_id).job_id))
