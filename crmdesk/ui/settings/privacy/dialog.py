"""The last question before a person is deleted for good."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from crmdesk.core.privacy.model import PersonFound
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog, Effect


def deletion_dialog(found: PersonFound, parent: QWidget) -> DecisionDialog:
    """Says in numbers what goes and what stays; the address has to be typed."""
    lost = _count("%Ln contact{|s}", len(found.record_ids))
    lost += _count(", %Ln change{|s} of history", found.history)
    lost += _count(" and %Ln file{|s} of imports and exports are deleted.", len(found.files))
    effects = [
        Effect(
            "scroll-text",
            _count("%Ln entr{y|ies} of the log lose{s|} {its|their} details.", found.entries),
        ),
        Effect("ban", _say("The address cannot be used for a new contact.")),
    ]
    if found.backups:
        held = "%Ln backup{|s} still hold{s|} them until {it goes|they go}."
        held = _count(held, len(found.backups))
        effects.append(Effect("archive", held))
    decision = Decision(
        title=_say("Privacy"),
        heading=_say("Delete %1 for good?").replace("%1", found.address),
        sentence=lost + " " + _say("It cannot be undone."),
        safe=_say("Keep everything"),
        deed=_say("Delete for good"),
        icon="triangle-alert",
        effects=effects,
        destructive=True,
        typed_name=found.address,
    )
    dialog = DecisionDialog(decision, parent, closes=False)
    dialog.setObjectName("delete_person_dialog")
    return dialog


def _say(text: str) -> str:
    return QCoreApplication.translate("PrivacyDialog", text)


def _count(text: str, count: int) -> str:
    return QCoreApplication.translate("PrivacyDialog", text, "", count)
