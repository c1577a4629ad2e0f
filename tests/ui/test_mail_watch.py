"""Mail is sent from whoever's window is open."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from crmdesk.core.db.tables import jobs
from crmdesk.core.mail.model import Letter, MailKind, MailSecurity, MailServerChange
from crmdesk.core.mail.queue import queue_mail
from crmdesk.ui.mail_watch import MailWatch
from tests.builders import Desk
from tests.ui.pages import PageStand

SERVER = MailServerChange("mail.northwind.example", 25, MailSecurity.NONE, "crm@northwind.example")


def test_what_is_due_is_started_once_and_a_minute_later_where_no_process_could_be(
    timed_desk: Desk, qtbot, tmp_path: Path
) -> None:
    desk = timed_desk

    def states() -> list[str]:
        with desk.workspace.database.read() as tx:
            return list(tx.execute(select(jobs.c.state).order_by(jobs.c.created_at)).scalars())

    def start(job_id: str) -> None:
        if not states()[:-1]:
            raise OSError("no process can be started")
        started.append(job_id)

    started: list[str] = []
    stand = PageStand(desk.workspace, desk.user("Marc Dubois"), tmp_path)
    watch = MailWatch(stand.desk, start)
    with desk.workspace.database.write() as tx:
        queue_mail(tx, Letter(MailKind.LARGE_EXPORT, desk.admin.email, "Large export", "Many.\n"))
    watch.start()
    desk.workspace.mail_server.set(desk.admin, SERVER)

    watch.look()
    qtbot.waitUntil(lambda: states() == ["interrupted"])
    desk.time.forward(minutes=1)
    watch.look()
    qtbot.waitUntil(lambda: len(started) == 1)
    watch.look()
    watch.rest()
    stand.close()
    assert states() == ["interrupted", "queued"]
