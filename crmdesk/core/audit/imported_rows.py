"""Reads the rows of a log that HubSpot exported as entries."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import islice

from crmdesk.core.audit import kinds
from crmdesk.core.audit.imported_headings import Part, recognise_log
from crmdesk.core.audit.imported_model import BadRow, LogKind, RowFault
from crmdesk.core.audit.imported_words import (
    action_of,
    as_code,
    category_of,
    security_kind,
    target_of,
)
from crmdesk.core.audit.kinds import Category, Result
from crmdesk.core.files.names import tidy
from crmdesk.core.files.source import TableSource
from crmdesk.core.files.table import Row
from crmdesk.core.records.dates import DateOrder, canonical_datetime, detect_date_order
from crmdesk.core.records.problems import ValueProblem

_LONGEST = 500
_LONGEST_AGENT = 2_000
_SHOWN = 60
_ROWS_LOOKED_AT = 1_000
_as_json = json.JSONEncoder(ensure_ascii=False).encode
_ADDRESS = re.compile(r"[^\s,;=:{}()<>\"']+@[^\s,;{}()<>\"']+")
_TRUE, _FALSE = {"true", "yes", "1", "success", "succeeded"}, {"false", "no", "0", "failed"}
_FALSE |= {"failure", "fail"}


@dataclass(frozen=True, slots=True)
class ImportedEntry:
    """One entry of such a log.

    Attributes:
        identity: 32 bytes; the same entry has the same in every file it stands in. Of one
            without a number of its own that of its first occurrence (see :func:`nth_identity`).
        said: 32 bytes, equal for entries without a number that say the same; else ``None``.
        at: 24 characters of UTC text.
        detail: cells that have no attribute of their own, by heading.
    """

    line: int
    identity: bytes
    at: str
    category: str
    subcategory: str
    action: str
    result: str
    user_email: str
    object_type: str | None
    object_id: str | None
    address: str
    country: str
    region: str
    agent: str
    sign_in_type: str
    detail: str
    said: bytes | None


def _tidied(text: str) -> str:
    """One line; most cells are one already, and to look at each letter takes its time."""
    return text.strip() if text.isprintable() and "  " not in text else tidy(text)


def nth_identity(said: bytes, nth: int) -> bytes:
    """Equal rows of a file are told apart by their order, which the next file has too."""
    return hashlib.sha256(said + str(nth).encode()).digest()


class _Bad(Exception):
    def __init__(self, fault: RowFault, part: Part | None = None) -> None:
        super().__init__(fault)
        self.fault, self.part = fault, part


class LogRowReader:
    """Reads the rows of one file.

    Args:
        zone: in which times without one are meant.
        order: of day, month and year in its dates; ``None`` looks at the first of them.

    Raises:
        UserError: ``log_file_is_own``, ``log_file_not_recognised``, or what reading refuses.
    """

    def __init__(self, source: TableSource, zone: tzinfo, order: DateOrder | None = None) -> None:
        self._headings = source.headers.names
        self.kind, self._columns = recognise_log(self._headings, source.path.name)
        self._zone = zone
        self._order = self._date_order(source) if order is None else order
        kept = set(self._columns.values())
        # What a column was taken from stays as it is written, where its meaning was changed.
        kept -= {self._columns.get(part, -1) for part in _TRANSLATED}
        self._others = [place for place in range(len(self._headings)) if place not in kept]

    def read(self, row: Row) -> ImportedEntry | BadRow:
        """The entry of a row, or what is wrong with it."""
        if row.problem is not None:
            return BadRow(row.line, RowFault.UNREADABLE)
        cells = {part: _tidied(row.cells[place]) for part, place in self._columns.items()}
        try:
            return self._entry(row, cells)
        except _Bad as bad:
            heading = "" if bad.part is None else self._heading(bad.part)
            found = "" if bad.part is None else cells.get(bad.part, "")[:_SHOWN]
            return BadRow(row.line, bad.fault, heading, found)

    def _entry(self, row: Row, cells: Mapping[Part, str]) -> ImportedEntry:
        for part, text in cells.items():
            if len(text) > (_LONGEST_AGENT if part is Part.AGENT else _LONGEST):
                raise _Bad(RowFault.TOO_LONG, part)
        at = self._moment(cells[Part.AT])
        category, subcategory, action, result, object_type = self._what(cells)
        identity, said = self._identity(row, cells)
        country = cells.get(Part.COUNTRY, "")
        email = _ADDRESS.search(cells.get(Part.USER, ""))
        return ImportedEntry(
            line=row.line,
            identity=identity,
            said=said,
            at=at,
            category=category,
            subcategory=subcategory,
            action=action,
            result=result,
            user_email=cells.get(Part.USER, "") if email is None else email[0],
            object_type=object_type,
            object_id=cells.get(Part.OBJECT_ID) or None,
            address=cells.get(Part.ADDRESS, ""),
            country=country,
            region=cells.get(Part.REGION) or (cells.get(Part.LOCATION, "") if not country else ""),
            agent=cells.get(Part.AGENT, ""),
            sign_in_type=cells.get(Part.SIGN_IN_TYPE, ""),
            detail=self._detail(row),
        )

    def _moment(self, text: str) -> str:
        if not text:
            raise _Bad(RowFault.TIME_MISSING, Part.AT)
        try:
            return canonical_datetime(text, self._order, self._zone)
        except ValueProblem:
            raise _Bad(RowFault.TIME_UNREADABLE, Part.AT) from None

    def _what(self, cells: Mapping[Part, str]) -> tuple[str, str, str, str, str | None]:
        """Category, subcategory, action, result and object."""
        if self.kind is LogKind.LOGIN:
            return *self._login(cells), None
        if self.kind is LogKind.SECURITY:
            if not as_code(cells[Part.TYPE]):
                raise _Bad(RowFault.KIND_MISSING, Part.TYPE)
            code, action = security_kind(cells[Part.TYPE])
            return Category.SECURITY.value, code, action.value, Result.OK.value, None
        for part in (Part.CATEGORY, Part.ACTION):
            if not as_code(cells[part]):
                raise _Bad(RowFault.KIND_MISSING, part)
        category = category_of(cells[Part.CATEGORY])
        subcategory, about = target_of(category, cells.get(Part.SUBCATEGORY, ""))
        action = action_of(cells[Part.ACTION])
        return category, subcategory, action.value, Result.OK.value, about

    def _login(self, cells: Mapping[Part, str]) -> tuple[str, str, str, str]:
        said = cells[Part.SUCCEEDED].lower()
        if said not in _TRUE | _FALSE:
            raise _Bad(RowFault.OUTCOME_UNREADABLE, Part.SUCCEEDED)
        succeeded = said in _TRUE
        kind = kinds.LOGIN_SUCCEEDED if succeeded else kinds.LOGIN_FAILED
        result = Result.OK if succeeded else Result.FAILED
        return kind.category.value, kind.subcategory, kind.action.value, result.value

    def _identity(self, row: Row, cells: Mapping[Part, str]) -> tuple[bytes, bytes | None]:
        """By its number where it has one, else by all that it says and how often that was said."""
        own_id = cells.get(Part.ID)
        # A newer export may have its columns in another order.
        said = own_id or sorted(zip(self._headings, row.cells, strict=True))
        digest = hashlib.sha256(_as_json([self.kind.value, said]).encode()).digest()
        return (digest, None) if own_id else (nth_identity(digest, 1), digest)

    def _detail(self, row: Row) -> str:
        said = {
            self._headings[place]: row.cells[place] for place in self._others if row.cells[place]
        }
        return _as_json(said)

    def _heading(self, part: Part) -> str:
        return self._headings[self._columns[part]]

    def _date_order(self, source: TableSource) -> DateOrder:
        place = self._columns[Part.AT]
        rows: Sequence[Row] = list(islice(source.rows(), _ROWS_LOOKED_AT))
        return detect_date_order(row.cells[place] for row in rows if row.problem is None)


#: Their words are kept in the details: the catalogue's may say less.
_TRANSLATED = (Part.CATEGORY, Part.SUBCATEGORY, Part.ACTION, Part.TYPE, Part.LOCATION)
