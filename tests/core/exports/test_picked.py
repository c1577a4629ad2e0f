"""Which records an export is of is looked for once, whatever the road they are printed by."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmdesk.core.backup.cancel import never
from crmdesk.core.errors import Cancelled
from crmdesk.core.exports import picked
from crmdesk.core.exports.columns import export_columns
from crmdesk.core.exports.model import ExportRequest
from crmdesk.core.exports.rows import ExportRows, opened_rows, record_content
from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.records.schema import load_object_type
from tests.builders import Desk

#: A fifth of them, none twice, in pieces of a few.
CITIES = ("Oslo", "Bergen", "Tromsø", "Bodø", "Hamar")


@pytest.fixture(autouse=True)
def short_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picked, "_LOOKED_THROUGH", 40)


@pytest.fixture
def filled(desk: Desk) -> Desk:
    with desk.workspace.database.write() as tx:
        tx.driver.executemany(
            "INSERT INTO obj_companies (id, name, city, archived_at, created_at, updated_at) "
            "VALUES (?, ?, ?, ?, ?5, ?5)",
            [
                (7 * n, f"Firm {n}", CITIES[n % 5], tx.now_text if n == 5 else None, tx.now_text)
                for n in range(1, 700)
            ],
        )
    return desk


def rows_of(desk: Desk, ids: tuple[int, ...] = ()) -> ExportRows:
    with desk.workspace.database.read() as tx:
        companies = load_object_type(tx, "companies")
    request = ExportRequest(RecordQuery("companies"), columns=("name",))
    columns = tuple(export_columns(companies, [companies.property("name")], request))
    condition = "archived_at IS NULL AND city = ?"
    return ExportRows(companies.table, columns, condition, ("Oslo",), ids, ())


def printed(path: Path, rows: ExportRows) -> tuple[int, list[str]]:
    with opened_rows(path, rows, never) as snapshot:
        content = record_content(snapshot, rows, {})
        return content.total, b"".join(each.text for each in content.pieces()).decode().split()


def test_the_same_is_printed_by_ids_and_where_there_are_too_many_of_them(
    filled: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, rows = filled.workspace.database.path, rows_of(filled)
    total, lines = printed(path, rows)
    monkeypatch.setattr(picked, "MOST_KEPT", 100)

    assert (total, lines) == printed(path, rows)
    # The fifth lies in the recycle bin.
    assert total == 138
    assert lines[1::2] == [f'{n}"' for n in range(10, 700, 5)]


def test_of_chosen_records_only_those_are_printed_that_the_filter_lets_through(
    filled: Desk,
) -> None:
    rows = rows_of(filled, ids=(7 * 10, 7 * 5, 7 * 11, 7 * 15, 8, 7 * 10))

    assert printed(filled.workspace.database.path, rows) == (
        2,
        ['70,"Firm', '10"', '105,"Firm', '15"'],
    )


def test_looking_for_records_can_be_stopped(filled: Desk) -> None:
    rows = rows_of(filled)
    with (
        opened_rows(filled.workspace.database.path, rows, never) as snapshot,
        pytest.raises(Cancelled),
    ):
        record_content(snapshot, rows, {}, lambda: True)
