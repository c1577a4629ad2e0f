"""What the page says about the log as a whole: what the edition leaves out, and an empty list."""

from __future__ import annotations

from collections.abc import Callable

from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.audit.view_model import AuditView, GoneKind
from crmdesk.core.audit.vocabulary import Vocabulary, Word
from crmdesk.core.setting_declarations import Edition
from crmdesk.ui.audit.say import say
from crmdesk.ui.audit.wording import Wording
from crmdesk.ui.exports.words import filled
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.empty_state import EmptyState


def edition_words(wording: Wording) -> str:
    """Why some categories are not shown; empty where the edition shows all."""
    every = wording.catalogue.categories
    shown = wording.catalogue.visible_in(wording.edition)
    if len(shown) == len(every):
        return ""
    names = [found.label for found in shown]
    sentence = say("%1 shows %2. Enterprise shows all that is recorded.")
    listed = say(" and ").join(filter(None, (", ".join(names[:-1]), names[-1])))
    return filled(sentence, edition_name(wording.edition), listed)


def edition_name(edition: Edition) -> str:
    """What an edition is called."""
    return {
        Edition.STARTER: say("Starter"),
        Edition.PROFESSIONAL: say("Professional"),
        Edition.ENTERPRISE: say("Enterprise"),
    }[edition]


def first_words(wording: Wording) -> Vocabulary:
    """The words of the catalogue, before those of the log itself were read."""
    shown = wording.catalogue.visible_in(wording.edition)
    return Vocabulary(
        tuple(Word(found.code, found.label) for found in shown),
        (),
        tuple(Word(code, label) for code, label in wording.catalogue.action_labels.items()),
        (),
        (),
        tuple(Word(name, found.plural_label) for name, found in wording.objects.items()),
        (),
        (),
    )


def gone_words(view: AuditView, shown: AuditFilters) -> str:
    """What a view asks for that is not there any more; empty where all of it is.

    Args:
        shown: the filters as they stand, which may have been edited since.
    """
    sentences = {
        GoneKind.USER: say("%1 was removed; what they did is still found."),
        GoneKind.TEAM: say("The team %1 is gone; who was in it then is still found."),
        GoneKind.OBJECT: say("The object %1 is gone; its entries are still found."),
        GoneKind.CODE: say("“%1” is not known here and is left out."),
        GoneKind.FILTER: say("A filter of another version, “%1”, is left out."),
    }
    return " ".join(filled(sentences[each.kind], each.name) for each in view.gone_from(shown))


def view_missing() -> str:
    """What is said where a link leads to no view that is there."""
    return say("That view is gone, or whoever made it does not share it any more.")


def nothing_here(clear: Callable[[], object], *, filtered: bool) -> EmptyState:
    """What stands in place of the table while no entry passes."""
    if not filtered:
        return EmptyState(
            "scroll-text",
            say("Nothing is recorded yet"),
            say("Whatever is changed, exported or signed in to from now on stands here."),
        )
    button = Button(say("Clear filters"), ButtonKind.PRIMARY)
    button.setObjectName("audit_clear_filters")
    button.clicked.connect(clear)
    return EmptyState(
        "search",
        say("No entry matches"),
        say("Take a filter away, choose a longer time, or search for another word."),
        buttons=[button],
    )
