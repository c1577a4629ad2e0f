"""Who is told of files with many records: in the program and by e-mail, once a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import UserError
from crmdesk.core.exports.model import ExportRequest
from crmdesk.core.mail.model import MailState
from crmdesk.core.notify.inbox import NotificationKind
from crmdesk.core.records.filters import RecordQuery
from tests.builders import Desk

KINDS = {NotificationKind.LARGE_EXPORT, NotificationKind.LARGE_DOWNLOAD}


def exported(desk: Desk, actor: Actor, name: str = "Autumn list") -> str:
    request = ExportRequest(RecordQuery("contacts"), name=name)
    export_id = desk.workspace.exports.create(actor, request)
    desk.workspace.run_job(str(desk.workspace.exports.show(actor, export_id).job_id))
    return export_id


def notices(desk: Desk, actor: Actor) -> list[str]:
    return [each.kind for each in desk.workspace.inbox.list(actor) if each.kind in KINDS]


def letters(desk: Desk) -> list[tuple[str, str]]:
    return [(m.recipient, m.subject) for m in desk.workspace.outbox.list(desk.admin)]


def test_each_whose_threshold_is_passed_gets_one_notice_and_one_letter(desk: Desk) -> None:
    marc = desk.user("Marc Dubois", super_admin=True)
    late = desk.user("Late Bloomer", super_admin=True)
    edda = desk.user("Edda Berg", Permission.EXPORT)
    desk.contact(), desk.contact(), desk.contact()
    desk.workspace.export_thresholds.set(desk.admin, 1)
    desk.workspace.export_thresholds.set(marc, 2)
    desk.workspace.export_thresholds.set(late, 3)

    # Nothing that somebody types becomes part of a header.
    exported(desk, edda, "Autumn\r\nBcc: eve@example.org\r\n\r\nlist")

    subject = "Large export: 3 records"
    assert sorted(letters(desk)) == sorted([(desk.admin.email, subject), (marc.email, subject)])
    assert [len(notices(desk, each)) for each in (desk.admin, marc, late)] == [1, 1, 0]
    (body,) = desk.sql("SELECT body FROM outbox WHERE user_id = 1")[0]
    text = str(body)
    assert text.startswith(
        "Edda Berg exports 3 records from CRM Desk.\n\nFile:             Autumn Bcc:"
    )
    assert "Sensitive values: none\n" in text
    assert "more than 1 records" not in text
    assert [m.state for m in desk.workspace.outbox.list(desk.admin)] == [
        MailState.UNCONFIGURED,
        MailState.UNCONFIGURED,
    ]


def test_a_copy_of_a_backup_counts_like_an_export_and_one_that_was_not_made_does_not(
    desk: Desk, tmp_path: Path
) -> None:
    desk.contact(), desk.contact()
    backup, download = desk.backup(), desk.workspace.backups.download
    desk.workspace.export_thresholds.set(desk.admin, 1)
    with pytest.raises(UserError):
        download(desk.admin, backup.id, tmp_path / "copy.zip", cancelled=lambda: True)
    with desk.workspace.database.write() as tx:
        tx.sql("CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END")
    # No notice without its letter, and no file without its notice.
    with pytest.raises(Exception, match="full"):
        download(desk.admin, backup.id, tmp_path / "copy.zip")
    assert (notices(desk, desk.admin), letters(desk)) == ([], [])
    assert not list(tmp_path.glob("copy*"))
    with desk.workspace.database.write() as tx:
        tx.sql("DROP TRIGGER full")

    for threshold, told in ((2, 0), (1, 1)):
        desk.workspace.export_thresholds.set(desk.admin, threshold)
        download(desk.admin, backup.id, tmp_path / f"{threshold}.zip")
        assert notices(desk, desk.admin) == [NotificationKind.LARGE_DOWNLOAD] * told
        assert letters(desk) == [(desk.admin.email, "Large file saved: 2 records")] * told
    (notice,) = [n for n in desk.workspace.inbox.list(desk.admin) if n.kind in KINDS]
    assert notice.values["name"] == backup.file_name
    assert notice.link == f"backups/{backup.id}"


def test_a_saved_comparison_counts_its_records(desk: Desk, tmp_path: Path) -> None:
    people = [desk.contact(firstname="Ann", city="Oslo") for _ in range(3)]
    file = str(desk.backup_file())
    for each in people[:2]:
        desk.edit(each, firstname="Anne", city="Bergen")
    comparisons = desk.workspace.comparisons
    found = comparisons.compare(desk.admin, file)
    for threshold, told in ((2, 0), (1, 1)):
        desk.workspace.export_thresholds.set(desk.admin, threshold)
        # Four values of two records.
        assert comparisons.export(desk.admin, found.id, tmp_path / "differences.csv") == 4
        assert letters(desk) == [(desk.admin.email, "Large file saved: 2 records")] * told
        (tmp_path / "differences.csv").unlink()
