"""The state of what a job makes: its row tells of start and end, in between the job does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from crmdesk.core.db.tables import jobs
from crmdesk.core.jobs.job import OPEN

# Whoever asks may join the jobs as well.
_JOBS = jobs.alias("telling_jobs")
_OPEN = sorted(state.value for state in OPEN)


def told_state(state: ColumnElement[Any], job_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """The state as people are shown it.

    Args:
        state, job_id: columns of the row.
    """
    of_job = select(_JOBS.c.state).where(_JOBS.c.id == job_id).scalar_subquery()
    return case((state.in_(_OPEN), func.coalesce(of_job, state)), else_=state)


def in_states(
    state: ColumnElement[Any], job_id: ColumnElement[Any], wanted: Iterable[str]
) -> ColumnElement[bool]:
    """SQL that is true where the state shown is one of these."""
    return told_state(state, job_id).in_(sorted(wanted))
