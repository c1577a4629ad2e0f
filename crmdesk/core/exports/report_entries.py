"""Entries of the log as rows of a report: read by the hundred, printed without being taken apart.

A log has millions of them, and what one costs here decides how long its report takes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from crmdesk.core.audit.event import (
    AuditEvent,
    SensitiveNames,
    entries_numbered,
    place_in,
    read_facts,
    sensitive_names,
    without_details,
)
from crmdesk.core.audit.imported_matching import imported_events_numbered
from crmdesk.core.audit.kinds import Category
from crmdesk.core.audit.matching import edition_of
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.exports.content import Cells
from crmdesk.core.exports.report_table import truth
from crmdesk.core.files.plain_line import plain_line
from crmdesk.core.links import DeepLink, may_be_linked

#: As much of a session's id as the log shows of it.
_SESSION_SIGNS = 12
#: Their subcategory names the object alone, and their type what was done to it too.
_OF_OBJECTS = frozenset({Category.CRM_OBJECT, Category.PROPERTY_VALUE, Category.ASSOCIATION})
_ENTRIES_AT_ONCE = 500
# Made once: for each entry anew it would take as long as the writing.
_AS_JSON = json.JSONEncoder(ensure_ascii=False).encode
Words = Callable[[str, str, str], tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class EntryPrinter:
    """Makes cells of entries, in the order of ``AUDIT_LOG_COLUMNS``; none of them is ``None``.

    Args:
        words: what category, subcategory and action are called.
        hidden: names of properties whose values are masked.
        detailed: the edition shows what changed, session and job.
    """

    workspace_id: str
    words: Words
    hidden: SensitiveNames
    detailed: bool

    def rows(self, tx: Tx, numbers: Iterator[int]) -> Iterator[tuple[int, Cells]]:
        """The entries with these numbers, in this order; negative ones are imported."""
        kinds = cache(self._kind)
        while some := list(islice(numbers, _ENTRIES_AT_ONCE)):
            own = [number for number in some if number > 0]
            found = {row[0]: self._own(row, kinds) for row in entries_numbered(tx, own)}
            for number, event in imported_events_numbered(tx, some).items():
                shown = event if self.detailed else without_details(event)
                found[number] = self._imported(shown, kinds)
            yield from ((number, found[number]) for number in some if number in found)

    def _own(self, row: Sequence[Any], kinds: Callable[..., tuple[str, ...]]) -> Cells:
        """The cells of a row as :func:`entries_numbered` gives them."""
        # By place: by name it would take half as long again.
        (number, at, category, subcategory, action, result, actor_kind, _user_id) = row[:8]
        (about, object_id, job_id, session_id, subjects, address, host, country) = row[8:16]
        (region, agent, sign_in_type) = row[16:19]
        user, name, _, detail = read_facts(row, self.hidden)
        called = kinds(category, subcategory, action)
        link = self._link(place_in(row, detail) or "")
        if not self.detailed:
            session_id, job_id, detail = None, None, {}
        cells = (
            at,
            called[0],
            user,
            object_id or "",
            f"{region}, {country}" if region and country else region or country,
            link,
            number,
            *called[1:],
            result,
            actor_kind,
            name,
            about or "",
            subjects,
            address,
            host,
            country,
            region,
            agent,
            sign_in_type,
            session_id[:_SESSION_SIGNS] if session_id else "",
            job_id or "",
            _AS_JSON(detail) if detail else "",
            truth(row[-3] is not None),
        )
        return _on_one_line(cells)

    def _imported(self, event: AuditEvent, kinds: Callable[..., tuple[str, ...]]) -> Cells:
        called = kinds(event.category, event.subcategory, event.action)
        cells = (
            to_text(event.at),
            called[0],
            event.user,
            event.object_id or "",
            ", ".join(filter(None, (event.region, event.country))),
            self._link(event.link or ""),
            event.id,
            *called[1:],
            event.result,
            event.actor_kind,
            event.user_name,
            event.object or "",
            event.subjects,
            event.address,
            event.host,
            event.country,
            event.region,
            event.agent,
            event.sign_in_type,
            (event.session_id or "")[:_SESSION_SIGNS],
            event.job_id or "",
            _AS_JSON(event.detail) if event.detail else "",
            truth(event.erased),
        )
        return _on_one_line(cells)

    def _kind(self, category: str, subcategory: str, action: str) -> tuple[str, ...]:
        """Type, category, subcategory and action, as they are called."""
        called = self.words(category, subcategory, action)
        of_object = category in _OF_OBJECTS
        return (f"{called[1]}: {called[2]}" if of_object else called[1], *called)

    def _link(self, place: str) -> str:
        """Where it was done, as a link that opens the window there."""
        return str(DeepLink(self.workspace_id, place)) if may_be_linked(place) else ""


def entry_printer(tx: Tx, workspace_id: str, words: Words) -> EntryPrinter:
    """A printer that masks what is sensitive now, and leaves out what the edition does."""
    detailed = edition_of(tx).shows_details
    return EntryPrinter(workspace_id, words, sensitive_names(tx), detailed)


def _on_one_line(cells: tuple[Any, ...]) -> Cells:
    """The cells, none of which leaves its line whatever it holds."""
    # Most entries hold nothing unruly: one look at all of their text says so.
    texts = "".join([cell for cell in cells if cell.__class__ is str])
    if texts.isascii() and texts.isprintable():
        return cells
    return tuple([plain_line(cell) if isinstance(cell, str) else cell for cell in cells])
