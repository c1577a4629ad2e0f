"""Asks for a two-factor code for one act: a restore, its undo, a removal, a grant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from crmdesk.core.access.actor import SignInType
from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.errors import SecondFactorRefused
from crmdesk.ui.access.code_entry import CodeEntry
from crmdesk.ui.access.enrolment_dialog import EnrolmentDialog
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """What a code is asked for.

    Attributes:
        title: of the dialog's frame: "Restore deals".
        allows: what the code allows, counted: "The code allows this one restore of 853 values."
        deed: words of the button: "Restore data".
        doing: the same while it runs: "Checking the code...".
        destructive: whether the deed is a loss.
    """

    title: str
    allows: str
    deed: str
    doing: str = ""
    destructive: bool = False


class TwoFactorDialog(DecisionDialog):
    """Takes a code and hands it to whoever asked; stays open until it is right or given up.

    Args:
        desk: whose tries are counted.
        request: the words.
        submit: runs in the writer thread with the code; its answer is given on.

    Signals:
        allowed: what ``submit`` returned, e.g. the id of the proof.
    """

    allowed = Signal(object)

    def __init__(
        self,
        desk: Desk,
        request: CodeRequest,
        submit: Callable[[str], object],
        parent: QWidget | None = None,
    ) -> None:
        self._desk, self._submit = desk, submit
        say = QCoreApplication.translate
        super().__init__(
            Decision(
                title=request.title,
                heading=say("TwoFactorDialog", "Confirm with your two-factor code"),
                sentence=say(
                    "TwoFactorDialog", "Enter the 6 digits from your authenticator app. %1"
                ).replace("%1", request.allows),
                safe=say("TwoFactorDialog", "Cancel"),
                deed=request.deed,
                icon="shield-check",
                destructive=request.destructive,
            ),
            parent,
            closes=False,
        )
        self.setObjectName("two_factor_dialog")
        self._doing = request.doing or self.tr("Checking...")
        now = desk.workspace.two_factor.attempts(desk.actor)
        self.entry = CodeEntry(now.left)
        self.entry.changed.connect(self._follow_entry)
        self.entry.resized.connect(self.fit_soon)
        self.body.addWidget(self.entry)
        if now.wait_until is not None:
            self.entry.lock(now.wait_until)
        self.decided.connect(self._send)
        self._follow_entry()

    def _follow_entry(self) -> None:
        ready = self.entry.is_complete()
        self.set_reason("" if ready else self.tr("Enter the code first"))

    def _send(self) -> None:
        code = self.entry.typed()
        self.set_busy(self._doing)
        self._desk.run_write(self, lambda: self._submit(code), self._done, self._failed)

    def _done(self, answer: object) -> None:
        self.allowed.emit(answer)
        self.accept()

    def _failed(self, error: Exception) -> None:
        self.deed_button.set_idle()
        self.safe_button.setEnabled(True)
        if isinstance(error, SecondFactorRefused):
            self.entry.refuse(error)
            self._follow_entry()
        else:
            self.show_error(sentence(error))

    def _first_control(self) -> QWidget:
        return self.entry.code


def prove(
    desk: Desk,
    purpose: StepUpPurpose,
    binding: str,
    request: CodeRequest,
    over: QWidget,
    allowed: Callable[[str], object],
    failed: Callable[[Exception], object] | None = None,
) -> DecisionDialog | None:
    """Have the person prove who they are for one act; ``allowed`` gets the id of the proof.

    A session begun by single sign-on passes without a code. Who has no two-factor authentication
    yet sets it up first.

    Args:
        purpose: what for.
        binding: exactly which act, e.g. a plan's hash.
        over: the page or window the dialog opens over.
        failed: takes an error where no dialog is open to show it.

    Returns:
        The dialog that was opened, or None where none was needed.
    """

    def step_up(code: str | None) -> str:
        return desk.workspace.two_factor.step_up(desk.actor, purpose, binding, code)

    def ask() -> DecisionDialog:
        dialog = TwoFactorDialog(desk, request, step_up, over.window())
        dialog.allowed.connect(allowed)
        dialog.open()
        return dialog

    if desk.actor.sign_in_type == SignInType.SSO.value:
        desk.run_write(over, lambda: step_up(None), allowed, failed or _unheard)
        return None
    if desk.workspace.two_factor.status(desk.actor).enrolled:
        return ask()
    enrolment = EnrolmentDialog(desk, over.window())
    enrolment.finished_with_codes.connect(ask)
    enrolment.open()
    return enrolment


def _unheard(_error: Exception) -> None:
    """Nobody asked to hear why there is no proof; nothing was done."""
