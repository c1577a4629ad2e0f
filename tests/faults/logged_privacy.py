"""Calls that answer a person's request: their data handed out, or deleted for good."""

from __future__ import annotations

from collections.abc import Callable

from tests.builders import Desk

Act = Callable[[], object]
Preparation = Callable[[Desk], Act]

ANN = "ann@example.org"


def _exported(desk: Desk) -> Act:
    desk.contact(email=ANN)
    export_id = desk.workspace.privacy.start_export(desk.admin, ANN)
    job_id = str(desk.workspace.exports.show(desk.admin, export_id).job_id)
    return lambda: desk.workspace.run_job(job_id)


def _deleted(desk: Desk) -> Act:
    desk.contact(email=ANN)
    privacy = desk.workspace.privacy
    job_id = privacy.start_delete(desk.admin, ANN, privacy.find(desk.admin, ANN).hash)
    return lambda: desk.workspace.run_job(job_id)


PRIVACY: dict[str, Preparation] = {
    "run an export of a person's data": _exported,
    "run a deletion of a person": _deleted,
}
