"""The decisions of the Records tab: delete, and a value that is taken by now."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from crmdesk.core.records.schema import ObjectType
from crmdesk.ui import words
from crmdesk.ui.records.showing import counted, in_sentence
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog, Effect


def delete_dialog(
    object_type: ObjectType,
    count: int,
    name: str,
    days: int,
    parent: QWidget,
    *,
    names: Sequence[str] = (),
    associations: int = 0,
) -> DecisionDialog:
    """Delete to the recycle bin.

    Args:
        object_type: whose records.
        count: how many.
        name: what the record is called, when it is one.
        days: how long the bin keeps them.
        parent: the window.
        names: what some of them are called, when they are many.
        associations: how many are hidden as long as the records lie in the bin.
    """
    what = name if count == 1 else counted(object_type, count)
    goes = _say("%1 goes to the recycle bin.")
    if count != 1:
        goes = _say("%1 go to the recycle bin.")
    effects = []
    if len(names) > 1:
        rest = count - len(names)
        some = ", ".join(names)
        more = _say("%1 and %Ln more", rest).replace("%1", some) if rest > 0 else some
        effects.append(Effect(object_type.icon, more))
    if associations:
        hidden = _say("%Ln association{|s} {is|are} hidden meanwhile.", associations)
        effects.append(Effect("link-2", hidden))
    keeps = _say("They can be restored from the recycle bin for %Ln day{|s}.", days)
    decision = Decision(
        title=_say("Delete %1").replace("%1", _label(object_type, count)),
        heading=_say("Delete %1?").replace("%1", what),
        sentence=goes.replace("%1", counted(object_type, count)),
        safe=_say("Keep %1").replace("%1", _label(object_type, count)),
        deed=_say("Delete %1").replace("%1", _how_many(object_type, count)),
        icon="trash-2",
        effects=[
            *effects,
            Effect("undo-2", keeps),
            Effect("archive", _say("Backups stay as they are.")),
        ],
        destructive=True,
    )
    return DecisionDialog(decision, parent, closes=False)


def conflict_dialog(object_type: ObjectType, reason: str, parent: QWidget) -> DecisionDialog:
    """A record cannot come back while a live one holds its unique value; offers that one."""
    label = in_sentence(object_type.label)
    decision = Decision(
        title=_say("Restore from the recycle bin"),
        heading=_say("Not restored: the value is in use"),
        sentence=reason,
        safe=_say("Leave it in the recycle bin"),
        deed=_say("Open the other %1").replace("%1", label),
        icon="info",
        effects=[
            Effect("trash-2", _say("Nothing was restored; every record is still in the bin.")),
            Effect("pencil", _say("Change or delete the other one, then restore again.")),
        ],
    )
    return DecisionDialog(decision, parent)


def _label(object_type: ObjectType, count: int) -> str:
    return in_sentence(object_type.label if count == 1 else object_type.plural_label)


def _how_many(object_type: ObjectType, count: int) -> str:
    if count == 1:
        return in_sentence(object_type.label)
    return f"{words.number(count)} {in_sentence(object_type.plural_label)}"


def _say(text: str, count: int = -1) -> str:
    return QCoreApplication.translate("RecordDialogs", text, "", count)
