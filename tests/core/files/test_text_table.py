from __future__ import annotations

import csv
import io
import subprocess
import sys
import textwrap
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Literal
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmdesk.core.errors import UserError
from crmdesk.core.files import piece_text
from crmdesk.core.files.csv_writer import write_rows
from crmdesk.core.files.dialect import CsvDialect, sniff
from crmdesk.core.files.invalid_bytes import readable
from crmdesk.core.files.table import (
    Row,
    RowProblemCause,
    RowProblemCode,
    TableLimits,
)
from crmdesk.core.files.text_table import read_batches, read_header, read_rows

Table = tuple[tuple[str, ...], list[Row]]


def read(content: bytes, **told: object) -> Table:
    def source() -> io.BytesIO:
        return io.BytesIO(content)

    dialect = sniff(source, **told)  # type: ignore[arg-type]
    return read_header(source, dialect).names, list(read_rows(source, dialect))


def cells(content: bytes, **told: object) -> list[tuple[str, ...]]:
    return [row.cells for row in read(content, **told)[1]]


def causes(content: bytes) -> list[tuple[int, str]]:
    rows = read(content)[1]
    return [(row.problem.line, row.problem.cause) for row in rows if row.problem]


def dialect_of(content: bytes) -> CsvDialect:
    return sniff(lambda: io.BytesIO(content))


# The twelve shapes every reader of CSV should know, each with what it means.
SHAPES = [
    (b'first,address,zip\nJohn,"Anytown, WW",08123', [("John", "Anytown, WW", "08123")]),
    (b'a,b,c\n1,"",""\n2,3,4', [("1", "", ""), ("2", "3", "4")]),
    (b'a,b,c\r\n1,"",""\r\n2,3,4', [("1", "", ""), ("2", "3", "4")]),
    (b'a,b\n1,"ha ""ha"" ha"\n3,4\n', [("1", 'ha "ha" ha'), ("3", "4")]),
    (b'key,val\n1,"{""type"": [1.0, 2]}"\n', [("1", '{"type": [1.0, 2]}')]),
    ("Place,Land\n37°36'37.8\"N 121°2'W,US".encode(), [("37°36'37.8\"N 121°2'W", "US")]),
    (b'a,b\n"Once upon \na time",5\n7,8\n', [("Once upon \na time", "5"), ("7", "8")]),
    (b'a,b\r\n"Once upon \r\na time",5\r\n', [("Once upon \r\na time", "5")]),
    (b'a,b\n1,"ha \n""ha"" \nha"\n3,4', [("1", 'ha \n"ha" \nha'), ("3", "4")]),
    (b"a,b,c\n1,2,3\n", [("1", "2", "3")]),
    (b"a,b,c\r\n1,2,3\r\n", [("1", "2", "3")]),
    ("a,b,c\n1,2,3\n4,5,ʤ".encode(), [("1", "2", "3"), ("4", "5", "ʤ")]),
]


@pytest.mark.parametrize(("content", "expected"), SHAPES)
def test_the_twelve_shapes_of_csv_are_read_as_they_are_meant(
    content: bytes, expected: list[tuple[str, ...]]
) -> None:
    assert cells(content) == expected


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_found(delimiter: str, newline: str) -> None:
    lines = [["Name", "Price", "Note"], ["Ann", "1,5", "a|b"], ["Bob", "2;5", "x y"]]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator=newline).writerows(lines)
    content = buffer.getvalue().encode()
    dialect = dialect_of(content)
    assert (dialect.delimiter, dialect.newline) == (delimiter, newline)
    assert cells(content) == [tuple(line) for line in lines[1:]]


def test_a_decimal_comma_does_not_hide_the_semicolon() -> None:
    assert dialect_of(b"Name;Betrag\nA;1,5\nB;2,5\n").delimiter == ";"


def test_one_column_needs_no_delimiter() -> None:
    assert cells(b"Email\na@x.org\nb@x.org\n") == [("a@x.org",), ("b@x.org",)]


def test_the_separator_line_of_a_spreadsheet_is_obeyed_and_skipped() -> None:
    names, rows = read(b"sep=|\r\nName|City\r\nAnn|Bern\r\n")
    assert names == ("Name", "City")
    assert rows == [Row(3, ("Ann", "Bern"))]


