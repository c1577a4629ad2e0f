"""The code that saving a file of sensitive values may take."""

from __future__ import annotations

from crmdesk.cli.proof import step_up
from crmdesk.cli.session import Seat


def code_for_download(here: Seat, file_id: str, code: str | None, *, sensitive: bool) -> str:
    """Ask for a code where the workspace wants one for such a file; blank where it does not.

    Raises:
        SecondFactorRefused: ``not_enrolled``, ``code_missing``, ``code_wrong``, ``wait``.
    """
    from crmdesk.core.access.step_up import StepUpPurpose

    if not sensitive or not here.workspace.settings.flag(None, "security.step_up_downloads"):
        return ""
    return step_up(here, StepUpPurpose.DOWNLOAD_SENSITIVE, file_id, code)
