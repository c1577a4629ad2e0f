"""The one style sheet of the application, filled from the tokens and the text scale."""

from __future__ import annotations

import sys
from string import Template

from crmdesk.ui.theme.fonts import TextStyle, Typography
from crmdesk.ui.theme.pictures import pictures
from crmdesk.ui.theme.sheet_controls import BUTTONS, CHIPS, FIELDS
from crmdesk.ui.theme.sheet_frames import LABELS, MENUS, SCROLL_BARS, SURFACES, TABLES, TABS
from crmdesk.ui.theme.tokens import Tokens


class _Values(dict[str, str]):
    """What a sheet may name: a token, a picture, a text size, or ``px`` and a length at 100 %."""

    def __init__(self, typography: Typography, known: dict[str, str]) -> None:
        super().__init__(known)
        self._typography = typography

    def __missing__(self, name: str) -> str:
        if not name.startswith("px"):
            raise KeyError(name)
        return str(self._typography.px(int(name[2:])))


def stylesheet(tokens: Tokens, typography: Typography) -> str:
    """Build the sheet for one scheme and one text scale."""
    known = {**tokens.colors(), **pictures(tokens)}
    known.update({f"size_{style}": str(typography.size(style)) for style in TextStyle})
    known["display_family"] = typography.display
    # A rounded end is half of the whole height: content, padding and border.
    known["chip_radius"] = str((typography.px(24) + 4) // 2)
    known["radio_radius"] = str((typography.px(16) + 2) // 2)
    # Soft fills have no edge of their own, except where they are taken away.
    known["chip_edge"] = tokens.soft if tokens.soft != tokens.surface else tokens.border_strong
    return Template("".join(_parts())).substitute(_Values(typography, known))


def _parts() -> list[str]:
    parts = [LABELS, SURFACES, BUTTONS, CHIPS, FIELDS, TABS, MENUS, TABLES]
    return parts if sys.platform == "darwin" else [*parts, SCROLL_BARS]
