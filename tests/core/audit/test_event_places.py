from __future__ import annotations

from crmdesk.core.audit import kinds
from crmdesk.core.audit.event_places import event_place
from crmdesk.core.audit.kinds import Action, EventKind
from crmdesk.core.links import may_be_linked

FILE = "0123456789abcdef"
PLACES: tuple[tuple[EventKind, str | None, str | None, str | None], ...] = (
    (kinds.UPDATE_USER, "user", "17", "settings/users/17"),
    (kinds.SENSITIVE_ACCESS_CHANGED, "user", "17", "settings/users/17"),
    (kinds.TEAM_USER_ADDED, "team", "3", "settings/users/teams/3"),
    (kinds.LOGIN_SUCCEEDED, None, None, "settings/users/5"),
    (kinds.PROPERTY_UPDATED, "contacts", "zip", "settings/objects/contacts/properties/zip"),
    (kinds.PROPERTY_UPDATED, "contacts", None, "settings/objects/contacts/properties"),
    (kinds.OBJECT_REMOVED, "boats", None, "settings/objects/boats/details"),
    (kinds.STAGE_UPDATED, "deals", "default/won", "settings/objects/deals/pipelines/default"),
    (kinds.LABEL_CREATED, "contacts", "deals", "settings/objects/contacts/associations"),
    (kinds.CREATE_FORM_CHANGED, "deals", None, "settings/objects/deals/form"),
    (kinds.LOG_IMPORTED, "imported_log", "2", "settings/audit.imported/2"),
    (kinds.MAIL_RETRIED, "message", None, "settings/mail"),
    (kinds.RECOVERY_KEY_RENEWED, "workspace", None, "settings/security.recovery_key"),
    (kinds.BACKUP_VERIFIED, "backup", FILE, f"backups/{FILE}"),
    (kinds.COMPARISON_EXPORTED, "backup", "/media/a.zip", None),
    (kinds.IMPORT, "contacts", FILE, f"imports/{FILE}"),
    (kinds.RESTORE_PLANNED, "contacts", FILE, f"restores/{FILE}"),
    (kinds.PERMISSION_REFUSED, "export", FILE, f"exports/{FILE}"),
    (kinds.SENSITIVE_REVEALED, "contacts", "1", "records/contacts/1"),
    (kinds.GDPR_DELETE, "contacts", "1", "records/contacts/1"),
    (kinds.GDPR_DELETE, "contacts", None, None),
    (kinds.property_value("deals"), "deals", None, "records/deals"),
    (kinds.crm_object("deals", Action.PURGE), "deals", None, None),
    (kinds.property_value("user"), "user", "4", "records/user/4"),
    (kinds.PERMISSION_REFUSED, None, None, None),
    (kinds.LOG_ANCHORED, "audit_log", None, None),
    (kinds.CLOCK_WENT_BACK, None, None, None),
)


def place(kind, about=None, number=None, link=None, /, **detail):
    return event_place(
        kind.category.value, kind.subcategory, kind.action.value, 5, about, number, link, detail
    )


def test_an_entry_leads_to_what_it_was_done_to():
    for kind, about, number, wanted in PLACES:
        assert place(kind, about, number) == wanted, (kind, about, number)
        assert wanted is None or may_be_linked(wanted), wanted


def test_what_was_written_stands_and_a_definition_is_found_more_exactly():
    assert place(kinds.GDPR_DELETE, "contacts", "1", "exports/ab") == "exports/ab"
    found = place(kinds.PIPELINE_CREATED, "deals", "renewals", "settings/objects")
    assert found == "settings/objects/deals/pipelines/renewals"


def test_details_say_where_a_job_and_a_file_from_elsewhere_belong():
    assert place(kinds.JOB_CANCELLED, kind="import_undo") == "imports"
    assert place(kinds.JOB_INTERRUPTED, kind="bulk_edit") == "records"
    assert place(kinds.SENSITIVE_REVEALED, "contacts", "1", backup="a.zip") is None
    assert place(kinds.RESTORE_COMPLETED, "contacts", FILE, deleted=True) == "records/contacts"
    saved = place(kinds.UNCONVERTED_SAVED, "contacts", property="zip")
    assert saved == "settings/objects/contacts/properties/zip"
    erased = place(kinds.UNCONVERTED_SAVED, "contacts")
    assert erased == "settings/objects/contacts/properties"
    assert place(kinds.RESTORE_COMPLETED) is None
