from __future__ import annotations

import pytest

from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit.revealing import RevealedChange
from crmdesk.core.errors import PermissionDenied, UserError
from crmdesk.core.records.bulk_model import BulkAction, BulkChange
from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.records.picking import Picked


def edited(desk) -> tuple[object, int]:
    """A contact whose sensitive phone number was changed, and the entry that tells of it."""
    contact = desk.contact(phone="555-0100", city="Oslo")
    desk.workspace.definitions.set_property(desk.admin, "contacts", "phone", {"sensitive": True})
    desk.edit(contact, phone="555-0199", city="Bergen")
    [[entry]] = desk.sql("SELECT max(id) FROM audit_events WHERE category = 'property_value'")
    return contact, int(entry)


def test_the_sensitive_values_of_an_edit_are_shown_and_who_saw_them_is_logged(desk):
    contact, entry = edited(desk)
    assert "555-0199" not in str(desk.workspace.audit_reader.event(desk.admin, entry).detail)

    shown = desk.workspace.sensitive_values.reveal(desk.admin, entry)

    assert shown == (RevealedChange("phone", "555-0100", "555-0199"),)
    [told] = desk.workspace.audit_reader.events(desk.admin, limit=1).events
    assert (told.category, told.action) == ("sensitive_property", "reveal")
    assert (told.object, told.object_id) == ("contacts", str(contact.id))
    assert told.detail == {"properties": ["phone"], "entry": entry}


def bulk_edit(desk, change):
    """Give every contact a value."""
    everyone = Picked(query=RecordQuery("contacts"))
    planned = desk.workspace.bulk.plan_edit(desk.admin, "contacts", everyone, [change])
    desk.workspace.run_job(desk.workspace.bulk.start(desk.admin, planned.id))


def test_of_an_entry_about_many_the_values_of_one_record_are_shown(desk):
    _first, second = (desk.contact(phone=phone) for phone in ("1", "2"))
    desk.workspace.definitions.set_property(desk.admin, "contacts", "phone", {"sensitive": True})
    bulk_edit(desk, BulkChange("phone", BulkAction.SET, "3"))
    [[entry]] = desk.sql("SELECT max(id) FROM audit_events WHERE subjects = 2")
    reveal = desk.workspace.sensitive_values.reveal

    assert reveal(desk.admin, entry, second.id) == (RevealedChange("phone", "2", "3"),)
    [told] = desk.workspace.audit_reader.events(desk.admin, limit=1).events
    assert (told.object_id, told.detail["entry"]) == (str(second.id), entry)
    for wrong in (None, 99):
        with pytest.raises(UserError, match="not kept any more"):
            reveal(desk.admin, entry, wrong)


def test_values_are_shown_to_super_admins_alone_and_only_while_they_are_kept(desk):
    contact, entry = edited(desk)
    reveal = desk.workspace.sensitive_values.reveal
    with pytest.raises(PermissionDenied):
        reveal(desk.user("Marc Dubois", Permission.VIEW_SENSITIVE), entry)
    [[made]] = desk.sql("SELECT min(id) FROM audit_events WHERE category = 'crm_object'")
    with pytest.raises(UserError, match="not kept any more"):
        reveal(desk.admin, made)

    desk.delete(contact)
    desk.purge(contact)
    with pytest.raises(UserError, match="not kept any more"):
        reveal(desk.admin, entry)
