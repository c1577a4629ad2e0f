"""Pages written by hand are a table like any other to SQLite."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite_pages import Pages, PageWriter, adopt_pages

PAGE_BYTES = 1_024
LENGTHS = (0, 0, 1, 57, 58, 127, 255, 256, 1_023, 1_024, 5_000, 20_000)
CELLS = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8),
    st.builds(
        lambda letter, size: letter * size, st.sampled_from("xü日"), st.sampled_from(LENGTHS)
    ),
)
TABLES = st.integers(1, 12).flatmap(
    lambda width: st.lists(
        st.tuples(
            st.sampled_from((1, 1, 2, 127, 300_000, 1 << 40)),
            st.lists(CELLS, min_size=width, max_size=width),
        ),
        max_size=12,
    )
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(table=TABLES, cut=st.integers(0, 12), encoded=st.booleans())
def test_sqlite_reads_exactly_what_was_written(tmp_path, table, cut, encoded):
    rows, number = [], 0
    for step, cells in table:
        number += step
        rows.append((number, cells))

    path = filled(tmp_path, rows[:cut], rows[cut:], encoded=encoded)

    assert read(path) == [(number, *(cell or None for cell in cells)) for number, cells in rows]


@pytest.mark.parametrize("many", [0, 1, 90, 6_000])
def test_tables_of_one_page_and_of_many_are_sound_and_can_be_written_to(tmp_path, many):
    rows = [(number, [f"name {number}", "", "x" * (number % 70)]) for number in range(1, many + 1)]

    path = filled(tmp_path, rows, rows=3)

    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE INDEX ix_c0 ON cells (lower(c0))")
        connection.execute("UPDATE cells SET c1 = c0 || c0 || c0")
        connection.execute("INSERT INTO cells (row, c0) VALUES (?, 'last')", (many + 5,))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT count(*) FROM cells").fetchone() == (many + 1,)


def test_half_of_a_surrogate_pair_is_refused(tmp_path):
    with pytest.raises(UnicodeEncodeError):
        filled(tmp_path, [(1, ["\ud800"])])


@pytest.mark.parametrize("in_place", [True, False])
def test_the_page_that_belongs_to_locking_is_left_out(tmp_path, monkeypatch, in_place):
    monkeypatch.setattr("crmdesk.core.db.sqlite_pages._LOCK_BYTE", 12 * PAGE_BYTES)
    rows = [(number, ["x" * 5_000]) for number in range(1, 20)]

    path = filled(tmp_path, *((rows, []) if in_place else ([], rows)), sound=False)

    assert path.read_bytes()[12 * PAGE_BYTES :][:PAGE_BYTES] == bytes(PAGE_BYTES)
    assert read(path) == [(number, *cells) for number, cells in rows]


def filled(folder, first, second=(), *, rows=None, encoded=False, sound=True) -> Path:
    """A database whose table holds the rows; the second ones come from a file of their own."""
    path, other = folder / "table.sqlite3", folder / "pages"
    path.unlink(missing_ok=True)
    width = rows or max((len(cells) for _, cells in (*first, *second)), default=1)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
        columns = "".join(f", c{index} TEXT" for index in range(width))
        connection.execute(f"CREATE TABLE cells (row INTEGER PRIMARY KEY{columns})")
        root = connection.execute("SELECT rootpage FROM sqlite_schema").fetchone()[0]
    made = [
        written(path, first, in_place=True, encoded=encoded),
        written(other, second, in_place=False, encoded=encoded),
    ]
    adopt_pages(path, root, PAGE_BYTES, made)
    if sound:
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return path


def written(path, rows, *, in_place, encoded) -> Pages:
    with path.open("ab" if in_place else "wb") as file:
        writer = PageWriter(file, path, PAGE_BYTES, in_place=in_place)
        for number, cells in rows:
            given = [cell.encode().decode("latin-1") for cell in cells] if encoded else cells
            writer.add([number], [given], encoded=encoded)
        return writer.finish()


def read(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT * FROM cells ORDER BY row").fetchall()
