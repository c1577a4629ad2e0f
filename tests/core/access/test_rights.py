"""Every public method of every service, with every kind of person, against a table by hand.

A method that is not in the table fails: whoever adds one decides who may call it.
"""

from __future__ import annotations

import inspect
import json
from array import array
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crmdesk.core.access.actor import Actor, ActorKind
from crmdesk.core.access.permissions import GRANTABLE, Permission
from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.access.users import NewUser, UserChange
from crmdesk.core.audit.bulk import BulkRecords
from crmdesk.core.audit.comment_model import Draft
from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.audit.view_model import AuditViewDefinition
from crmdesk.core.compare.model import DefinitionChange
from crmdesk.core.errors import NotSignedIn, PermissionDenied, UserError
from crmdesk.core.exports.model import ExportRequest
from crmdesk.core.exports.report_model import HistoryReport, ReportRequest
from crmdesk.core.mail.model import MailSecurity, MailServerChange
from crmdesk.core.records.bulk_model import BulkAction, BulkChange
from crmdesk.core.records.catalogue import PropertyDefinition
from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.records.picking import Picked
from crmdesk.core.records.recycle_bin_model import BinQuery
from crmdesk.core.records.types import PropertyType
from crmdesk.core.records.views import ViewDefinition
from crmdesk.core.restore.definition_plan import LostDefinition
from crmdesk.core.restore.deleted_model import DeletedRequest
from crmdesk.core.restore.model import PlanRequest
from crmdesk.core.transfer.model import ImportRequest
from crmdesk.core.workspace import Workspace
from tests.builders import PLACE, Desk

ANYONE = "anyone"
"""Credentials decide, and tests of their own prove it."""
OWN_SESSION = "own session"
"""A session of one's own, even a locked one."""
INNER = "inner"
"""For services, workers and the program's start: it acts for nobody, or inside their work."""

SIGNED_IN, SUPER_ADMIN = Permission.SIGNED_IN, Permission.SUPER_ADMIN
USE, DELETE = Permission.USE_RECORDS, Permission.DELETE_RECORDS
PROPERTIES, IMPORT = Permission.EDIT_PROPERTIES, Permission.IMPORT

