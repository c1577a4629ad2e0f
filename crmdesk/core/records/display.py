"""Shows canonical values to people: labels for choices, grouped digits, times in a zone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from crmdesk.core.records.multi import SEPARATOR
from crmdesk.core.records.types import PropertyFormat, PropertyShape, PropertyType


@dataclass(frozen=True, slots=True)
class DisplayOptions:
    """How values are written for people; the defaults suit no country in particular.

    ``owners`` gives names for owner values; ``yes`` and ``no`` are words in the face's language;
    ``group_from`` is how many digits a number has at least that is grouped.
    """

    time_zone: tzinfo = UTC
    group_mark: str = "\u202f"
    group_from: int = 5
    decimal_mark: str = "."
    yes: str = "Yes"
    no: str = "No"
    owners: tuple[tuple[str, str], ...] = ()


def column_display(
    shown: PropertyShape, options: DisplayOptions | None = None
) -> Callable[[str | None], str]:
    """Make the function that shows one column's canonical values; no value is empty text."""
    show = _show_for(shown, options or DisplayOptions())

    def display_value(text: str | None) -> str:
        return "" if text is None else show(text)

    return display_value


def display(text: str | None, shown: PropertyShape, options: DisplayOptions | None = None) -> str:
    """Show one canonical value; for many of a column make :func:`column_display` once."""
    return column_display(shown, options)(text)


def _show_for(shown: PropertyShape, options: DisplayOptions) -> Callable[[str], str]:
    if shown.format == PropertyFormat.RECORD_ID:
        return str
    match shown.type:
        case PropertyType.NUMBER:
            return lambda text: _number(text, options)
        case PropertyType.DATETIME:
            return lambda text: _moment(text, options.time_zone)
        case PropertyType.BOOL:
            return lambda text: options.yes if text == "true" else options.no
        case PropertyType.ENUMERATION | PropertyType.MULTI_ENUMERATION:
            return _labels(shown, options)
        case _:
            return str


def _labels(shown: PropertyShape, options: DisplayOptions) -> Callable[[str], str]:
    labels = {option.value: option.label for option in shown.options}
    if shown.format == PropertyFormat.OWNER:
        labels = dict(options.owners)
    if shown.type is PropertyType.ENUMERATION:
        return lambda text: labels.get(text, text)
    return lambda text: ", ".join(labels.get(value, value) for value in text.split(SEPARATOR))


def _number(text: str, options: DisplayOptions) -> str:
    whole, point, fraction = text.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    groups = [digits[max(0, end - 3) : end] for end in range(len(digits), 0, -3)]
    grouped = (
        options.group_mark.join(reversed(groups)) if len(digits) >= options.group_from else digits
    )
    return sign + grouped + (options.decimal_mark + fraction if point else "")


def _moment(text: str, zone: tzinfo) -> str:
    try:
        return f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return text
