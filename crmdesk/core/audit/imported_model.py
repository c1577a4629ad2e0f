"""The plain values of logs that another program exported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crmdesk.core.records.dates import DateOrder

#: What stands for the address of somebody who was deleted for good.
STRUCK_OUT = "(erased)"


class LogKind(StrEnum):
    """Which of HubSpot's logs a file is."""

    AUDIT = "audit"
    LOGIN = "login"
    SECURITY = "security"


class RowFault(StrEnum):
    """Why a row of such a file cannot be taken."""

    UNREADABLE = "unreadable"
    TIME_MISSING = "time_missing"
    TIME_UNREADABLE = "time_unreadable"
    KIND_MISSING = "kind_missing"
    OUTCOME_UNREADABLE = "outcome_unreadable"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken.

    Attributes:
        line: of the file, from 1.
        column: the heading over what is wrong; empty where it is the whole row.
        found: the first characters of what stands there, on one line.
    """

    line: int
    fault: RowFault
    column: str = ""
    found: str = ""


@dataclass(frozen=True, slots=True)
class LogFileSurvey:
    """What a file holds, and what taking it would add.

    Attributes:
        sha256: of the file, in hexadecimal digits.
        rows: below the heading.
        added: entries that are not there yet.
        known: entries that are there from an earlier import, or twice in the file.
        failed: rows that cannot be taken.
        bad_rows: the first hundred of them.
        by_category: how many of the readable rows are of each category.
        first_at, last_at: between which times its entries lie; None without any.
        date_order: how its dates were said to be written; None where the file was to show it.
    """

    file_name: str
    sha256: str
    kind: LogKind
    rows: int
    added: int
    known: int
    failed: int
    bad_rows: tuple[BadRow, ...]
    by_category: Mapping[str, int]
    first_at: datetime | None
    last_at: datetime | None
    date_order: DateOrder | None = None

    @property
    def asks_date_order(self) -> bool:
        """Whether there are times that might be read once somebody says how dates are written."""
        unread = any(bad.fault is RowFault.TIME_UNREADABLE for bad in self.bad_rows)
        return unread and self.date_order is None


@dataclass(frozen=True, slots=True)
class ImportedLog:
    """A file that was taken, and who took it."""

    id: int
    file_name: str
    sha256: str
    kind: LogKind
    rows: int
    added: int
    known: int
    failed: int
    first_at: datetime | None
    last_at: datetime | None
    imported_at: datetime
    user_id: int
