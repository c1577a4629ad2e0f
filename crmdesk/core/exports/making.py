"""What the job, the list and the log say of an export that is being made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crmdesk.core.exports.model import ExportFormat, ExportSource


@dataclass(frozen=True, slots=True)
class Making:
    """An export without its rows.

    Attributes:
        object_name: API name of the object, or what else it is of.
        columns: internal names of what was chosen.
        sensitive: labels of sensitive columns that are in it.
        details: what else the audit log says of it.
    """

    name: str
    source: ExportSource
    source_name: str
    object_name: str
    format: ExportFormat
    bom: bool
    columns: tuple[str, ...]
    sensitive: tuple[str, ...]
    details: Mapping[str, Any] = field(default_factory=dict)
