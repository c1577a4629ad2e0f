"""What a Super Admin chose to be written to about, and who did not is not."""

from __future__ import annotations

from crmdesk.core.mail.model import MailKind
from crmdesk.core.notify.inbox import ALSO_BY_MAIL, SUPER_ADMINS, NotificationKind
from crmdesk.core.notify.mail_choices import TOPICS
from crmdesk.core.notify.mailed import MAILED
from tests.builders import Desk


def told(desk: Desk, kind: NotificationKind, **values: object) -> list[tuple[str, str]]:
    """Who gets which letter of a notice."""
    with desk.workspace.database.write() as tx:
        tx.sql("DELETE FROM outbox")
        desk.workspace.inbox.notify(tx, SUPER_ADMINS, kind, values, "backups")
    return [(m.recipient, m.subject) for m in desk.workspace.outbox.list(desk.admin)]


def test_each_is_written_to_about_what_they_chose(desk: Desk) -> None:
    sanne = desk.user("Sanne de Vries", super_admin=True)
    choices = desk.workspace.mail_choices
    assert told(desk, NotificationKind.BACKUP_FAILED) == []
    choices.set(sanne, TOPICS)
    choices.set(desk.admin, [MailKind.RESTORES, MailKind.TEST])
    assert choices.own(desk.admin) == {MailKind.RESTORES}

    for kind in ALSO_BY_MAIL:
        letters = told(desk, kind, records=1_234, name="A\r\nBcc: b", user="Marc", message="Full.")
        both = MAILED[kind].topic is MailKind.RESTORES
        wanted = {sanne.email, desk.admin.email} if both else {sanne.email}
        assert {recipient for recipient, _ in letters} == wanted
        body = str(desk.sql("SELECT body FROM outbox")[0][0])
        assert "{" not in body
        assert "\nBcc" not in body
    waiting = {"name": "Autumn {user}", "user": "Marc", "records": 1_234}
    assert told(desk, NotificationKind.EXPORT_WAITING, **waiting)
    (row,) = desk.sql("SELECT body FROM outbox")
    assert str(row[0]).startswith("Marc wants to export records: 1,234, as “Autumn {user}”.\n")
    assert told(desk, NotificationKind.BACKUP_DONE) == []

    choices.set(sanne, [])
    assert told(desk, NotificationKind.BACKUP_FAILED) == []


def test_every_kind_that_may_be_chosen_has_its_words() -> None:
    assert set(MAILED) == ALSO_BY_MAIL
    assert {words.topic for words in MAILED.values()} == set(TOPICS)
