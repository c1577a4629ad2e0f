"""The code that saving a file of sensitive values may take."""

from __future__ import annotations

from crmdesk.cli.secret_input import code_missing, code_or_ask
from crmdesk.cli.session import Seat


def code_for_download(here: Seat, file_id: str, code: str | None, *, sensitive: bool) -> str:
    """Ask for a code where the workspace wants one for such a file; blank where it does not.

    Raises:
        SecondFactorRefused: no code was given.
    """
    from crmdesk.core.access.step_up import StepUpPurpose

    if not sensitive or not here.workspace.settings.flag(None, "security.step_up_downloads"):
        return ""
    given = code_or_ask(code)
    if given is None:
        raise code_missing()
    purpose = StepUpPurpose.DOWNLOAD_SENSITIVE
    return here.workspace.two_factor.step_up(here.actor, purpose, file_id, given)
