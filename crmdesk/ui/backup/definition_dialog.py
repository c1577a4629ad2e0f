"""Putting definitions back: what would be done is said first, and then done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from crmdesk.core.compare.model import DefinitionChange
from crmdesk.core.restore.definition_plan import DefinitionStep
from crmdesk.ui.backup.compare_rows import setting_words, type_or_text, what_words
from crmdesk.ui.backup.words import say
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog, Effect

_NAMED = 8
_PARTS = 6


def put_back_dialog(steps: Sequence[DefinitionStep], over: QWidget) -> DecisionDialog:
    """Ask whether to put these back, each said in one line."""
    heading = say("Put %Ln definition{|s} back?", len(steps))
    if len(steps) == 1:
        heading = say("Put “%1” back?").replace("%1", _name(steps[0]))
    effects = [Effect("rotate-ccw", _line(step)) for step in steps[:_NAMED]]
    if len(steps) > _NAMED:
        effects.append(Effect("list", say("%Ln more", len(steps) - _NAMED)))
    effects.append(
        Effect("scroll-text", say("Each is an entry in the audit log. There is no undo."))
    )
    dialog = DecisionDialog(
        Decision(
            title=say("Put definitions back"),
            heading=heading,
            sentence=say("They will be as the backup defines them. No value of a record changes."),
            safe=say("Leave as it is"),
            deed=say("Put back"),
            icon="rotate-ccw",
            effects=effects,
        ),
        over,
        closes=False,
    )
    dialog.setObjectName("put_back_dialog")
    return dialog


def _name(step: DefinitionStep) -> str:
    """What comes back: the option or the stage itself, or the property or pipeline."""
    if step.lost.change in (DefinitionChange.OPTION_REMOVED, DefinitionChange.STAGE_REMOVED):
        return step.then
    return step.label


def _line(step: DefinitionStep) -> str:
    what = f"{what_words(step.lost.change)}: {step.label}"
    if step.lost.change is DefinitionChange.SETTING_CHANGED:
        what = f"{what}, {setting_words(step.lost.item)}"
    then = type_or_text(step.lost.change, step.lost.item, step.then)
    now = type_or_text(step.lost.change, step.lost.item, step.now)
    if now:
        what = f"{what}. {now} → {then or say('none')}"
    elif then and then != step.label:
        what = f"{what}. {then}"
    if step.parts:
        more = len(step.parts) - _PARTS
        parts = [*step.parts[:_PARTS], *([say("%Ln more", more)] if more > 0 else ())]
        what = f"{what} ({', '.join(parts)})"
    if step.records:
        what = f"{what}. {say('%Ln record{|s} still name{s|} it.', step.records)}"
    return what
