"""Exports of the audit log, of the users, of what one property of a record has been."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.permissions import Permission
from crmdesk.core.access.users import UserChange
from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.clock import to_text
from crmdesk.core.errors import PermissionDenied, UserError, WrongUsage
from crmdesk.core.exports.model import (
    Export,
    ExportFilter,
    ExportFormat,
    ExportRequest,
    ExportSource,
    ExportState,
    FileState,
    Naming,
)
from crmdesk.core.exports.report_anchor import HeadNotSaved
from crmdesk.core.exports.report_json import report_from_json, report_to_json
from crmdesk.core.exports.report_model import (
    AuditLogReport,
    HistoryReport,
    ReportRequest,
    UsersReport,
)
from crmdesk.core.exports.report_tables import report_table
from crmdesk.core.notify.inbox import NotificationKind
from crmdesk.core.records.filters import RecordQuery
from tests.builders import Desk

LOG = ReportRequest(AuditLogReport(), headers=Naming.NAME, choices=Naming.NAME)
USERS = ReportRequest(UsersReport(), headers=Naming.NAME)


def made(desk: Desk, actor: Actor, request: ReportRequest) -> Export:
    export_id = desk.workspace.reports.create(actor, request)
    found = desk.workspace.exports.show(actor, export_id)
    desk.workspace.run_job(str(found.job_id))
    return desk.workspace.exports.show(actor, export_id)


def saved(desk: Desk, actor: Actor, found: Export, tmp_path: Path) -> Path:
    return desk.workspace.exports.download(actor, found.id, tmp_path / f"copy.{found.format}")


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))


def history_of(desk: Desk, *cities: str) -> ReportRequest:
    contact = desk.contact()
    for city in cities:
        desk.edit(contact, city=city)
    return ReportRequest(HistoryReport("contacts", contact.id, "city"), headers=Naming.NAME)


# -- the audit log ---------------------------------------------------------------------------
def test_a_report_of_the_log_holds_what_the_log_shows_newest_first(
    desk: Desk, tmp_path: Path
) -> None:
    contact = desk.contact(firstname="=1+1", phone="+47 1")
    desk.workspace.definitions.set_property(desk.admin, "contacts", "phone", {"sensitive": True})
    desk.edit(contact, phone="+47 2")
    shown = desk.workspace.audit_reader.events(desk.admin).events

    found = made(desk, desk.admin, LOG)
    rows = table(saved(desk, desk.admin, found, tmp_path))

    assert [row["id"] for row in rows] == [str(event.id) for event in shown]
    assert found.records == len(rows)
    for row, event in zip(rows, shown, strict=True):
        assert row["at"] == to_text(event.at)
        assert (json.loads(row["detail"]) if row["detail"] else {}) == dict(event.detail)
        for name in ("category", "subcategory", "action", "result", "user", "object"):
            assert row[name] == (getattr(event, name) or "")
    assert "+47 1" not in (tmp_path / "copy.csv").read_text("utf-8")

    desk.workspace.settings.set(desk.admin, "workspace.edition", "starter")
    found = made(desk, desk.admin, LOG)
    rows = table(saved(desk, desk.admin, found, tmp_path))
    assert {row[name] for row in rows for name in ("detail", "session_id", "job_id")} == {""}
    assert {row["user"] for row in rows} > {desk.admin.email}
    assert any(row["link"] and row["object_id"] for row in rows)


def test_beside_a_copy_of_the_log_stands_its_signed_head_with_the_report_in_it(
    desk: Desk, tmp_path: Path
) -> None:
    found = made(desk, desk.admin, LOG)
    copy = saved(desk, desk.admin, found, tmp_path)
    head = tmp_path / "copy.csv.anchor.json"
    desk.contact()

    proven = desk.workspace.audit.verify(desk.admin, head)
    (entry,) = desk.workspace.audit_reader.events(
        desk.admin, AuditFilters(subcategories=("EXPORT",))
    ).events
    assert proven.ok
    assert proven.anchored > entry.id
    assert entry.detail["sha256"] == hashlib.sha256(copy.read_bytes()).hexdigest()

    saved(desk, desk.admin, found, tmp_path)
    head.write_text("my notes", "utf-8")
    with pytest.raises(UserError) as refused:
        saved(desk, desk.admin, found, tmp_path)
    assert refused.value.code == "anchor_in_the_way"
    assert head.read_text("utf-8") == "my notes"
    long = tmp_path / f"{'a' * 245}.csv"
    with pytest.raises(UserError, match="name has 261 bytes"):
        desk.workspace.exports.download(desk.admin, found.id, long)
    assert not long.exists()
    taken = tmp_path / "late.csv.anchor.json"
    with pytest.raises(
        HeadNotSaved, match=r"The copy is saved: .*late\.csv\. Only the signed head"
    ):
        desk.workspace.exports.download(
            desk.admin, found.id, tmp_path / "late.csv", progress=lambda *_: taken.mkdir()
        )
    assert (tmp_path / "late.csv").read_bytes() == copy.read_bytes()
    [(counted,)] = desk.sql("SELECT count(*) FROM export_downloads")
    assert counted == 3
    folder = tmp_path / "users"
    folder.mkdir()
    users = saved(desk, desk.admin, made(desk, desk.admin, USERS), folder)
    assert [path.name for path in users.parent.iterdir()] == [users.name]


def test_a_report_of_the_log_is_narrowed_as_the_log_is(desk: Desk, tmp_path: Path) -> None:
    contact = desk.contact()
    desk.edit(contact, city="Oslo")
    since = desk.workspace.audit_reader.events(desk.admin).events[-1].at
    filters = AuditFilters(
        actions=("update",), by=("ingrid",), user_ids=(1,), since=since,
        until=since + timedelta(days=400_000), texts=("Oslo",), object_types=("contacts",),
    )  # fmt: skip
    asked = replace(LOG, subject=AuditLogReport(filters), columns=("action", "user"), bom=True)

    path = saved(desk, desk.admin, made(desk, desk.admin, asked), tmp_path)

    assert report_from_json(json.loads(json.dumps(report_to_json(asked)))) == asked
    head, line = path.read_bytes().splitlines()
    assert head == b'\xef\xbb\xbf"at","action","user"'
    assert line.endswith(b',"update","ingrid@northwind.example"')
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_kinds_of_entries_stand_by_their_labels(desk: Desk) -> None:
    desk.contact()
    with desk.workspace.database.read() as tx:
        newest = next(report_table(tx, ReportRequest(AuditLogReport())).rows())

    assert newest[7:10] == ("CRM object", "Contacts", "Create")


def test_a_report_of_the_log_ends_where_it_was_asked_for_and_may_tell_what_was_said(
    desk: Desk, tmp_path: Path
) -> None:
    comments = desk.workspace.audit_comments
    newest = desk.workspace.audit_reader.events(desk.admin).events[0]
    thread = comments.add(desk.admin, newest.id, "Who was\nthat?").comment_id
    comments.reply(desk.admin, thread, "\u202eMe")
    last = desk.workspace.audit_reader.events(desk.admin).events[0]
    subject = AuditLogReport(AuditFilters(), comments=True)
    asked = replace(LOG, subject=subject, format=ExportFormat.JSONL, columns=("id", "link"))
    assert report_from_json(json.loads(json.dumps(report_to_json(asked)))) == asked
    export_id = desk.workspace.reports.create(desk.admin, asked)
    desk.contact(firstname="Later")
    desk.workspace.run_job(str(desk.workspace.exports.show(desk.admin, export_id).job_id))

    [(subject_line, body)] = desk.sql("SELECT subject, body FROM outbox WHERE kind = 'report'")
    assert subject_line == "Your report of the audit log is ready"
    assert f"crmdesk://{desk.workspace.file.id}/exports/{export_id}\n" in body
    path = saved(desk, desk.admin, desk.workspace.exports.show(desk.admin, export_id), tmp_path)
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert list(lines[0]) == ["at", "id", "link", "comments"]
    assert lines[0]["id"] == last.id
    said = {line["id"]: line["comments"] for line in lines if line["comments"]}
    assert list(said) == [newest.id]
    assert said[newest.id][0]["text"] == "Who was\nthat?"
    assert len(said[newest.id][0]["replies"]) == 1
    with pytest.raises(WrongUsage):
        desk.workspace.exports.create(
            desk.admin, ExportRequest(RecordQuery("contacts"), format=ExportFormat.JSONL)
        )


def test_what_the_log_does_not_know_is_refused(desk: Desk) -> None:
    reports = desk.workspace.reports
    for filters, code in (
        (AuditFilters(by=("ingrid", "nobody at all")), "audit_user_unknown"),
        (AuditFilters(user_ids=(10**6,)), "audit_user_unknown"),
        (AuditFilters(actions=("dance",)), "audit_action_unknown"),
    ):
        with pytest.raises((UserError, WrongUsage)) as caught:
            reports.create(desk.admin, replace(LOG, subject=AuditLogReport(filters)))
        assert caught.value.code == code
    with pytest.raises(UserError) as caught:
        reports.estimate(desk.admin, replace(LOG, columns=("password",)))
    assert caught.value.code == "report_column_unknown"
    assert desk.workspace.exports.list(desk.admin) == []


# -- the users -------------------------------------------------------------------------------
def test_a_report_of_the_users_is_a_table_of_who_may_do_what(desk: Desk, tmp_path: Path) -> None:
    desk.workspace.teams.add(desk.admin, "North")
    marc = desk.user("=Marc", Permission.EXPORT, email="marc@northwind.example")
    desk.workspace.users.set(desk.admin, marc.email, UserChange(teams=("North",)))
    desk.workspace.users.deactivate(desk.admin, marc.email)
    asked = replace(USERS, for_spreadsheets=True)

    rows = table(saved(desk, desk.admin, made(desk, desk.admin, asked), tmp_path))

    first = rows[0]
    assert [row["email"] for row in rows] == [marc.email, desk.admin.email]
    assert (first["name"], first["permissions"], first["teams"]) == ("'=Marc", "export", "North")
    assert (first["active"], first["super_admin"], first["two_factor"]) == (
        "false",
        "false",
        "false",
    )
    assert rows[1]["super_admin"] == "true"


def test_a_report_comes_as_a_workbook_too(desk: Desk, tmp_path: Path) -> None:
    desk.user("=1+1")
    asked = replace(USERS, format=ExportFormat.XLSX, columns=("name",), headers=Naming.LABEL)

    path = saved(desk, desk.admin, made(desk, desk.admin, asked), tmp_path)

    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert [row[1] for row in sheet] == ["Name", "=1+1", "Ingrid Solberg"]
    assert sheet[0][0] == "User ID"


# -- the history of a property ---------------------------------------------------------------
def test_a_report_of_a_history_holds_each_value_from_old_to_new(desk: Desk, tmp_path: Path) -> None:
    asked = history_of(desk, "Oslo", "Bergen")
    subject = asked.subject
    assert isinstance(subject, HistoryReport)
    shown = desk.workspace.records.history(desk.admin, "contacts", subject.record_id, "city")

    found = made(desk, desk.user("Edda Berg", Permission.EXPORT), asked)
    rows = table(saved(desk, desk.admin, found, tmp_path))

    assert [(row["old"], row["new"]) for row in rows] == [("Oslo", "Bergen"), ("", "Oslo")]
    for row, entry in zip(rows, shown, strict=True):
        assert (row["at"], row["source"], row["user"]) == (
            to_text(entry.at),
            entry.source,
            entry.user_name,
        )
    assert (found.source, found.source_name) == (ExportSource.PROPERTY_HISTORY, "City")


def test_choices_of_a_history_stand_by_their_labels(desk: Desk, tmp_path: Path) -> None:
    contact = desk.contact()
    desk.edit(contact, lifecyclestage="lead")
    asked = ReportRequest(HistoryReport("contacts", contact.id, "lifecyclestage"))

    (row,) = table(saved(desk, desk.admin, made(desk, desk.admin, asked), tmp_path))

    assert row["New value"] == "Lead"


def test_numbers_and_phone_numbers_of_a_history_are_no_formulas(desk: Desk, tmp_path: Path) -> None:
    deal, contact = desk.deal(), desk.contact()
    desk.edit(deal, amount="-5")
    desk.edit(contact, phone="+47 22")
    for subject, value in (
        (HistoryReport("deals", deal.id, "amount"), b",-5,"),
        (HistoryReport("contacts", contact.id, "phone"), b',"+47 22",'),
    ):
        asked = ReportRequest(subject, for_spreadsheets=True)
        path = saved(desk, desk.admin, made(desk, desk.admin, asked), tmp_path)
        assert value in path.read_bytes().splitlines()[1]
        path.unlink()


def test_what_has_no_history_is_refused_like_what_is_not_there(desk: Desk) -> None:
    contact = desk.contact()
    for subject, code in (
        (HistoryReport("boats", contact.id, "city"), "object_unknown"),
        (HistoryReport("contacts", 10**6, "city"), "record_unknown"),
        (HistoryReport("contacts", contact.id, "boat"), "property_unknown"),
        (HistoryReport("contacts", contact.id, "city"), "property_without_history"),
        (HistoryReport("contacts", contact.id, "createdate"), "property_without_history"),
    ):
        with pytest.raises(UserError) as caught:
            desk.workspace.reports.create(desk.admin, ReportRequest(subject))
        assert caught.value.code == code


def test_values_of_a_sensitive_property_leave_with_the_permission_alone(
    desk: Desk, tmp_path: Path
) -> None:
    asked = history_of(desk, "Oslo")
    desk.workspace.definitions.set_property(desk.admin, "contacts", "city", {"sensitive": True})
    plain = desk.user("Edda Berg", Permission.EXPORT)
    seeing = desk.user("Ole Dahl", Permission.EXPORT, Permission.VIEW_SENSITIVE)

    with pytest.raises(PermissionDenied):
        desk.workspace.reports.estimate(plain, asked)
    with pytest.raises(PermissionDenied):
        desk.workspace.reports.create(plain, asked)
    found = made(desk, seeing, asked)

    assert (found.sensitive, found.has_history) == (("City",), False)
    assert table(saved(desk, seeing, found, tmp_path))[0]["new"] == "Oslo"


def test_a_history_with_sensitive_values_waits_for_a_decision(desk: Desk) -> None:
    asked = history_of(desk, "Oslo")
    desk.workspace.settings.set(desk.admin, "exports.approval", value=True)
    seeing = desk.user("Ole Dahl", Permission.EXPORT, Permission.VIEW_SENSITIVE)
    assert not desk.workspace.reports.estimate(seeing, asked).needs_approval
    desk.workspace.definitions.set_property(desk.admin, "contacts", "city", {"sensitive": True})

    export_id = desk.workspace.reports.create(seeing, asked)
    waiting = desk.workspace.exports.show(desk.admin, export_id).state
    desk.workspace.run_job(desk.workspace.export_approvals.approve(desk.admin, export_id))

    assert waiting is ExportState.PENDING_APPROVAL
    assert desk.workspace.exports.show(seeing, export_id).state is ExportState.SUCCEEDED


# -- who may, and what follows ---------------------------------------------------------------
def test_the_log_and_the_users_leave_through_super_admins_alone(desk: Desk, tmp_path: Path) -> None:
    plain = desk.user("Edda Berg", Permission.EXPORT)
    for asked in (LOG, USERS):
        for deed in (desk.workspace.reports.create, desk.workspace.reports.estimate):
            with pytest.raises(PermissionDenied):
                deed(plain, asked)
    second = desk.user("Vera Nilsen", Permission.EXPORT, super_admin=True)
    found = made(desk, second, LOG)
    waiting = desk.workspace.reports.create(second, USERS)
    job_id = str(desk.workspace.exports.show(second, waiting).job_id)

    desk.workspace.users.set(desk.by_sso(desk.admin), second.email, UserChange(super_admin=False))

    with pytest.raises(PermissionDenied):
        desk.workspace.run_job(job_id)
    with pytest.raises(UserError, match="no export"):
        desk.workspace.exports.download(second, found.id, tmp_path / "log.csv")
    assert desk.workspace.exports.list(second) == []


def test_a_report_is_listed_and_its_copies_logged_but_it_is_no_large_export(
    desk: Desk, tmp_path: Path
) -> None:
    desk.workspace.export_thresholds.set(desk.admin, 1)
    found = made(desk, desk.admin, replace(LOG, name="Autumn"))
    saved(desk, desk.admin, found, tmp_path)
    exports = desk.workspace.exports

    listed = exports.list(desk.admin, ExportFilter(source=ExportSource.AUDIT_LOG))

    assert [(each.name, each.source_name, each.state) for each in listed] == [
        ("Autumn", "Audit log", ExportState.SUCCEEDED)
    ]
    assert listed[0].file_state is FileState.READY
    assert listed[0].expires_at is not None
    assert not listed[0].has_history
    with pytest.raises(UserError, match="no download history"):
        exports.history(desk.admin, found.id)
    kinds = {each.kind for each in desk.workspace.inbox.list(desk.admin)}
    assert NotificationKind.LARGE_EXPORT not in kinds
    assert ("EXPORT_DOWNLOAD", "ok") in desk.audit_actions()


def test_a_report_that_has_begun_is_finished_and_says_that_its_asker_may_no_longer(
    desk: Desk,
) -> None:
    second = desk.user("Vera Nilsen", Permission.EXPORT, super_admin=True)
    export_id = desk.workspace.reports.create(second, LOG)
    job_id = str(desk.workspace.exports.show(second, export_id).job_id)

    def demote(step: object) -> None:
        found = desk.workspace.exports.show(desk.admin, export_id)
        if found.records is not None:
            desk.workspace.users.set(
                desk.by_sso(desk.admin), second.email, UserChange(super_admin=False)
            )

    desk.workspace.run_job(job_id, demote)

    found = desk.workspace.exports.show(desk.admin, export_id)
    assert (found.state, found.notes) == (ExportState.SUCCEEDED, {"asker_disallowed": 1})
