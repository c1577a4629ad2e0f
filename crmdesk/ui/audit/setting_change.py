"""A changed setting in words: "Keep deleted records for: 90 → 30"."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from crmdesk.core.audit.event import AuditEvent
from crmdesk.core.files.plain_line import plain_line
from crmdesk.core.setting_declarations import SETTINGS
from crmdesk.ui import words
from crmdesk.ui.audit.say import say
from crmdesk.ui.exports.words import filled

_LONGEST = 60


def setting_words(event: AuditEvent) -> str:
    """Which setting, and what it was before and after."""
    label = setting_label(event.object_id or "")
    if not {"old", "new"} <= set(event.detail):
        return label
    old, new = (_value(event.detail[side]) for side in ("old", "new"))
    return filled(say("%1: %2 → %3"), label, old, new)


@lru_cache(maxsize=256)
def setting_label(key: str) -> str:
    """What a setting is called on its page; one of another version goes by its key."""
    # Imported when it is wanted: the window opens sooner.
    from crmdesk.ui.settings.wording import setting_words as words_of

    return words_of(SETTINGS[key]).title if key in SETTINGS else plain_line(key[:_LONGEST])


def _value(value: Any) -> str:
    if value is None or value == "":
        return say("nothing")
    if isinstance(value, bool):
        return say("Yes") if value else say("No")
    if isinstance(value, int):
        return words.number(value)
    return plain_line(str(value)[:_LONGEST])
