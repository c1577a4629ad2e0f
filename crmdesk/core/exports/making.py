"""What the job, the list and the log say of an export that is being made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crmdesk.core.errors import UserError
from crmdesk.core.exports.model import ExportFormat, ExportSource
from crmdesk.core.files.names import tidy

# As many characters as the field of the dialog takes.
_LONGEST_NAME = 200


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


def export_name(given: str, otherwise: str) -> str:
    """What an export is called: one line of what was typed, or what it is of.

    Raises:
        UserError: ``export_name_too_long``.
    """
    name = tidy(given)
    if len(name) > _LONGEST_NAME:
        raise UserError(
            "export_name_too_long",
            f"The name of an export has at most {_LONGEST_NAME} characters.",
            "Give a shorter one.",
        )
    return name or otherwise
