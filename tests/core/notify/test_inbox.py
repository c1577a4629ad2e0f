from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from crmdesk.core.access.actor import SYSTEM
from crmdesk.core.db.tables import notifications, users
from crmdesk.core.errors import NotSignedIn, UserError
from crmdesk.core.notify.inbox import SUPER_ADMINS, Inbox, NotificationKind
from tests.builders import Desk


@pytest.fixture
def inbox(desk: Desk) -> Inbox:
    return Inbox(desk.workspace.database, desk.workspace.guard)


def tell(desk, inbox, to, kind=NotificationKind.BACKUP_DONE, **values):
    with desk.workspace.database.write() as tx:
        inbox.notify(tx, to, kind, values, "backups/b1")


def test_a_user_is_told_with_the_facts_of_the_sentence(desk, inbox):
    tell(desk, inbox, [desk.admin.user_id], records=12480, name="Ærø\ud800")

    (told,) = inbox.list(desk.admin)

    assert told.kind == NotificationKind.BACKUP_DONE
    assert told.values == {"records": 12480, "name": "Ærø\ud800"}
    assert told.link == "backups/b1"
    assert not told.is_read


def test_the_newest_comes_first_and_only_so_many_come(desk, inbox):
    for number in range(5):
        tell(desk, inbox, [desk.admin.user_id], number=number)

    assert [told.values["number"] for told in inbox.list(desk.admin, limit=3)] == [4, 3, 2]


def test_nobody_sees_what_another_was_told(desk, inbox):
    marc = desk.user("Marc Dubois")
    tell(desk, inbox, [desk.admin.user_id])

    assert inbox.list(marc) == []
    assert inbox.unread_count(marc) == 0
    with pytest.raises(UserError) as caught:
        inbox.mark_read(marc, inbox.list(desk.admin)[0].id)
    with pytest.raises(UserError) as unknown:
        inbox.mark_read(marc, 999_999)
    assert caught.value.code == unknown.value.code == "notification_not_found"
    assert inbox.unread_count(desk.admin) == 1


def test_every_active_super_admin_is_told_and_no_one_else(desk, inbox):
    second = desk.user("Sanne de Vries", super_admin=True)
    gone = desk.user("Elif Demir", super_admin=True)
    desk.user("Marc Dubois")
    with desk.workspace.database.write() as tx:
        tx.execute(update(users).where(users.c.id == gone.user_id).values(active=0))

    tell(desk, inbox, SUPER_ADMINS)

    with desk.workspace.database.read() as tx:
        told = tx.execute(select(notifications.c.user_id)).scalars().all()
    assert told == [desk.admin.user_id, second.user_id]


def test_a_user_named_twice_is_told_once_and_nobody_is_nobody(desk, inbox):
    tell(desk, inbox, [desk.admin.user_id, desk.admin.user_id])
    tell(desk, inbox, [])

    assert inbox.unread_count(desk.admin) == 1


def test_reading_counts_down_and_is_kept(desk, inbox):
    for _ in range(3):
        tell(desk, inbox, [desk.admin.user_id])
    first = inbox.list(desk.admin)[0]

    assert inbox.mark_read(desk.admin, first.id) == 1
    assert inbox.mark_read(desk.admin, first.id) == 0
    assert inbox.unread_count(desk.admin) == 2
    assert len(inbox.list(desk.admin, unread_only=True)) == 2
    assert inbox.mark_read(desk.admin) == 2
    assert inbox.unread_count(desk.admin) == 0
    assert all(told.is_read for told in inbox.list(desk.admin))


def test_what_happened_and_the_notice_of_it_stand_or_fall_together(desk, inbox):
    def tell_and_fail():
        with desk.workspace.database.write() as tx:
            inbox.notify(tx, SUPER_ADMINS, NotificationKind.RESTORE_DONE)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        tell_and_fail()

    assert inbox.list(desk.admin) == []


def test_reading_takes_a_session_and_writes_no_entry(desk, inbox):
    tell(desk, inbox, SUPER_ADMINS)
    before = desk.audit_actions()

    inbox.list(desk.admin)
    inbox.unread_count(desk.admin)
    inbox.mark_read(desk.admin)

    assert desk.audit_actions() == before
    with pytest.raises(NotSignedIn):
        inbox.list(replace(desk.admin, session_id=None))
    assert inbox.list(SYSTEM) == []
