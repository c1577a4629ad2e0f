"""Finds entries of imported logs by the same filters as own ones."""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, overload

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    cast,
    false,
    func,
    not_,
    or_,
    select,
)

from crmdesk.core.access.actor import ActorKind
from crmdesk.core.audit.acting import acting_users, stays_of, teams_called
from crmdesk.core.audit.catalogue import load_audit_catalogue
from crmdesk.core.audit.event import AuditEvent, details_of, run_plain
from crmdesk.core.audit.filters import NOTHING, AuditFilters, Choices
from crmdesk.core.audit.imported_model import STRUCK_OUT
from crmdesk.core.audit.index import Facet
from crmdesk.core.audit.matching import edition_of, shown_categories
from crmdesk.core.audit.readable import readable_time
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import imported_events, imported_logs, users

_IDS_AT_ONCE = 500
_MOST_SHORT = 1 << 31
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST = "SELECT ifnull(max(id), 0), ifnull(max(place), 0) FROM imported_events"
_COLUMN = imported_events.c
#: Exactly: a time of 24 characters has three digits of them.
_MILLISECONDS = func.unixepoch(_COLUMN.at) * 1000 + cast(func.substr(_COLUMN.at, 21, 3), Integer)
Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class ImportedPlaces:
    """Imported entries that pass, newest first.

    Attributes:
        ids: negative numbers, by which they are shown.
        places: for each the first own entry that is later; they never rise.
    """

    ids: array[int]
    places: array[int]


def has_imported(tx: Tx) -> bool:
    """Whether there is any imported entry: most logs have none, and pay nothing for them."""
    return tx.sql("SELECT 1 FROM imported_events LIMIT 1").fetchone() is not None


def imported_places(tx: Tx, filters: AuditFilters) -> ImportedPlaces:
    """Which imported entries pass, and where they stand among own ones."""
    statement = _passing(tx, select(_COLUMN.id, _COLUMN.place), filters).order_by(
        _COLUMN.place.desc(), _COLUMN.at.desc(), _COLUMN.id.desc()
    )
    # Millions of them are kept as long as a table shows them: four bytes each where that will do.
    largest = max(tx.sql(_LARGEST).fetchone())
    kind = "i" if largest < _MOST_SHORT else "q"
    found = ImportedPlaces(array(kind), array(kind))
    for number, place in run_plain(tx, statement):
        found.ids.append(-number)
        found.places.append(place)
    return found


class ImportedTimes(Sequence[datetime]):
    """Times of imported entries, the oldest first; of millions of them eight bytes each are kept.

    Args:
        milliseconds: since 1970, ascending.
    """

    def __init__(self, milliseconds: array[int]) -> None:
        self._milliseconds = milliseconds

    def __len__(self) -> int:
        return len(self._milliseconds)

    @overload
    def __getitem__(self, index: int) -> datetime: ...
    @overload
    def __getitem__(self, index: slice) -> ImportedTimes: ...
    def __getitem__(self, index: int | slice) -> datetime | ImportedTimes:
        if isinstance(index, slice):
            return ImportedTimes(self._milliseconds[index])
        return _EPOCH + timedelta(milliseconds=self._milliseconds[index])


def imported_times(tx: Tx, filters: AuditFilters) -> ImportedTimes:
    """When those that pass happened."""
    if not has_imported(tx):
        return ImportedTimes(array("q"))
    rows = run_plain(tx, _passing(tx, select(_MILLISECONDS), filters).order_by(_COLUMN.at))
    return ImportedTimes(array("q", (row[0] for row in rows)))


def imported_counts(tx: Tx, facet: Facet, filters: AuditFilters) -> dict[str, int]:
    """How many of those that pass have each value; of users, those this workspace knows."""
    if not has_imported(tx):
        return {}
    column = _COLUMN["user_email" if facet is Facet.USER else facet.value]
    counted = select(column, func.count()).group_by(column)
    rows: Sequence[Any] = tx.execute(_passing(tx, counted, filters)).all()
    found = {str(value): int(count) for value, count in rows if value}
    return _of_users(tx, found) if facet is Facet.USER else found


