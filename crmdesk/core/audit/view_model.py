"""The plain values of views of the audit log."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.clock import from_text
from crmdesk.core.records.periods import Moment, bounds, days_of, is_period

_HOURS = re.compile(r"last_([1-9][0-9]{0,5})_hours")
#: Thirty times twenty-four hours, whatever the clocks of the zone do meanwhile.
USUAL_PERIOD: Final = "last_720_hours"


def is_view_period(name: str) -> bool:
    """Whether :func:`period_range` knows the name."""
    return is_period(name) or _HOURS.fullmatch(name) is not None


def period_range(name: str, moment: Moment) -> tuple[datetime, datetime | None]:
    """Since and until when a period reaches, both inclusive; no end where it ends now.

    Args:
        name: as :mod:`crmdesk.core.records.periods` names days of the zone, e.g. ``today`` or
            ``last_7_days``, or ``last_720_hours``.

    Raises:
        ValueError: no such period.
    """
    if hours := _HOURS.fullmatch(name):
        return moment.now - timedelta(hours=int(hours[1])), None
    since, until = bounds(*days_of(name, moment.today), moment.zone)
    return from_text(since), from_text(until)


@dataclass(frozen=True, slots=True)
class AuditViewDefinition:
    """Which entries a view shows.

    Attributes:
        filters: all of them; its dates count where there is no period.
        period: dates that move with the day, see :func:`period_range`; empty for none.
    """

    filters: AuditFilters = field(default_factory=AuditFilters)
    period: str = ""

    def filters_at(self, now: datetime, zone: tzinfo) -> AuditFilters:
        """The filters with the dates that the period has at this moment."""
        if not self.period:
            return self.filters
        since, until = period_range(self.period, Moment(now, zone))
        return replace(self.filters, since=since, until=until)


class GoneKind(StrEnum):
    """What a view asks for that is not there any more."""

    USER = "user"
    """A user who was removed; what they did is still found."""
    TEAM = "team"
    OBJECT = "object"
    CODE = "code"
    """A category or an action that this version does not know; it is left out."""
    FILTER = "filter"
    """A filter that this version does not know; it is left out."""


_NAMED_IN = {
    GoneKind.USER: "user_ids",
    GoneKind.TEAM: "team_ids",
    GoneKind.OBJECT: "object_types",
}


@dataclass(frozen=True, slots=True)
class Gone:
    """One thing that a view asks for and is not there; told beside its entries.

    Attributes:
        asked: what stands for it in the filters: its number or internal name; of a code the
            filter that it was left out of.
    """

    kind: GoneKind
    name: str
    asked: int | str = ""


@dataclass(frozen=True, slots=True)
class AuditView:
    """A view as one person sees it.

    Attributes:
        id: negative for the three that everybody has.
        owner_name: empty for those three.
        shared: everyone who may see the log sees it; else its owner alone.
        mine: the person made it, and alone may change it.
        gone: what it asks for in vain.
    """

    id: int
    name: str
    definition: AuditViewDefinition
    owner_name: str = ""
    shared: bool = True
    mine: bool = False
    gone: tuple[Gone, ...] = ()

    def gone_from(self, filters: AuditFilters) -> tuple[Gone, ...]:
        """What of it still holds where other filters than the kept ones are shown."""
        return tuple(each for each in self.gone if self._is_asked(each, filters))

    def _is_asked(self, gone: Gone, filters: AuditFilters) -> bool:
        either = (filters, filters.without)
        if name := _NAMED_IN.get(gone.kind):
            return any(gone.asked in getattr(each, name) for each in either)
        if gone.kind is GoneKind.FILTER:
            return True
        name, own = str(gone.asked), self.definition.filters
        kept = (own, own.without)
        return all(getattr(a, name) == getattr(b, name) for a, b in zip(either, kept, strict=True))

    @property
    def is_default(self) -> bool:
        """Whether it is one of the three, which only a view of another name can differ from."""
        return self.id < 0


def _default(number: int, name: str, *categories: str) -> AuditView:
    filters = AuditFilters(categories=categories, people_only=True)
    return AuditView(-number, name, AuditViewDefinition(filters, USUAL_PERIOD))


ALL_LOGS: Final = _default(1, "All Logs")
LOGIN_HISTORY: Final = _default(2, "Login History", "login")
SECURITY_ACTIVITY: Final = _default(3, "Security Activity", "security")
DEFAULT_VIEWS: Final = (ALL_LOGS, LOGIN_HISTORY, SECURITY_ACTIVITY)
