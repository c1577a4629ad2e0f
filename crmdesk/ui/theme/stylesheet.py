"""The one style sheet of the application, filled from the tokens."""

from __future__ import annotations

from crmdesk.ui.theme.fonts import Typography
from crmdesk.ui.theme.tokens import Tokens


def stylesheet(tokens: Tokens, typography: Typography) -> str:
    """Build the sheet for one scheme and one text scale."""
    return f"QToolTip {{ background: {tokens.tip}; color: {tokens.tip_text}; border: none; }}"
