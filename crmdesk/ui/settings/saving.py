"""Settings are written one after the other, until one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crmdesk.core.errors import UserError
from crmdesk.core.setting_declarations import Value
from crmdesk.ui.desk import Desk


@dataclass(frozen=True, slots=True)
class SaveAnswer:
    """What came of saving one setting after the other.

    The first that is refused stops the rest: what is saved and what is not is then plain.
    """

    saved: Mapping[str, Value]
    key: str
    error: UserError | None


def save_settings(desk: Desk, wanted: Mapping[str, object]) -> SaveAnswer:
    """Save settings one after the other, each with its entry in the log."""
    saved: dict[str, Value] = {}
    for key, given in wanted.items():
        try:
            saved[key] = desk.workspace.settings.set(desk.actor, key, given).new
        except UserError as error:
            if error.code != "setting_invalid":
                raise
            return SaveAnswer(saved, key, error)
    return SaveAnswer(saved, "", None)
