"""Acts that are told of under a second code: the field's own names, for whoever looks there."""

from __future__ import annotations

from crmdesk.core.access.permissions import Permission
from crmdesk.core.access.user import UserChange
from crmdesk.core.exports.model import ExportRequest
from crmdesk.core.exports.report_model import ReportRequest, UsersReport
from crmdesk.core.records.filters import RecordQuery
from tests.builders import Desk


def test_acts_stand_under_every_name_they_are_looked_for_by(desk: Desk):
    workspace, admin = desk.workspace, desk.admin
    ann, bo = desk.contact(phone="1", date_of_birth="1980-02-03"), desk.contact(phone="2")
    eva, una = desk.user("Eva Admin", super_admin=True), desk.user("Una User")
    desk.edit(ann, phone="3")
    change_id = workspace.records.history(admin, "contacts", ann.id)[0].change_id
    told: dict[str, list[tuple[object, ...]]] = {}

    def note(what: str) -> None:
        rows = desk.sql(
            "SELECT category, subcategory, action FROM audit_events WHERE id > ? ORDER BY id",
            sum(map(len, told.values())) + before,
        )
        told[what] = rows

    before = int(str(desk.sql("SELECT max(id) FROM audit_events")[0][0]))
    workspace.editor.put_back(admin, "contacts", ann.id, "phone", change_id, before=True)
    note("put back")
    merged = workspace.merges.apply(admin, "contacts", ann.id, bo.id)
    note("merged")
    workspace.merges.undo(admin, merged.change_id)
    note("unmerged")
    workspace.users.set(admin, una.email, UserChange(grant=(Permission.VIEW_SENSITIVE,)))
    note("access")
    workspace.users.remove(admin, eva.email)
    note("removed")
    for export_id in (
        workspace.reports.create(admin, ReportRequest(UsersReport())),
        workspace.exports.create(
            admin, ExportRequest(RecordQuery("contacts"), columns=("date_of_birth",))
        ),
    ):
        workspace.run_job(str(workspace.exports.show(admin, export_id).job_id))
        note(export_id)

    access = ("sensitive_property", "ACCESS", "update")
    assert list(told.values()) == [
        [
            ("property_value", "CONTACTS", "update"),
            ("security", "PROPERTY_HISTORY_REVISION", "restore"),
        ],
        [("crm_object", "CONTACTS", "merge")],
        [("crm_object", "CONTACTS", "undo"), ("security", "MERGE_REVERT", "undo")],
        [("security", "UPDATE_USER", "update"), access],
        [("security", "REMOVE_ADMIN_USER", "delete"), access],
        [("security", "EXPORT_USERS", "export")],
        [("security", "EXPORT", "export"), ("sensitive_property", "VALUE", "export")],
    ]
