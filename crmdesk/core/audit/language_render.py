"""Writes filters in the search language, and completes what is being typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from crmdesk.core.audit.commented import ANY
from crmdesk.core.audit.filters import AuditFilters, Choices
from crmdesk.core.audit.language import (
    people_names,
    team_codes,
    user_codes,
    words_of,
)
from crmdesk.core.audit.language_times import written_since, written_until
from crmdesk.core.audit.language_words import (
    IMPORTED,
    PEOPLE,
    Key,
    Term,
    terms,
    written_text,
    written_value,
)
from crmdesk.core.audit.vocabulary import Vocabulary

_MOST_COMPLETIONS = 12


def render_search(filters: AuditFilters, vocabulary: Vocabulary, zone: ZoneInfo) -> str:
    """The text that means these filters; reading it gives them back.

    Args:
        vocabulary: by whose addresses and names users and teams are called.
        zone: whose days are meant.
    """
    found = [f"{Key.IS}:{PEOPLE}"] if filters.people_only else []
    found += [f"{Key.IS}:{IMPORTED}"] if filters.imported_only else []
    found += [f"-{Key.IS}:{IMPORTED}"] if filters.own_only else []
    found += _choices(filters, vocabulary)
    found += ["-" + each for each in _choices(filters.without, vocabulary)]
    if filters.last_days is not None:
        found.append(f"{Key.LAST}:{filters.last_days}d")
    if filters.since is not None:
        found.append(f"{Key.AFTER}:{written_since(filters.since, zone)}")
    if filters.until is not None:
        found.append(f"{Key.UNTIL}:{written_until(filters.until, zone)}")
    return " ".join(found)


def _choices(choices: Choices, vocabulary: Vocabulary) -> Iterator[str]:
    users, teams = user_codes(vocabulary), team_codes(vocabulary)
    values: dict[Key, tuple[str, ...]] = {
        Key.CATEGORY: choices.categories,
        Key.SUBCATEGORY: choices.subcategories,
        Key.ACTION: choices.actions,
        Key.RESULT: choices.results,
        Key.KIND: choices.actor_kinds,
        Key.BY: choices.by,
        Key.USER: tuple(users.get(number, f"#{number}") for number in choices.user_ids),
        Key.TEAM: tuple(teams.get(number, f"#{number}") for number in choices.team_ids),
        Key.OBJECT: choices.object_types,
        Key.ID: choices.object_ids,
        Key.ENTRY: tuple(map(str, choices.ids)),
        Key.ADDRESS: choices.addresses,
        Key.COMMENT: choices.comments,
    }
    for key, given in values.items():
        yield from (f"{key}:{written_value(value)}" for value in given)
    yield from (written_text(text) for text in choices.texts)


@dataclass(frozen=True, slots=True)
class Completion:
    """What could stand where somebody types.

    Attributes:
        start, end: the part of the text that it takes the place of.
        text: what to put there.
        label: what it means, where that is not the same; e.g. a category's name.
    """

    start: int
    end: int
    text: str
    label: str


def complete(text: str, cursor: int, vocabulary: Vocabulary) -> list[Completion]:
    """What the word at the cursor could become, the likeliest first.

    Args:
        cursor: a place between the letters, from 0.
    """
    term = next((each for each in terms(text) if each.start <= cursor <= each.end), None)
    if term is None:
        term = Term(cursor, cursor, None, "", False, cursor)
    if term.key is None:
        typed = text[term.value_start : cursor].casefold()
        return [
            Completion(term.value_start, term.end, f"{key}:", "")
            for key in Key
            if key.startswith(typed)
        ][:_MOST_COMPLETIONS]
    if cursor < term.value_start or term.key.lower() not in list(Key):
        return []
    typed = text[term.value_start : cursor].strip('"').casefold()
    found = _ranked(_values(Key(term.key.lower()), vocabulary), typed)
    return [
        Completion(term.value_start, term.end, written_value(value), label)
        for value, label in found
    ][:_MOST_COMPLETIONS]


def _values(key: Key, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Values of a key, each with what it is called."""
    names = {each.id: each.name for each in vocabulary.users}
    match key:
        case Key.BY:
            return [(name, "") for name in dict.fromkeys(people_names(vocabulary)) if name]
        case Key.USER:
            return [(code, names[number]) for number, code in user_codes(vocabulary).items()]
        case Key.TEAM:
            return [(code, "") for code in team_codes(vocabulary).values()]
        case Key.IS:
            return [(PEOPLE, ""), (IMPORTED, "")]
        case Key.COMMENT:
            return [(ANY, "")]
        case Key.LAST:
            return [("1d", ""), ("7d", ""), ("30d", ""), ("90d", "")]
        case Key.AFTER | Key.SINCE | Key.BEFORE | Key.UNTIL | Key.ON:
            return [("today", ""), ("yesterday", "")]
        case _:
            return [(word.code, word.label) for word in words_of(key, vocabulary)]


def _ranked(values: list[tuple[str, str]], typed: str) -> list[tuple[str, str]]:
    """What begins with the letters first, then what holds them."""
    begin = [each for each in values if any(part.casefold().startswith(typed) for part in each)]
    hold = [each for each in values if any(typed in part.casefold() for part in each)]
    return list(dict.fromkeys(begin + hold))
