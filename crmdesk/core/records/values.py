"""From a cell's text to the canonical text a record keeps, for every type of property.

One :class:`ColumnParser` is made for each column and then called for each cell: what depends on
the property is settled once, and values seen before come out of a bounded cache. Free text is
kept exactly as given, spaces included; only what no file can carry (NUL, half a surrogate pair)
is refused. Every other type ignores outer spaces. A blank cell is no value: None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import lru_cache
from itertools import chain

from crmdesk.core.records.addresses import is_domain, is_email
from crmdesk.core.records.choices import Choices, Owner, option_choices, owner_choices
from crmdesk.core.records.dates import (
    DateOrder,
    canonical_date,
    canonical_datetime,
    is_canonical_date,
    is_canonical_datetime,
)
from crmdesk.core.records.local_times import local_time_reader
from crmdesk.core.records.multi import MultiValue, same_choices
from crmdesk.core.records.numbers import (
    DecimalMark,
    are_canonical_numbers,
    canonical_number,
    is_canonical_number,
)
from crmdesk.core.records.problems import ImportErrorType, ValueProblem
from crmdesk.core.records.types import PropertyFormat, PropertyShape, PropertyType

#: Distinct texts remembered for each column; about 15 MB at worst.
CACHED_TEXTS = 65_536

Parse = Callable[[str], "str | None"]
Check = Callable[[str], object]

_BOOLEANS = {"true": "true", "yes": "true", "1": "true"}
_BOOLEANS |= {"false": "false", "no": "false", "0": "false"}
# Nearly every address there is; the full rule judges the rest.
_PLAIN_EMAIL = re.compile(
    r"(?=[^@]{1,64}@.{1,100}\Z)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*"
    r"@(?:[A-Za-z0-9]{1,30}(?:-[A-Za-z0-9]{1,30})?\.)+[A-Za-z]{2,24}"
)
_RECORD_ID = re.compile(r"[1-9][0-9]{0,17}")

#: Distinct values seldom come twice in a column of these, so that a cache only costs: a quick
#: look whether the text is canonical already comes first.
_CHECKS: dict[PropertyType, Check] = {
    PropertyType.NUMBER: is_canonical_number,
    PropertyType.DATETIME: is_canonical_datetime,
}


@dataclass(frozen=True, slots=True)
class ValueContext:
    """How a file's values are meant: zone of its times, order of its dates, its users.

    Without ``owners`` an owner is kept as given: then nobody was asked who there is.
    """

    time_zone: tzinfo = UTC
    date_order: DateOrder = DateOrder.UNDECIDED
    decimal_mark: DecimalMark = DecimalMark.POINT
    owners: tuple[Owner, ...] | None = None


class ColumnParser:
    """Reads the cells of one column.

    Call it with one cell, or give :meth:`parse_many` a column's cells at once, which costs a
    third; :meth:`are_canonical` tells at a tenth where that is not even needed. A multi-choice
    cell that began with ";" keeps it: see :class:`MultiValue`.

    Attributes:
        is_free_text: any storable text is a value, kept exactly as given.
        kin: the type where :meth:`are_canonical` says the same of every column of that type, so
            that it may be asked of all their cells at once; None where a column has its own rule.
    """

    def __init__(
        self,
        parse: Parse,
        is_canonical: Check | None,
        is_text: bool = False,
        learns_by: Check | None = None,
    ) -> None:
        self._parse = parse
        self._is_canonical = is_canonical
        self._learns_by = learns_by
        self.is_free_text = is_text
        self.kin: PropertyType | None = None
        if is_canonical is is_canonical_number:
            self.kin = PropertyType.NUMBER
        elif learns_by is is_canonical_date:
            self.kin = PropertyType.DATE
        self._known = {""}

    def __call__(self, text: str) -> str | None:
        """Canonical text of one cell; None when it is blank.

        Raises:
            ValueProblem: the cell cannot be read.
        """
        return self._parse(text) if text else None

    def parse_many(
        self, cells: Sequence[str]
    ) -> tuple[list[str | None], list[tuple[int, ValueProblem]]]:
        """Canonical texts in order, and what is wrong at which index (its text is None)."""
        if not any(cells):
            return [None] * len(cells), []
        if self.is_free_text and is_storable("".join(cells)):
            return [text or None for text in cells], []
        try:
            return self._parse_all(cells), []
        except ValueProblem:
            return self._parse_one_by_one(cells)

    def are_canonical(self, cells: Sequence[str]) -> bool:
        """Whether each cell is blank or already what it would be read as.

        False where it would take too long to tell: then :meth:`parse_many` has to be asked.
        """
        if self.is_free_text:
            return is_storable("".join(cells))
        if self.kin is PropertyType.NUMBER:
            return are_canonical_numbers([cells] if cells else [], len(cells))
        if self._is_canonical is not None:
            return all(map(self._is_canonical, filter(None, cells)))
        return self._known.issuperset(cells) or self._learn(set(cells) - self._known)

    def rows_are_canonical(self, rows: Sequence[Sequence[str]]) -> bool:
        """The same of the cells of several columns of one ``kin``, row by row; a third sooner.

        Args:
            rows: equally long.
        """
        if self.kin is PropertyType.NUMBER:
            return are_canonical_numbers(rows, len(rows) * len(rows[0])) if rows else True
        if self._known.issuperset(chain.from_iterable(rows)):
            return True
        return self.are_canonical(list(chain.from_iterable(rows)))

    def _learn(self, texts: set[str]) -> bool:
        """Remember those that are read as they stand; False at the first that is not."""
        if len(self._known) + len(texts) > CACHED_TEXTS:
            self._known = {""}
        if self._learns_by is not None and all(map(self._learns_by, texts)):
            self._known |= texts
            return True
        for text in texts:
            try:
                if self._parse(text) != text:
                    return False
            except ValueProblem:
                return False
            self._known.add(text)
        return True

    def _parse_all(self, cells: Sequence[str]) -> list[str | None]:
        parse, is_canonical = self._parse, self._is_canonical
        if is_canonical is None:
            return [parse(text) if text else None for text in cells]
        return [(text if is_canonical(text) else parse(text)) if text else None for text in cells]

    def _parse_one_by_one(
        self, cells: Sequence[str]
    ) -> tuple[list[str | None], list[tuple[int, ValueProblem]]]:
        values: list[str | None] = []
        problems: list[tuple[int, ValueProblem]] = []
        for index, text in enumerate(cells):
            try:
                values.append(self(text))
            except ValueProblem as problem:
                values.append(None)
                problems.append((index, problem))
        return values, problems


def column_parser(target: PropertyShape, context: ValueContext | None = None) -> ColumnParser:
    """Make the parser for one column of cells that go to ``target``."""
    context = context or ValueContext()
    parse = _parse_for(target, context)
    if parse is _text:
        return ColumnParser(parse, None, is_text=True)
    if parse in _QUICK_LOOKS:
        return ColumnParser(parse, _QUICK_LOOKS[parse])
    # Where the comma is the decimal mark, "1.234" is canonical and yet means 1234.
    is_comma = context.decimal_mark == DecimalMark.COMMA
    if target.type in _CHECKS and not (is_comma and target.type is PropertyType.NUMBER):
        return ColumnParser(parse, _CHECKS[target.type])
    is_date = target.type is PropertyType.DATE
    return ColumnParser(
        lru_cache(CACHED_TEXTS)(parse), None, learns_by=is_canonical_date if is_date else None
    )


def parse(text: str, target: PropertyShape, context: ValueContext | None = None) -> str | None:
    """Canonical text of a single value, e.g. one typed into a form.

    Raises:
        ValueProblem: the value cannot be read.
    """
    return column_parser(target, context)(text)


def same_value(one: str | None, other: str | None, value_type: PropertyType) -> bool:
    """Whether two canonical texts are the same value; choices compare as sets."""
    if value_type is PropertyType.MULTI_ENUMERATION:
        return same_choices(one, other)
    return one == other


def _parse_for(target: PropertyShape, context: ValueContext) -> Parse:
    if target.format == PropertyFormat.RECORD_ID:
        return _record_id
    match target.type:
        case PropertyType.STRING | PropertyType.PHONE:
            return _CHECKED_TEXT.get(PropertyFormat(target.format), _text)
        case PropertyType.NUMBER:
            return _stripped(lambda text: canonical_number(text, context.decimal_mark))
        case PropertyType.DATE:
            return _stripped(lambda text: canonical_date(text, context.date_order))
        case PropertyType.DATETIME:
            return _stripped(_moment_reader(context))
        case PropertyType.BOOL:
            return _stripped(_boolean)
        case PropertyType.ENUMERATION:
            return _choice_parser(target, context)
        case PropertyType.MULTI_ENUMERATION:
            return _multi_parser(option_choices(target.options))


def _moment_reader(context: ValueContext) -> Callable[[str], str]:
    order, zone = context.date_order, context.time_zone
    return local_time_reader(zone, lambda text: canonical_datetime(text, order, zone))


def _choice_parser(target: PropertyShape, context: ValueContext) -> Parse:
    if target.format != PropertyFormat.OWNER:
        return _stripped(option_choices(target.options).find)
    if context.owners is None:
        return _stripped(_text)
    return _stripped(owner_choices(context.owners).find)


def _multi_parser(choices: Choices) -> Parse:
    def parse_choices(text: str) -> str | None:
        given = MultiValue.from_text(text)
        found = tuple(dict.fromkeys(choices.find(value) for value in given.values))
        return MultiValue(found, given.append).to_text() if found else None

    return parse_choices


def _stripped(parse: Callable[[str], str | None]) -> Parse:
    """Outer spaces are no part of a value that is not free text; spaces alone are blank."""

    def parse_stripped(text: str) -> str | None:
        stripped = text.strip()
        return parse(stripped) if stripped else None

    return parse_stripped


def is_storable(text: str) -> bool:
    """Whether the text has neither NUL nor half a surrogate pair, which UTF-8 cannot carry."""
    if "\0" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _text(text: str) -> str:
    if is_storable(text):
        return text
    character = "a NUL character" if "\0" in text else "half of a surrogate pair"
    raise ValueProblem(ImportErrorType.FAILED_VALIDATION, f"The text holds {character}.")


def _email(text: str) -> str | None:
    address = text.strip()
    if not address:
        return None
    if not is_email(address):
        raise ValueProblem(
            ImportErrorType.INVALID_EMAIL,
            "This is not an e-mail address. Write it like ann@example.org.",
        )
    return address


def _domain(text: str) -> str | None:
    domain = text.strip()
    if not domain:
        return None
    if not is_domain(domain):
        advice = "This is not a domain; write it like example.com, without https:// or a path."
        raise ValueProblem(ImportErrorType.INVALID_DOMAIN, advice)
    return domain


def _boolean(text: str) -> str:
    found = _BOOLEANS.get(text.casefold())
    if found is None:
        advice = "This is neither true nor false (also read: yes, no, 1, 0)."
        raise ValueProblem(ImportErrorType.INVALID_ENUMERATION_OPTION, advice)
    return found


def _record_id(text: str) -> str | None:
    stripped = text.strip()
    if stripped and _RECORD_ID.fullmatch(stripped) is None:
        advice = "A record id is a whole number above zero."
        raise ValueProblem(ImportErrorType.INVALID_RECORD_ID, advice)
    return stripped or None


_CHECKED_TEXT: dict[str, Parse] = {PropertyFormat.EMAIL: _email, PropertyFormat.DOMAIN: _domain}
_QUICK_LOOKS: dict[Parse, Check] = {
    _email: _PLAIN_EMAIL.fullmatch,
    _record_id: _RECORD_ID.fullmatch,
}
