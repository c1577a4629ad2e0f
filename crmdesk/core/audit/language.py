"""Reads the search language of the log into filters, and says where it cannot."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from crmdesk.core.audit.filters import AuditFilters, Choices
from crmdesk.core.audit.language_times import Period, period
from crmdesk.core.audit.language_words import IMPORTED, PEOPLE, Key, Term, terms
from crmdesk.core.audit.vocabulary import Vocabulary, Word


@dataclass(frozen=True, slots=True)
class Problem:
    """A word that means nothing.

    Attributes:
        start, end: where it stands in the text.
        code: ``key_unknown``, ``value_missing``, ``value_unknown``, ``number_invalid``,
            ``date_invalid``, ``days_invalid``, ``range_reversed``, ``quote_open`` or
            ``cannot_exclude``.
        key, value: as typed.
        nearest: a key or value that was perhaps meant.
    """

    start: int
    end: int
    code: str
    key: str = ""
    value: str = ""
    nearest: str | None = None


@dataclass(frozen=True, slots=True)
class SearchParse:
    """What a search means.

    Attributes:
        filters: of all words that mean something.
        problems: in the order of the text.
    """

    filters: AuditFilters
    problems: tuple[Problem, ...]


def parse_search(text: str, vocabulary: Vocabulary, now: datetime, zone: ZoneInfo) -> SearchParse:
    """Read a search.

    Args:
        text: as typed.
        vocabulary: the words of the workspace.
        now: aware; what ``today`` is reckoned from.
        zone: whose days are meant.
    """
    reading = _Reading(vocabulary, now, zone)
    for term in terms(text):
        reading.take(term)
    return reading.result()


@dataclass(slots=True)
class _Reading:
    vocabulary: Vocabulary
    now: datetime
    zone: ZoneInfo
    wanted: dict[str, list[str | int]] = field(default_factory=dict)
    unwanted: dict[str, list[str | int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    since: datetime | None = None
    until: datetime | None = None
    last_days: int | None = None
    people_only: bool = False
    imported_only: bool = False
    own_only: bool = False

    def take(self, term: Term) -> None:
        """Read one word."""
        if not term.closed:
            self._refuse(term, "quote_open")
        elif term.key is None:
            if term.value.strip():
                self._add(term, "texts", term.value)
        elif term.key.lower() not in list(Key):
            self._refuse(term, "key_unknown", _near(term.key, list(Key)))
        elif not term.value:
            self._refuse(term, "value_missing")
        else:
            self._take_key(term, Key(term.key.lower()))

    def result(self) -> SearchParse:
        """What all words mean together."""
        filters = AuditFilters(
            **{name: tuple(values) for name, values in self.wanted.items()},  # type: ignore[arg-type]
            without=Choices(**{name: tuple(values) for name, values in self.unwanted.items()}),  # type: ignore[arg-type]
            people_only=self.people_only,
            imported_only=self.imported_only,
            own_only=self.own_only,
            since=self.since,
            until=self.until,
            last_days=self.last_days,
        )
        return SearchParse(filters, tuple(self.problems))

    def _take_key(self, term: Term, key: Key) -> None:
        if key is Key.IS:
            self._take_is(term)
        elif key in _TIMES or key is Key.LAST:
            if term.excluded:
                self._refuse(term, "cannot_exclude")
            elif key is Key.LAST:
                self._take_last(term)
            else:
                self._take_time(term, key)
        elif key in _CODES:
            self._take_code(term, key)
        elif key in _AS_TYPED:
            self._add(term, _AS_TYPED[key], term.value)
        elif key is Key.ENTRY:
            self._take_entry(term)
        else:
            self._take_person(term, key)

    def _take_code(self, term: Term, key: Key) -> None:
        name, words_of = _CODES[key]
        words = words_of(self.vocabulary)
        typed = term.value.casefold()
        for word in (*words, *self._withheld(key)):
            if typed in (word.code.casefold(), word.label.casefold()):
                self._add(term, name, word.code)
                return
        self._refuse(term, "value_unknown", _near(term.value, [word.code for word in words]))

    def _withheld(self, key: Key) -> tuple[Word, ...]:
        """What the edition does not show: known, so that nobody is told it does not exist."""
        if key not in (Key.CATEGORY, Key.SUBCATEGORY):
            return ()
        below = key is Key.SUBCATEGORY
        return tuple(word for word in self.vocabulary.withheld if bool(word.categories) == below)

    def _take_entry(self, term: Term) -> None:
        # Entries of imported logs have numbers below zero.
        digits = term.value.removeprefix("-")
        if digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS:
            self._add(term, "ids", int(term.value))
        else:
            self._refuse(term, "number_invalid")

    def _take_person(self, term: Term, key: Key) -> None:
        typed = term.value.strip().casefold()
        if key is Key.BY:
            names = people_names(self.vocabulary)
            if any(name.casefold().startswith(typed) for name in names):
                self._add(term, "by", term.value)
            else:
                self._refuse(term, "value_unknown", _near(term.value, names))
            return
        known = user_codes(self.vocabulary) if key is Key.USER else team_codes(self.vocabulary)
        found = {code.casefold(): number for number, code in known.items()}.get(typed)
        if found is None and typed.startswith("#") and typed[1:].isdecimal():
            found = int(typed[1:])
        if found is None:
            self._refuse(term, "value_unknown", _near(term.value, list(known.values())))
        else:
            self._add(term, "user_ids" if key is Key.USER else "team_ids", found)

    def _take_is(self, term: Term) -> None:
        typed = term.value.casefold()
        if typed == PEOPLE and term.excluded:
            self._refuse(term, "cannot_exclude")
        elif typed == PEOPLE:
            self.people_only = True
        elif typed == IMPORTED and term.excluded:
            self.own_only = True
        elif typed == IMPORTED:
            self.imported_only = True
        else:
            self._refuse(term, "value_unknown", _near(term.value, [PEOPLE, IMPORTED]))

    def _take_last(self, term: Term) -> None:
        digits = term.value.removesuffix("d")
        if digits.isascii() and digits.isdigit() and 1 <= int(digits[:9]) <= _MOST_DAYS:
            self.last_days = int(digits[:9])
        else:
            self._refuse(term, "days_invalid")

    def _take_time(self, term: Term, key: Key) -> None:
        found = period(term.value, self.now, self.zone)
        if found is None:
            self._refuse(term, "date_invalid")
            return
        since, until = _ends_of(key, found)
        since = max((each for each in (self.since, since) if each is not None), default=None)
        until = min((each for each in (self.until, until) if each is not None), default=None)
        if since is not None and until is not None and since > until:
            self._refuse(term, "range_reversed")
        else:
            self.since, self.until = since, until

    def _add(self, term: Term, name: str, value: str | int) -> None:
        held = (self.unwanted if term.excluded else self.wanted).setdefault(name, [])
        if value not in held:
            held.append(value)

    def _refuse(self, term: Term, code: str, nearest: str | None = None) -> None:
        key = term.key or ""
        self.problems.append(Problem(term.start, term.end, code, key, term.value, nearest))


_DIGITS = 18
_MOST_DAYS = 36_500
_AS_TYPED = {Key.ID: "object_ids", Key.ADDRESS: "addresses", Key.COMMENT: "comments"}
_TIMES = (Key.AFTER, Key.SINCE, Key.BEFORE, Key.UNTIL, Key.ON)
WordsOf = Callable[[Vocabulary], tuple[Word, ...]]
_CODES: dict[Key, tuple[str, WordsOf]] = {
    Key.CATEGORY: ("categories", lambda known: known.categories),
    Key.SUBCATEGORY: ("subcategories", lambda known: known.subcategories),
    Key.ACTION: ("actions", lambda known: known.actions),
    Key.RESULT: ("results", lambda known: known.results),
    Key.KIND: ("actor_kinds", lambda known: known.actor_kinds),
    Key.OBJECT: ("object_types", lambda known: known.objects),
}


def words_of(key: Key, vocabulary: Vocabulary) -> tuple[Word, ...]:
    """The values that a key takes, where they are given; none where any text will do."""
    return _CODES[key][1](vocabulary) if key in _CODES else ()


def people_names(vocabulary: Vocabulary) -> list[str]:
    """What ``by:`` takes, or the beginning of it."""
    people = [name for each in vocabulary.users for name in (each.email, each.name)]
    return [*people, *(each.name for each in vocabulary.teams), *vocabulary.others]


def user_codes(vocabulary: Vocabulary) -> dict[int, str]:
    """By user id what ``user:`` takes: an address that is one user's, else the number."""
    return _codes((each.id, each.email) for each in vocabulary.users)


def team_codes(vocabulary: Vocabulary) -> dict[int, str]:
    """By team id what ``team:`` takes: a name that is one team's, else the number."""
    return _codes((each.id, each.name) for each in vocabulary.teams)


def _codes(known: Iterable[tuple[int, str]]) -> dict[int, str]:
    pairs = list(known)
    folded = [name.casefold() for _, name in pairs]
    return {
        number: name
        if folded.count(name.casefold()) == 1 and name.strip() == name and name[:1] not in ("#", "")
        else f"#{number}"
        for number, name in pairs
    }


def _ends_of(key: Key, found: Period) -> tuple[datetime | None, datetime | None]:
    if key is Key.ON:
        return found.first, found.last
    if key is Key.BEFORE:
        return None, found.before
    return (None, found.last) if key is Key.UNTIL else (found.first, None)


def _near(typed: str, known: list[str]) -> str | None:
    return next(iter(difflib.get_close_matches(typed.lower(), known, 1)), None)
