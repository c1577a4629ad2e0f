"""Finds entries by words in their details."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import chain, groupby, islice

from crmdesk.core.audit.index import AuditIndex
from crmdesk.core.audit.kept_sets import KeptSets
from crmdesk.core.audit.marks import (
    CHUNK,
    EMPTY,
    Marks,
    marks_of,
    marks_of_many,
    marks_of_places,
    span,
    union,
)
from crmdesk.core.db import sqlite_words
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite_common_words import (
    SIZES,
    WORD,
    common_among,
    forget_common,
    forget_every_common,
    may_hold,
)
from crmdesk.core.db.sqlite_marks import index_state, keep_index_state, kept_marks
from crmdesk.core.db.sqlite_word_search import (
    MOST_PLACES,
    Phrase,
    newest_with_words,
    of_word,
    phrase_of,
    places_between,
    with_words,
    with_words_among,
    words_beginning,
)

#: So many entries are looked through in a millisecond or two.
_FEW = 400
#: So many of the newest with a phrase are found in as much.
_NEWEST = 200
_REACHED = "reached"
_ABOUT = "SELECT id FROM audit_events WHERE object_type IS ? AND object_id = ?"
# One step of that index a kind.
_TYPES = (
    "WITH RECURSIVE each(kind) AS ("
    "SELECT min(object_type) FROM audit_events WHERE object_id IS NOT NULL UNION ALL "
    "SELECT (SELECT min(e.object_type) FROM audit_events e "
    "WHERE e.object_id IS NOT NULL AND e.object_type > each.kind) "
    "FROM each WHERE each.kind IS NOT NULL) SELECT kind FROM each WHERE kind IS NOT NULL"
)
_OF_JOB = "SELECT id FROM audit_events WHERE job_id = ?"


def entries_with(tx: Tx, index: AuditIndex, text: str, among: Marks) -> Marks:
    """The entries that hold a text: words in their details, or a whole record or job id.

    Of several words each stands beside the next, and the last may be the beginning of one; case
    and accents make no difference.

    Args:
        among: of these at least all are found that hold it.
    """
    term = text.strip()
    if not term or not among.chunks:
        return among
    found = about_thing(tx, index, term)
    phrase = phrase_of(term)
    if not phrase.words:
        return found
    kept_to = worded_to(tx, index)
    unkept = among & span(kept_to + 1, index.last)
    found |= marks_of(with_words_among(tx.driver, phrase, unkept.newest_first()))
    return found | _kept(tx, index, phrase, among & span(index.first, kept_to))


def few_with(tx: Tx, index: AuditIndex, text: str) -> Marks | None:
    """All entries that may hold a text, where few do; ``None`` where many may."""
    term = text.strip()
    phrase = phrase_of(term)
    last = worded_to(tx, index)
    if not phrase.words or not last:
        return None
    version = (last, index.state.forgotten)
    found = KeptSets.of(tx).held(phrase, version)
    if found is None:
        match = match_for(tx, index, phrase)
        if match == phrase.of_beginning and index.part is None:
            # Everything that begins so would be put together twice.
            return None
        found, reached = _newest_known(tx, index, phrase, match)
        if index.once((_REACHED, text), lambda: reached):
            return None
    elif found.count() > _NEWEST:
        return None
    return found | about_thing(tx, index, term) | span(last + 1, index.last)


def seen_before(tx: Tx, index: AuditIndex, texts: Iterable[str], found: Marks) -> Marks:
    """Of some entries those that have the whole words of texts, as far as bits are kept of these.

    That they have them in that order, and begin with the last one, is not said.
    """
    for word in chain.from_iterable(phrase_of(text.strip()).words[:-1] for text in texts):
        if not found.chunks:
            break
        ends = min(found.chunks), max(found.chunks)
        held = index.once(("may hold", word, ends), partial(may_hold, tx.driver, word, *ends))
        both = ((chunk, bits & held.get(chunk, bits)) for chunk, bits in found.chunks.items())
        found = Marks({chunk: bits for chunk, bits in both if bits})
    return found


def looked_down_to(index: AuditIndex, texts: Iterable[str]) -> int:
    """Down to which entry the newest with every text are known after :func:`few_with`."""
    return max((index.recall((_REACHED, text)) or 0 for text in texts), default=0)


def _kept(tx: Tx, index: AuditIndex, phrase: Phrase, among: Marks) -> Marks:
    """Who adds a filter to a word does not wait for the word again."""
    version = (index.state.worded_to, index.state.forgotten)
    sets = KeptSets.of(tx)
    held = sets.held(phrase, version)
    if held is not None or not among.chunks:
        return held or EMPTY
    known = index.recall(("newest", index.recall(("match", phrase))))
    if known is not None and not known[1]:
        newest: Marks = known[0]
        return newest
    if among.count() <= _FEW:
        return marks_of(with_words_among(tx.driver, phrase, among.newest_first()))
    match = match_for(tx, index, phrase)
    if index.part is not None:
        low, high = among.ends()
        newest, reached = _newest_known(tx, index, phrase, match)
        if low >= reached:
            return newest
        if match != phrase.of_beginning:
            return _between(tx, match, low, high)
    return sets.get(phrase, version, lambda: _all(tx, index, phrase, match))


def match_for(tx: Tx, index: AuditIndex, phrase: Phrase) -> str:
    """What to ask the full text for: whole words, where few begin as the last one does."""

    def found() -> str:
        ends = _endings(tx, phrase)
        return phrase.ending_with(ends) if ends else phrase.of_beginning

    return index.once(("match", phrase), found)


def _endings(tx: Tx, phrase: Phrase) -> tuple[str, ...]:
    start = phrase.words[-1]
    # Of numbers there are always many, and of each few.
    return () if start.isdecimal() else words_beginning(tx.driver, start) or ()


def _newest_known(tx: Tx, index: AuditIndex, phrase: Phrase, match: str) -> tuple[Marks, int]:
    """The newest entries of the part asked about, once: each later part is that one or an older.

    From the end of the part down, not of what is left of it: the same serves other filters.
    """
    last = index.state.worded_to
    high = min(index.part[1], last) if index.part else last
    return index.once(("newest", match), lambda: _newest(tx, phrase, match, high))


def _newest(tx: Tx, phrase: Phrase, match: str, high: int) -> tuple[Marks, int]:
    """The newest entries from ``high`` down, and down to which one they are all there are."""
    sieve = phrase.without(common_among(tx.driver, phrase.words))
    numbers = list(islice(newest_with_words(tx.driver, sieve or match, high), _NEWEST))
    reached = numbers[-1] if len(numbers) == _NEWEST else 0
    # Next to a common word the full text looks in millions of places: some entries are read sooner.
    found = with_words_among(tx.driver, phrase, numbers) if sieve else numbers
    return marks_of(found), reached


def _all(tx: Tx, index: AuditIndex, phrase: Phrase, match: str) -> Marks:
    if match != phrase.of_beginning:
        ends = _endings(tx, phrase) if len(phrase.words) == 1 else ()
        if common_among(tx.driver, phrase.words) and ends:
            return union(_with_common(tx, index, word) for word in ends)
        return _between(tx, match, index.first, index.state.worded_to)
    numbers = with_words(tx.driver, match)
    few = list(islice(numbers, _NEWEST))
    if len(few) < _NEWEST:
        return marks_of(few)
    return marks_of_many(chain(few, numbers), index.last)


def _with_common(tx: Tx, index: AuditIndex, word: str) -> Marks:
    """The entries with a word whose bits are kept for some chunks: others are searched."""
    first, last = index.first, index.state.worded_to
    found = kept_marks(tx.driver, WORD, word)
    missing = [each for each in range(first // CHUNK, last // CHUNK + 1) if each not in found]
    sought = [Marks(found)]
    for _, run in groupby(enumerate(missing), lambda each: each[1] - each[0]):
        chunks = [chunk for _, chunk in run]
        low, high = max(first, chunks[0] * CHUNK), min(last, (chunks[-1] + 1) * CHUNK - 1)
        sought.append(_between(tx, of_word(word), low, high))
    return union(sought)


def bits_of_word(tx: Tx, word: str, facet: str, piece: int) -> int:
    """Which entries of a chunk or block hold a word as it is, by the full text."""
    low = piece * SIZES[facet]
    found = _between(tx, of_word(word), low, low + SIZES[facet] - 1)
    return found.chunks.get(low // CHUNK, 0) >> low % CHUNK


def _between(tx: Tx, match: str, low: int, high: int) -> Marks:
    """The entries from one to another that the full text finds."""
    found: dict[int, int] = {}
    while low <= high:
        last = min(high, low + MOST_PLACES - 1)
        places = places_between(tx.driver, match, low, last)
        part = marks_of_places(places, low).chunks
        # Where one part ends and the next begins, both have bits of one chunk.
        found |= {chunk: bits | found.get(chunk, 0) for chunk, bits in part.items()}
        low = last + 1
    return Marks(found)


def worded_to(tx: Tx, index: AuditIndex) -> int:
    """The last entry whose words can be asked for; 0 for none."""
    # Words that were taken out by force have left a table that cannot be read.
    readable = index.once("words", lambda: sqlite_words.has_words(tx.driver))
    return index.state.worded_to if readable else 0


def about_thing(tx: Tx, index: AuditIndex, term: str) -> Marks:
    """The entries about a record, a job or whatever has this id."""

    def found() -> Marks:
        of_job = marks_of(row[0] for row in tx.sql(_OF_JOB, (term,)))
        return entries_about(tx, index, [term]) | of_job

    return index.once(("thing", term), found)


def entries_about(tx: Tx, index: AuditIndex, object_ids: Iterable[str]) -> Marks:
    """The entries about things with these ids, whatever they are."""
    # The table's index begins with the kind of thing, of which there are few.
    types = index.once("types", lambda: [None, *(row[0] for row in tx.sql(_TYPES))])
    found = EMPTY
    for object_id in object_ids:
        for object_type in types:
            rows = tx.sql(_ABOUT, (object_type, object_id))
            found |= marks_of(row[0] for row in rows)
    return found


def forget_words(tx: Tx, event_ids: Iterable[int]) -> None:
    """Take the words of entries out of the index, before their details are erased."""
    state = index_state(tx.driver)
    if not state.worded_to:
        return
    if sqlite_words.has_words(tx.driver):
        kept = [number for number in event_ids if number <= state.worded_to]
        sqlite_words.forget_words(tx.driver, kept)
        forget_common(tx.driver, {number // CHUNK for number in kept})
    else:
        sqlite_words.empty_words(tx.driver)
        forget_every_common(tx.driver)
        state = state._replace(worded_to=0)
    keep_index_state(tx.driver, state._replace(forgotten=state.forgotten + 1))
