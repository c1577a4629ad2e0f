"""What is staged is what each cell is read as, one by one, whichever way it came."""

from __future__ import annotations

import csv
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmdesk.core.changes.stage import create_stage
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.files.source import open_table
from crmdesk.core.records.catalogue import OptionDefinition, PropertyDefinition
from crmdesk.core.records.problems import ValueProblem
from crmdesk.core.records.schema import ObjectType, Property, load_object_type
from crmdesk.core.records.types import PropertyType
from crmdesk.core.records.values import ValueContext, parse
from crmdesk.core.transfer.column_plan import ColumnPlan, MappedColumn
from crmdesk.core.transfer.fill_part import FillTask
from crmdesk.core.transfer.fill_parts import fill_stage
from tests.core.transfer.conftest import Bench

OPTIONS = (OptionDefinition("gold", "Gold"), OptionDefinition("größe", "Größe"))
KINDS = {
    "note": PropertyType.STRING,
    "email": PropertyType.STRING,
    "points": PropertyType.NUMBER,
    "born": PropertyType.DATE,
    "seen": PropertyType.DATETIME,
    "is_vip": PropertyType.BOOL,
    "tier": PropertyType.ENUMERATION,
    "tags": PropertyType.MULTI_ENUMERATION,
}
HOSTILE = [
    *(
        "",
        " ",
        "\t",
        "\u00a0",
        "\u2028",
        "\x85",
        "'",
        '"',
        ",",
        "a\nb",
        "a\r\nb",
        "ü",
        "日本",
        "\ufeff",
    ),
    *(
        "0",
        "-0",
        "007",
        "1.50",
        "+3",
        "1e3",
        " 12 ",
        "1,234.5",
        "٣",
        "９",
        "1" * 70,
        "0.1" + "0" * 60,
    ),
    *("2024-01-31", "31.01.2024", "2024-02-30", "2024-1-2", "2024-01-31T10:00:00Z"),
    *("2024-01-31T10:00:00.000Z", "yes", "TRUE", "false", "gold", "Gold", " größe", "GRÖSSE"),
    *(
        "gold;Größe",
        ";gold",
        "gold;gold",
        "Ann@Example.org",
        " a@x.org ",
        "ü@x.org",
        "@",
        "a@b@c.d",
    ),
]
CELLS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=6),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.lists(CELLS, min_size=8, max_size=8), min_size=1, max_size=12))
def test_every_cell_is_staged_as_it_is_read_alone(bench: Bench, rows: list[list[str]]) -> None:
    definitions = bench.desk.workspace.definitions
    with bench.desk.workspace.database.read() as tx:
        known = load_object_type(tx, "contacts").by_name
    for name in KINDS.keys() - known.keys():
        options = OPTIONS if name in ("tier", "tags") else ()
        made = PropertyDefinition(name, name, KINDS[name], options=options)
        definitions.add_property(bench.desk.admin, "contacts", made)
    path = bench.folder / "cells.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerows([list(KINDS), *rows])
    with bench.desk.workspace.database.read() as tx:
        contacts = load_object_type(tx, "contacts")
    columns = [contacts.property(name) for name in KINDS]
    expected = [
        [_alone(text, column) for text, column in zip(row, columns, strict=True)] for row in rows
    ]

    for proven in (True, False):
        assert _staged(bench, path, contacts, columns, proven=proven) == expected


def _alone(text: str, column: Property) -> str | None:
    try:
        return parse(text, column)
    except ValueProblem:
        return None


def _staged(
    bench: Bench, path: Path, contacts: ObjectType, columns: list[Property], *, proven: bool
) -> list[list[str | None]]:
    source = open_table(path, encoding="utf-8", delimiter=",", has_header=True)
    assert source.dialect is not None
    assert source.dialect.proven
    source = replace(source, dialect=replace(source.dialect, proven=proven))
    mapped = tuple(MappedColumn(i, column.name, column) for i, column in enumerate(columns))
    stage = create_stage(bench.folder / "stage.sqlite3", contacts, columns, blank_keeps=True)
    plan = ColumnPlan(mapped, None, "", "email")
    fill_stage(FillTask(stage, source, plan, ValueContext(), {}), lambda _: None)
    with closing(sqlite3.connect(stage.path)) as connection:
        cells = connection.execute("SELECT * FROM cells ORDER BY row").fetchall()
        bad = connection.execute("SELECT count(DISTINCT row) FROM problems").fetchone()
        failed = connection.execute("SELECT count(*) FROM verdicts WHERE outcome = 'failed'")
        assert failed.fetchone() == bad
    return [list(found[1:]) for found in cells]
