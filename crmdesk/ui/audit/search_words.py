"""What is wrong with a search of the log, in a sentence."""

from __future__ import annotations

from crmdesk.core.audit.language import Problem
from crmdesk.ui.audit.say import say
from crmdesk.ui.exports.words import filled


def problem_words(problem: Problem) -> str:
    """The sentence under the search field: what is not understood, and what is."""
    key, value = problem.key, problem.value
    sentences = {
        "key_unknown": filled(say("“%1:” is no filter of the log."), key),
        "value_missing": filled(say("Type a value after “%1:”."), key),
        "value_unknown": filled(say("“%1:” knows no “%2”."), key, value),
        "number_invalid": filled(say("“%1” is no number of an entry."), value),
        "date_invalid": filled(say("“%1” is no date. Type one such as 2026-11-22."), value),
        "days_invalid": filled(say("“%1” is no number of days. Type one such as 30d."), value),
        "range_reversed": say("The first date is after the last one. Swap the two."),
        "quote_open": say("A quotation mark is opened and not closed."),
        "cannot_exclude": filled(say("“%1:” cannot be ruled out with a minus."), key),
    }
    sentence = sentences.get(problem.code, say("This search cannot be read."))
    if problem.nearest:
        return f"{sentence} {filled(say('Perhaps “%1”?'), problem.nearest)}"
    return sentence
