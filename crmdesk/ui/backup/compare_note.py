"""What has to be known of a comparison with a file that this workspace did not make."""

from __future__ import annotations

from crmdesk.core.compare.model import Comparison, LeftOut, LeftOutReason, ObjectDifference
from crmdesk.ui.backup.words import say


def unverified_title(found: Comparison) -> str:
    """Which of the two nobody vouches for."""
    names = [side.name for side in (found.earlier, found.later) if not side.verified]
    if len(names) == 2:
        return say("Neither file is verified: this workspace made none of them")
    return say("%1 is not verified: this workspace did not make it").replace("%1", names[0])


def unverified_text(found: Comparison) -> str:
    """By what records were matched, and what could not be."""
    matched = [_matched(each) for each in found.objects if each.matched_by]
    if not matched and not (found.earlier.verified or found.later.verified):
        return say("One other workspace made both: records are matched by their IDs there.")
    sentences = [
        say("Its record IDs mean nothing here. Only properties that the file has are compared.")
    ]
    if matched:
        sentences.append(say("Matched by %1.").replace("%1", ", ".join(matched)))
    left = sum(each.left_out_then + each.left_out_now for each in found.objects)
    if left:
        sentences.append(
            say("%Ln record{|s} without such a value of {its|their} own {is|are} left out.", left)
        )
    sentences += [_left_out(each) for each in found.left_out]
    return " ".join(sentences)


def _matched(found: ObjectDifference) -> str:
    text = say("%1 (%2)")
    return text.replace("%1", found.matched_by).replace("%2", found.label)


def _left_out(found: LeftOut) -> str:
    text = {
        LeftOutReason.NOT_HERE: say("“%1” is left out: there is no such object here."),
        LeftOutReason.NO_KEY: say("“%1” is left out: nothing in it tells records apart."),
        LeftOutReason.SECOND_TABLE: say("“%1” is left out: another table holds the same object."),
    }[found.reason]
    return text.replace("%1", found.label)