RIGHTS: dict[str, Permission | str] = {
    "workspace.start_up": INNER,
    "workspace.run_job": INNER,
    "workspace.mail_is_due": INNER,
    "workspace.send_mail": INNER,
    "workspace.start_worker": INNER,
    "workspace.close": INNER,
    "anchors.anchor_to_file": INNER,
    "anchors.anchor_to_keyring": INNER,
    "anchors.head": INNER,
    "anchors.kept_heads": INNER,
    "anchors.write_anchor": INNER,
    "seals.discard": INNER,
    "seals.keep": INNER,
    "audit.anchor": SUPER_ADMIN,
    "audit.catalogue": SUPER_ADMIN,
    "audit.check_entry": SUPER_ADMIN,
    "audit.verify": SUPER_ADMIN,
    "audit_reader.bulk": SUPER_ADMIN,
    "audit_reader.bulk_rows": SUPER_ADMIN,
    "audit_reader.event": SUPER_ADMIN,
    "audit_reader.events": SUPER_ADMIN,
    "audit_reader.facets": SUPER_ADMIN,
    "audit_reader.first_page": SUPER_ADMIN,
    "audit_reader.histogram": SUPER_ADMIN,
    "audit_reader.ids": SUPER_ADMIN,
    "audit_reader.newest": SUPER_ADMIN,
    "audit_reader.rows": SUPER_ADMIN,
    "audit_comments.add": SUPER_ADMIN,
    "audit_comments.edit": SUPER_ADMIN,
    "audit_comments.remove": SUPER_ADMIN,
    "audit_comments.reopen": SUPER_ADMIN,
    "audit_comments.reply": SUPER_ADMIN,
    "audit_comments.resolve": SUPER_ADMIN,
    "comment_reader.counts": SUPER_ADMIN,
    "comment_reader.mark_seen": SUPER_ADMIN,
    "comment_reader.people": SUPER_ADMIN,
    "comment_reader.text_to_edit": SUPER_ADMIN,
    "comment_reader.threads": SUPER_ADMIN,
    "comment_drafts.keep": SUPER_ADMIN,
    "comment_drafts.list": SUPER_ADMIN,
    "audit_views.clone": SUPER_ADMIN,
    "audit_views.list": SUPER_ADMIN,
    "audit_views.remove": SUPER_ADMIN,
    "audit_views.rename": SUPER_ADMIN,
    "audit_views.reorder": SUPER_ADMIN,
    "audit_views.save": SUPER_ADMIN,
    "audit_views.save_as": SUPER_ADMIN,
    "audit_views.share": SUPER_ADMIN,
    "imported_logs.list": SUPER_ADMIN,
    "imported_logs.look": SUPER_ADMIN,
    "imported_logs.remove": SUPER_ADMIN,
    "imported_logs.start": SUPER_ADMIN,
    "audit_reader.vocabulary": SUPER_ADMIN,
    "association_definitions.add_label": PROPERTIES,
    "association_definitions.choices": USE,
    "association_definitions.labels": USE,
    "association_definitions.limits": USE,
    "association_definitions.remove_label": PROPERTIES,
    "association_definitions.set_label": PROPERTIES,
    "association_definitions.set_limit": PROPERTIES,
    "associations.associate": USE,
    "associations.dissociate": USE,
    "associations.groups": USE,
    "associations.list": USE,
    "associations.relabel": USE,
    "associations.undo": USE,
    "backups.create": SUPER_ADMIN,
    "definition_restores.differences": SUPER_ADMIN,
    "definition_restores.plan": SUPER_ADMIN,
    "definition_restores.remake": SUPER_ADMIN,
    "deleted_records.plan": SUPER_ADMIN,
    "deleted_records.start": SUPER_ADMIN,
    "drills.list": SUPER_ADMIN,
    "drills.start": SUPER_ADMIN,
    "drills.start_if_due": SUPER_ADMIN,
    "comparisons.compare": SUPER_ADMIN,
    "comparisons.current": SUPER_ADMIN,
    "comparisons.export": SUPER_ADMIN,
    "comparisons.leave": INNER,
    "comparisons.leave_all": INNER,
    "comparisons.numbers": SUPER_ADMIN,
    "comparisons.records": SUPER_ADMIN,
    "backups.delete": SUPER_ADMIN,
    "backups.download": SUPER_ADMIN,
    "backups.estimate": SUPER_ADMIN,
    "backups.health": SUPER_ADMIN,
    "backups.list": SUPER_ADMIN,
    "backups.open_file": SUPER_ADMIN,
    "backups.pin": SUPER_ADMIN,
    "backups.show": SUPER_ADMIN,
    "backup_expiry.sweep": INNER,
    "backups.verify": SUPER_ADMIN,
    "backups.verify_file": SUPER_ADMIN,
    "browsing.browse": SUPER_ADMIN,
    "browsing.leave": INNER,
    "browsing.reveal": SUPER_ADMIN,
    "browsing.tables": SUPER_ADMIN,
    "bulk.plan_delete": DELETE,
    "bulk.plan_edit": USE,
    "bulk.start": USE,
    "create_forms.get": USE,
    "create_forms.set": PROPERTIES,
    "definitions.add_object": PROPERTIES,
    "definitions.add_property": PROPERTIES,
    "definitions.archive_property": PROPERTIES,
    "definitions.archived_objects": USE,
    "definitions.archived_properties": USE,
    "definitions.counts": USE,
    "definitions.object": USE,
    "definitions.objects": USE,
    "definitions.order_properties": PROPERTIES,
    "definitions.remove_object": SUPER_ADMIN,
    "definitions.restore_object": SUPER_ADMIN,
    "definitions.restore_property": PROPERTIES,
    "definitions.set_object": PROPERTIES,
    "definitions.set_property": PROPERTIES,
    "editor.add": USE,
    "editor.archive": DELETE,
    "editor.purge": DELETE,
    "editor.purge_plan": DELETE,
    "editor.put_back": USE,
    "editor.unarchive": DELETE,
    "editor.update": USE,
    "import_undos.plan": IMPORT,
    "import_undos.start": IMPORT,
    "imports.changes": IMPORT,
    "imports.dry_run": IMPORT,
    "imports.dry_run_together": IMPORT,
    "imports.errors": IMPORT,
    "imports.fixed_values": IMPORT,
    "imports.inspect": IMPORT,
    "imports.inspect_tables": IMPORT,
    "import_listing.number_of": IMPORT,
    "import_listing.numbered": IMPORT,
    "import_listing.numbers": IMPORT,
    "imports.list": IMPORT,
    "imports.preflight": IMPORT,
    "imports.preflight_together": IMPORT,
    "imports.requests": IMPORT,
    "imports.save_errors": IMPORT,
    "imports.show": IMPORT,
    "imports.start": IMPORT,
    "imports.start_together": IMPORT,
    "import_templates.apply": IMPORT,
    "import_templates.delete": IMPORT,
    "import_templates.fitting": IMPORT,
    "import_templates.list": IMPORT,
    "import_templates.save": IMPORT,
    "inbox.list": SIGNED_IN,
    "inbox.mark_read": SIGNED_IN,
    "inbox.notify": INNER,
    "inbox.unread_count": SIGNED_IN,
    "jobs.cancel_wanted": INNER,
    "jobs.claim": INNER,
    "jobs.end": INNER,
    "jobs.enqueue": INNER,
    "jobs.hand_over": INNER,
    "jobs.job": SIGNED_IN,
    "jobs.jobs": SIGNED_IN,
    "jobs.lock_holder": SIGNED_IN,
    "jobs.recover": INNER,
    "jobs.report": INNER,
    "jobs.request_cancel": SIGNED_IN,
    "jobs.seal": INNER,
    "jobs.succeed": INNER,
    "jobs.take_lock": INNER,
    "merges.apply": DELETE,
    "merges.of_record": USE,
    "merges.plan": DELETE,
    "merges.undo": DELETE,
    "passwords.change": SIGNED_IN,
    "passwords.set_first": ANYONE,
    "password_resets.issue": SUPER_ADMIN,
    "pipelines.add": PROPERTIES,
    "pipelines.add_stage": PROPERTIES,
    "pipelines.list": USE,
    "pipelines.order": PROPERTIES,
    "pipelines.order_stages": PROPERTIES,
    "pipelines.remove": PROPERTIES,
    "pipelines.remove_stage": PROPERTIES,
    "pipelines.rename": PROPERTIES,
    "pipelines.set_stage": PROPERTIES,
    "privacy.find": SUPER_ADMIN,
    "privacy.start_delete": SUPER_ADMIN,
    "privacy.start_export": SUPER_ADMIN,
    "property_groups.add": PROPERTIES,
    "property_groups.list": USE,
    "property_groups.order": PROPERTIES,
    "property_groups.remove": PROPERTIES,
    "property_groups.rename": PROPERTIES,
    "records.count": USE,
    "records.deletions": USE,
    "records.get": USE,
    "records.history": USE,
    "records.ids": USE,
    "records.owners": USE,
    "records.reveal": Permission.VIEW_SENSITIVE,
    "records.rows": USE,
    "recovery_keys.binding": SUPER_ADMIN,
    "recovery_keys.await_confirmation": SUPER_ADMIN,
    "recovery_keys.confirm": SUPER_ADMIN,
    "recovery_keys.is_confirmed": SUPER_ADMIN,
    "recovery_keys.renew": SUPER_ADMIN,
    "recycle_bin.deleters": USE,
    "recycle_bin.keys": USE,
    "recycle_bin.purge": DELETE,
    "recycle_bin.purge_plan": DELETE,
    "recycle_bin.restore": DELETE,
    "recycle_bin.restore_plan": DELETE,
    "recycle_bin.rows": USE,
    "recycle_bin.start_purge": DELETE,
    "recycle_bin.start_restore": DELETE,
    "restores.changes": SUPER_ADMIN,
    "restores.differences": SUPER_ADMIN,
    "restores.list": SUPER_ADMIN,
    "restores.objects": SUPER_ADMIN,
    "restores.open": SUPER_ADMIN,
    "restores.plan": SUPER_ADMIN,
    "restores.read_plan": SUPER_ADMIN,
    "restores.read_differences": SUPER_ADMIN,
    "restores.log_report": SUPER_ADMIN,
    "restores.save_report": SUPER_ADMIN,
    "restores.save_skipped": SUPER_ADMIN,
    "restores.show": SUPER_ADMIN,
    "restores.skipped": SUPER_ADMIN,
    "restores.sources": SUPER_ADMIN,
    "restores.start": SUPER_ADMIN,
    "restores.start_undo": SUPER_ADMIN,
    "restores.survey": SUPER_ADMIN,
    "restores.undo_plan": SUPER_ADMIN,
    "exports.asked": Permission.EXPORT,
    "exports.cancel": SUPER_ADMIN,
    "exports.count": Permission.EXPORT,
    "exports.create": Permission.EXPORT,
    "exports.download": Permission.EXPORT,
    "exports.estimate": Permission.EXPORT,
    "exports.history": Permission.EXPORT,
    "exports.list": Permission.EXPORT,
    "exports.number_of": Permission.EXPORT,
    "exports.numbered": Permission.EXPORT,
    "exports.numbers": Permission.EXPORT,
    "exports.show": Permission.EXPORT,
    "reports.create": Permission.EXPORT,
    "reports.estimate": Permission.EXPORT,
    "export_approvals.approve": Permission.APPROVE_EXPORTS,
    "export_approvals.reject": Permission.APPROVE_EXPORTS,
    "export_overviews.months": Permission.EXPORT,
    "export_overviews.show": Permission.EXPORT,
    "export_thresholds.own": SUPER_ADMIN,
    "export_thresholds.set": SUPER_ADMIN,
    "mail_choices.own": SUPER_ADMIN,
    "mail_choices.set": SUPER_ADMIN,
    "mail_server.forget": SUPER_ADMIN,
    "mail_server.get": SUPER_ADMIN,
    "mail_server.set": SUPER_ADMIN,
    "outbox.given_up": SUPER_ADMIN,
    "outbox.list": SUPER_ADMIN,
    "outbox.retry": SUPER_ADMIN,
    "outbox.retry_all": SUPER_ADMIN,
    "outbox.send_test": SUPER_ADMIN,
    "outbox.show": SUPER_ADMIN,
    "outbox.start_if_due": INNER,
    "outbox.waiting": SUPER_ADMIN,
    "segments.add": USE,
    "segments.add_members": USE,
    "segments.list": USE,
    "segments.remove": USE,
    "segments.remove_members": USE,
    "segments.set": USE,
    "segments.show": USE,
    "sensitive_values.reveal": SUPER_ADMIN,
    "settings.all": SIGNED_IN,
    "settings.backup_interval": INNER,
    "settings.change": INNER,
    "settings.edition": INNER,
    "settings.flag": INNER,
    "settings.get": INNER,
    "settings.number": INNER,
    "settings.one": SIGNED_IN,
    "settings.set": SUPER_ADMIN,
    "settings.text": INNER,
    "sign_in.is_usable": ANYONE,
    "sign_in.lock": OWN_SESSION,
    "sign_in.resume": ANYONE,
    "sign_in.sign_in": ANYONE,
    "sign_in.sign_out": OWN_SESSION,
    "sign_in.touch": SIGNED_IN,
    "sign_in.unlock": OWN_SESSION,
    "teams.add": SUPER_ADMIN,
    "teams.list": SIGNED_IN,
    "teams.remove": SUPER_ADMIN,
    "two_factor.attempts": SIGNED_IN,
    "two_factor.begin_enrolment": SIGNED_IN,
    "two_factor.confirm_enrolment": SIGNED_IN,
    "two_factor.remove": SIGNED_IN,
    "two_factor.renew_recovery_codes": SIGNED_IN,
    "two_factor.reset": SUPER_ADMIN,
    "two_factor.status": SIGNED_IN,
    "two_factor.step_up": SIGNED_IN,
    "type_changes.apply": PROPERTIES,
    "type_changes.plan": PROPERTIES,
    "type_changes.save_unconverted": PROPERTIES,
    "undoing.act": USE,
    "undoing.last": USE,
    "undoing.run": INNER,
    "undoing.start": USE,
    "undoing.undo": USE,
    "users.add": SUPER_ADMIN,
    "users.deactivate": SUPER_ADMIN,
    "users.super_admin_needs_code": SUPER_ADMIN,
    "users.list": SUPER_ADMIN,
    "users.me": SIGNED_IN,
    "users.names": USE,
    "users.reactivate": SUPER_ADMIN,
    "users.remove": SUPER_ADMIN,
    "users.set": SUPER_ADMIN,
    "users.show": SUPER_ADMIN,
    "viewing.end_stale": INNER,
    "viewing.refused": INNER,
    "viewing.start": SUPER_ADMIN,
    "viewing.stop": SIGNED_IN,
    "views.add": USE,
    "views.list": USE,
    "views.remove": USE,
    "views.rename": USE,
    "views.reorder": USE,
    "views.save": USE,
    "views.set_default": USE,
    "views.share": USE,
}

