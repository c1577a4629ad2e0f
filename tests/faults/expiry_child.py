"""Sees what lapses lapse, a second before and a second after; started under faketime."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from crmdesk.core.access.actor import Actor
from crmdesk.core.clock import from_text, to_text
from crmdesk.core.errors import UserError
from crmdesk.core.exports.model import ExportRequest
from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.restore.model import PlanRequest
from crmdesk.core.workspace import Workspace
from tests.faults.clock_child import set_clock
from tests.faults.operation import opened


def work(folder: str, key: str, session_id: str) -> dict[str, Any]:
    """What was possible before and after, and what is left once two starts have swept."""
    set_clock("+0")
    with opened(folder, key, session_id) as (workspace, actor):
        return {
            "plan": _plan(workspace, actor),
            "backup": _backup(workspace, actor),
            "record": _record(workspace, actor),
            "export": _export(workspace, actor),
        }


def _plan(workspace: Workspace, actor: Actor) -> dict[str, Any]:
    source = str(workspace.folder.parent / "backup.zip")
    plan = workspace.restores.plan(actor, PlanRequest(source, "contacts", ("phone",)))
    over = _steady(workspace, "SELECT expires_at FROM plans WHERE id = ?", plan.id)
    told = _around(
        workspace,
        over,
        lambda: workspace.restores.start(
            actor, plan.id, accept_changes=True, accept_irreversible=True, step_up_id="none"
        ),
    )
    rows = _count(workspace, "SELECT count(*) FROM plans WHERE id = ?", plan.id)
    stage = workspace.folder / "staging" / f"{plan.id}.sqlite3"
    return {"said": told, "left": rows + stage.exists(), "logged": 1}


def _backup(workspace: Workspace, actor: Actor) -> dict[str, Any]:
    older = _made(workspace, actor)
    # The newest one is kept past its time; a day must lie between two.
    _freeze(workspace, workspace.database.clock.now() + timedelta(hours=25))
    _made(workspace, actor)
    over = _steady(workspace, "SELECT expires_at FROM backups WHERE id = ?", older)
    target = workspace.folder.parent / "saved.zip"
    told = _around(workspace, over, lambda: workspace.backups.download(actor, older, target))
    file = workspace.folder / "vault" / "backups" / f"{older}.zip"
    sql = "SELECT count(*) FROM audit_events WHERE subcategory = 'DATA_BACKUP_EXPIRED'"
    logged = _count(workspace, sql)
    return {"said": told, "left": int(file.exists()), "logged": logged}


def _export(workspace: Workspace, actor: Actor) -> dict[str, Any]:
    request = ExportRequest(RecordQuery("contacts"))
    export_id = workspace.exports.create(actor, request)
    workspace.run_job(str(workspace.exports.show(actor, export_id).job_id))
    over = _steady(workspace, "SELECT expires_at FROM exports WHERE id = ?", export_id)
    target = workspace.folder.parent / "saved.csv"
    told = _around(workspace, over, lambda: workspace.exports.download(actor, export_id, target))
    left = len(list((workspace.folder / "vault" / "exports").iterdir()))
    sql = "SELECT count(DISTINCT action) FROM audit_events WHERE object_id = ? AND result = 'ok'"
    # That it was made, saved in time, and expired.
    return {"said": told, "left": left, "logged": _count(workspace, sql, export_id)}


def _made(workspace: Workspace, actor: Actor) -> str:
    backup_id = workspace.backups.create(actor)
    workspace.run_job(str(workspace.backups.show(actor, backup_id).job_id))
    return backup_id


def _record(workspace: Workspace, actor: Actor) -> dict[str, Any]:
    ids = [workspace.editor.add(actor, "contacts", {"city": "Oslo"}).id for _ in range(2)]
    workspace.editor.archive(actor, "contacts", ids)
    sql = "SELECT archived_at FROM obj_contacts WHERE id = ?"
    with workspace.database.read() as tx:
        over = from_text(tx.sql(sql, (ids[0],)).fetchone()[0]) + timedelta(days=90)
    coming = iter(ids)
    told = _around(
        workspace, over, lambda: workspace.editor.unarchive(actor, "contacts", [next(coming)])
    )
    left = _count(workspace, "SELECT count(*) FROM obj_contacts WHERE id = ?", ids[1])
    sql = "SELECT count(*) FROM audit_events WHERE action = 'purge' AND actor_kind = 'system'"
    return {"said": told, "left": left, "logged": _count(workspace, sql)}


def _around(workspace: Workspace, over: datetime, act: Callable[[], object]) -> list[str]:
    """What an act says a second before the end and a second after; then two starts."""
    told = []
    for seconds in (-1, 1):
        _freeze(workspace, over.replace(microsecond=0) + timedelta(seconds=seconds))
        try:
            act()
            told.append("done")
        except UserError as refused:
            told.append(refused.code)
    workspace.start_up()
    workspace.start_up()
    return told


def _freeze(workspace: Workspace, at: datetime) -> None:
    """Stop the clock at a moment of UTC, and let the session have begun then."""
    set_clock(f"{at:%Y-%m-%d %H:%M:%S}")
    with workspace.database.write() as tx:
        now = to_text(tx.steady_now)
        tx.sql("UPDATE sessions SET ended_at = NULL, last_seen_at = ?, started_at = ?", (now, now))


def _steady(workspace: Workspace, sql: str, row_id: str) -> datetime:
    """A moment of steady time, as the clock will show it."""
    with workspace.database.read() as tx:
        return from_text(tx.sql(sql, (row_id,)).fetchone()[0]) + (tx.now - tx.steady_now)


def _count(workspace: Workspace, sql: str, *values: object) -> int:
    with workspace.database.read() as tx:
        return int(tx.sql(sql, values).fetchone()[0])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(work(*sys.argv[1:])))
