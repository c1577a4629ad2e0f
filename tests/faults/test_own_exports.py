"""Another user's export is nowhere: not by id, in lists, as a file or in notices."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from pathlib import Path

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import UserError
from crmdesk.core.exports.model import ExportFilter, ExportOrder, ExportRequest
from crmdesk.core.records.filters import RecordQuery
from tests.builders import Desk
from tests.faults.conftest import Record, effort

TRIALS = effort(11, 200)
THEIRS = "of-another-user-4711"
ASKED = ExportRequest(RecordQuery("contacts"), name=THEIRS, columns=("city",))


def answer(act: Callable[[], object], *names: str) -> str:
    """What was returned or refused, without what was asked for."""
    try:
        said = repr(act())
    except UserError as refused:
        said = f"{refused.code} {refused.message} {refused.hint}"
    for name in names:
        said = said.replace(name, "…")
    return said


def made(desk: Desk, actor: Actor) -> tuple[str, str, Path]:
    """A finished export: its id, its job's, and its file."""
    export_id = desk.workspace.exports.create(actor, ASKED)
    job_id = str(desk.workspace.exports.show(actor, export_id).job_id)
    desk.workspace.run_job(job_id)
    return export_id, job_id, desk.folder / "vault" / "exports" / f"{export_id}.csv"


def routes(desk: Desk, actor: Actor) -> dict[str, Callable[[str, str, Path], object]]:
    """Every way to an export; each has the same answer for another's as for none."""
    exports, approvals = desk.workspace.exports, desk.workspace.export_approvals
    target = desk.folder.parent / "theirs.csv"
    return {
        "show": lambda export_id, _job, _file: exports.show(actor, export_id),
        "request": lambda export_id, _job, _file: exports.asked(actor, export_id),
        "history": lambda export_id, _job, _file: exports.history(actor, export_id),
        "download": lambda export_id, _job, _file: exports.download(actor, export_id, target),
        "cancel": lambda export_id, _job, _file: exports.cancel(actor, export_id),
        "approve": lambda export_id, _job, _file: approvals.approve(actor, export_id),
        "reject": lambda export_id, _job, _file: approvals.reject(actor, export_id),
        "page after it": lambda export_id, _job, _file: exports.list(actor, after=export_id),
        "its job": lambda _export, job_id, _file: desk.workspace.jobs.job(actor, job_id),
        "its job, cancelled": lambda _export, job_id, _file: desk.workspace.jobs.request_cancel(
            actor, job_id
        ),
        "its file, imported": lambda _export, _job, file: desk.workspace.imports.inspect(
            actor, file
        ),
        "its file, by a link": lambda _export, _job, file: desk.workspace.imports.inspect(
            actor, file.parent / ".." / "exports" / file.name
        ),
    }


def lists(desk: Desk, actor: Actor, owner: Actor) -> dict[str, Callable[[], object]]:
    """Everything that lists something; none of it tells of another's export."""
    exports = desk.workspace.exports
    theirs = ExportFilter(user_id=owner.user_id)
    by_name = ExportFilter(name=THEIRS)
    return {
        "list": lambda: exports.list(actor),
        "list of theirs": lambda: exports.list(actor, theirs),
        "count": lambda: exports.count(actor, by_name) or "",
        "numbers": lambda: list(exports.numbers(actor, by_name, ExportOrder.NAME)) or "",
        "rows of all numbers": lambda: exports.numbered(actor, range(1, 400)),
        "overview": lambda: desk.workspace.export_overviews.show(actor),
        "notices": lambda: desk.workspace.inbox.list(actor),
        "jobs": lambda: desk.workspace.jobs.jobs(actor),
    }


def test_another_users_export_is_like_none(desk: Desk, record: Record) -> None:
    desk.contact(city=THEIRS)
    edda = desk.user("Edda Berg", Permission.EXPORT, Permission.IMPORT)
    more = (Permission.EXPORT, Permission.IMPORT, Permission.APPROVE_EXPORTS)
    others = [desk.user("Olga Other", *more[:2]), desk.user("Paul Approver", *more)]
    chance, leaks = random.Random(THEIRS), list[str]()
    theirs = made(desk, edda)
    logged = len(desk.audit_actions())
    for trial in range(TRIALS):
        actor = chance.choice(others)
        if not trial % 20:
            theirs = made(desk, edda)
        nobody = (secrets.token_hex(8), secrets.token_hex(8))
        none = (*nobody, theirs[2].with_name(f"{nobody[0]}.csv"))
        ways = routes(desk, actor)
        way = list(ways)[trial % len(ways)]
        said = answer(lambda: ways[way](*theirs), *map(str, theirs[:2]))  # noqa: B023
        of_none = answer(lambda: ways[way](*none), *nobody)  # noqa: B023
        if said != of_none or THEIRS in said:
            leaks.append(f"{way} as {actor.full_name}: {said} beside {of_none}")
        for name, look in lists(desk, actor, edda).items():
            if THEIRS in (shown := answer(look)) or "Edda" in shown:
                leaks.append(f"{name} as {actor.full_name}: {shown}")

    assert not (desk.folder.parent / "theirs.csv").exists()
    refused = [each for each in desk.audit_actions()[logged:] if each[1] == "refused"]
    record(TRIALS, f"{len(leaks)} leaks; {len(refused)} refusals logged")
    assert leaks == []
    assert refused


def test_a_link_in_the_place_of_ones_own_file_leads_to_nobody_elses(desk: Desk) -> None:
    desk.contact(city=THEIRS)
    edda, olga = desk.user("Edda Berg", Permission.EXPORT), desk.user("Olga", Permission.EXPORT)
    _, _, theirs = made(desk, edda)
    mine, _, own = made(desk, olga)
    theirs.write_bytes(theirs.read_bytes() + b"more")
    own.unlink()
    own.symlink_to(theirs)
    target = desk.folder.parent / "copy.csv"

    said = answer(lambda: desk.workspace.exports.download(olga, mine, target))

    assert not target.exists(), said