NOT_SERVICES = {
    "audit_log": "writes entries inside the transactions of services",
    "database": "hands out transactions",
    "file": "says what workspace.toml says",
    "guard": "is what services ask",
    "signing_key": "signs for services",
}

# Arguments by the name of their parameter: of the right kind, and mostly of nothing that exists.
ARGUMENTS: dict[str, object] = {
    "numbers": [1],
    "address": "nobody@northwind.example",
    "found_hash": "none",
    "accept_changes": True,
    "accept_irreversible": True,
    "backup_id": "none",
    "binding": "none",
    "change": UserChange(),
    "change_id": 10**9,
    "changes": {"label": "Nothing"},
    "code": "000000",
    "definition": PropertyDefinition("nothing_yet", "Nothing yet", PropertyType.STRING),
    "email": "nobody@northwind.example",
    "everyone": True,
    "event_id": 10**9,
    "export_id": "none",
    "records": 1_000,
    "ids": [10**9],
    "import_id": "none",
    "headers": ("Email",),
    "template_id": 1,
    "requests": [ImportRequest("none.csv", "contacts")],
    "plan_hash": "none",
    "job_id": "none",
    "key": "backup.keep_days",
    "keys": [1 << 40],
    "label": "Boat",
    "label_id": 10**9,
    "log_id": 10**9,
    "labels": [],
    "loser_id": 10**9,
    "maximum": 3,
    "message_id": 10**9,
    "topics": (),
    "other_id": 10**9,
    "other_name": "companies",
    "members": Picked(),
    "name": "boats",
    "names": ["email"],
    "new": NewUser("no address", "Nobody"),
    "new_name": "Boats",
    "new_type": PropertyType.NUMBER,
    "object_type_id": 10**9,
    "options": (),
    "pipeline": "none",
    "property_id": 10**9,
    "stage": "none",
    "stages": [],
    "object_name": "contacts",
    "object_or_file": "contacts",
    "old": "none",
    "password": "none",
    "place": PLACE,
    "picked": Picked(),
    "plan_id": "none",
    "property_name": "city",
    "property_names": ["email"],
    "purpose": StepUpPurpose.RESTORE,
    "query": RecordQuery("contacts"),
    "record_id": 10**9,
    "record_ids": [10**9],
    "reference": "none",
    "restore_id": "none",
    "row": 1,
    "segment_id": 10**9,
    "source": "none",
    "step_up_id": "none",
    "value": 20,
    "winner_id": 10**9 + 1,
    "values": {"firstname": "Ann"},
    "view_id": 10**9,
    "view_ids": [10**9],
    "columns": ["email"],
    "comparison_id": "none",
    "comment_id": 10**9,
    "draft": Draft("new", "Why"),
    "event_ids": [1],
    "text": "Why all of them?",
}


