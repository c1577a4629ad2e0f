"""A Super Admin looks as another user would: sees what they see, and changes nothing."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.permissions import GRANTABLE, Permission
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.errors import NotSignedIn, PermissionDenied, UserError
from crmdesk.core.exports.model import ExportRequest
from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.viewed_workspace import ViewedWorkspace
from crmdesk.core.workspace import Workspace
from tests.builders import Desk
from tests.core.access.test_rights import arguments
from tests.faults.logged_calls import LOGGED
from tests.faults.logged_reads import UNLOGGED


@contextlib.contextmanager
def looking(desk: Desk, as_whom: Actor) -> Iterator[tuple[Workspace, Actor]]:
    actor = desk.workspace.viewing.start(desk.admin, as_whom.email)
    viewed = ViewedWorkspace(desk.workspace, actor)
    try:
        yield viewed, actor
    finally:
        viewed.close()


def test_one_sees_what_the_user_sees_and_everything_that_writes_is_refused_and_logged(desk: Desk):
    una, ann = desk.user("Una User", Permission.EXPORT), desk.contact(date_of_birth="1980-02-03")
    with looking(desk, una) as (viewed, actor):
        assert list(viewed.records.ids(actor, RecordQuery("contacts"))) == [ann.id]
        assert viewed.users.me(actor).email == una.email
        with pytest.raises(PermissionDenied) as not_hers:
            viewed.users.list(actor)
        assert not_hers.value.code == "permission_denied"
        for attempt in (
            lambda: viewed.editor.update(actor, "contacts", ann.id, {"phone": "1"}),
            lambda: viewed.exports.create(actor, ExportRequest(RecordQuery("contacts"))),
            lambda: viewed.sign_in.lock(actor),
            viewed.database.write,
            lambda: viewed.database.staging(desk.folder / "stage"),
        ):
            with pytest.raises(PermissionDenied) as refusal:
                attempt()
            assert refusal.value.code == "viewing_as"
        with contextlib.closing(viewed.database.raw()) as raw, pytest.raises(sqlite3.Error):
            raw.execute("DELETE FROM users")
        # Nor by the door that is open to others.
        with pytest.raises(PermissionDenied) as here:
            desk.workspace.editor.update(actor, "contacts", ann.id, {"phone": "1"})
        assert here.value.code == "viewing_as"
        desk.workspace.viewing.stop(desk.admin)
        with pytest.raises(NotSignedIn):
            viewed.users.me(actor)

    assert desk.value(ann, "phone") is None
    rows = desk.sql(
        "SELECT e.subcategory, e.action, e.user_id, d.payload ->> 'user_email', "
        "coalesce(d.payload ->> '$.viewed_as.email', d.payload ->> 'email') "
        "FROM audit_events e JOIN audit_details d ON d.event_id = e.id "
        "WHERE e.subcategory IN ('IMPERSONATE_USER', 'PERMISSION_REFUSED') ORDER BY e.id"
    )
    both = (desk.admin.user_id, desk.admin.email, una.email)
    assert rows[0] == ("IMPERSONATE_USER", "enable", *both)
    assert ("IMPERSONATE_USER", "disable", *both) in rows
    refusals = [row for row in rows if row[0] == "PERMISSION_REFUSED"]
    assert len(refusals) == 8
    assert {row[2:] for row in refusals} == {both}


def test_no_public_call_writes_anything_while_one_looks(desk: Desk, tmp_path: Path):
    everything = desk.user("Mia Most", *GRANTABLE)
    desk.contact()
    changing = [name.split(".") for name in (*LOGGED, *UNLOGGED) if "." in name]
    with looking(desk, everything) as (viewed, actor):
        before = contents(desk)
        for service, method_name in changing:
            method = getattr(getattr(viewed, service), method_name)
            if next(iter(inspect.signature(method).parameters), "") == "actor":
                with contextlib.suppress(UserError):
                    method(**arguments(method, actor, tmp_path))
        assert contents(desk) == before


def contents(desk: Desk) -> int:
    """Stands for every table but the log and the clock."""
    found = []
    with desk.workspace.database.read() as tx:
        names = tx.sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        for (name,) in names.fetchall():
            if not name.startswith(("audit_", "clock_", "sqlite_")):
                found += tx.sql(f'SELECT * FROM "{name}"').fetchall()
    return hash(tuple(found))


def test_who_may_be_looked_as_and_until_when(desk: Desk):
    una, eva = desk.user("Una User"), desk.user("Eva Admin", super_admin=True)
    viewing = desk.workspace.viewing
    desk.workspace.users.deactivate(desk.admin, una.email)
    for email in (una.email, eva.email, desk.admin.email):
        with pytest.raises(UserError) as refusal:
            viewing.start(desk.admin, email)
        assert refusal.value.code == "user_not_viewable"
    desk.workspace.users.reactivate(desk.admin, una.email)
    with pytest.raises(PermissionDenied):
        viewing.start(desk.user("Per Plain"), una.email)

    ends = {
        "the session of who looks": "UPDATE sessions SET ended_at = started_at WHERE id = ?",
        "the right of who looks": "UPDATE users SET super_admin = 0 WHERE id = ?",
    }
    for what, statement in ends.items():
        by = desk.user("Ola Admin", super_admin=True)
        actor = viewing.start(by, una.email)
        viewed = ViewedWorkspace(desk.workspace, actor)
        assert viewed.users.me(actor).name == "Una User"
        key = by.session_id if "sessions" in statement else by.user_id
        with desk.workspace.database.write() as tx:
            tx.sql(statement, (key,))
        with pytest.raises(NotSignedIn):
            viewed.users.me(actor)
        viewed.close()
        viewing.end_stale()
        assert desk.sql("SELECT count(*) FROM viewings WHERE ended_at IS NULL") == [(0,)], what