def test_what_is_told_wins_over_what_is_guessed() -> None:
    assert cells(b"a;b,c\n1;2,3\n", delimiter=";") == [("1", "2,3")]
    assert cells("n,c\nA,\xe9\n".encode("cp1252"), encoding="cp1250") == [("A", "é")]
    assert cells(b"a,b\n1,2\n", has_header=False) == [("a", "b"), ("1", "2")]


@pytest.mark.parametrize("delimiter", ["", "ab", '"', "\n"])
def test_an_unusable_delimiter_is_refused(delimiter: str) -> None:
    with pytest.raises(UserError) as caught:
        read(b"a,b\n", delimiter=delimiter)
    assert caught.value.code == "delimiter_unusable"


@pytest.mark.parametrize("encoding", ["klingon", "hex", "rot13"])
def test_an_unknown_encoding_is_refused(encoding: str) -> None:
    with pytest.raises(UserError) as caught:
        read(b"a,b\n", encoding=encoding)
    assert caught.value.code == "encoding_unknown"


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    content = b'a,b\n\n1,"x\ny\r\nz"\r\n\n2,3\n4\n'
    rows = read(content)[1]
    assert [row.line for row in rows] == [3, 7, 8]
    assert rows[2].problem is not None
    assert rows[2].problem.line == 8


def test_only_line_ends_end_a_line() -> None:
    odd = "x\x0by\x0cz\x1c\x85\u2028\u2029"
    assert cells(f"a,b\n{odd},2\n".encode()) == [(odd, "2")]


def test_ragged_rows_fail_alone() -> None:
    rows = read(b"a,b,c\n1,2,3\n1,2\n1,2,3,4\n4,5,6\n")[1]
    problems = [row.problem for row in rows]
    assert problems[0] is None
    assert problems[3] is None
    assert problems[1] is not None
    assert problems[2] is not None
    assert problems[1].code is RowProblemCode.INCORRECT_NUMBER_OF_COLUMNS
    assert (problems[1].cause, problems[1].found, problems[1].expected) == ("too_few_cells", "2", 3)
    assert problems[2].cause == "too_many_cells"
    assert rows[2].cells == ("1", "2", "3", "4")


def test_invalid_bytes_fail_one_row_with_line_and_offset() -> None:
    content = "n,c\nMüller,Köln\n".encode() * 30 + b"n,c\nBad,K\xf6ln\n" + "É,Ö\n".encode() * 9
    rows = read(content)[1]
    bad = [row for row in rows if row.problem]
    assert len(rows) == 70
    assert len(bad) == 1
    assert bad[0].problem is not None
    assert (bad[0].line, bad[0].problem.offset, bad[0].problem.found) == (62, 6, "f6")
    assert bad[0].problem.cause is RowProblemCause.INVALID_BYTES
    assert readable(bad[0].cells[1]) == "K\\xf6ln"


def test_written_lone_surrogates_are_reported_not_guessed_away() -> None:
    content = b"n,c\nAnn,ok\nBob,\xed\xa0\x80\n"
    dialect = dialect_of(content)
    assert (dialect.encoding, dialect.invalid_bytes) == ("utf-8", 3)
    assert causes(content) == [(3, "invalid_bytes")]


def test_invalid_utf_16_fails_one_row() -> None:
    good = "n,c\nÄnn,1\n".encode("utf-16-le")
    content = b"\xff\xfe" + good + "Bob,".encode("utf-16-le") + b"\x00\xd8" + good[6:]
    assert [cause for _, cause in causes(content)] == ["invalid_bytes"]


def test_nul_fails_one_row() -> None:
    assert causes(b"a,b\n1,2\n3,\x00\n4,5\n") == [(3, "nul")]


def test_text_after_a_closing_quote_fails_one_row() -> None:
    content = b'a,b\n1,"x"y\n2,3\n'
    assert causes(content) == [(2, "text_after_quote")]
    assert cells(content) == [('1,"x"y',), ("2", "3")]


def test_an_unclosed_quote_names_the_line_it_began_on() -> None:
    assert causes(b'a,b\n1,2\n3,"four\n5,6\n7,8\n') == [(3, "unclosed_quote")]


def test_a_cell_longer_than_the_parsers_own_limit_is_read() -> None:
    for size in (131_072, 131_073, 1 << 20):
        long = "x" * size
        assert cells(f"a,b\n1,{long}\n".encode()) == [("1", long)]