def imported_withheld(tx: Tx, filters: AuditFilters) -> int:
    """How many pass that only another edition shows."""
    if not has_imported(tx):
        return 0
    counted = select(func.count()).select_from(imported_events)
    hidden = _COLUMN.category.not_in(sorted(shown_categories(edition_of(tx))))
    return int(tx.scalar(counted.where(*_wanted(tx, filters), hidden)) or 0)


def imported_subcategories(tx: Tx) -> list[tuple[str, str]]:
    """Each category and subcategory that occurs."""
    occurring = select(_COLUMN.category, _COLUMN.subcategory).distinct()
    return sorted((row.category, row.subcategory) for row in tx.execute(occurring))


def imported_objects(tx: Tx) -> set[str]:
    """API names of what their entries are about."""
    rows = tx.sql("SELECT DISTINCT object_type FROM imported_events WHERE object_type <> ''")
    return {row[0] for row in rows}


def imported_people(tx: Tx, prefix: str) -> bool:
    """Whether somebody whose e-mail starts so acted in an imported log."""
    email = func.lower(_COLUMN.user_email)
    found = select(1).where(email.startswith(prefix.strip().lower(), autoescape=True))
    return tx.scalar(found.limit(1)) is not None


def imported_strangers(tx: Tx) -> tuple[str, ...]:
    """E-mails of people who acted in imported logs and were never users of this workspace."""
    rows = tx.sql(
        "SELECT DISTINCT user_email FROM imported_events "
        "WHERE user_email NOT IN ('', ?) "
        "AND lower(user_email) NOT IN (SELECT lower(email) FROM users) ORDER BY 1",
        (STRUCK_OUT,),
    )
    return tuple(row[0] for row in rows)


def _of_users(tx: Tx, by_email: Mapping[str, int]) -> dict[str, int]:
    known = {row.email.lower(): row.id for row in tx.execute(select(users.c.id, users.c.email))}
    found: Counter[str] = Counter()
    for email, count in by_email.items():
        if email.lower() in known:
            found[str(known[email.lower()])] += count
    return dict(found)


def imported_events_numbered(tx: Tx, ids: Iterable[int]) -> dict[int, AuditEvent]:
    """The entries with these negative numbers, as far as the edition shows them."""
    wanted = [-number for number in ids if number < 0]
    if not wanted:
        return {}
    shown = shown_categories(edition_of(tx))
    found: dict[int, AuditEvent] = {}
    for start in range(0, len(wanted), _IDS_AT_ONCE):
        rows = tx.execute(
            select(imported_events, imported_logs.c.file_name)
            .join(imported_logs, imported_logs.c.id == _COLUMN.log_id)
            .where(_COLUMN.id.in_(wanted[start : start + _IDS_AT_ONCE]))
        )
        for row in rows:
            if row.category in shown:
                found[-row.id] = _event(row)
    return found


def _event(found: Row[Any]) -> AuditEvent:
    row = found._mapping
    origin = {"file": row["file_name"], "line": row["line"]}
    return AuditEvent(
        id=-row["id"],
        at=readable_time(row["at"]),
        category=row["category"],
        subcategory=row["subcategory"],
        action=row["action"],
        result=row["result"],
        actor_kind=ActorKind.USER.value,
        user_id=None,
        user=row["user_email"],
        user_name="",
        object=row["object_type"],
        object_id=row["object_id"],
        job_id=None,
        session_id=None,
        subjects=1,
        address=row["address"],
        host="",
        country=row["country"],
        region=row["region"],
        agent=row["agent"],
        sign_in_type=row["sign_in_type"],
        link=None,
        detail={"imported_from": origin, "in_the_file": details_of(row["detail"])},
        erased=False,
    )


# -- conditions ------------------------------------------------------------------------------
def _passing(tx: Tx, statement: Select[Any], filters: AuditFilters) -> Select[Any]:
    wanted = _wanted(tx, filters)
    shown = shown_categories(edition_of(tx))
    if len(shown) < len(load_audit_catalogue().categories):
        wanted.append(_COLUMN.category.in_(sorted(shown)))
    return statement.where(and_(True, *wanted))