#: Where a parameter of one service means something else than those of that name elsewhere.
BY_SERVICE: dict[str, dict[str, object]] = {
    "AuditLogReader": {
        "filters": AuditFilters(),
        "records": BulkRecords("contacts", array("q")),
        "zone": ZoneInfo("UTC"),
    },
    "DefinitionRestores": {
        "wanted": [LostDefinition("contacts", DefinitionChange.PROPERTY_REMOVED, "boat")]
    },
    "DeletedRecords": {"request": DeletedRequest("none", "contacts")},
    "ExportService": {"request": ExportRequest(RecordQuery("contacts"))},
    "MailServerService": {
        "change": MailServerChange("", 25, MailSecurity.TLS, "crm@northwind.example")
    },
    "ReportService": {"request": ReportRequest(HistoryReport("contacts", 10**9, "city"))},
}


def services(desk: Desk) -> dict[str, object]:
    """The services of a workspace by attribute, and the workspace itself."""
    for name, made in vars(Workspace).items():
        if isinstance(made, cached_property):
            getattr(desk.workspace, name)
    found = {
        name: each
        for name, each in vars(desk.workspace).items()
        if type(each).__module__.startswith("crmdesk.core") and not name.startswith("_")
    }
    return {
        "workspace": desk.workspace,
        **{name: each for name, each in found.items() if name not in NOT_SERVICES},
    }


