"""What the list of exports is narrowed to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from crmdesk.core.exports.model import ExportFilter, ExportSource, ExportState


@dataclass(frozen=True, slots=True)
class Wanted:
    """Empty sets ask nothing."""

    name: str = ""
    states: frozenset[ExportState] = field(default=frozenset())
    users: frozenset[int] = field(default=frozenset())
    since: datetime | None = None
    until: datetime | None = None
    sources: frozenset[ExportSource] = field(default=frozenset())

    @property
    def narrows(self) -> bool:
        """Whether it may leave anything out."""
        ticked = self.states or self.users or self.sources
        return bool(self.name.strip() or ticked or self.since or self.until)

    def filter(self) -> ExportFilter:
        """The same in core's words."""
        return ExportFilter(
            name=self.name,
            since=self.since,
            until=self.until,
            states=tuple(sorted(self.states)),
            users=tuple(sorted(self.users)),
            sources=tuple(sorted(self.sources)),
        )
