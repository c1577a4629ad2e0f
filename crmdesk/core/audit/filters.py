"""Which entries somebody wants to see, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Choices:
    """Values an entry may have; of each kind, any of those named.

    Attributes:
        categories, actions: codes of the catalogue, in any case.
        subcategories: codes, in any case.
        by: e-mail, name or team of who acted, or the start of either, in any case.
        user_ids: who acted, removed users too.
        team_ids: who acted was in one of these teams then.
        actor_kinds: codes of :class:`ActorKind <crmdesk.core.access.actor.ActorKind>`.
        results: codes of :class:`Result <crmdesk.core.audit.kinds.Result>`.
        object_types: API names of what was acted on.
        object_ids: ids of what was acted on.
        addresses: of who acted; one that ends with ``*`` stands for all that begin so.
        ids: numbers of entries.
        texts: words anywhere in the details, or a record or job id. Of several words each stands
            beside the next, and the last may be the beginning of one.
        comments: what a comment on the entry holds, in any case; ``*`` for any comment.
    """

    categories: tuple[str, ...] = ()
    subcategories: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    user_ids: tuple[int, ...] = ()
    team_ids: tuple[int, ...] = ()
    actor_kinds: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    object_types: tuple[str, ...] = ()
    object_ids: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    ids: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()


NOTHING = Choices()


@dataclass(frozen=True, slots=True)
class AuditFilters(Choices):
    """All that are given must hold; within one, any, but every one of texts and comments.

    ``by``, ``user_ids`` and ``team_ids`` are one filter: who acted.

    Attributes:
        without: what no entry shown may have.
        people_only: what users and support did, and failed sign-ins; nothing of schedules or the
            program itself.
        imported_only: what the logs of another program say that were imported.
        own_only: nothing of such logs.
        since, until: aware; both inclusive, to the millisecond.
        last_days: no more than so many times 24 hours old, reckoned when it is asked.
    """

    without: Choices = field(default=NOTHING)
    people_only: bool = False
    imported_only: bool = False
    own_only: bool = False
    since: datetime | None = None
    until: datetime | None = None
    last_days: int | None = None
