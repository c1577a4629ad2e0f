"""What a filter says: the choices in its popover, and the short form on its chip."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QCoreApplication

from crmdesk.core.records.schema import Property
from crmdesk.core.records.types import PropertyFormat
from crmdesk.ui import words
from crmdesk.ui.records.conditions import Ask, Condition
from crmdesk.ui.records.showing import Showing


def ask_words(ask: Ask) -> str:
    """An ask as the popover lists it."""
    return {
        Ask.ANY_OF: _say("Is any of"),
        Ask.NONE_OF: _say("Is none of"),
        Ask.CONTAINS: _say("Contains"),
        Ask.CONTAINS_NOT: _say("Does not contain"),
        Ask.IS: _say("Is exactly"),
        Ask.BETWEEN: _say("Is between"),
        Ask.AT_LEAST: _say("Is at least"),
        Ask.AT_MOST: _say("Is at most"),
        Ask.TODAY: _say("Today"),
        Ask.YESTERDAY: _say("Yesterday"),
        Ask.LAST_7_DAYS: _say("Last 7 days"),
        Ask.LAST_30_DAYS: _say("Last 30 days"),
        Ask.THIS_MONTH: _say("This month"),
        Ask.DAYS: _say("Between two days"),
        Ask.YES: _say("Yes"),
        Ask.NO: _say("No"),
        Ask.HAS: _say("Has a value"),
        Ask.HAS_NOT: _say("Has no value"),
    }[ask]


def options_of(found: Property, showing: Showing) -> list[tuple[str, str]]:
    """Value and label of every choice; owners are the people of the workspace."""
    if found.format == PropertyFormat.OWNER:
        return sorted(showing.owners.items(), key=lambda owner: owner[1].casefold())
    return [(option.value, option.label) for option in found.options if not option.archived]


def describe(condition: Condition, found: Property, showing: Showing) -> str:
    """The value part of a chip: "4 of 5", "100 to 200", "Last 7 days"."""
    values = condition.values
    match condition.ask:
        case Ask.ANY_OF | Ask.NONE_OF:
            return _chosen(condition, found, showing)
        case Ask.BETWEEN:
            low, high = (showing.text(found, value) for value in values)
            return _say("%1 to %2").replace("%1", low).replace("%2", high)
        case Ask.AT_LEAST:
            return _say("at least %1").replace("%1", showing.text(found, values[0]))
        case Ask.AT_MOST:
            return _say("at most %1").replace("%1", showing.text(found, values[0]))
        case Ask.DAYS:
            first, last = (words.day(date.fromisoformat(value)) for value in values)
            return _say("%1 to %2").replace("%1", first).replace("%2", last)
        case Ask.CONTAINS | Ask.IS:
            return _quoted(showing.text(found, values[0]))
        case Ask.CONTAINS_NOT:
            return _say("not %1").replace("%1", _quoted(values[0]))
        case other:
            return ask_words(other)


def _chosen(condition: Condition, found: Property, showing: Showing) -> str:
    options = dict(options_of(found, showing))
    many = len(condition.values)
    if many == 1:
        text = options.get(condition.values[0], condition.values[0])
    else:
        text = _say("%1 of %2").replace("%1", words.number(many))
        text = text.replace("%2", words.number(len(options)))
    return text if condition.ask is Ask.ANY_OF else _say("not %1").replace("%1", text)


def _quoted(text: str) -> str:
    shortened = text if len(text) <= 20 else text[:19] + "…"
    return f"“{shortened}”"


def _say(text: str) -> str:
    return QCoreApplication.translate("Filters", text)
