"""Editing records one by one."""

from __future__ import annotations

import pytest

from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import PermissionDenied, UserError
from crmdesk.core.records.filters import RecordQuery, parse_filter
from tests.builders import Desk


def test_an_edit_keeps_the_old_value_in_the_history(desk: Desk) -> None:
    ann = desk.contact(firstname="Ann", phone="555-0100")

    desk.edit(ann, phone="")

    entry = desk.workspace.records.history(desk.admin, "contacts", ann.id)[0]
    assert (entry.property, entry.old, entry.new) == ("phone", "555-0100", None)
    assert entry.user_name == "Ingrid Solberg"


def test_writing_the_same_value_again_changes_nothing(desk: Desk) -> None:
    ann = desk.contact(firstname="Ann")

    again = desk.edit(ann, firstname="Ann")

    assert again.version == ann.version
    assert len(desk.workspace.records.history(desk.admin, "contacts", ann.id)) == 1


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(desk: Desk) -> None:
    ann = desk.contact(firstname="Ann")
    desk.edit(ann, firstname="Anna")

    with pytest.raises(UserError) as refused:
        desk.workspace.editor.update(
            desk.admin, "contacts", ann.id, {"firstname": "Anne"}, expected_version=ann.version
        )

    assert refused.value.code == "record_changed"
    assert desk.value(ann, "firstname") == "Anna"


def test_an_email_is_unique_among_live_contacts_whatever_its_case(desk: Desk) -> None:
    ann = desk.contact(email="ann@example.org")

    with pytest.raises(UserError) as refused:
        desk.contact(email="ANN@example.org")

    assert refused.value.code == "value_not_unique"
    assert refused.value.values["record_id"] == ann.id


def test_a_deleted_contact_does_not_come_back_beside_one_with_its_email(desk: Desk) -> None:
    first = desk.contact(email="ann@example.org")
    desk.delete(first)
    desk.contact(email="ann@example.org")

    with pytest.raises(UserError) as refused:
        desk.workspace.editor.unarchive(desk.admin, "contacts", [first.id])

    assert refused.value.code == "value_not_unique"
    assert desk.read(first).archived_at is not None


def test_a_purged_contact_cannot_be_added_again_and_its_id_is_not_reused(desk: Desk) -> None:
    ann = desk.contact(email="ann@example.org")
    desk.purge(ann)

    with pytest.raises(UserError) as refused:
        desk.contact(email="Ann@example.org")

    assert refused.value.code == "email_purged"
    assert desk.contact(email="bo@example.org").id > ann.id
    assert desk.sql("SELECT count(*) FROM property_history WHERE record_id = ?", ann.id) == [(0,)]


def test_a_purge_leaves_no_personal_value_in_its_audit_entry(desk: Desk) -> None:
    ann = desk.contact(email="ann.devon@example.org", firstname="Annabella")
    desk.purge(ann)

    (payload,) = desk.sql("SELECT payload FROM audit_details ORDER BY event_id DESC LIMIT 1")[0]

    assert "annabella" not in str(payload).lower()
    everything = desk.sql("SELECT group_concat(payload) FROM audit_details")
    assert "annabella" not in str(everything).lower()
    assert desk.workspace.audit.verify(desk.admin).erased == 1
    assert desk.audit_actions()[-1] == ("GDPR_DELETE", "ok")


def test_deleting_takes_the_permission_and_the_refusal_is_logged(desk: Desk) -> None:
    ann = desk.contact()
    marc = desk.user("Marc Dubois")

    with pytest.raises(PermissionDenied):
        desk.workspace.editor.archive(marc, "contacts", [ann.id])

    assert desk.read(ann).archived_at is None
    assert desk.audit_actions()[-1] == ("PERMISSION_REFUSED", "refused")


def test_sensitive_values_are_masked_until_revealed_and_the_look_is_logged(desk: Desk) -> None:
    from crmdesk.core.records.catalogue import PropertyDefinition
    from crmdesk.core.records.record import MASKED
    from crmdesk.core.records.types import PropertyType

    desk.workspace.definitions.add_property(
        desk.admin,
        "contacts",
        PropertyDefinition("bank_account", "Bank account", PropertyType.STRING, sensitive=True),
    )
    ann = desk.contact(bank_account="NO93 8601 1117 947")
    elif_ = desk.user("Elif Demir", Permission.VIEW_SENSITIVE)
    marc = desk.user("Marc Dubois")

    assert desk.value(ann, "bank_account") == MASKED
    shown = desk.workspace.records.reveal(elif_, "contacts", ann.id, ["bank_account"])
    assert shown == {"bank_account": "NO93 8601 1117 947"}
    assert desk.audit_actions()[-1] == ("VALUE", "ok")
    with pytest.raises(PermissionDenied):
        desk.workspace.records.reveal(marc, "contacts", ann.id, ["bank_account"])


def test_a_table_lists_newest_first_and_search_looks_into_names_and_addresses(desk: Desk) -> None:
    ann = desk.contact(firstname="Ann", lastname="Devon", email="ann@eastern.example")
    bo = desk.contact(firstname="Bo", lastname="Lund")

    everyone = desk.workspace.records.ids(desk.admin, RecordQuery("contacts"))
    found = desk.workspace.records.ids(desk.admin, RecordQuery("contacts", search="eastern"))

    assert list(everyone) == [bo.id, ann.id]
    assert list(found) == [ann.id]


def test_a_record_moves_to_another_pipeline_only_with_its_stage(desk: Desk) -> None:
    desk.pipeline("partners", "signed")
    deal = desk.deal(pipeline="default", dealstage="qualifiedtobuy")

    with pytest.raises(UserError) as refused:
        desk.edit(deal, pipeline="partners")
    assert (refused.value.code, refused.value.values["property"]) == ("value_invalid", "dealstage")

    moved = desk.edit(deal, dealstage="signed", pipeline="partners")
    assert (moved.values["pipeline"], moved.values["dealstage"]) == ("partners", "signed")


def test_texts_and_ids_that_no_database_can_hold_are_refused_in_a_sentence(desk: Desk) -> None:
    reader = desk.workspace.records
    with pytest.raises(UserError) as too_large:
        reader.get(desk.admin, "contacts", 10**30)
    with pytest.raises(UserError) as odd:
        reader.ids(desk.admin, RecordQuery("contacts", (parse_filter("email:eq:\udcff"),)))
    with pytest.raises(UserError) as odd_id:
        desk.workspace.backups.show(desk.admin, "\udcff")

    assert too_large.value.code == "number_too_large"
    assert odd.value.code == odd_id.value.code == "text_not_storable"


def test_an_edit_cannot_bring_a_purged_address_back(desk: Desk) -> None:
    desk.purge(desk.contact(email="ann@example.org"))
    bo = desk.contact(email="bo@example.org")

    with pytest.raises(UserError) as refused:
        desk.edit(bo, email="Ann@example.org")

    assert refused.value.code == "email_purged"
    assert desk.value(bo, "email") == "bo@example.org"


def test_the_settings_of_a_sensitive_property_take_the_right_to_sensitive_values(
    desk: Desk,
) -> None:
    clerk = desk.user("Marc Dubois", Permission.EDIT_PROPERTIES)
    definitions = desk.workspace.definitions

    for change in (
        lambda: definitions.archive_property(clerk, "contacts", "date_of_birth"),
        lambda: definitions.set_property(clerk, "contacts", "date_of_birth", {"label": "x"}),
    ):
        with pytest.raises(PermissionDenied):
            change()

    assert definitions.set_property(clerk, "contacts", "phone", {"label": "Tel"}).label == "Tel"
