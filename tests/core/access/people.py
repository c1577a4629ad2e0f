"""What people hold in their hands in these tests: an authenticator, and a refusal to read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.totp import STEP_SECONDS, code_at_step, step_at
from crmdesk.core.errors import UserError
from tests.builders import Desk


class Phone:
    """An authenticator app beside a desk whose clock the test sets."""

    def __init__(self, desk: Desk, secret: str) -> None:
        self._desk = desk
        self.secret = secret
        self.recovery_codes: tuple[str, ...] = ()

    def code(self, steps_off: int = 0) -> str:
        """What it shows now, or some half minutes from now."""
        assert self._desk.time is not None
        return code_at_step(self.secret, step_at(self._desk.time()) + steps_off)

    def next_code(self) -> str:
        """Wait for a new code, as one has to after using one."""
        assert self._desk.time is not None
        self._desk.time.forward(seconds=STEP_SECONDS)
        return self.code()


def enrolled(desk: Desk, actor: Actor) -> Phone:
    """The phone of somebody who has just set up two-factor authentication."""
    two_factor = desk.workspace.two_factor
    phone = Phone(desk, two_factor.begin_enrolment(actor).secret)
    phone.recovery_codes = two_factor.confirm_enrolment(actor, phone.code())
    return phone


def refusal_of(act: Callable[[], object]) -> UserError:
    """The error that an act ends with; it always says what to do."""
    with pytest.raises(UserError) as refusal:
        act()
    assert refusal.value.message
    assert refusal.value.hint
    return refusal.value