def public_methods(service: object) -> Iterator[str]:
    for name, _ in inspect.getmembers(type(service), inspect.isfunction):
        if not name.startswith("_"):
            yield name


def people(desk: Desk) -> dict[str, tuple[Actor, set[Permission]]]:
    """Everybody who might call, with the rights they have."""
    everyone = {SIGNED_IN, USE}
    una, admin = desk.user("Una User"), desk.admin
    found = {
        "nobody": (Actor(ActorKind.USER), set[Permission]()),
        "a user": (una, everyone),
        "a Super Admin": (admin, {*Permission}),
        "signed out": (desk.user("Sid Out", super_admin=True), set()),
        "locked": (desk.user("Lars Lock", super_admin=True), set()),
        "idle": (desk.user("Ida Idle", super_admin=True), set()),
        "deactivated": (desk.user("Dan Off", super_admin=True), set()),
        "demoted": (desk.user("Eva Former", super_admin=True), everyone),
        "with another's session": (replace(admin, session_id=una.session_id), set()),
    }
    for permission in GRANTABLE:
        name = f"may {permission.value}"
        found[name] = (desk.user("Per Mitted", permission), everyone | {permission})
    changes = {
        "signed out": "UPDATE sessions SET ended_at = started_at WHERE user_id = ?",
        "locked": "UPDATE sessions SET locked_at = started_at WHERE user_id = ?",
        "idle": "UPDATE sessions SET last_seen_at = '2020-01-01T00:00:00.000Z' WHERE user_id = ?",
        "deactivated": "UPDATE users SET active = 0 WHERE id = ?",
        "demoted": "UPDATE users SET super_admin = 0 WHERE id = ?",
    }
    with desk.workspace.database.write() as tx:
        for name, statement in changes.items():
            tx.sql(statement, (found[name][0].user_id,))
    return found


