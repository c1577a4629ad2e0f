from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace

import pytest

from crmdesk.core.access.keys import KeyPurpose, SigningKey, derive
from crmdesk.core.audit import kinds
from crmdesk.core.audit.anchors import AnchorKeeper
from crmdesk.core.audit.heads import read_head_file
from crmdesk.core.audit.service import AuditService
from crmdesk.core.audit.verdict import Reason, Unproven
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.errors import PermissionDenied, UserError
from tests.builders import Desk
from tests.core.audit.ledger import Drawer


@pytest.fixture
def drawer() -> Drawer:
    return Drawer()


@pytest.fixture
def keeper(desk: Desk, drawer: Drawer) -> AnchorKeeper:
    ours = desk.workspace
    return AnchorKeeper(ours.database, desk.folder, drawer, ours.signing_key.sign)


@pytest.fixture
def service(desk: Desk, keeper: AnchorKeeper) -> AuditService:
    ours = desk.workspace
    return AuditService(
        ours.database,
        ours.guard,
        ours.audit_log,
        keeper,
        derive(desk.key, KeyPurpose.AUDIT_CHAIN),
        ours.signing_key.public_key,
    )


def test_a_day_of_work_verifies(desk, service, keeper):
    contact = desk.contact(firstname="Ann")
    desk.edit(contact, phone="555-0100")
    desk.delete(contact)
    keeper.anchor_to_keyring()
    keeper.anchor_to_file()

    found = service.verify(desk.admin)

    assert (found.ok, found.reason, found.unproven) == (True, None, ())
    assert found.events == found.anchored == len(desk.audit_actions())


def test_the_anchor_covers_the_entry_that_tells_of_it(desk, service, tmp_path):
    out = tmp_path / "anchor.json"

    head = service.anchor(desk.admin, out)

    assert desk.audit_actions()[-1] == ("AUDIT_LOG_ANCHORED", "ok")
    assert head.sequence == len(desk.audit_actions())
    assert read_head_file(out).heads == (head,)
    assert service.verify(desk.admin, out).anchored == head.sequence


def test_another_workspaces_anchor_is_not_taken_for_ours(desk, service, keeper, tmp_path):
    out = tmp_path / "anchor.json"
    other = SigningKey.generate()
    head = replace(keeper.head(), workspace_id="another").signed(other.sign)
    out.write_text(head.to_json())

    found = service.verify(desk.admin, out)

    assert (found.ok, found.reason, found.first_bad) == (False, Reason.ANCHOR_NOT_GENUINE, None)


@pytest.mark.parametrize("content", ["", "hello", "{}\n{}\n"])
def test_a_file_that_is_no_anchor_is_said_to_be_none(desk, service, tmp_path, content):
    out = tmp_path / "anchor.json"
    out.write_text(content)

    assert service.verify(desk.admin, out).reason is Reason.ANCHOR_NOT_GENUINE


def test_a_public_key_swapped_in_the_database_signs_for_nobody(desk, service, keeper, tmp_path):
    impostor = SigningKey.generate()
    with desk.workspace.database.write() as tx:
        tx.sql("UPDATE workspace SET public_key = ?", (impostor.public_key,))
    forged = AnchorKeeper(desk.workspace.database, tmp_path, Drawer(), impostor.sign)
    out = tmp_path / "forged.json"
    forged.write_anchor(out)

    assert service.verify(desk.admin, out).reason is Reason.ANCHOR_NOT_GENUINE


def test_a_locked_keyring_is_said_and_the_rest_is_verified(desk, service, keeper, drawer):
    keeper.anchor_to_file()
    drawer.locked = True

    found = service.verify(desk.admin)

    assert found.ok
    assert found.unproven == (Unproven.KEYRING,)


def test_yesterdays_copy_is_found_by_the_head_in_the_keyring(desk, service, keeper):
    with desk.workspace.database.write() as tx:
        desk.workspace.audit_log.log(tx, desk.admin, kinds.BACKUP_CREATED)
    # Closing folds the write-ahead log into the file; the next call opens it again.
    desk.workspace.database.close()
    path = desk.workspace.database.path
    copy = path.with_name("yesterday.sqlite3")
    shutil.copy(path, copy)
    had = len(desk.audit_actions())
    desk.contact()
    keeper.anchor_to_keyring()
    desk.workspace.database.close()
    shutil.copy(copy, path)

    found = service.verify(desk.admin)

    assert (found.ok, found.reason, found.first_bad) == (False, Reason.CUT, had + 1)


def test_verifying_writes_nothing_and_is_for_super_admins(desk, service, tmp_path):
    tom = desk.user("Tom Okafor")
    before = desk.audit_actions()
    service.verify(desk.admin)
    assert desk.audit_actions() == before

    for call in (
        lambda: service.verify(tom),
        lambda: service.anchor(tom, tmp_path / "anchor.json"),
        lambda: service.catalogue(tom),
    ):
        with pytest.raises(PermissionDenied):
            call()
    assert not (tmp_path / "anchor.json").exists()
    assert service.catalogue(desk.admin).categories


def test_an_anchor_that_cannot_be_written_is_said_in_a_sentence(desk, service, tmp_path):
    with pytest.raises(UserError) as caught:
        service.anchor(desk.admin, tmp_path / "none" / "anchor.json")

    assert caught.value.code == "folder_missing"


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE audit_events SET address = '10.0.0.1' WHERE id = 2", Reason.CHANGED),
        ("UPDATE audit_events SET mac = zeroblob(32) WHERE id = 2", Reason.FORGED),
        ("UPDATE audit_events SET hash = zeroblob(32) WHERE id = 1", Reason.UNLINKED),
        ("UPDATE audit_details SET payload = '{}' WHERE event_id = 2", Reason.DETAILS_CHANGED),
        ("DELETE FROM audit_details WHERE event_id = 2", Reason.DETAILS_MISSING),
        ("DELETE FROM audit_events WHERE id = 2", Reason.MISSING),
    ],
)
def test_one_entry_is_checked_by_itself(desk, service, statement, reason):
    assert service.check_entry(desk.admin, 2) is None

    with closing(sqlite3.connect(desk.workspace.database.path)) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute(statement)
        connection.commit()

    assert service.check_entry(desk.admin, 2) is reason
