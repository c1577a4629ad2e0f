"""The text of a comment: whatever is typed comes back, and nothing in it steers or disguises."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from crmdesk.core.audit.comment_text import (
    Person,
    SpanKind,
    mentioned,
    spans,
    to_stored,
    to_typed,
    visible,
)

ANN = Person(17, "ann.berg@northwind.example", "Ann Berg")
BO = Person(1, "bo@northwind.example", "Ån Zoë-Dahl")
PEOPLE = (ANN, BO)
KNOWN = {each.id: each for each in PEOPLE}
PIECES = (
    *("@", "@{", "{17}", "@{17}", "@{}", "}", "@Ann Berg", "@ann.berg@northwind.example", "@an"),
    *("@Ån Zoë-Dahl", "https://a.example/?q=1", "crmdesk://x/y).", "\u202e", "\x1b[2J", "\x00"),
    *(" ", "\n", "\t", "\u200d", "\u2028", "🚢", "ß", "<b>", "&amp;", "مرحبا"),
)
TYPED = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=12).map("".join)


@settings(max_examples=60, deadline=None)
@given(TYPED)
def test_a_text_without_names_comes_back_as_it_was_typed(text: str):
    stored = to_stored(text, ())
    assert mentioned(stored) == []
    assert to_typed(stored, KNOWN) == text


@settings(max_examples=60, deadline=None)
@given(TYPED)
def test_what_is_shown_says_the_same_and_steers_nothing(text: str):
    stored = to_stored(text, PEOPLE)
    found = spans(stored, KNOWN)
    shown = "".join(span.text for span in found)
    assert shown == visible(to_typed(stored, KNOWN))
    kinds = {unicodedata.category(each) for each in shown if each not in "\n\t\u200c\u200d"}
    assert not kinds & {"Cc", "Cf", "Zl", "Zp"}
    people = [int(span.target) for span in found if span.kind is SpanKind.PERSON]
    assert list(dict.fromkeys(people)) == mentioned(stored)
    assert all(span.text == span.target for span in found if span.kind is SpanKind.LINK)
    # Editing without a change changes nothing.
    assert to_stored(to_typed(stored, KNOWN), PEOPLE) == stored


def test_a_whole_name_is_taken_also_where_folding_makes_it_longer():
    people = [Person(1, "a@x.example", "Ann Weiß"), Person(2, "i@x.example", "İpek Öz")]
    for typed in ("Ann Weiß", "ann weiß", "Ann Weiss", "ANN WEISS"):
        assert to_stored(f"@{typed}, hello", people) == "@{1}, hello"
    assert to_stored("@İpek Öz knows", people) == "@{2} knows"
