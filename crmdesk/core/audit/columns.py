"""Columns of the log: who acted and of which kind each entry is, counted for any set at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from crmdesk.core.audit.index import Facet
from crmdesk.core.audit.marks import CHUNK
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite_mark_columns import (
    KIND,
    KeptColumn,
    add_column,
    add_kinds,
    column_chunks,
    column_of,
    kept_column,
    kept_kinds,
)
from crmdesk.core.db.sqlite_marks import kept_values

#: A kind of entry is what an entry has of these, of which few combinations occur.
OF_KIND = (
    Facet.CATEGORY,
    Facet.SUBCATEGORY,
    Facet.ACTION,
    Facet.RESULT,
    Facet.ACTOR_KIND,
    Facet.OBJECT_TYPE,
)
_BETWEEN = "\x1f"
_ROWS = (
    "SELECT id, coalesce(user_id, ''), category || char(31) || subcategory || char(31) || action "
    "|| char(31) || result || char(31) || actor_kind || char(31) || coalesce(object_type, '') "
    "FROM audit_events WHERE id BETWEEN ? AND ? ORDER BY id DESC"
)


class ChunkColumns(NamedTuple):
    """What is kept of a whole chunk beside its bits."""

    users: KeptColumn
    kinds: KeptColumn
    many: dict[str, int]
    """How many entries are of which kind."""


def columns_of_chunk(tx: Tx, chunk: int) -> ChunkColumns:
    """Read them from the log."""
    users, kinds = [""] * CHUNK, [""] * CHUNK
    highest = (chunk + 1) * CHUNK - 1
    for number, user, kind in tx.sql(_ROWS, (chunk * CHUNK, highest)):
        users[highest - number] = str(user)
        kinds[highest - number] = kind
    many = Counter(kinds)
    del many[""]
    return ChunkColumns(column_of(users), column_of(kinds), dict(many))


def keep_columns(tx: Tx, chunk: int, columns: ChunkColumns) -> None:
    """Keep what :func:`columns_of_chunk` read."""
    add_column(tx.driver, Facet.USER, chunk, columns.users)
    add_column(tx.driver, KIND, chunk, columns.kinds)
    add_kinds(tx.driver, chunk, columns.many)


def kept_columns(tx: Tx, chunk: int) -> ChunkColumns | None:
    """What is kept of a chunk; ``None`` where one of the columns is not."""
    users = kept_column(tx.driver, Facet.USER, chunk)
    kinds = kept_column(tx.driver, KIND, chunk)
    if users is None or kinds is None:
        return None
    return ChunkColumns(users, kinds, kept_kinds(tx.driver, chunk))


def without_columns(tx: Tx, first: int, last: int) -> list[int]:
    """The chunks from one to another whose columns are not kept."""
    return sorted(set(range(first, last + 1)) - column_chunks(tx.driver))


def known_kinds(tx: Tx) -> list[Sequence[str]]:
    """What entries of each kind that is kept have, in the order of :data:`OF_KIND`."""
    return [kind.split(_BETWEEN) for kind in kept_values(tx.driver, KIND)]


def chunks_of_known_kinds(tx: Tx) -> set[int]:
    """The chunks whose every entry is of such a kind."""
    return column_chunks(tx.driver)


def by_part(many: Iterable[tuple[str, int]], facet: Facet) -> Counter[str]:
    """From how many there are of each kind to how many have each value of a facet."""
    place = OF_KIND.index(facet)
    found: Counter[str] = Counter()
    for kind, count in many:
        if value := kind.split(_BETWEEN)[place]:
            found[value] += count
    return found
