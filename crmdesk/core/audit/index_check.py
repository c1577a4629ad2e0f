"""Whether what the log is searched by agrees with the log, and a new beginning where it does not.

The chain proves the entries; an index that somebody altered would still keep a filter from finding
them.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from crmdesk.core.audit.columns import chunks_of_known_kinds, columns_of_chunk, kept_columns
from crmdesk.core.audit.index import Facet, chunk_marks, end_of_chunk, ends_of_log
from crmdesk.core.audit.marks import CHUNK
from crmdesk.core.audit.texts import bits_of_word
from crmdesk.core.audit.verify import Progress, never, unwatched
from crmdesk.core.db import sqlite_words
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.sqlite_common_words import SIZES
from crmdesk.core.db.sqlite_mark_columns import chunks_of_kinds
from crmdesk.core.db.sqlite_marks import every_mark, forget_marks, index_state, keep_index_state
from crmdesk.core.db.stopping import stop_if


def index_agrees(
    tx: Tx, progress: Progress = unwatched, cancelled: Callable[[], bool] = never
) -> bool:
    """Compare the bits of every value with the entries that they stand for.

    Args:
        progress: takes how many entries of how many were read.
        cancelled: asked as often; once it says so, nothing more is read.

    Raises:
        Cancelled: ``cancelled`` said so.
    """
    first, last = ends_of_log(tx)
    marked_to = min(index_state(tx.driver).marked_to, last)
    marked = max(marked_to - first + 1, 0)
    # Entries of full chunks are read once more for their columns.
    total = marked + len(chunks_of_known_kinds(tx)) * CHUNK

    def read(entries: int) -> None:
        stop_if(cancelled)
        progress(entries, total)

    return (
        _marks_agree(tx, first, marked_to, read)
        and _columns_agree(tx, lambda entries: read(marked + entries))
        and _common_words_agree(tx, lambda: read(total))
    )


def _marks_agree(tx: Tx, first: int, last: int, read: Callable[[int], None]) -> bool:
    kept = {
        (each.facet, each.value, each.chunk): _digest(each.bits, many)
        for each, many in every_mark(tx.driver, Facet)
    }
    start = first - 1
    while start < last:
        read(start - first + 1)
        upto = end_of_chunk(start, last)
        for (facet, value), bits in chunk_marks(tx, start, upto).items():
            known = kept.pop((facet, value, upto // CHUNK), None)
            if known != _digest(bits, bits.bit_count()):
                return False
        start = upto
    # What is left stands for entries that there are not.
    return not kept


def _common_words_agree(tx: Tx, read: Callable[[], None]) -> bool:
    """Compare the bits of common words with the full text, which is kept apart from them."""
    if not sqlite_words.KEPT:
        # This SQLite cannot read the full text, and then nothing is searched by either.
        return True
    if not sqlite_words.has_words(tx.driver):
        return next(every_mark(tx.driver, SIZES), None) is None
    for each, _ in every_mark(tx.driver, SIZES):
        read()
        if bits_of_word(tx, each.value, each.facet, each.chunk) != each.bits:
            return False
    return True


def _columns_agree(tx: Tx, read: Callable[[int], None]) -> bool:
    """Compare the columns of full chunks, and the kinds in them, with the entries."""
    chunks = chunks_of_known_kinds(tx)
    full = (index_state(tx.driver).marked_to + 1) // CHUNK
    # Kinds of other chunks would stand for entries that there are not.
    if any(chunk >= full for chunk in chunks) or not chunks.issuperset(chunks_of_kinds(tx.driver)):
        return False
    for number, chunk in enumerate(chunks):
        read(number * CHUNK)
        if kept_columns(tx, chunk) != columns_of_chunk(tx, chunk):
            return False
    return True


def discard_index(database: Database) -> None:
    """Throw away what is kept; whoever reads next makes it anew."""
    with database.write() as tx:
        state = index_state(tx.driver)
        forget_marks(tx.driver)
        sqlite_words.empty_words(tx.driver)
        empty = state._replace(marked_to=0, worded_to=0, forgotten=state.forgotten + 1)
        keep_index_state(tx.driver, empty)


def _digest(bits: int, many: int) -> bytes:
    return sha256(bits.to_bytes(CHUNK // 8 + 1, "little") + many.to_bytes(4, "little")).digest()
