"""``two-factor``: one's own two-factor authentication."""

from __future__ import annotations

from typing import Annotated

import typer

from crmdesk.cli.documents import moment
from crmdesk.cli.parameters import Code, group
from crmdesk.cli.proof import step_up
from crmdesk.cli.secret_input import code_missing, code_or_ask
from crmdesk.cli.session import seat

app = group("Set up and remove two-factor authentication.")
_LONGER = "A password of fewer than 15 characters is replaced at the next sign-in."
NeededCode = Annotated[
    str | None, typer.Option("--otp", metavar="CODE", help="Six digits from your app.")
]


@app.command("status")
def status(context: typer.Context) -> None:
    """Say whether it is on, and how many recovery codes are left."""
    with seat(context) as here:
        found = here.workspace.two_factor.status(here.actor)
        document = {
            "enrolled": found.enrolled,
            "since": moment(found.since),
            "recovery_codes_left": found.recovery_codes_left,
        }
        on = f"On, {found.recovery_codes_left} recovery codes left." if found.enrolled else "Off."
        here.output.result(document, on)


@app.command("enrol")
def enrol(context: typer.Context) -> None:
    """Make a secret for an authenticator app; it counts once it is confirmed."""
    with seat(context) as here:
        enrolment = here.workspace.two_factor.begin_enrolment(here.actor)
        here.output.result(
            {"secret": enrolment.secret, "otpauth_uri": enrolment.uri},
            f"Secret: {enrolment.secret}",
            f"Address: {enrolment.uri}",
            "Put it into your authenticator app, then run `crmdesk two-factor confirm --otp CODE`.",
        )


@app.command("confirm")
def confirm(context: typer.Context, code: NeededCode = None) -> None:
    """Switch it on with a code of the app; the recovery codes are shown once."""
    with seat(context) as here:
        given = code_or_ask(code)
        if given is None:
            raise code_missing()
        codes = here.workspace.two_factor.confirm_enrolment(here.actor, given)
        here.output.result(
            {"recovery_codes": list(codes)},
            "Two-factor authentication is on. Keep these recovery codes on paper;",
            "each lets you in once, and they are not shown again:",
            *codes,
        )


@app.command("remove")
def remove(context: typer.Context, code: Code = None) -> None:
    """Switch it off."""
    with seat(context) as here:
        here.workspace.two_factor.remove(here.actor, code_or_ask(code))
        here.output.result({"enrolled": False}, "Two-factor authentication is off.", _LONGER)


@app.command("reset")
def reset(
    context: typer.Context,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Who lost phone and codes.")],
    code: Code = None,
) -> None:
    """Switch it off for somebody who lost it; takes a code of your own."""
    from crmdesk.core.access.proofs import person_binding
    from crmdesk.core.access.step_up import StepUpPurpose

    with seat(context) as here:
        # Before any code is used up.
        here.workspace.users.show(here.actor, email)
        proof = step_up(here, StepUpPurpose.RESET_TWO_FACTOR, person_binding(email), code)
        here.workspace.two_factor.reset(here.actor, email, proof)
        here.output.result(
            {"email": email, "enrolled": False},
            f"Two-factor authentication of {email} is off, and their sessions have ended.",
        )
