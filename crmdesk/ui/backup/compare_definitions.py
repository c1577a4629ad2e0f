"""Differing definitions in the comparison: which can be put back, and putting them back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from crmdesk.core.compare.model import Comparison, DefinitionDifference
from crmdesk.core.restore.definition_plan import DefinitionStep, LostDefinition
from crmdesk.ui.backup.definition_dialog import put_back_dialog
from crmdesk.ui.backup.words import say
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import message
from crmdesk.ui.widgets.dialog import DecisionDialog


class DefinitionDeeds(QObject):
    """Plans, asks, and puts back.

    Args:
        reference: the backup that they are put back from.
        over: the dialog that compares.

    Signals:
        made: definitions were put back, so the comparison is another one.
        failed: with the exception; nothing was planned.
    """

    made = Signal()
    failed = Signal(object)

    def __init__(self, desk: Desk, reference: str, over: QWidget) -> None:
        super().__init__(over)
        self._desk, self._reference, self._over = desk, reference, over

    @Slot(object)
    def ask(self, chosen: Sequence[DefinitionDifference]) -> None:
        """Look what putting these back would do, and ask."""
        wanted = [LostDefinition.of(each) for each in chosen]
        desk, reference = self._desk, self._reference
        restores = desk.workspace.definition_restores
        desk.run_query(
            self,
            "plan",
            lambda: restores.plan(desk.actor, reference, wanted),
            self._show,
            self.failed.emit,
        )

    def _show(self, steps: tuple[DefinitionStep, ...]) -> None:
        dialog = put_back_dialog(steps, self._over)
        dialog.decided.connect(lambda: self._put_back(dialog, steps))
        dialog.open()

    def _put_back(self, dialog: DecisionDialog, steps: tuple[DefinitionStep, ...]) -> None:
        desk, reference = self._desk, self._reference
        wanted = [step.lost for step in steps]
        restores = desk.workspace.definition_restores
        dialog.set_busy(say("Putting back"))

        def done(made: tuple[DefinitionStep, ...]) -> None:
            dialog.accept()
            text = made[0].label if len(made) == 1 else say("%Ln definition{|s}", len(made))
            desk.toast(say("Put back"), text)
            for name in dict.fromkeys(step.lost.object for step in made):
                desk.changed(name)
            self.made.emit()

        def refused(error: Exception) -> None:
            told = message(error)
            dialog.show_error(f"{told.title} {told.advice}".strip())

        desk.run_write(self, lambda: restores.remake(desk.actor, reference, wanted), done, refused)


def recreatable(found: Comparison | None) -> list[DefinitionDifference]:
    """Those that can be put back."""
    return [] if found is None else [each for each in found.definitions if each.recreatable]