@pytest.mark.parametrize("content", [b"a,b\n1,%s\n", b'a,b\n1,"%s"\n'])
def test_a_cell_beyond_a_megabyte_is_refused_with_its_line(content: bytes) -> None:
    with pytest.raises(UserError) as caught:
        read(content % (b"x" * ((1 << 20) + 1)))
    assert (caught.value.code, caught.value.values["line"]) == ("cell_too_large", 2)


def test_a_cell_beyond_a_megabyte_is_refused_after_a_backup_was_read() -> None:
    before = csv.field_size_limit(1 << 30)  # as reading a backup does, for the whole process
    try:
        with pytest.raises(UserError) as caught:
            read(b"a,b\n3,4\n1,%s\n" % (b"x" * ((1 << 20) + 1)))
    finally:
        csv.field_size_limit(before)
    assert (caught.value.code, caught.value.values["line"]) == ("cell_too_large", 3)


def test_a_gigabyte_in_one_cell_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n1,")
        file.truncate(1 << 30)  # a sparse file: a gigabyte of NUL that takes no disk
    code = """
        import io, resource, sys
        from tests.memory import peak_bytes
        from crmdesk.core.errors import UserError
        from crmdesk.core.files.dialect import sniff
        from crmdesk.core.files.text_table import read_batches
        resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))
        # Made from other bytes: the guess would refuse a file of NUL at once.
        dialect = sniff(lambda: io.BytesIO(b"a,b"))
        try:
            for batch in read_batches(sys.argv[1], dialect): pass
        except UserError as error:
            print(error.code, peak_bytes() < 200 << 20)
        """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == ("line_too_long True", "")


def test_more_columns_than_an_object_may_have_are_refused() -> None:
    row = ",".join(f"p{n}" for n in range(10_000)).encode()
    with pytest.raises(UserError) as caught:
        read(row + b"\n" + row + b"\n")
    assert caught.value.code == "too_many_columns"
    assert len(read(b",".join([b"x"] * 1_500) + b"\n")[0]) == 1_500


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (b"Email,Email,email ", ("Email", "Email (2)", "email (3)")),
        (b"a,,c,", ("a", "Column 2", "c", "Column 4")),
        (b'"First\r\nName",b', ("First Name", "b")),
        (b"id,__proto__,select,DROP TABLE x;--", ("id", "__proto__", "select", "DROP TABLE x;--")),
        (b"Column 2,,x", ("Column 2", "Column 2 (2)", "x")),
        ("\ufeffName,b".encode(), ("Name", "b")),
    ],
)
def test_no_column_is_lost_to_an_odd_header(header: bytes, names: tuple[str, ...]) -> None:
    content = header + b"\n" + b",".join([b"v"] * len(names)) + b"\n"
    found, rows = read(content, delimiter=",")
    assert found == names
    assert len(rows[0].cells) == len(names)


def test_a_megabyte_of_header_is_read() -> None:
    names = [f"column {n} " + "x" * 1_000 for n in range(1_000)]
    assert read((",".join(names) + "\n").encode())[0] == tuple(names)


def test_a_header_alone_is_a_table_without_rows() -> None:
    assert read(b"a,b,c\n") == (("a", "b", "c"), [])
    assert read(b"a,b,c") == (("a", "b", "c"), [])


@pytest.mark.parametrize("first", [b"1,2.5,2024-01-02", b"7,ann@x.org,Ann"])
def test_a_first_row_of_data_is_no_header(first: bytes) -> None:
    names, rows = read(first + b"\n1,2,3\n")
    assert names == ("Column 1", "Column 2", "Column 3")
    assert [row.line for row in rows] == [1, 2]


@pytest.mark.parametrize("content", [b"\n\n\r\n", b"\xef\xbb\xbf"])
def test_a_table_without_any_row_is_refused(content: bytes) -> None:
    with pytest.raises(UserError) as caught:
        read(content)
    assert caught.value.code == "table_empty"


def test_a_header_that_is_no_text_is_refused() -> None:
    with pytest.raises(UserError) as caught:
        read(b"n\xe4me,b\n1,2\n", encoding="utf-8")
    assert caught.value.code == "header_unreadable"


@pytest.mark.parametrize("content", [b"%PDF-1.7\n1 0 obj", b"\x89PNG\r\n\x1a\n" + bytes(200)])
def test_a_file_that_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(UserError) as caught:
        read(content)
    assert caught.value.code == "file_not_a_table"


