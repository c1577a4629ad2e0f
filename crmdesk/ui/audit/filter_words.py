"""What the log is narrowed to, in words: "Category: Login; not by Ann Devon; since 1 Nov 2026"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from crmdesk.core.audit.commented import ANY
from crmdesk.core.audit.filters import AuditFilters, Choices
from crmdesk.core.audit.vocabulary import Vocabulary
from crmdesk.ui import words
from crmdesk.ui.audit.say import say
from crmdesk.ui.exports.words import filled


def filter_words(filters: AuditFilters, vocabulary: Vocabulary, zone: ZoneInfo) -> str:
    """Every filter in a sentence; empty where nothing is asked."""
    parts = _choices(filters, vocabulary)
    parts += [filled(say("not %1"), part) for part in _choices(filters.without, vocabulary)]
    if filters.people_only:
        parts.append(say("only what people did"))
    if filters.imported_only:
        parts.append(say("only imported logs"))
    if filters.own_only:
        parts.append(say("no imported logs"))
    if filters.last_days is not None:
        parts.append(say("the last %Ln days", filters.last_days))
    if filters.since is not None:
        parts.append(filled(say("since %1"), words.exact(filters.since, zone)))
    if filters.until is not None:
        parts.append(filled(say("until %1"), words.exact(filters.until, zone)))
    return "; ".join(parts)


def _choices(choices: Choices, vocabulary: Vocabulary) -> list[str]:
    people = {each.id: each.name or each.email for each in vocabulary.users}
    teams = {each.id: each.name for each in vocabulary.teams}
    by = [
        *choices.by,
        *(people.get(number, f"#{number}") for number in choices.user_ids),
        *(teams.get(number, f"#{number}") for number in choices.team_ids),
    ]
    hidden = vocabulary.withheld
    categories = (*(each for each in hidden if not each.categories), *vocabulary.categories)
    below = (*(each for each in hidden if each.categories), *vocabulary.subcategories)
    named = (
        (
            say("category %1"),
            _labels(choices.categories, categories),
        ),
        (
            say("subcategory %1"),
            _labels(choices.subcategories, below),
        ),
        (say("action %1"), _labels(choices.actions, vocabulary.actions)),
        (say("result %1"), _labels(choices.results, vocabulary.results)),
        (say("by %1"), by),
        (say("acted as %1"), _labels(choices.actor_kinds, vocabulary.actor_kinds)),
        (say("object %1"), _labels(choices.object_types, vocabulary.objects)),
        (say("object ID %1"), choices.object_ids),
        (say("address %1"), choices.addresses),
        (say("entry %1"), [str(number) for number in choices.ids]),
        (say("with %1"), _comments(choices)),
        (say("with the words %1"), [f"“{text}”" for text in choices.texts]),
    )
    return [filled(text, say(" or ").join(values)) for text, values in named if values]


def _comments(choices: Choices) -> list[str]:
    holding = say("a comment that holds “%1”")
    return [say("a comment") if text == ANY else filled(holding, text) for text in choices.comments]


def _labels(codes: Iterable[str], known: Iterable[object]) -> list[str]:
    labels: Mapping[str, str] = {
        str(getattr(word, "code", "")).lower(): str(getattr(word, "label", "")) for word in known
    }
    return [labels.get(code.lower(), code) for code in codes]
