"""What a filter says: the choices in its popover, and the short form on its chip."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QCoreApplication

from crmdesk.core.records.schema import Property
from crmdesk.core.records.types import PropertyFormat
from crmdesk.ui import words
from crmdesk.ui.records.conditions import BARE, Ask, Condition
from crmdesk.ui.records.showing import Showing


def ask_words(ask: Ask) -> str:
    """An ask as the popover lists it."""
    return {
        Ask.ANY_OF: _say("Is any of"),
        Ask.NONE_OF: _say("Is none of"),
        Ask.CONTAINS: _say("Contains"),
        Ask.CONTAINS_NOT: _say("Does not contain"),
        Ask.STARTS_WITH: _say("Starts with"),
        Ask.ENDS_WITH: _say("Ends with"),
        Ask.IS: _say("Is exactly"),
        Ask.IS_NOT: _say("Is not exactly"),
        Ask.BETWEEN: _say("Is between"),
        Ask.AT_LEAST: _say("Is at least"),
        Ask.AT_MOST: _say("Is at most"),
        Ask.MORE_THAN: _say("Is more than"),
        Ask.LESS_THAN: _say("Is less than"),
        Ask.PERIOD: _say("Is in the period"),
        Ask.DAYS: _say("Is between two days"),
        Ask.AFTER: _say("Is after"),
        Ask.BEFORE: _say("Is before"),
        Ask.YES: _say("Yes"),
        Ask.NO: _say("No"),
        Ask.HAS: _say("Has a value"),
        Ask.HAS_NOT: _say("Has no value"),
        Ask.AS_WRITTEN: _say("As written"),
    }[ask]


def period_words(name: str) -> str:
    """A period as the popover lists it and the chip says it."""
    way, _, rest = name.partition("_")
    number = rest.partition("_")[0]
    if number.isdigit():
        days = QCoreApplication.translate("Filters", "%Ln day{|s}", "", int(number))
        text = _say("Last %1") if way == "last" else _say("Next %1")
        return text.replace("%1", days)
    return {
        "today": _say("Today"),
        "yesterday": _say("Yesterday"),
        "tomorrow": _say("Tomorrow"),
        "this_week": _say("This week"),
        "last_week": _say("Last week"),
        "next_week": _say("Next week"),
        "this_month": _say("This month"),
        "last_month": _say("Last month"),
        "next_month": _say("Next month"),
        "this_quarter": _say("This quarter"),
        "last_quarter": _say("Last quarter"),
        "this_year": _say("This year"),
        "last_year": _say("Last year"),
    }.get(name, name)


def options_of(found: Property, showing: Showing) -> list[tuple[str, str]]:
    """Value and label of every choice; owners are the people of the workspace."""
    if found.format == PropertyFormat.OWNER:
        return sorted(showing.owners.items(), key=lambda owner: owner[1].casefold())
    return [(option.value, option.label) for option in found.options if not option.archived]


def describe(condition: Condition, found: Property, showing: Showing) -> str:
    """The value part of a chip: "4 of 5", "100 to 200", "Last 7 days"."""
    ask = condition.ask
    if ask in (Ask.ANY_OF, Ask.NONE_OF):
        return _chosen(condition, found, showing)
    if ask is Ask.PERIOD:
        return period_words(condition.values[0])
    if ask in BARE:
        return ask_words(ask)
    if ask is Ask.AS_WRITTEN:
        return _quoted(" ".join(condition.values).replace("_", " "))
    return _worded(_templates().get(ask, "%1"), condition, found, showing, _quoted)


def condition_sentence(condition: Condition, found: Property, showing: Showing) -> str:
    """The whole of a condition, nothing left out: "City: contains “Oslo”"."""
    ask = condition.ask
    if ask in (Ask.ANY_OF, Ask.NONE_OF):
        options = dict(options_of(found, showing))
        labels = _say(" or ").join(options.get(value, value) for value in condition.values)
        text = labels if ask is Ask.ANY_OF else _say("not %1").replace("%1", labels)
    elif ask is Ask.AS_WRITTEN:
        text = " ".join(condition.values).replace("_", " ")
    elif ask is Ask.PERIOD or ask in BARE:
        text = describe(condition, found, showing)
    else:
        template = _say("contains %1") if ask is Ask.CONTAINS else _templates().get(ask, "%1")
        text = _worded(template, condition, found, showing, "“{}”".format)
    return f"{found.label}: {text}"


def _worded(
    text: str,
    condition: Condition,
    found: Property,
    showing: Showing,
    quoted: Callable[[str], str],
) -> str:
    for place, value in enumerate(condition.values, 1):
        text = text.replace(f"%{place}", _value(condition.ask, value, found, showing, quoted))
    return text


def _templates() -> dict[Ask, str]:
    return {
        Ask.BETWEEN: _say("%1 to %2"),
        Ask.DAYS: _say("%1 to %2"),
        Ask.AT_LEAST: _say("at least %1"),
        Ask.AT_MOST: _say("at most %1"),
        Ask.MORE_THAN: _say("more than %1"),
        Ask.LESS_THAN: _say("less than %1"),
        Ask.AFTER: _say("after %1"),
        Ask.BEFORE: _say("before %1"),
        Ask.CONTAINS_NOT: _say("not %1"),
        Ask.IS_NOT: _say("not %1"),
        Ask.STARTS_WITH: _say("starts with %1"),
        Ask.ENDS_WITH: _say("ends with %1"),
    }


def _value(
    ask: Ask, value: str, found: Property, showing: Showing, quoted: Callable[[str], str]
) -> str:
    if ask in (Ask.DAYS, Ask.AFTER, Ask.BEFORE):
        return _day(value)
    if ask in (Ask.BETWEEN, Ask.AT_LEAST, Ask.AT_MOST, Ask.MORE_THAN, Ask.LESS_THAN):
        return showing.text(found, value)
    return quoted(showing.text(found, value))


def _chosen(condition: Condition, found: Property, showing: Showing) -> str:
    options = dict(options_of(found, showing))
    many = len(condition.values)
    if many == 1:
        text = options.get(condition.values[0], condition.values[0])
    else:
        text = _say("%1 of %2").replace("%1", words.number(many))
        text = text.replace("%2", words.number(len(options)))
    return text if condition.ask is Ask.ANY_OF else _say("not %1").replace("%1", text)


def _day(value: str) -> str:
    try:
        return words.day(date.fromisoformat(value))
    except ValueError:
        return value


def _quoted(text: str) -> str:
    shortened = text if len(text) <= 20 else text[:19] + "…"
    return f"“{shortened}”"


def _say(text: str) -> str:
    return QCoreApplication.translate("Filters", text)