def test_batches_hold_the_same_rows_with_their_lines() -> None:
    content = b"a,b\n" + b"".join(b"%d,x\n" % n if n % 7 else b"bad\n" for n in range(2_500))
    dialect = dialect_of(content)
    batches = list(read_batches(lambda: io.BytesIO(content), dialect, size=1_000))
    rows = list(read_rows(lambda: io.BytesIO(content), dialect))
    assert [len(batch.rows) + len(batch.rejected) for batch in batches] == [1_000, 1_000, 500]
    assert [row for batch in batches for row in batch.rows] == [
        (row.line, *row.cells) for row in rows if row.problem is None
    ]
    assert [row for batch in batches for row in batch.rejected] == [r for r in rows if r.problem]


TEXTS = st.one_of(
    st.sampled_from(
        ["", " ", "ü", "日本", 'a "b"', "x,y", "two\nlines", "\x85\x1c\u2028", "nul\0"]
    ),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=12),
)


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.lists(TEXTS, min_size=1, max_size=4), max_size=20),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_NONE]),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_batches_have_the_same_cells_and_problems_as_rows(
    rows: list[list[str]], mark: bytes, quoting: Literal[0, 3], ending: str
) -> None:
    text = io.StringIO(newline="")
    with suppress(csv.Error):
        csv.writer(text, quoting=quoting, lineterminator=ending, escapechar=None).writerows(rows)
    content = mark + b"a,b\n" + text.getvalue().encode()
    dialect = CsvDialect("utf-8", bool(mark), ",", '"', "\n", True, 1.0, proven=True)

    for told in (dialect, replace(dialect, proven=False)):
        # In pieces that end anywhere, and one by one as a preview reads them.
        with patch.object(piece_text, "_PIECE", 16):
            batches = list(read_batches(lambda: io.BytesIO(content), told, size=3))
        found = list(read_rows(lambda: io.BytesIO(content), told))
        assert [row for batch in batches for row in batch.rows] == [
            (row.line, *row.cells) for row in found if row.problem is None
        ]
        assert [row for batch in batches for row in batch.rejected] == [
            row for row in found if row.problem
        ]


def test_a_long_cell_counts_its_characters_and_not_its_bytes() -> None:
    content = ("a,b\n1," + "日" * 900_000 + "\n").encode()
    dialect = replace(dialect_of(content), proven=True)
    (batch,) = read_batches(lambda: io.BytesIO(content), dialect)
    assert batch.rows[0][1:] == ("1", "日" * 900_000)
    with pytest.raises(UserError) as caught:
        list(
            read_batches(
                lambda: io.BytesIO(content + content),
                dialect,
                TableLimits(cell_characters=899_999),
            )
        )
    assert caught.value.code == "cell_too_large"


def test_a_batch_of_very_long_rows_is_short() -> None:
    content = b"a,b\n" + (b"1," + b"x" * 1_000_000 + b"\n") * 12
    batches = list(read_batches(lambda: io.BytesIO(content), dialect_of(b"a,b\n")))
    assert len(batches) > 2


def test_error_files_are_read_back_as_they_were_written() -> None:
    buffer = io.BytesIO()
    rows = [("1", 'say "hi", now', None), ("2", "two\r\nlines", "Köln"), ("3", "\udcf6", "")]
    assert write_rows(buffer, ["id", "text", "city"], rows) == 3
    assert buffer.getvalue().count(b"\r\n") == 5
    assert cells(buffer.getvalue()) == [
        ("1", 'say "hi", now', ""),
        ("2", "two\r\nlines", "Köln"),
        ("3", "\\xf6", ""),
    ]


def test_a_mark_for_spreadsheets_is_written_when_asked() -> None:
    buffer = io.BytesIO()
    write_rows(buffer, ["a", "b"], [("1", "2")], bom=True)
    assert buffer.getvalue().startswith(b"\xef\xbb\xbfa,b\r\n")


text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.lists(text, min_size=3, max_size=3), min_size=1, max_size=8),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\r\n", "\n"]),
)
def test_any_text_comes_back_cell_by_cell(
    rows: list[list[str]], encoding: str, delimiter: str, newline: str
) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=newline, quoting=csv.QUOTE_ALL)
    writer.writerows([["h1", "h2", "h3"], *rows])
    content = buffer.getvalue().encode(encoding)
    found = cells(content, encoding=encoding, delimiter=delimiter, has_header=True)
    assert found == [tuple(row) for row in rows]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_with_a_sentence(content: bytes) -> None:
    with suppress(UserError):
        rows = read(content)[1]
        assert [row.line for row in rows] == sorted(row.line for row in rows)
