"""What a log of HubSpot holds, in words."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from crmdesk.core.audit.imported_model import BadRow, LogFileSurvey, LogKind, RowFault
from crmdesk.ui import words
from crmdesk.ui.audit.say import say
from crmdesk.ui.exports.words import filled
from crmdesk.ui.widgets.dialog import Decision, Effect

_BAD_ROWS_SHOWN = 5


def kind_words(kind: LogKind) -> str:
    """Which of the three it is."""
    return {
        LogKind.AUDIT: say("Audit log"),
        LogKind.LOGIN: say("Login history"),
        LogKind.SECURITY: say("Security activity"),
    }[kind]


def survey_decision(survey: LogFileSurvey, zone: ZoneInfo) -> Decision:
    """What is asked before a file is taken, with its numbers and what cannot be read."""
    first, last = survey.first_at, survey.last_at
    held = say("It holds no entry that can be read.")
    if first is not None and last is not None:
        days = (words.day(each.astimezone(zone).date()) for each in (first, last))
        held = filled(say("%1, %2 to %3."), _entries(survey), *days)
    effects = [Effect("history", _news(survey))]
    effects += [Effect("triangle-alert", _bad(bad), "warn_icon") for bad in _shown(survey)]
    if more := survey.failed - len(_shown(survey)):
        effects.append(Effect("triangle-alert", say("%Ln more row{|s} cannot be read.", more)))
    effects.append(
        Effect("shield", say("They are marked as imported and stay outside the chain of proof."))
    )
    return Decision(
        title=say("Import a log"),
        heading=filled(say("Import %1?"), survey.file_name),
        sentence=filled(say("%1: %2"), kind_words(survey.kind), held),
        safe=say("Do not import"),
        deed=say("Import %Ln entr{y|ies}", survey.added),
        icon="file-up",
        effects=effects,
    )


def _entries(survey: LogFileSurvey) -> str:
    return say("%Ln entr{y|ies}", survey.added + survey.known)


def _news(survey: LogFileSurvey) -> str:
    if not survey.known:
        return say("%Ln of them {is|are} new.", survey.added)
    text = say("%Ln of them {is|are} new; the other entries were imported before.", survey.added)
    return text if survey.added else say("All of them were imported before.")


def _shown(survey: LogFileSurvey) -> tuple[BadRow, ...]:
    return survey.bad_rows[:_BAD_ROWS_SHOWN]


def _bad(bad: BadRow) -> str:
    why = {
        RowFault.UNREADABLE: say("its cells do not match the headings, or are no text"),
        RowFault.TIME_MISSING: say("it has no time"),
        RowFault.TIME_UNREADABLE: say("“%1” is no time that can be read in one way only"),
        RowFault.KIND_MISSING: say("it does not say what happened"),
        RowFault.OUTCOME_UNREADABLE: say("“%1” says neither success nor failure"),
        RowFault.TOO_LONG: say("a cell is longer than such a log has it"),
    }[bad.fault]
    return filled(say("Line %1 is left out: %2."), words.number(bad.line), filled(why, bad.found))
