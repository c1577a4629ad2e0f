"""What is asked about a view of the log: its name, who sees it, whether it goes."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from crmdesk.core.audit.view_model import AuditView
from crmdesk.ui.audit.say import say
from crmdesk.ui.exports.words import filled
from crmdesk.ui.records.name_dialog import NameDialog
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog, Effect
from crmdesk.ui.widgets.form_field import FormField

_PRIVATE, _EVERYONE = "private", "everyone"


def sharing_words(view: AuditView) -> str:
    """Who sees a view."""
    return say("Everyone") if view.shared else say("Only its owner")


def _sharing() -> list[tuple[str, str]]:
    return [(_PRIVATE, say("Only I")), (_EVERYONE, say("Everyone who may see the log"))]


def is_everyone(choice: str) -> bool:
    """Whether a choice of :class:`SharingDialog` or of a new view's name means everyone."""
    return choice == _EVERYONE


def save_as_dialog(parent: QWidget, name: str = "") -> NameDialog:
    """Keep what is shown under a new name."""
    decision = Decision(
        title=say("Save view"),
        heading=say("Save these filters as a view"),
        sentence=say("It keeps filters, search and dates. Entries stay as they are."),
        safe=say("Do not save"),
        deed=say("Save view"),
        icon="save",
    )
    return NameDialog(
        decision, parent, name=name, choices=_sharing(), question=say("Who sees the view")
    )


def rename_dialog(view: AuditView, parent: QWidget) -> NameDialog:
    """Give a view another name."""
    decision = Decision(
        title=say("Rename view"),
        heading=filled(say("Rename “%1”"), view.name),
        sentence=say("What it shows stays as it is."),
        safe=say("Keep the name"),
        deed=say("Rename view"),
        icon="pencil",
    )
    return NameDialog(decision, parent, name=view.name)


def remove_dialog(view: AuditView, parent: QWidget) -> DecisionDialog:
    """Delete a view; its entries stay."""
    seen = say("Everyone loses it from their tabs.") if view.shared else say("Only you see it.")
    decision = Decision(
        title=say("Delete view"),
        heading=filled(say("Delete the view “%1”?"), view.name),
        sentence=say("Its filters are lost. The entries that it shows stay in the log."),
        safe=say("Keep view"),
        deed=say("Delete view"),
        icon="trash-2",
        effects=(Effect("users", seen),),
        destructive=True,
    )
    return DecisionDialog(decision, parent, closes=False)


class SharingDialog(DecisionDialog):
    """Asks who sees a view.

    Signals:
        answered: whether everyone who may see the log does.
    """

    answered = Signal(bool)

    def __init__(self, view: AuditView, parent: QWidget) -> None:
        decision = Decision(
            title=say("Manage sharing"),
            heading=filled(say("Who sees “%1”?"), view.name),
            sentence=say("Whoever it is shared with can clone it, but not change it."),
            safe=say("Keep as it is"),
            deed=say("Save sharing"),
            icon="share-2",
        )
        super().__init__(decision, parent, closes=False)
        self.choice = QComboBox()
        for key, text in _sharing():
            self.choice.addItem(text, key)
        self.choice.setCurrentIndex(self.choice.findData(_EVERYONE if view.shared else _PRIVATE))
        self.body.addWidget(FormField(say("Who sees the view"), self.choice))
        self.decided.connect(
            lambda: self.answered.emit(is_everyone(str(self.choice.currentData())))
        )
