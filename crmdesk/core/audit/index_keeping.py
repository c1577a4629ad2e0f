"""Keeps the index of the log, behind the writes: whoever reads takes the time, nobody who acts."""

from __future__ import annotations

from crmdesk.core.audit.columns import columns_of_chunk, keep_columns, without_columns
from crmdesk.core.audit.index import chunk_marks, end_of_chunk, ends_of_log
from crmdesk.core.audit.marks import CHUNK
from crmdesk.core.audit.texts import bits_of_word
from crmdesk.core.db import sqlite_words
from crmdesk.core.db.engine import Database
from crmdesk.core.db.sqlite_common_words import (
    SIZES,
    WORD_IN_BLOCK,
    common_words,
    forget_every_common,
    keep_common,
    pieces_with_common,
)
from crmdesk.core.db.sqlite_marks import (
    KeptMarks,
    add_marks,
    index_state,
    keep_index_state,
)
from crmdesk.core.errors import UserError

#: As many entries are looked through by each reader rather than kept.
_MARKED_STEP = 8192
_WORDED_STEP = 1024
#: Entries whose words are kept in one transaction, which others wait for.
_WORDED_AT_ONCE = 8192
#: A reader does not wait for a writer; the next one will do what this one left.
_PATIENCE_SECONDS = 0.05


def keep_index(database: Database, *, words: bool = False) -> None:
    """Bring what is kept up to the newest entry, unless it nearly is.

    Where nothing can be written, or somebody else is writing, nothing is done: readers find the
    same without it, later.

    Args:
        words: the words too, which only a search for text needs.
    """
    if database.refusal is not None:
        return
    try:
        with database.patient(_PATIENCE_SECONDS):
            _keep_marks(database)
            _keep_columns(database)
            if words and sqlite_words.KEPT:
                _keep_words(database)
                _keep_common_words(database)
    except UserError:
        # Busy, read-only, full: whatever it is, reading can do without, and writing will tell.
        return


def _keep_marks(database: Database) -> None:
    with database.read() as tx:
        first, last = ends_of_log(tx)
        end = max(index_state(tx.driver).marked_to, first - 1)
    if last - end < _MARKED_STEP:
        return
    while end < last:
        start, end = end, end_of_chunk(end, last)
        with database.read() as tx:
            found = chunk_marks(tx, start, end)
        chunk = end // CHUNK
        marks = [KeptMarks(facet, value, chunk, bits) for (facet, value), bits in found.items()]
        with database.write() as tx:
            state = index_state(tx.driver)
            if state.marked_to > start:
                # Another process was quicker.
                return
            add_marks(tx.driver, marks)
            keep_index_state(tx.driver, state._replace(marked_to=end))


def _keep_columns(database: Database) -> None:
    """Keep the columns of chunks that are full."""
    with database.read() as tx:
        first, _ = ends_of_log(tx)
        full = (index_state(tx.driver).marked_to + 1) // CHUNK
        missing = without_columns(tx, first // CHUNK, full - 1)
    for chunk in missing:
        with database.read() as tx:
            found = columns_of_chunk(tx, chunk)
        with database.write() as tx:
            # Unless what is kept was thrown away meanwhile.
            if (index_state(tx.driver).marked_to + 1) // CHUNK > chunk:
                keep_columns(tx, chunk, found)


def _keep_words(database: Database) -> None:
    with database.read() as tx:
        first, last = ends_of_log(tx)
        end = index_state(tx.driver).worded_to
    if last - end < _WORDED_STEP:
        return
    while end < last:
        with database.write() as tx:
            state = index_state(tx.driver)
            if not state.worded_to:
                sqlite_words.begin_words(tx.driver)
                forget_every_common(tx.driver)
            start = max(state.worded_to, first - 1)
            end = min(start + _WORDED_AT_ONCE, last)
            sqlite_words.add_words(tx.driver, start, end)
            keep_index_state(tx.driver, state._replace(worded_to=end))


def _keep_common_words(database: Database) -> None:
    """Keep the bits of common words of whole chunks, and of whole blocks of the last one."""
    for facet, size in SIZES.items():
        with database.read() as tx:
            first, _ = ends_of_log(tx)
            end = index_state(tx.driver).worded_to + 1
            if facet == WORD_IN_BLOCK:
                first = max(first, end // CHUNK * CHUNK)
            full = range(first // size, end // size)
            missing = sorted(set(full) - pieces_with_common(tx.driver, facet))
        for piece in missing:
            _keep_common(database, facet, piece, max(first, piece * size))


def _keep_common(database: Database, facet: str, piece: int, low: int) -> None:
    high = (piece + 1) * SIZES[facet] - 1
    with database.read() as tx:
        state = index_state(tx.driver)
        words = common_words(tx.driver, low, high)
        found = [(word, bits_of_word(tx, word, facet, piece)) for word in words]
    with database.write() as tx:
        # What was erased meanwhile may not come back as bits.
        now = index_state(tx.driver)
        if now.forgotten == state.forgotten and now.worded_to >= high:
            keep_common(tx.driver, facet, piece, found)
