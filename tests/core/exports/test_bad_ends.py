"""What goes wrong between asking for an export and its file."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from secrets import token_hex

import pytest

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.permissions import Permission
from crmdesk.core.access.user import UserChange
from crmdesk.core.audit import kinds
from crmdesk.core.errors import PermissionDenied, UserError
from crmdesk.core.exports.model import (
    OF_RECORD_FILES,
    Export,
    ExportFormat,
    ExportRequest,
    ExportState,
)
from crmdesk.core.records.filters import Filter, Operator, RecordQuery
from tests.builders import Desk

CONTACTS = ExportRequest(RecordQuery("contacts"), columns=("email",))


def asked(desk: Desk, actor: Actor, request: ExportRequest = CONTACTS) -> tuple[str, str]:
    export_id = desk.workspace.exports.create(actor, request)
    return export_id, str(desk.workspace.exports.show(actor, export_id).job_id)


def failed(desk: Desk, export_id: str) -> Export:
    found = desk.workspace.exports.show(desk.admin, export_id)
    assert found.state is ExportState.FAILED
    assert list((desk.folder / "vault" / "exports").iterdir()) == []
    return found


def withdraw(desk: Desk, actor: Actor, permission: Permission) -> None:
    desk.workspace.users.set(desk.admin, actor.email, UserChange(revoke=(permission,)))


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_permission_that_is_withdrawn_before_the_worker_starts_refuses_the_export(
    desk: Desk,
) -> None:
    edda = desk.user("Edda Berg", Permission.EXPORT, Permission.VIEW_SENSITIVE)
    export_id, job_id = asked(desk, edda)
    of_birth, its_job = asked(desk, edda, replace(CONTACTS, columns=("date_of_birth",)))

    withdraw(desk, edda, Permission.VIEW_SENSITIVE)
    with pytest.raises(PermissionDenied, match="no longer see sensitive"):
        desk.workspace.run_job(its_job)
    withdraw(desk, edda, Permission.EXPORT)
    with pytest.raises(PermissionDenied, match="no longer active or allowed"):
        desk.workspace.run_job(job_id)

    failed(desk, of_birth)
    failed(desk, export_id)


@pytest.mark.parametrize("deactivated", [False, True])
def test_one_that_runs_when_the_right_is_withdrawn_is_finished_and_that_is_said(
    desk: Desk, deactivated: bool
) -> None:
    edda = desk.user("Edda Berg", Permission.EXPORT)
    export_id, job_id = asked(desk, edda)

    def meanwhile(_step: object) -> None:
        if deactivated:
            desk.workspace.users.deactivate(desk.admin, edda.email)
        else:
            withdraw(desk, edda, Permission.EXPORT)

    desk.workspace.run_job(job_id, meanwhile)

    found = desk.workspace.exports.show(desk.admin, export_id)
    assert (found.state, found.notes) == (ExportState.SUCCEEDED, {"asker_disallowed": 1})
    newest = desk.workspace.audit_reader.events(desk.admin, limit=5).events
    (made,) = [each for each in newest if each.subcategory == kinds.EXPORT_CREATED.subcategory]
    assert made.detail["notes"] == {"asker_disallowed": 1}
    with pytest.raises(UserError):
        desk.workspace.exports.download(edda, export_id, desk.folder.parent / "copy.csv")


def test_who_may_no_longer_see_sensitive_values_saves_no_file_of_them(desk: Desk) -> None:
    edda = desk.user("Edda Berg", Permission.EXPORT, Permission.VIEW_SENSITIVE)
    export_id, job_id = asked(desk, edda, replace(CONTACTS, columns=("date_of_birth",)))
    desk.workspace.run_job(job_id)
    target = desk.folder.parent / "copy.csv"

    desk.workspace.exports.download(edda, export_id, target)
    target.unlink()
    withdraw(desk, edda, Permission.VIEW_SENSITIVE)
    with pytest.raises(PermissionDenied):
        desk.workspace.exports.download(edda, export_id, target)

    assert not target.exists()
    assert desk.audit_actions()[-1][1] == "refused"


def test_a_property_that_is_archived_while_the_file_is_written_is_in_it_as_it_was(
    desk: Desk,
) -> None:
    desk.contact(city="Oslo")
    _, job_id = asked(desk, desk.admin, replace(CONTACTS, columns=("city",)))

    def archive(step: object) -> None:
        if getattr(step, "phase", "") == "writing":
            desk.workspace.definitions.archive_property(desk.admin, "contacts", "city")

    desk.workspace.run_job(job_id, archive)

    (file,) = (desk.folder / "vault" / "exports").iterdir()
    assert file.read_text().splitlines()[1].endswith('"Oslo"')


def test_a_segment_that_is_gone_when_the_worker_starts_fails_the_export(desk: Desk) -> None:
    in_oslo = ((Filter("city", Operator.EQ, ("Oslo",)),),)
    segment = desk.workspace.segments.add(desk.admin, "contacts", "Oslo", in_oslo)
    request = replace(CONTACTS, query=RecordQuery("contacts", segment=segment))
    export_id, job_id = asked(desk, desk.admin, request)
    desk.workspace.segments.remove(desk.admin, segment)

    with pytest.raises(UserError):
        desk.workspace.run_job(job_id)

    error = failed(desk, export_id).error
    assert error is not None
    assert error["code"] == "segment_unknown"


@pytest.mark.parametrize("file_format", OF_RECORD_FILES)
def test_a_disk_that_is_full_in_the_middle_says_what_is_needed_and_leaves_nothing(
    desk: Desk, file_format: ExportFormat
) -> None:
    with desk.workspace.database.write() as tx:
        tx.driver.executemany(
            "INSERT INTO obj_contacts (city, lastname, created_at, updated_at) "
            "VALUES (?, ?, ?3, ?3)",
            [(token_hex(10_000), token_hex(10_000), tx.now_text) for _ in range(20)],
        )
    # Larger than the database itself, which has room, and too far apart to be compressed away.
    request = replace(CONTACTS, columns=("city", "lastname") * 20, format=file_format)
    export_id, job_id = asked(desk, desk.admin, request)

    with files_up_to(4_000_000), pytest.raises(UserError) as caught:
        desk.workspace.run_job(job_id)

    assert caught.value.code == "disk_full"
    assert "bytes are needed" in caught.value.message
    error = failed(desk, export_id).error
    assert error is not None
    assert error["message"] == caught.value.message


def test_a_workbook_without_its_folder_says_so(desk: Desk) -> None:
    export_id, job_id = asked(desk, desk.admin, replace(CONTACTS, format=ExportFormat.XLSX))
    vault = desk.folder / "vault" / "exports"
    vault.rmdir()

    with pytest.raises(UserError, match=r"own folder .* is gone"):
        desk.workspace.run_job(job_id)

    vault.mkdir()
    failed(desk, export_id)


def test_a_waiting_export_that_was_altered_is_not_approved(desk: Desk) -> None:
    desk.workspace.settings.set(desk.admin, "exports.approval", value=True)
    desk.workspace.settings.set(desk.admin, "exports.approval_records", 0)
    desk.contact(), desk.contact()
    edda = desk.user("Edda Berg", Permission.EXPORT)
    export_id = desk.workspace.exports.create(edda, CONTACTS)
    approvals = desk.workspace.export_approvals
    columns = "request, actor, records, sensitive, name, user_id, seal"
    (as_asked,) = desk.sql(f"SELECT {columns} FROM exports")

    for altered in (
        "request = replace(request, 'email', 'city')",
        "actor = replace(actor, 'Edda', 'Anna')",
        "records = 1",
        "sensitive = '[\"City\"]'",
        "name = 'Two addresses'",
        "user_id = 77",
        "seal = NULL",
    ):
        with desk.workspace.database.write() as tx:
            tx.sql(f"UPDATE exports SET {altered}")
        with pytest.raises(UserError) as caught:
            approvals.approve(desk.admin, export_id)
        assert caught.value.code == "export_altered", altered
        assert desk.audit_actions()[-1][1] == "refused"
        with desk.workspace.database.write() as tx:
            tx.sql(f"UPDATE exports SET ({columns}) = (?, ?, ?, ?, ?, ?, ?)", as_asked)

    assert approvals.approve(desk.admin, export_id)