def arguments(method: Callable[..., object], actor: Actor, folder: Path) -> dict[str, Any]:
    """What to call a method with: everything it demands, by name."""
    by_name = {
        **ARGUMENTS,
        "actor": actor,
        "out": folder / "anchors.json",
        "path": folder / "nothing.csv",
        "target": folder / "copy",
        "request": PlanRequest("none", "contacts", None),
    }
    owner = method.__qualname__.split(".")[0]
    by_name |= BY_SERVICE.get(owner, {})
    if owner == "RecycleBin":
        by_name["query"] = BinQuery()
    if owner == "BulkEditor":
        by_name["changes"] = [BulkChange("city", BulkAction.SET, "Oslo")]
    if owner == "SavedViews":
        by_name["definition"] = ViewDefinition()
    if owner == "AuditViews":
        by_name["definition"] = AuditViewDefinition()
    if owner in ("ImportService", "ImportTemplates"):
        by_name["request"] = ImportRequest(str(folder / "nothing.csv"), "contacts")
    if owner == "PasswordService":
        by_name["new"] = "short"
    if owner in ("Definitions", "ObjectDefinitions") and "changes" not in method.__qualname__:
        by_name["name"] = "boats" if method.__name__ == "add_object" else "contacts"
    if owner == "TypeChanges":
        by_name["name"] = "city"
    if owner == "CreateForms":
        by_name["fields"] = []
    demanded = [
        name
        for name, parameter in inspect.signature(method).parameters.items()
        if parameter.default is inspect.Parameter.empty
    ]
    return {name: by_name[name] for name in demanded}


