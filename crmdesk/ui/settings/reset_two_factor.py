"""Switches two-factor authentication off for somebody who lost phone and recovery codes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from crmdesk.core.access.proofs import person_binding
from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.access.user import User
from crmdesk.ui.access.two_factor_dialog import CodeRequest, prove
from crmdesk.ui.desk import Desk
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog, Effect


def reset_two_factor(
    desk: Desk,
    user: User,
    over: QWidget,
    done: Callable[[object], object],
    failed: Callable[[Exception], object],
) -> DecisionDialog:
    """Ask whether, then for a code of the actor's own, then do it."""

    def write(step_up_id: str) -> None:
        desk.run_write(
            over,
            lambda: desk.workspace.two_factor.reset(desk.actor, user.email, step_up_id),
            done,
            failed,
        )

    def ask_code() -> None:
        text = _say("The code allows resetting two-factor for %1, this one time.")
        request = CodeRequest(
            _say("Two-factor authentication"), text.replace("%1", user.name), _say("Reset")
        )
        purpose = StepUpPurpose.RESET_TWO_FACTOR
        prove(desk, purpose, person_binding(user.email), request, over, write, failed)

    dialog = DecisionDialog(_decision(user), over)
    dialog.setObjectName("reset_two_factor_dialog")
    dialog.decided.connect(ask_code)
    dialog.open()
    return dialog


def _decision(user: User) -> Decision:
    return Decision(
        title=_say("Users"),
        heading=_say("Reset two-factor for %1?").replace("%1", user.name),
        sentence=_say(
            "For somebody who lost phone and recovery codes: make sure that it is them who asks."
        ),
        safe=_say("Keep two-factor"),
        deed=_say("Reset two-factor"),
        icon="shield-alert",
        effects=(
            Effect("user-x", _say("Every session ends at once, and they are told.")),
            Effect("lock", _say("Only the password guards the account until it is set up anew.")),
        ),
    )


def _say(text: str) -> str:
    return QCoreApplication.translate("ResetTwoFactor", text)
