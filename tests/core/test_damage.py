"""A damaged database: told at once, read and not written to, and the way back named."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import pytest

from crmdesk.core.access.permissions import Permission
from crmdesk.core.check import check_workspace
from crmdesk.core.damage import accept_pages
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.page_keeper import can_keep
from crmdesk.core.errors import PermissionDenied, UserError
from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.workspace import Workspace
from tests.builders import PASSWORD, PLACE, Desk, KeyBox
from tests.damaging import flip_value

pytestmark = pytest.mark.skipif(not can_keep(), reason="no digests are kept here")
ADDRESS = "ann.flipped@example.org"


@pytest.fixture
def damaged(desk: Desk) -> Callable[[], Workspace]:
    """A closed workspace with a backup; called, it is damaged and started again."""
    desk.contact(email=ADDRESS)
    desk.backup()

    def start() -> Workspace:
        desk.workspace.close()
        flip_value(desk.folder / "crm.sqlite3", ADDRESS)
        desk.workspace = Workspace(desk.folder, desk.key)
        desk.workspace.start_up()
        return desk.workspace

    return start


def test_a_flipped_bit_is_told_at_the_start(damaged: Callable[[], Workspace]) -> None:
    damage = damaged().damage

    assert damage is not None
    assert damage.code == "database_damaged"
    assert len(damage.values["pages"]) >= 1


def test_a_flipped_bit_in_what_proves_the_key_is_damage_and_no_wrong_key(desk: Desk) -> None:
    ((check,),) = desk.sql("SELECT key_check FROM workspace")
    desk.workspace.close()
    flip_value(desk.folder / "crm.sqlite3", check)

    with pytest.raises(UserError) as refused:
        Workspace(desk.folder, desk.key)
    assert refused.value.code == "database_damaged"


def test_the_newest_sound_backup_is_named(desk: Desk, damaged: Callable[[], Workspace]) -> None:
    vault = desk.folder / "vault" / "backups"
    (sound,) = vault.glob("*.zip")
    with desk.workspace.database.write() as tx:
        tx.sql("UPDATE backups SET completed_steady = '2026-01-05T08:00:00.000Z'")
    desk.backup()
    (newer,) = set(vault.glob("*.zip")) - {sound}
    newer.write_bytes(newer.read_bytes() + b"junk")

    damage = damaged().damage

    assert damage is not None
    assert str(sound) in damage.hint


def test_a_damaged_database_is_read_and_not_written_to(
    desk: Desk, damaged: Callable[[], Workspace]
) -> None:
    workspace = damaged()

    assert workspace.records.count(desk.admin, RecordQuery("contacts")) == 1
    with pytest.raises(UserError) as refused:
        workspace.editor.add(desk.admin, "contacts", {"email": "new@example.org"})

    assert refused.value.code == "database_damaged"
    assert workspace.records.count(desk.admin, RecordQuery("contacts")) == 1


def test_one_can_sign_in_to_a_damaged_workspace(damaged: Callable[[], Workspace]) -> None:
    signed_in = damaged().sign_in.sign_in("ingrid@northwind.example", PASSWORD, None, PLACE)

    assert signed_in.actor.user_id == 1


def test_the_next_start_knows_of_the_damage(desk: Desk, damaged: Callable[[], Workspace]) -> None:
    damaged().close()
    desk.workspace = Workspace(desk.folder, desk.key)

    desk.workspace.start_up(look_seconds=0.0)

    assert desk.workspace.damage is not None


def test_the_check_names_the_pages_and_the_backup(
    desk: Desk, damaged: Callable[[], Workspace]
) -> None:
    found, *others = check_workspace(damaged(), desk.admin, KeyBox())

    assert (found.name, found.ok) == ("stored_bytes", False)
    assert "vault/backups" in found.detail
    assert "--accept" not in found.detail
    # All that can be looked at still is, and tells of something else.
    names = {each.name: each for each in others}
    assert set(names) >= {"database", "vault_files", "keyring", "audit_log", "disk_space"}
    assert names["disk_space"].ok
    assert names["vault_files"].ok
    assert not any("not as written" in each.detail for each in others)


def test_a_sound_database_is_said_to_be_as_written(desk: Desk) -> None:
    found = check_workspace(desk.workspace, desk.admin, KeyBox())[0]

    assert found.ok
    assert "as they were written" in found.detail


def test_a_database_without_its_head_is_damaged_and_the_backup_is_found(
    desk: Desk, damaged: Callable[[], Workspace]
) -> None:
    damaged().close()
    with (desk.folder / "crm.sqlite3").open("r+b") as file:
        file.write(b"\xff" * 4096)

    with pytest.raises(UserError) as refused:
        Workspace(desk.folder, desk.key)

    assert refused.value.code == "database_damaged"
    (backup,) = (desk.folder / "vault" / "backups").glob("*.zip")
    assert str(backup) in refused.value.hint


def test_without_a_sound_backup_the_advice_says_so(desk: Desk) -> None:
    desk.contact(email=ADDRESS)
    desk.workspace.close()
    flip_value(desk.folder / "crm.sqlite3", ADDRESS)
    desk.workspace = Workspace(desk.folder, desk.key)

    desk.workspace.start_up()

    assert desk.workspace.damage is not None
    assert "no sound backup" in desk.workspace.damage.hint


def test_what_another_program_wrote_can_be_accepted_and_is_logged(desk: Desk) -> None:
    desk.contact(email=ADDRESS)
    desk.workspace.close()
    with closing(sqlite3.connect(desk.folder / "crm.sqlite3")) as foreign, foreign:
        foreign.execute("UPDATE obj_contacts SET city = 'Tromsø'")
    desk.workspace = workspace = Workspace(desk.folder, desk.key)
    workspace.start_up()
    before = check_workspace(workspace, desk.admin, KeyBox())[0]

    accept_pages(workspace.database, workspace.guard, workspace.audit_log, desk.admin)

    assert workspace.damage is None
    assert not before.ok
    assert "--accept" in before.detail
    assert check_workspace(workspace, desk.admin, KeyBox())[0].ok
    newest = workspace.audit_reader.events(desk.admin).events[0]
    assert newest.subcategory == "DATABASE_CONTENT_ACCEPTED"


def test_only_a_super_admin_accepts_a_database(desk: Desk) -> None:
    workspace = desk.workspace
    somebody = desk.user("Marc Dubois", Permission.EXPORT)

    with pytest.raises(PermissionDenied):
        accept_pages(workspace.database, workspace.guard, workspace.audit_log, somebody)