def is_refused(method: Callable[..., object], given: dict[str, Any]) -> bool:
    """Whether a call ends because of who makes it; any other refusal is a later one."""
    try:
        method(**given)
    except PermissionDenied:
        return True
    except NotSignedIn as error:
        return error.code in ("not_signed_in", "session_ended")
    except UserError:
        return False
    return False


def refusals_logged(desk: Desk) -> int:
    [(count,)] = desk.sql(
        "SELECT count(*) FROM audit_events "
        "WHERE subcategory = 'PERMISSION_REFUSED' AND result = 'refused'"
    )
    return int(str(count))


def last_asked(desk: Desk) -> str:
    """What the newest refusal says was asked for."""
    [(payload,)] = desk.sql("SELECT payload FROM audit_details ORDER BY event_id DESC LIMIT 1")
    return str(json.loads(str(payload))["asked"])


CHECKED = [name for name, right in RIGHTS.items() if isinstance(right, Permission)]


def test_every_public_method_has_its_line_and_no_line_is_without_a_method(desk: Desk):
    found = {
        f"{name}.{method}"
        for name, service in services(desk).items()
        for method in public_methods(service)
    }
    assert found - set(RIGHTS) == set()
    assert set(RIGHTS) - found == set()


def test_whoever_acts_is_told_to_every_method_that_is_not_inner(desk: Desk):
    for name, right in RIGHTS.items():
        service, _, method = name.partition(".")
        parameters = inspect.signature(getattr(services(desk)[service], method)).parameters
        takes_actor = next(iter(parameters), "") == "actor"
        assert takes_actor == (right not in (INNER, ANYONE)), name


@pytest.mark.parametrize("service", sorted({name.partition(".")[0] for name in CHECKED}))
def test_exactly_those_with_the_right_get_through_and_each_refusal_is_logged(
    desk: Desk, tmp_path: Path, service: str
):
    everybody = people(desk)
    for name in CHECKED:
        owner, _, method_name = name.partition(".")
        if owner != service:
            continue
        method = getattr(services(desk)[service], method_name)
        for who, (actor, rights) in everybody.items():
            before = refusals_logged(desk)
            refused = is_refused(method, arguments(method, actor, tmp_path))
            assert refused == (RIGHTS[name] not in rights), (name, who)
            assert refusals_logged(desk) - before == refused, (name, who)
            if refused:
                assert last_asked(desk).endswith(f".{method_name}"), (name, who)


def test_a_refusal_tells_what_was_asked_for_and_keeps_nothing_that_was_only_typed(desk: Desk):
    marc, ann = desk.user("Marc Dubois"), desk.contact()
    for object_name, ids in (("contacts", [ann.id]), ("contacts", [1, 2]), ("my_password", [1])):
        with pytest.raises(PermissionDenied):
            desk.workspace.editor.archive(marc, object_name, ids)
        assert last_asked(desk) == "RecordEditor.archive"
    told = desk.sql(
        "SELECT object_type, object_id, link FROM audit_events WHERE action = 'refuse' ORDER BY id"
    )
    record = ("contacts", str(ann.id), f"records/contacts/{ann.id}")
    assert told == [record, ("contacts", None, None), (None, None, None)]
    assert desk.sql("SELECT 1 FROM audit_details WHERE payload LIKE '%my_password%'") == []


@pytest.mark.parametrize("name", [name for name, right in RIGHTS.items() if right == OWN_SESSION])
def test_what_takes_a_session_of_ones_own_refuses_nobody_and_another(
    desk: Desk, tmp_path: Path, name: str
):
    service, _, method_name = name.partition(".")
    method = getattr(services(desk)[service], method_name)
    ann, marc = desk.user("Ann Lee"), desk.user("Marc Dubois")
    borrowed = Actor(ActorKind.USER, ann.user_id, ann.email, ann.full_name, marc.session_id)
    for actor in (Actor(ActorKind.USER), borrowed):
        assert is_refused(method, arguments(method, actor, tmp_path))
    assert not is_refused(method, arguments(method, ann, tmp_path))
