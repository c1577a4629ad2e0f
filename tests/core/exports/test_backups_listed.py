"""Backups among the exports: seen there by Super Admins, saved where backups are."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import UserError
from crmdesk.core.exports.model import ExportFilter, ExportSource, ExportState, FileState
from tests.builders import Desk

BACKUPS = ExportFilter(source=ExportSource.BACKUP)


def test_a_backup_has_a_line_that_follows_what_becomes_of_it(desk: Desk, tmp_path: Path) -> None:
    desk.contact()
    exports, admin = desk.workspace.exports, desk.admin
    backup_id = desk.workspace.backups.create(admin)

    queued = exports.show(admin, backup_id)
    desk.workspace.run_job(str(queued.job_id))
    made = exports.show(admin, backup_id)

    assert (queued.state, queued.records, queued.source_name) == (
        ExportState.QUEUED,
        None,
        "Backup",
    )
    backup = desk.workspace.backups.show(admin, backup_id)
    assert (made.state, made.records, made.bytes, made.user_name) == (
        ExportState.SUCCEEDED,
        backup.records,
        backup.bytes,
        admin.full_name,
    )
    assert made.created_at == backup.created_at
    assert (exports.count(admin, BACKUPS), made.file_state) == (1, FileState.NONE)
    with pytest.raises(UserError, match="not saved from the list") as caught:
        exports.download(admin, backup_id, tmp_path / "backup.zip")
    assert caught.value.code == "export_not_downloadable"

    file = desk.folder / "vault" / "backups" / f"{backup_id}.zip"
    file.rename(tmp_path / "away.zip")
    assert exports.show(admin, backup_id).file_state is FileState.MISSING
    (tmp_path / "away.zip").rename(file)
    desk.workspace.backups.delete(admin, backup_id)
    assert exports.show(admin, backup_id).file_state is FileState.EXPIRED


def test_a_backup_that_is_cancelled_from_the_list_is_cancelled_there_too(desk: Desk) -> None:
    backup_id = desk.workspace.backups.create(desk.admin)

    desk.workspace.exports.cancel(desk.admin, backup_id)

    assert desk.workspace.exports.show(desk.admin, backup_id).state is ExportState.CANCELLED
    assert desk.workspace.backups.show(desk.admin, backup_id).state == "cancelled"


def test_only_super_admins_see_backups_also_whoever_made_them(desk: Desk) -> None:
    desk.backup()
    edda = desk.user("Edda Berg", Permission.EXPORT)
    with desk.workspace.database.write() as tx:
        tx.sql("UPDATE exports SET user_id = ?", (edda.user_id,))

    assert desk.workspace.exports.list(edda) == []
    assert len(desk.workspace.exports.numbers(edda)) == 0
    assert len(desk.workspace.exports.numbers(desk.admin)) == 1