def _wanted(tx: Tx, filters: AuditFilters) -> list[Condition]:
    if filters.own_only:
        return [false()]
    wanted = [*_all_of(tx, filters), *_within(tx, filters)]
    if filters.without != NOTHING:
        wanted += [not_(each) for each in _all_of(tx, filters.without)]
    return wanted


def _all_of(tx: Tx, choices: Choices) -> list[Condition]:
    """One condition for each filter that is given; none of them is ever NULL."""
    found = [
        _is_one(column, values)
        for column, values in (
            ("category", [each.lower() for each in choices.categories]),
            ("subcategory", [each.upper() for each in choices.subcategories]),
            ("action", [each.lower() for each in choices.actions]),
            ("result", [each.lower() for each in choices.results]),
            ("object_type", choices.object_types),
            ("object_id", choices.object_ids),
        )
        if values
    ]
    if choices.by or choices.user_ids or choices.team_ids:
        found.append(_acted(tx, choices))
    if choices.actor_kinds and ActorKind.USER.value not in map(str.lower, choices.actor_kinds):
        # Such logs hold what users did.
        found.append(false())
    if choices.comments:
        # They are read here, not talked about.
        found.append(false())
    if choices.addresses:
        found.append(or_(*(_from(each) for each in choices.addresses)))
    if choices.ids:
        found.append(_COLUMN.id.in_([-number for number in choices.ids]))
    return found + [_holds(text.strip()) for text in choices.texts if text.strip()]


def _is_one(column: str, values: Sequence[str]) -> Condition:
    return func.coalesce(_COLUMN[column], "").in_(list(values))


def _acted(tx: Tx, choices: Choices) -> Condition:
    user_ids = {*choices.user_ids, *acting_users(tx, choices.by)}
    emails = [
        row.email.lower()
        for row in tx.execute(select(users.c.email).where(users.c.id.in_(user_ids)))
    ]
    email = func.lower(_COLUMN.user_email)
    starts = [email.startswith(each.strip().lower(), autoescape=True) for each in choices.by]
    return or_(email.in_(emails), *starts, *_in_teams(tx, choices))


def _in_teams(tx: Tx, choices: Choices) -> Iterator[Condition]:
    """Who was in a team when an entry was written.

    Who was in a team before this workspace's own log begins is not known: all who joined it later
    count.
    """
    teams = {*choices.team_ids, *teams_called(tx, choices.by)}
    emails = {row.id: row.email.lower() for row in tx.execute(select(users.c.id, users.c.email))}
    email, place = func.lower(_COLUMN.user_email), _COLUMN.place
    begins = int(tx.sql("SELECT ifnull(min(id), 1) FROM audit_events").fetchone()[0])
    for stay in stays_of(tx, teams):
        # It stands before its place and behind the entry before that, which tells of the joining.
        within = place > stay.first
        if stay.last is not None:
            within = and_(within, place <= stay.last + 1)
        of_member = email == emails.get(stay.user_id, "")
        yield and_(of_member, or_(within, place <= begins))


def _from(address: str) -> Condition:
    if address.endswith("*"):
        return _COLUMN.address.startswith(address[:-1], autoescape=True)
    return _COLUMN.address == address


def _holds(text: str) -> Condition:
    in_json = json.dumps(text, ensure_ascii=False)[1:-1]
    return or_(
        func.coalesce(_COLUMN.object_id, "") == text,
        _COLUMN.user_email.contains(text, autoescape=True),
        _COLUMN.detail.contains(in_json, autoescape=True),
    )


def _within(tx: Tx, filters: AuditFilters) -> list[Condition]:
    found: list[Condition] = []
    since = filters.since
    if filters.last_days is not None:
        oldest = tx.now - timedelta(days=filters.last_days)
        since = oldest if since is None else max(since, oldest)
    if since is not None:
        found.append(_COLUMN.at >= to_text(since))
    if filters.until is not None:
        found.append(_COLUMN.at <= to_text(filters.until))
    return found
