"""Backups as an admin makes, keeps and loses them."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from crmdesk.core.backup.model import FileState, HealthLevel, HealthReason
from crmdesk.core.errors import Busy, Cancelled, PermissionDenied, UserError
from crmdesk.core.jobs.job import JobState
from tests.builders import Desk


def code_of(refused: pytest.ExceptionInfo[UserError]) -> str:
    return refused.value.code


def test_a_backup_holds_every_live_record_with_every_property(desk: Desk) -> None:
    desk.contact(firstname="Ann", phone=' 0047, "direct"\nline 2')
    gone = desk.contact()
    desk.delete(gone)
    desk.deal(amount="12500.50")

    backup = desk.backup()

    with zipfile.ZipFile(desk.folder / "vault/backups" / backup.file_name) as archive:
        assert sorted(archive.namelist()) == [
            "contacts.csv",
            "deals.csv",
            "manifest.json",
            "manifest.sig",
        ]
        text = io.TextIOWrapper(archive.open("contacts.csv"), "utf-8", newline="")
        rows = list(csv.DictReader(text))
    assert [row["phone"] for row in rows] == [' 0047, "direct"\nline 2']
    wanted = {p.name for p in desk.workspace.definitions.object(desk.admin, "contacts").properties}
    assert set(rows[0]) == wanted
    assert next(iter(rows[0])) == "hs_object_id"
    assert (backup.state, backup.records, backup.verified_ok) == (JobState.SUCCEEDED, 2, True)


def test_other_programs_open_the_zip(desk: Desk) -> None:
    desk.contact(firstname="Frédérique")
    path = desk.folder / "vault/backups" / desk.backup().file_name

    for command in (["unzip", "-t"], ["7z", "t"]):
        done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_an_empty_workspace_gives_a_valid_zip_without_tables(desk: Desk) -> None:
    backup = desk.backup()

    with zipfile.ZipFile(desk.folder / "vault/backups" / backup.file_name) as archive:
        assert sorted(archive.namelist()) == ["manifest.json", "manifest.sig"]
    assert backup.records == 0


def test_a_custom_object_gets_a_file_of_its_own(desk: Desk) -> None:
    desk.workspace.definitions.add_object(desk.admin, "con", "Convention / Con: “☃”")
    name = desk.workspace.definitions.object(desk.admin, "con").writable[0].name
    desk.add("con", **{name: "x"})

    backup = desk.backup()

    with zipfile.ZipFile(desk.folder / "vault/backups" / backup.file_name) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        (file,) = [n for n in archive.namelist() if n.endswith(".csv")]
    assert file.lower() not in ("con.csv", "con")
    assert "con" in json.dumps(manifest)


def test_the_next_backup_waits_for_the_edition_and_a_clock_set_back_does_not_help(
    timed_desk: Desk,
) -> None:
    desk = timed_desk
    assert desk.time is not None
    desk.backup()
    desk.time.forward(hours=23, minutes=59)
    desk.admin = desk.signed_in(1, desk.admin.email, desk.admin.full_name)

    with pytest.raises(UserError) as refused:
        desk.backup()
    assert code_of(refused) == "backup_too_soon"

    desk.time.back(days=3)
    with pytest.raises(UserError):
        desk.backup()
    desk.contact()

    desk.time.forward(minutes=2)
    assert desk.backup().state is JobState.SUCCEEDED


def test_a_cancelled_backup_leaves_nothing_and_does_not_count(desk: Desk) -> None:
    desk.contact()
    backup_id = desk.workspace.backups.create(desk.admin)
    job_id = str(desk.workspace.backups.show(desk.admin, backup_id).job_id)

    assert desk.workspace.jobs.request_cancel(desk.admin, job_id) is JobState.CANCELLED

    assert list((desk.folder / "vault/backups").iterdir()) == []
    assert desk.workspace.backups.show(desk.admin, backup_id).state is JobState.CANCELLED
    assert desk.backup().state is JobState.SUCCEEDED


def test_a_backup_without_its_folder_says_what_brings_the_folder_back(desk: Desk) -> None:
    (desk.folder / "vault/backups").rmdir()

    with pytest.raises(UserError, match="vault/backups is gone") as refused:
        desk.backup()

    assert (refused.value.code, "disk" in refused.value.hint) == ("folder_missing", True)
    (desk.folder / "vault/backups").mkdir()
    assert desk.backup().state is JobState.SUCCEEDED


def test_a_backup_that_is_cancelled_while_it_runs_leaves_nothing(desk: Desk) -> None:
    desk.contact()
    backup_id = desk.workspace.backups.create(desk.admin)
    job_id = str(desk.workspace.backups.show(desk.admin, backup_id).job_id)

    with pytest.raises(Cancelled):
        desk.workspace.run_job(
            job_id,
            lambda _: (
                desk.workspace.jobs.request_cancel(desk.admin, job_id)
                if _.phase == "counting"
                else None
            ),
        )

    assert list((desk.folder / "vault/backups").iterdir()) == []
    assert desk.workspace.jobs.job(desk.admin, job_id).state is JobState.CANCELLED


def test_there_is_one_backup_at_a_time(desk: Desk) -> None:
    desk.workspace.backups.create(desk.admin)

    with pytest.raises(Busy):
        desk.workspace.backups.create(desk.admin)


def test_only_super_admins_see_and_make_backups(desk: Desk) -> None:
    marc = desk.user("Marc Dubois")
    backup = desk.backup()
    service = desk.workspace.backups

    for refused in (
        lambda: service.create(marc),
        lambda: service.list(marc),
        lambda: service.verify(marc, backup.id),
        lambda: service.delete(marc, backup.id),
        lambda: service.download(marc, backup.id, desk.folder.parent / "copy.zip"),
    ):
        with pytest.raises(PermissionDenied):
            refused()
    assert not (desk.folder.parent / "copy.zip").exists()
    assert desk.audit_actions().count(("PERMISSION_REFUSED", "refused")) == 5


def test_a_saved_copy_is_equal_and_in_the_log(desk: Desk, tmp_path: Path) -> None:
    backup = desk.backup()

    copy = desk.workspace.backups.download(desk.admin, backup.id, tmp_path / "copy.zip")

    assert copy.read_bytes() == (desk.folder / "vault/backups" / backup.file_name).read_bytes()
    assert desk.audit_actions()[-1] == ("DATA_BACKUP_DOWNLOADED", "ok")


def test_a_file_that_was_altered_is_not_handed_out(desk: Desk, tmp_path: Path) -> None:
    backup = desk.backup()
    path = desk.folder / "vault/backups" / backup.file_name
    path.write_bytes(path.read_bytes()[:-1] + b"!")

    with pytest.raises(UserError) as refused:
        desk.workspace.backups.download(desk.admin, backup.id, tmp_path / "copy.zip")

    assert code_of(refused) == "source_changed"
    assert not (tmp_path / "copy.zip").exists()
    assert desk.workspace.backups.verify(desk.admin, backup.id).ok is False
    assert desk.workspace.backups.show(desk.admin, backup.id).restorable is False
    assert desk.workspace.inbox.list(desk.admin)[0].kind == "verify_failed"


def test_a_download_ends_after_fourteen_days_but_the_last_copy_stays(timed_desk: Desk) -> None:
    desk = timed_desk
    assert desk.time is not None
    first = desk.backup()
    desk.time.forward(days=1)
    desk.admin = desk.signed_in(1, desk.admin.email, desk.admin.full_name)
    last = desk.backup()
    assert first.expires_at is not None
    desk.time.at = first.expires_at - timedelta(seconds=1)
    desk.admin = desk.signed_in(1, desk.admin.email, desk.admin.full_name)
    assert desk.workspace.backups.show(desk.admin, first.id).downloadable

    desk.time.forward(seconds=2)
    assert not desk.workspace.backups.show(desk.admin, first.id).downloadable
    desk.time.forward(days=2)
    desk.admin = desk.signed_in(1, desk.admin.email, desk.admin.full_name)
    expiry = desk.workspace.backup_expiry
    assert expiry.sweep() == 0, "a clock set ahead costs nothing at the first start"
    assert expiry.sweep() == 1

    gone = desk.workspace.backups.show(desk.admin, first.id)
    kept = desk.workspace.backups.show(desk.admin, last.id)
    assert gone.file_state is FileState.EXPIRED
    assert (kept.file_state, kept.downloadable, kept.restorable) == (
        FileState.LAST_SAFETY_COPY,
        False,
        True,
    )
    assert not (desk.folder / "vault/backups" / first.file_name).exists()


def test_a_file_removed_by_hand_is_missing_and_cannot_be_restored(desk: Desk) -> None:
    backup = desk.backup()
    (desk.folder / "vault/backups" / backup.file_name).unlink()

    assert desk.workspace.backups.show(desk.admin, backup.id).file_state is FileState.MISSING
    assert [s.reason for s in desk.workspace.restores.sources(desk.admin)] == ["missing"]


def test_a_failed_backup_is_loud_and_never_restorable(desk: Desk) -> None:
    desk.contact()
    backup_id = desk.workspace.backups.create(desk.admin)
    job_id = str(desk.workspace.backups.show(desk.admin, backup_id).job_id)
    (desk.folder / "vault/backups").rmdir()

    with pytest.raises(UserError):
        desk.workspace.run_job(job_id)
    (desk.folder / "vault/backups").mkdir()

    found = desk.workspace.backups.show(desk.admin, backup_id)
    assert (found.state, found.restorable) == (JobState.FAILED, False)
    assert found.error is not None
    assert desk.audit_actions()[-1] == ("DATA_BACKUP_CREATED", "failed")
    assert desk.workspace.inbox.list(desk.admin)[0].kind == "backup_failed"


def test_the_estimate_is_near_the_real_size(desk: Desk) -> None:
    for number in range(60):
        desk.contact(firstname=f"Name {number}", phone=f"+47 22 {number:06}", city="Oslo")

    estimate = desk.workspace.backups.estimate(desk.admin)

    assert estimate.records == 60
    assert 0.8 < estimate.bytes / desk.backup().bytes < 1.2


def test_health_says_how_long_ago_and_grows_loud(timed_desk: Desk) -> None:
    desk = timed_desk
    assert desk.time is not None

    def level_after(**passed: float) -> HealthLevel:
        assert desk.time is not None
        desk.time.forward(**passed)
        desk.admin = desk.signed_in(1, desk.admin.email, desk.admin.full_name)
        return desk.workspace.backups.health(desk.admin).level

    assert level_after(hours=0) is HealthLevel.NEVER
    desk.backup()
    assert level_after(hours=3) is HealthLevel.OK
    assert level_after(days=3) is HealthLevel.WARN
    assert level_after(days=12) is HealthLevel.DANGER


def test_a_foreign_zip_opens_unverified_and_ours_verified(desk: Desk, tmp_path: Path) -> None:
    desk.contact(firstname="Ann")
    ours = desk.backup_file()
    foreign = tmp_path / "hubspot.zip"
    with zipfile.ZipFile(foreign, "w") as archive:
        archive.writestr("contacts.csv", "Record ID,Email\n1,a@example.org\n")

    assert desk.workspace.backups.open_file(desk.admin, ours).verified
    opened = desk.workspace.backups.open_file(desk.admin, foreign)
    assert (opened.verified, opened.foreign, [e.file for e in opened.entries]) == (
        False,
        True,
        ["contacts.csv"],
    )
    with pytest.raises(UserError) as refused:
        desk.workspace.restores.objects(desk.admin, str(foreign))
    assert code_of(refused) == "backup_foreign"


def test_a_deleted_backup_is_not_taken_for_an_expired_one(desk: Desk) -> None:
    backup = desk.backup()
    desk.workspace.backups.delete(desk.admin, backup.id)

    shown = desk.workspace.backups.show(desk.admin, backup.id)
    assert shown.file_state is FileState.DELETED
    assert not shown.downloadable
    assert not shown.restorable
    [source] = desk.workspace.restores.sources(desk.admin)
    assert source.reason == "deleted"
    with pytest.raises(UserError) as refused:
        desk.workspace.backups.download(desk.admin, backup.id, desk.folder.parent / "copy.zip")
    assert "deleted" in refused.value.message
    with pytest.raises(UserError) as refused:
        desk.workspace.backups.delete(desk.admin, backup.id)
    assert refused.value.code == "backup_without_file"
    assert desk.audit_actions().count(("DATA_BACKUP_DELETED", "ok")) == 1


def test_a_backup_that_is_deleted_while_it_is_verified_alarms_nobody(desk: Desk) -> None:
    desk.contact(firstname="Ann")
    desk.deal(dealname="Fish")
    backup, backups = desk.backup(), desk.workspace.backups
    deleted: list[bool] = []

    def deleting() -> bool:
        if not deleted:
            deleted.append(True)
            backups.delete(desk.admin, backup.id)
        return False

    with pytest.raises(UserError) as refused:
        backups.verify(desk.admin, backup.id, cancelled=deleting)

    assert refused.value.code == "backup_without_file"
    assert desk.sql("SELECT verified_ok FROM backups") == [(1,)]
    assert desk.sql("SELECT kind FROM notifications WHERE kind = 'verify_failed'") == []


def test_a_backup_whose_file_is_gone_can_be_unpinned_and_deleted(desk: Desk) -> None:
    backup = desk.backup()
    backups = desk.workspace.backups
    backups.pin(desk.admin, backup.id)
    (desk.folder / "vault" / "backups" / backup.file_name).unlink()

    assert not backups.pin(desk.admin, backup.id, pinned=False).pinned

    backups.delete(desk.admin, backup.id)
    assert backups.show(desk.admin, backup.id).file_state is FileState.DELETED


def test_a_start_removes_files_of_deleted_backups_and_no_others(desk: Desk) -> None:
    vault = desk.folder / "vault" / "backups"
    deleted, kept = desk.backup_file("deleted.zip"), desk.backup()
    desk.workspace.settings.set(desk.admin, "backup.min_interval", 0)
    gone = desk.backup()
    desk.workspace.backups.delete(desk.admin, gone.id)
    # As if the computer had stopped between the entry and the file.
    shutil.copy(deleted, vault / gone.file_name)
    # Newer than a database that was put back from an older copy.
    shutil.copy(deleted, vault / "0123456789abcdef.zip")

    desk.workspace.backup_expiry.sweep()

    left = {path.name for path in vault.glob("*.zip")}
    assert left == {kept.file_name, "0123456789abcdef.zip"}


def test_a_clock_that_was_set_ahead_and_put_right_costs_no_backup(timed_desk: Desk) -> None:
    desk = timed_desk
    first = desk.backup()
    desk.time.forward(days=2)
    desk.admin = desk.signed_in(1, desk.admin.email, desk.admin.full_name)
    desk.backup()
    desk.time.forward(days=4000)
    desk.workspace.backup_expiry.sweep()
    desk.time.back(days=4000)

    for _ in range(3):
        assert desk.workspace.backup_expiry.sweep() == 0

    assert (desk.folder / "vault" / "backups" / first.file_name).is_file()


def test_the_last_copy_that_stays_is_the_newest_one_whatever_the_clock_said(
    timed_desk: Desk,
) -> None:
    desk = timed_desk
    assert desk.time is not None
    desk.time.forward(days=4000)
    desk.admin = desk.signed_in(1, desk.admin.email, desk.admin.full_name)
    ahead = desk.backup()
    desk.workspace.run_job(desk.workspace.drills.start(desk.admin))
    desk.time.back(days=4000)
    desk.signed_in(1, desk.admin.email, desk.admin.full_name)
    desk.time.forward(days=8)
    desk.admin = desk.signed_in(1, desk.admin.email, desk.admin.full_name)
    assert desk.workspace.drills.start_if_due(desk.admin) is not None
    assert HealthReason.LATE in desk.workspace.backups.health(desk.admin).reasons
    newest = desk.backup()
    assert HealthReason.LATE not in desk.workspace.backups.health(desk.admin).reasons
    desk.time.forward(days=30)

    for _ in range(3):
        desk.workspace.backup_expiry.sweep()

    vault = desk.folder / "vault" / "backups"
    assert (vault / newest.file_name).is_file()
    assert (vault / ahead.file_name).is_file(), "its day has not come by the clock"
