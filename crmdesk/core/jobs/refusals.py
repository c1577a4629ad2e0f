"""Why a job is not done, or not to be had."""

from __future__ import annotations

from crmdesk.core.errors import UserError

INTERRUPTED = UserError(
    "interrupted",
    "CRM Desk or the computer stopped while it ran. Nothing of it was kept.",
    "Start it again.",
)


def unknown(job_id: str) -> UserError:
    """The refusal of an id that no job has, or another person's."""
    return UserError("job_unknown", f"There is no job {job_id}.", "Run `crmdesk job list`.")


def no_permission() -> UserError:
    """The end of a job that nobody was found to have asked for."""
    return UserError(
        "grant_invalid",
        "The job carries no valid permission and was refused.",
        "Start it again from CRM Desk.",
    )


def ended(state: str) -> UserError:
    """The refusal of a cancel that came too late."""
    return UserError(
        "job_ended", f"It is too late: the job has ended ({state}).", "Nothing was changed."
    )
