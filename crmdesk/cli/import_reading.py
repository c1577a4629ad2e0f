"""How a file of text was read, for scripts and for people: what was told, and what was guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from crmdesk.core.files.plain_line import plain_line
from crmdesk.core.transfer.model import Question

if TYPE_CHECKING:
    from crmdesk.core.transfer.model import Inspection

_MARKS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_LONGEST_EXAMPLE = 40


def reading_document(found: Inspection) -> dict[str, Any]:
    """``encoding``, ``delimiter`` and ``header``; the first two are None for a workbook."""
    dialect = found.dialect
    return {
        "encoding": None if dialect is None else dialect.encoding,
        "delimiter": None if dialect is None else dialect.delimiter,
        "header": bool(found.options.has_header),
    }


def reading_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """The same in words; nothing for a workbook, and where it is not known."""
    if document.get("encoding") is not None:
        names = "" if document["header"] else ", no row of column names"
        mark = _mark(document["delimiter"])
        yield f"  Read as {document['encoding']}, {mark} between the cells{names}"


def reading_notices(found: Inspection) -> Iterator[dict[str, str]]:
    """What was guessed and may be wrong: a code and a sentence each."""
    dialect = found.dialect
    if dialect is not None and Question.DIALECT in found.questions:
        example = _example(found)
        message = (
            f"{found.name} does not say how it is written: it is read as {dialect.encoding}, "
            f"{_mark(dialect.delimiter)} between the cells{example}. "
            "Where that is wrong, say --encoding or --delimiter."
        )
        yield {"code": "guessed_reading", "message": message}
    if found.headers and not found.options.has_header:
        message = (
            f"{found.name} is read as a table without column names; its columns are called "
            f"“{found.headers[0]}” and so on. Where the first row names them, say --header."
        )
        yield {"code": "no_header", "message": message}


def _mark(delimiter: str) -> str:
    return _MARKS.get(delimiter, f"“{delimiter}”")


def _example(found: Inspection) -> str:
    """A cell by which a reader sees whether the letters are right."""
    rows = [found.headers, *found.preview]
    cells = (cell for row in rows for cell in row if not cell.isascii())
    cell = plain_line(next(cells, ""))[:_LONGEST_EXAMPLE]
    return f", e.g. “{cell}”" if cell else ""
