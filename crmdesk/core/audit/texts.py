"""Finds entries by words in their details."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, islice

from crmdesk.core.audit.index import AuditIndex, Facet
from crmdesk.core.audit.kept_sets import KeptSets
from crmdesk.core.audit.marks import EMPTY, Marks, marks_of, marks_of_many
from crmdesk.core.db import sqlite_words
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite_marks import index_state, keep_index_state

_FEW = 2000
_ABOUT = "SELECT id FROM audit_events WHERE object_type IS ? AND object_id = ?"
_OF_JOB = "SELECT id FROM audit_events WHERE job_id = ?"


def entries_with(tx: Tx, index: AuditIndex, text: str) -> Marks:
    """The entries that hold a text: words in their details, or a whole record or job id.

    Of several words each stands beside the next, and the last may be the beginning of one; case
    and accents make no difference.
    """
    term = text.strip()
    if not term:
        return index.every()
    found = entries_about(tx, index, [term]) | marks_of(row[0] for row in tx.sql(_OF_JOB, (term,)))
    if not any(map(str.isalnum, term)):
        return found
    phrase = sqlite_words.phrase_of(term)
    kept_to = index.state.worded_to if sqlite_words.has_words(tx.driver) else 0
    if kept_to:
        found |= _kept(tx, index, phrase)
    unkept = sqlite_words.with_words_unkept(tx.driver, phrase, kept_to, index.last)
    return found | marks_of(unkept)


def _kept(tx: Tx, index: AuditIndex, phrase: str) -> Marks:
    """Who adds a filter to a word does not wait for the word again."""
    version = (index.state.worded_to, index.state.forgotten)

    def read() -> Marks:
        numbers = sqlite_words.with_words(tx.driver, phrase)
        few = list(islice(numbers, _FEW))
        if len(few) < _FEW:
            return marks_of(few)
        return marks_of_many(chain(few, numbers), index.last)

    return KeptSets.of(tx).get(phrase, version, read)


def entries_about(tx: Tx, index: AuditIndex, object_ids: Iterable[str]) -> Marks:
    """The entries about things with these ids, whatever they are."""
    # The table's index begins with the kind of thing, of which there are few.
    types = [None, *index.values(Facet.OBJECT_TYPE)]
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
    else:
        sqlite_words.empty_words(tx.driver)
        state = state._replace(worded_to=0)
    keep_index_state(tx.driver, state._replace(forgotten=state.forgotten + 1))
