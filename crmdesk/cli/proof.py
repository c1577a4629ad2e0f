"""A two-factor code for one act, given or asked for, before the act is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmdesk.cli.secret_input import code_or_ask

if TYPE_CHECKING:
    from crmdesk.cli.session import Seat
    from crmdesk.core.access.step_up import StepUpPurpose


def step_up(here: Seat, purpose: StepUpPurpose, binding: str, code: str | None) -> str:
    """Prove who acts, and return the proof's id; nobody is asked for a code they cannot have.

    Raises:
        SecondFactorRefused: ``not_enrolled``, ``code_missing``, ``code_wrong``, ``wait``.
    """
    two_factor = here.workspace.two_factor
    enrolled = two_factor.status(here.actor).enrolled
    given = code_or_ask(code) if enrolled else code
    return two_factor.step_up(here.actor, purpose, binding, given)
