from __future__ import annotations

from pathlib import Path

import pytest

from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import PermissionDenied, UserError
from crmdesk.core.records.catalogue import OptionDefinition, PropertyDefinition
from crmdesk.core.records.create_forms import FormField
from crmdesk.core.records.types import PropertyType
from tests.builders import Desk


def refusal(act) -> str:
    with pytest.raises(UserError) as refused:
        act()
    return refused.value.code


def test_what_converts_exactly_is_carried_over_and_the_rest_stays_with_the_old(desk: Desk):
    service, definitions = desk.workspace.type_changes, desk.workspace.definitions
    fits, zeros, words = (desk.contact(zip=text) for text in ("8500", "0150", "none"))
    binned = desk.contact(zip="7")
    desk.delete(binned)
    old = definitions.object(desk.admin, "contacts").property("zip")

    plan = service.plan(desk.admin, "contacts", "zip", PropertyType.NUMBER)
    assert (plan.values, plan.converted, plan.unconverted) == (4, 2, 2)
    assert [(each.record_id, each.value) for each in plan.samples] == [
        (zeros.id, "0150"),
        (words.id, "none"),
    ]
    done = service.apply(desk.admin, "contacts", "zip", PropertyType.NUMBER, accept_unconverted=2)

    assert done.property.id != old.id
    assert done.property.type is PropertyType.NUMBER
    assert [desk.value(r, "zip") for r in (fits, zeros, words, binned)] == ["8500", None, None, "7"]
    away = definitions.archived_properties(desk.admin, "contacts")
    assert [each.id for each in away] == [old.id]
    rows = desk.sql("SELECT zip FROM obj_contacts WHERE id = ?", zeros.id)
    assert rows == [("0150",)]


def test_the_number_that_was_confirmed_must_be_the_number(desk: Desk):
    service = desk.workspace.type_changes
    desk.contact(zip="none")

    assert (
        refusal(lambda: service.apply(desk.admin, "contacts", "zip", PropertyType.NUMBER))
        == "type_change_outdated"
    )
    assert desk.workspace.definitions.archived_properties(desk.admin, "contacts") == []


def test_texts_become_the_options_of_a_choice(desk: Desk):
    service = desk.workspace.type_changes
    for city in ("Oslo", "Bergen", "Oslo", "Oslo; Bergen"):
        desk.contact(city=city)

    plan = service.plan(desk.admin, "contacts", "city", PropertyType.ENUMERATION)

    assert [option.value for option in plan.options] == ["Bergen", "Oslo"]
    assert plan.unconverted == 1
    given = (OptionDefinition("Oslo", "Oslo"),)
    plan = service.plan(desk.admin, "contacts", "city", PropertyType.ENUMERATION, given)
    assert plan.unconverted == 2


def test_a_choice_becomes_several_choices_with_its_options(desk: Desk):
    ann = desk.contact(hs_lead_status="NEW")
    service = desk.workspace.type_changes

    done = service.apply(desk.admin, "contacts", "hs_lead_status", PropertyType.MULTI_ENUMERATION)

    assert "NEW" in [option.value for option in done.property.options]
    assert desk.value(ann, "hs_lead_status") == "NEW"


def test_the_new_definition_stands_where_the_old_one_stood(desk: Desk):
    before = desk.workspace.definitions.object(desk.admin, "contacts")
    desk.workspace.create_forms.set(
        desk.admin, "contacts", [FormField("zip", required=True), FormField("email")]
    )

    desk.workspace.type_changes.apply(desk.admin, "contacts", "zip", PropertyType.NUMBER)

    after = desk.workspace.definitions.object(desk.admin, "contacts")
    assert [p.name for p in after.properties] == [p.name for p in before.properties]
    assert after.property("zip").group == before.property("zip").group
    assert desk.workspace.create_forms.get(desk.admin, "contacts")[0] == FormField("zip", True)


def test_a_unique_property_stays_unique(desk: Desk):
    definitions = desk.workspace.definitions
    definitions.add_property(
        desk.admin, "deals", PropertyDefinition("code", "Code", PropertyType.STRING, unique=True)
    )
    desk.deal(code="17")

    desk.workspace.type_changes.apply(desk.admin, "deals", "code", PropertyType.NUMBER)

    assert refusal(lambda: desk.deal(code="17")) == "value_not_unique"


@pytest.mark.parametrize(
    ("object_name", "name", "kind", "code"),
    [
        ("contacts", "city", PropertyType.STRING, "type_same"),
        ("contacts", "hs_object_id", PropertyType.STRING, "property_calculated"),
        ("contacts", "hubspot_owner_id", PropertyType.STRING, "type_fixed"),
        ("deals", "dealstage", PropertyType.STRING, "type_fixed"),
        ("contacts", "nope", PropertyType.STRING, "property_unknown"),
        ("contacts", "city", PropertyType.ENUMERATION, "options_missing"),
    ],
)
def test_types_that_cannot_change_are_refused(desk: Desk, object_name, name, kind, code):
    assert (
        refusal(lambda: desk.workspace.type_changes.plan(desk.admin, object_name, name, kind))
        == code
    )


def test_what_cannot_be_converted_is_saved_as_a_file(desk: Desk, tmp_path: Path):
    first, second = desk.contact(zip="=1+1"), desk.contact(zip="0150")
    target = tmp_path / "left.csv"
    desk.workspace.export_thresholds.set(desk.admin, 1)

    written = desk.workspace.type_changes.save_unconverted(
        desk.admin, "contacts", "zip", PropertyType.NUMBER, (), target
    )

    lines = target.read_text(encoding="utf-8-sig").splitlines()
    assert written == 2
    assert lines[0] == "hs_object_id,zip,reason"
    assert [line.split(",")[:2] for line in lines[1:]] == [
        [str(first.id), "'=1+1"],  # no spreadsheet calculates it
        [str(second.id), "0150"],
    ]
    assert desk.audit_actions()[-1] == ("PROPERTY_TYPE_VALUES", "ok")
    (notice,) = desk.workspace.inbox.list(desk.admin)
    assert (notice.kind, notice.values["records"]) == ("large_download", 2)


def test_sensitive_values_show_in_no_plan_and_in_no_file_of_those_who_may_not(
    desk: Desk, tmp_path: Path
):
    desk.contact(date_of_birth="spring")
    desk.workspace.definitions.set_property(
        desk.admin, "contacts", "date_of_birth", {"sensitive": True}
    )
    clerk = desk.user("Clara", Permission.EDIT_PROPERTIES, Permission.EDIT_SENSITIVE)
    service = desk.workspace.type_changes

    plan = service.plan(clerk, "contacts", "date_of_birth", PropertyType.DATE)
    assert "spring" not in [each.value for each in plan.samples]
    with pytest.raises(PermissionDenied):
        service.save_unconverted(
            clerk, "contacts", "date_of_birth", PropertyType.DATE, (), tmp_path / "x.csv"
        )


def test_a_change_of_type_is_an_entry_with_its_numbers(desk: Desk):
    desk.contact(zip="8500")
    desk.workspace.type_changes.apply(desk.admin, "contacts", "zip", PropertyType.NUMBER)

    rows = desk.sql(
        "SELECT d.payload ->> '$.old.type', d.payload ->> '$.new.type', "
        "d.payload ->> '$.converted' FROM audit_events e JOIN audit_details d "
        "ON d.event_id = e.id WHERE e.subcategory = 'PROPERTY'"
    )
    assert rows == [("string", "number", 1)]
