"""However many processes read a table, the stage is the same."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from crmdesk.core.changes.stage import create_stage
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.files.source import open_table
from crmdesk.core.files.table_parts import LineCounter, cut_table
from crmdesk.core.files.text_table import CsvDialect, is_row
from crmdesk.core.records.schema import load_object_type
from crmdesk.core.records.values import ValueContext
from crmdesk.core.transfer.column_plan import ColumnPlan, MappedColumn
from crmdesk.core.transfer.fill_part import FillTask
from crmdesk.core.transfer.fill_parts import fill_stage
from crmdesk.core.transfer.fill_processes import readers
from tests.core.transfer.conftest import Bench

HOSTILE = [
    'ann{0}@example.org,"Ann, ""the{0}""",1\r\n',
    'bo{0}@example.org,"two\nlines\r\nor three",\n',
    "not an address,Bo{0},\n",
    "cy{0}@example.org,Zoë 日本 {0},+41 {0}\n",
    "too,few{0}\n",
    "\n",
    "di{0}@example.org,nul\0,1\n",
    'ed{0}@example.org,"text" after,1\n',
    "fy{0}@example.org,5' 7\",1\n",
]
MANY = 400


@pytest.mark.parametrize("processes", [2, 3])
def test_parts_make_the_same_stage_as_the_whole(bench: Bench, processes: int) -> None:
    path = bench.file("Email,First name,Phone\n" + rows(HOSTILE))

    assert filled(bench, path, processes) == filled(bench, path, 1)


def test_a_cut_inside_of_a_cell_is_noticed_and_the_table_read_as_a_whole(bench: Bench) -> None:
    # The lone quote makes an even number of what is odd.
    cell = '"' + "one, two, three\n" * 60_000 + '"'
    text = f'Email,First name,Phone\na@example.org,5" {"x" * 600_000},\nb@example.org,{cell},\n'
    path = bench.file(text + rows(HOSTILE[3:4]) * 10)
    cut = cut_table(path, path.stat().st_size, [1.0] * 2)[0].end
    assert text.index(cell) < cut < text.index(cell) + len(cell)

    assert filled(bench, path, 2) == filled(bench, path, 1)


def test_what_looks_broken_behind_such_a_cut_breaks_nothing(bench: Bench) -> None:
    cell = '"' + "one, two, three\n" * 60_000 + ',"""'
    before = f'Email,First name,Phone\na@example.org,5" {"x" * 650_000},\n'
    plain = f"cy@example.org,{'y' * 400},1\n"
    # Without a quote the second part takes all that follows for one cell, which is too large.
    text = f"{before}{plain * 1_700}b@example.org,{cell},\n{plain * 3_000}"
    path = bench.file(text)
    cut = cut_table(path, path.stat().st_size, [1.0] * 2)[0].end
    assert text.index(cell) < cut < text.index(cell) + len(cell)

    assert filled(bench, path, 2) == filled(bench, path, 1)


def test_what_another_process_did_not_finish_is_read_here(bench: Bench) -> None:
    path = bench.file("Email,First name,Phone\n" + rows(HOSTILE))

    def kill(_: int) -> None:
        for process in multiprocessing.active_children():
            process.kill()

    assert filled(bench, path, 2, kill) == filled(bench, path, 1)


def test_the_rows_that_are_told_never_become_fewer(bench: Bench) -> None:
    path = bench.file("Email,First name,Phone\n" + rows(HOSTILE[3:4]) * 3)
    told: list[int] = []

    filled(bench, path, 2, told.append)

    assert told == sorted(told)
    assert told[-1] <= 3 * MANY


def test_nothing_is_left_behind_when_reading_is_stopped(bench: Bench) -> None:
    path = bench.file("Email,First name,Phone\n" + rows(HOSTILE))

    def stop(_: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        filled(bench, path, 2, stop)

    assert multiprocessing.active_children() == []


def test_parts_follow_each_other_and_know_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    lines = [f'{n},"a\r\nb",\rc\n' for n in range(300_000)]
    path.write_bytes("".join(lines).encode())

    first, second, third = parts = cut_table(path, path.stat().st_size, [1.0] * 3)

    assert [part.start for part in parts] == [0, first.end, second.end]
    assert third.end == path.stat().st_size
    content, counter = path.read_bytes(), LineCounter()
    for part in (*parts, second):
        before = content[: part.start].decode()
        assert counter.before(path, part) == before.replace("\r\n", "\n").replace("\r", "\n").count(
            "\n"
        )
        assert before.count('"') % 2 == 0


def test_a_cut_is_seen_where_rows_follow_although_quotes_are_odd_before_it(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text('0,5",\n' + '1,"a, b",c\n' * 10_000)
    size = path.stat().st_size
    dialect = CsvDialect("utf-8", False, ",", '"', "\n", False, 1.0)

    first, second = cut_table(path, size, [1.0] * 2, 0, partial(is_row, dialect=dialect, width=3))

    assert path.read_bytes()[first.end :].startswith(b'1,"a, b",c\n')
    assert second.start == first.end
    assert len(cut_table(path, size, [1.0] * 2)) == 1


def test_a_table_without_line_feeds_is_read_in_pieces_and_not_cut(bench: Bench) -> None:
    path = bench.file("")
    path.write_bytes(b"Email,First name,Phone\r" + b"a@example.org,Ann,1\r" * 800_000)
    tracemalloc.start()
    try:
        assert len(cut_table(path, path.stat().st_size, [1.0] * 4)) == 1
        assert tracemalloc.get_traced_memory()[1] < path.stat().st_size / 2
    finally:
        tracemalloc.stop()


def rows(kinds: list[str]) -> str:
    # Longer than the pieces that the file is cut by.
    padding = "x" * 8_000
    return "".join(
        kind.format(f"{turn}.{number}").replace("Ann", "Ann" + padding)
        for turn in range(MANY)
        for number, kind in enumerate(kinds)
    )


def filled(
    bench: Bench, path: Path, processes: int, reported: Callable[[int], None] = lambda _: None
) -> list[list[tuple[object, ...]]]:
    """Everything that a stage holds after the file was read into it."""
    with bench.desk.workspace.database.read() as tx:
        contacts = load_object_type(tx, "contacts")
    columns = [contacts.property(name) for name in ("email", "firstname", "phone")]
    source = open_table(path)
    mapped = tuple(MappedColumn(i, source.headers.names[i], p) for i, p in enumerate(columns))
    plan = ColumnPlan(mapped, None, "", "email")
    stage = create_stage(bench.folder / "stage.sqlite3", contacts, columns, blank_keeps=True)
    with readers(processes - 1) as helpers:
        fill_stage(FillTask(stage, source, plan, ValueContext(), {}), reported, helpers)
    assert [found.name for found in bench.folder.glob("stage*")] == ["stage.sqlite3"]
    with closing(sqlite3.connect(stage.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [
            connection.execute(f"SELECT * FROM {table} ORDER BY row").fetchall()
            for table in ("cells", "verdicts", "problems")
        ]


def test_a_process_that_helps_starts_without_what_only_a_database_needs() -> None:
    asked = "import sys, crmdesk.core.transfer.fill_processes; print('sqlalchemy' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True)

    assert said.stdout.strip() == b"False"
