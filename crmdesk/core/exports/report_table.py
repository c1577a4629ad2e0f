"""A report before its columns are chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from crmdesk.core.exports.content import Cells
from crmdesk.core.exports.model import Exclusion, ExportSource
from crmdesk.core.exports.report_columns import ReportColumn


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A report before its columns are chosen.

    Attributes:
        object_name: API name of the object, or what else it is of.
        rows: every cell, in the order of ``columns``; good while the transaction is.
        sensitive: labels of sensitive properties that are in it.
        excluded: how many rows are left out, by the reason.
    """

    source: ExportSource
    source_name: str
    object_name: str
    columns: tuple[ReportColumn, ...]
    total: int
    rows: Callable[[], Iterator[Cells]]
    sensitive: tuple[str, ...] = ()
    excluded: Mapping[Exclusion, int] = field(default_factory=dict)


def truth(value: bool) -> str:
    """Yes or no, as values of records write it."""
    return "true" if value else "false"
