"""What a command prints: documents and sentences on standard output, the rest beside it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmdesk.cli.empty_lists import empty_words
from crmdesk.core.errors import UserError

Document = Mapping[str, Any]

#: Where core speaks of what is in sight, a command that shows it.
_HINTS = {
    "change_unknown": "Run `crmdesk record history {object} ID` for the numbers of changes.",
    "changed_since": "Run `crmdesk record history {object} ID` to see what changed.",
    "code_missing": "Give the six digits that your authenticator app shows, or a recovery code: "
    "--otp CODE",
    "group_unknown": "Run `crmdesk property group list {object}`.",
    "label_unknown": "Run `crmdesk association labels {object} OTHER`.",
    "not_a_merge": "Run `crmdesk record history {object} ID` for the numbers of merges.",
    "nothing_in_bin": "Run `crmdesk record list {object} --archived`.",
    "nothing_mapped": "Send a column to a property with --map COLUMN=PROPERTY.",
    "object_unknown": "Run `crmdesk object list`.",
    "pipeline_unknown": "Run `crmdesk pipeline list {object}`.",
    "property_unknown": "Run `crmdesk property list {object}`.",
    "stage_unknown": "Run `crmdesk pipeline list {object}`.",
    "template_unknown": "Run `crmdesk import templates`.",
    "threshold_invalid": "For no notice, run `crmdesk export threshold off`.",
    "undo_running": "Run `crmdesk import list`.",
}


#: Characters of a cell: every line of a table is as wide as its longest one.
_WIDEST = 100


@dataclass(slots=True)
class Output:
    """Prints for people, or exactly one JSON document for scripts.

    Attributes:
        as_json: whether standard output is one JSON document.
        quiet: whether progress and remarks are left out; errors are not.
        printed: whether the document has been printed.
    """

    as_json: bool = False
    quiet: bool = False
    printed: bool = False

    @property
    def shows_progress(self) -> bool:
        """Whether somebody is looking on who would like to see a bar."""
        return not self.quiet and sys.stderr.isatty()

    def result(self, document: Document, *lines: str) -> None:
        """Print the result of a command: the document, or the same in words."""
        if self.as_json:
            self._write_json(document)
        else:
            for line in lines:
                self._write(line)
        self.printed = True

    def items(
        self,
        key: str,
        documents: Iterable[Document],
        columns: Sequence[str],
        *,
        as_lines: bool = False,
        narrowed: bool = False,
        **facts: Any,
    ) -> None:
        """Print a list: one document, one JSON object a line, or a table.

        Args:
            columns: keys that the table shows.
            narrowed: filters were given; an empty list is told of in other words.
            facts: what stands beside the list in the document, e.g. ``total``.
        """
        if as_lines:
            for document in documents:
                self._write_json(document)
        elif self.as_json:
            self._write_json({key: list(documents), **facts})
        elif rows := list(documents):
            for line in table(columns, rows):
                self._write(line)
        else:
            self._write(empty_words(key, narrowed=narrowed))
        self.printed = True

    def say(self, text: str) -> None:
        """Say something to a person while the command works."""
        if not self.as_json and not self.quiet:
            self._write(text)

    def remark(self, text: str) -> None:
        """Say beside the result what is worth knowing."""
        if not self.quiet:
            _write_error(f"crmdesk: {text}")

    def error(self, error: UserError) -> None:
        """Say why the command could not be done."""
        named = error.values.get("object", "OBJECT")
        hint = _HINTS[error.code].format(object=named) if error.code in _HINTS else error.hint
        _write_error(f"crmdesk: {error.message}")
        if hint:
            _write_error(hint)
        if self.as_json and not self.printed:
            facts = {"code": error.code, "message": error.message, "hint": hint}
            self._write_json({"error": facts})
            self.printed = True

    def finish(self) -> None:
        """Print the empty document where a script waits for one."""
        if self.as_json and not self.printed:
            self._write_json({})

    def _write_json(self, document: object) -> None:
        self._write(json.dumps(document, ensure_ascii=False))

    def _write(self, line: str) -> None:
        # A value may hold half characters, and a terminal may know fewer than we do.
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        sys.stdout.flush()


def table(columns: Sequence[str], documents: Iterable[Document]) -> Iterable[str]:
    """Lines of a table with a heading; every value on one line, which a long one may not fill."""
    rows = [[_cell(document.get(column)) for column in columns] for document in documents]
    heading = [column.replace("_", " ").upper() for column in columns]
    widths = [max(len(line[place]) for line in [heading, *rows]) for place in range(len(columns))]
    for line in [heading, *rows]:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        yield "  ".join(cells).rstrip()


def plural(number: int, word: str, many: str = "") -> str:
    """E.g. ``"1 record"`` or ``"1,204 records"``."""
    return f"{number:,} {word if number == 1 else many or word + 's'}"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    text = str(value)
    cut = text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
    # Whatever a record holds must not steer the terminal.
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in cut)


def _write_error(line: str) -> None:
    encoding = sys.stderr.encoding or "utf-8"
    try:
        sys.stderr.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    except BrokenPipeError:
        os.close(2)
