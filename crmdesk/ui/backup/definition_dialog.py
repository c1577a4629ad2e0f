"""Putting definitions back: what would be done is said first, and then done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from crmdesk.core.compare.model import DefinitionChange
from crmdesk.core.restore.definition_plan import DefinitionStep
from crmdesk.ui.backup.compare_rows import setting_words, type_or_text
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
            sentence=_sentence(steps),
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


def _sentence(steps: Sequence[DefinitionStep]) -> str:
    """What becomes of values: a type takes along those that it holds exactly."""
    if not any(step.lost.change is DefinitionChange.TYPE_CHANGED for step in steps):
        return say("They will be as the backup defines them. No value of a record changes.")
    unconverted = sum(step.unconverted for step in steps)
    if not unconverted:
        return say("They will be as the backup defines them. Every value fits the earlier type.")
    return say(
        "They will be as the backup defines them. %Ln value{ does|s do} not fit the earlier type: "
        "{it stays|they stay} with the definition that is put away.",
        unconverted,
    )


def _name(step: DefinitionStep) -> str:
    """What comes back: the option or the stage itself, or the property or pipeline."""
    if step.lost.change in (DefinitionChange.OPTION_REMOVED, DefinitionChange.STAGE_REMOVED):
        return step.then
    return step.label


def _line(step: DefinitionStep) -> str:
    change, item = step.lost.change, step.lost.item
    words = {
        DefinitionChange.OBJECT_REMOVED: say("Make the object “%label” again"),
        DefinitionChange.TYPE_CHANGED: say("Type of “%label”: from %now to %then"),
        DefinitionChange.PROPERTY_REMOVED: say("Make the property “%label” again: %then"),
        DefinitionChange.LABEL_CHANGED: say("Rename the property “%now” to “%then”"),
        DefinitionChange.SETTING_CHANGED: say("%item of “%label”: from %now to %then"),
        DefinitionChange.OPTION_REMOVED: say("Make the option “%then” of “%label” again"),
        DefinitionChange.OPTION_RENAMED: say("Rename the option “%now” of “%label” to “%then”"),
        DefinitionChange.PIPELINE_REMOVED: say("Make the pipeline “%label” again"),
        DefinitionChange.PIPELINE_RENAMED: say("Rename the pipeline “%now” to “%then”"),
        DefinitionChange.STAGE_REMOVED: say("Make the stage “%then” of “%label” again"),
        DefinitionChange.STAGE_RENAMED: say("Rename the stage “%now” of “%label” to “%then”"),
        DefinitionChange.STAGE_CLOSED: say("Stage “%item” of “%label”: from %now to %then"),
    }[change]
    told = {
        "%label": step.label,
        "%item": setting_words(item) if change is DefinitionChange.SETTING_CHANGED else item,
        "%now": type_or_text(change, item, step.now) or say("none"),
        "%then": type_or_text(change, item, step.then) or say("none"),
    }
    for mark, text in told.items():
        words = words.replace(mark, text)
    if step.parts:
        more = len(step.parts) - _PARTS
        parts = [*step.parts[:_PARTS], *([say("%Ln more", more)] if more > 0 else ())]
        words = f"{words} ({', '.join(parts)})"
    if step.records and change is DefinitionChange.OBJECT_REMOVED:
        words = f"{words}. {say('%Ln record{|s} come{s|} back with it.', step.records)}"
    elif step.records:
        words = f"{words}. {say('%Ln record{|s} still name{s|} it.', step.records)}"
    return words
