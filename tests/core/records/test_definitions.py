from __future__ import annotations

import pytest

from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import PermissionDenied, UserError
from crmdesk.core.records.catalogue import OptionDefinition, PropertyDefinition
from crmdesk.core.records.create_forms import FormField
from crmdesk.core.records.types import PropertyType
from tests.builders import Desk

BOAT = PropertyDefinition("boat", "Boat", PropertyType.STRING, group="Harbour")


def refusal(act) -> str:
    with pytest.raises(UserError) as refused:
        act()
    return refused.value.code


def names(desk: Desk, object_name: str = "contacts") -> list[str]:
    found = desk.workspace.definitions.object(desk.admin, object_name)
    return [each.name for each in found.properties]


def entries(desk: Desk, subcategory: str) -> list[str]:
    rows = desk.sql(
        "SELECT action FROM audit_events WHERE subcategory = ? ORDER BY id", subcategory
    )
    return [str(row[0]) for row in rows]


def test_an_archived_property_comes_back_with_its_values(desk: Desk):
    definitions = desk.workspace.definitions
    definitions.add_property(desk.admin, "contacts", BOAT)
    ann = desk.contact(boat="Frida")
    definitions.archive_property(desk.admin, "contacts", "boat")
    away = definitions.archived_properties(desk.admin, "contacts")
    assert [each.name for each in away] == ["boat"]

    back = definitions.restore_property(desk.admin, "contacts", away[0].id)

    assert (back.name, back.group) == ("boat", "Harbour")
    assert desk.value(ann, "boat") == "Frida"
    assert definitions.archived_properties(desk.admin, "contacts") == []
    assert entries(desk, "PROPERTY") == ["create", "delete", "restore"]


def test_a_property_does_not_come_back_over_another_of_its_name(desk: Desk):
    definitions = desk.workspace.definitions
    definitions.add_property(desk.admin, "contacts", BOAT)
    definitions.archive_property(desk.admin, "contacts", "boat")
    definitions.add_property(desk.admin, "contacts", BOAT)
    away = definitions.archived_properties(desk.admin, "contacts")[0]

    assert (
        refusal(lambda: definitions.restore_property(desk.admin, "contacts", away.id))
        == "property_exists"
    )


def test_a_unique_property_comes_back_unique_or_not_at_all(desk: Desk):
    definitions = desk.workspace.definitions
    definitions.add_property(
        desk.admin, "deals", PropertyDefinition("code", "Code", PropertyType.STRING, unique=True)
    )
    desk.deal(code="A")
    definitions.archive_property(desk.admin, "deals", "code")
    away = definitions.archived_properties(desk.admin, "deals")[0]
    with desk.workspace.database.write() as tx:
        tx.sql(
            "INSERT INTO obj_deals (created_at, updated_at, version, code) VALUES ('', '', 1, 'a')"
        )

    assert (
        refusal(lambda: definitions.restore_property(desk.admin, "deals", away.id)) == "not_unique"
    )
    with desk.workspace.database.write() as tx:
        tx.sql("DELETE FROM obj_deals WHERE created_at = ''")
    definitions.restore_property(desk.admin, "deals", away.id)
    assert refusal(lambda: desk.deal(code="a")) == "value_not_unique"


def test_properties_are_put_into_another_order_and_the_others_keep_their_places(desk: Desk):
    before = names(desk)

    desk.workspace.definitions.order_properties(desk.admin, "contacts", ["lastname", "firstname"])

    after = names(desk)
    assert after.index("lastname") == before.index("firstname")
    assert after.index("firstname") == before.index("lastname")
    swapped = {"firstname": "lastname", "lastname": "firstname"}
    assert after == [swapped.get(name, name) for name in before]
    assert entries(desk, "PROPERTY") == ["update"]


def test_a_description_is_kept_and_may_be_taken_away(desk: Desk):
    definitions = desk.workspace.definitions
    for text in ("As people know it.\nNot the register's.", ""):
        changed = definitions.set_property(
            desk.admin, "contacts", "city", {"description": text, "group": ""}
        )
        assert (changed.description, changed.group) == (text, "")


def test_options_are_renamed_reordered_and_archived_by_their_value(desk: Desk):
    definitions = desk.workspace.definitions
    options = tuple(OptionDefinition(v, v.title()) for v in ("oak", "pine", "teak"))
    definitions.add_property(
        desk.admin,
        "contacts",
        PropertyDefinition("wood", "Wood", PropertyType.ENUMERATION, options=options),
    )
    ann = desk.contact(wood="oak")

    changed = definitions.set_property(
        desk.admin,
        "contacts",
        "wood",
        {"options": (OptionDefinition("teak", "Teak"), OptionDefinition("pine", "Scots pine"))},
    )

    shown = [(o.value, o.label) for o in changed.options if not o.archived]
    assert shown == [("teak", "Teak"), ("pine", "Scots pine")]
    assert desk.value(ann, "wood") == "oak"


@pytest.mark.parametrize(
    ("name", "options", "code"),
    [
        ("city", (OptionDefinition("a", "A"),), "options_not_possible"),
        ("hs_lead_status", (), "options_missing"),
        ("hs_lead_status", (OptionDefinition("a;b", "A"),), "option_invalid"),
        ("hs_lead_status", (OptionDefinition("a", "A"),) * 2, "option_twice"),
        ("hs_lead_status", (OptionDefinition("a", " "),), "label_blank"),
    ],
)
def test_options_that_cannot_be_are_refused(desk: Desk, name, options, code):
    definitions = desk.workspace.definitions
    change = {"options": options}
    assert refusal(lambda: definitions.set_property(desk.admin, "contacts", name, change)) == code


def test_the_options_of_a_stage_are_changed_where_pipelines_are(desk: Desk):
    change = {"options": (OptionDefinition("a", "A"),)}
    assert (
        refusal(
            lambda: desk.workspace.definitions.set_property(
                desk.admin, "deals", "dealstage", change
            )
        )
        == "options_elsewhere"
    )


def test_an_object_is_renamed_and_called_by_other_properties(desk: Desk):
    definitions = desk.workspace.definitions
    definitions.add_object(desk.admin, "boats", "Boat", "Boats")
    definitions.add_property(
        desk.admin, "boats", PropertyDefinition("sign", "Call sign", PropertyType.STRING)
    )

    changed = definitions.set_object(
        desk.admin,
        "boats",
        {"label": "Vessel", "plural_label": "Vessels", "display_properties": ["sign"]},
    )

    assert (changed.label, changed.plural_label) == ("Vessel", "Vessels")
    assert changed.display_properties == ("sign",)
    assert entries(desk, "OBJECT_DEFINITION") == ["create", "update"]
    for values, code in (
        ({"display_properties": []}, "display_missing"),
        ({"display_properties": ["nope"]}, "property_unknown"),
        ({"label": ""}, "label_blank"),
        ({"name": "ships"}, "setting_unknown"),
    ):
        assert refusal(lambda: definitions.set_object(desk.admin, "boats", values)) == code  # noqa: B023


def test_a_sensitive_property_names_no_record(desk: Desk):
    desk.workspace.definitions.set_property(
        desk.admin, "contacts", "date_of_birth", {"sensitive": True}
    )
    assert (
        refusal(
            lambda: desk.workspace.definitions.set_object(
                desk.admin, "contacts", {"display_properties": ["date_of_birth"]}
            )
        )
        == "display_sensitive"
    )


def test_a_custom_object_that_was_put_away_comes_back_with_its_records(desk: Desk):
    definitions = desk.workspace.definitions
    definitions.add_object(desk.admin, "boats", "Boat", "Boats")
    frida = desk.add("boats", name="Frida")
    definitions.remove_object(desk.admin, "boats")
    away = definitions.archived_objects(desk.admin)
    assert [each.name for each in away] == ["boats"]

    definitions.restore_object(desk.admin, away[0].id)

    assert desk.value(frida, "name") == "Frida"
    assert entries(desk, "OBJECT_DEFINITION") == ["create", "delete", "restore"]
    assert refusal(lambda: definitions.restore_object(desk.admin, away[0].id)) == "object_unknown"


# -- groups -----------------------------------------------------------------------------------


def test_groups_are_added_renamed_ordered_and_deleted(desk: Desk):
    groups = desk.workspace.property_groups
    before = groups.list(desk.admin, "contacts")
    groups.add(desk.admin, "contacts", "Harbour")
    assert groups.list(desk.admin, "contacts")[-1].name == "Harbour"

    renamed = groups.rename(desk.admin, "contacts", "Address", "Where")
    assert renamed.properties == next(g.properties for g in before if g.name == "Address")
    found = desk.workspace.definitions.object(desk.admin, "contacts")
    assert found.property("city").group == "Where"

    ordered = groups.order(desk.admin, "contacts", ["Harbour", "Where"])
    assert [g.name for g in ordered][:2] == ["Harbour", "Where"]

    assert refusal(lambda: groups.remove(desk.admin, "contacts", "Where")) == "group_in_use"
    moved = groups.remove(desk.admin, "contacts", "Where", "Harbour")
    assert moved == renamed.properties
    assert groups.list(desk.admin, "contacts")[0].properties == moved
    assert entries(desk, "PROPERTY_GROUP") == ["create", "update", "update", "delete"]


def test_two_groups_never_have_the_same_name(desk: Desk):
    groups = desk.workspace.property_groups
    assert refusal(lambda: groups.add(desk.admin, "contacts", "address")) == "group_exists"
    assert (
        refusal(lambda: groups.rename(desk.admin, "contacts", "Work", "Address")) == "group_exists"
    )
    assert refusal(lambda: groups.rename(desk.admin, "contacts", "Nope", "X")) == "group_unknown"


# -- the dialog that adds a record -------------------------------------------------------------


def test_the_create_dialog_has_the_chosen_fields_in_their_order(desk: Desk):
    forms = desk.workspace.create_forms
    assert forms.get(desk.admin, "contacts") == ()
    fields = (FormField("phone"), FormField("email", required=True))

    forms.set(desk.admin, "contacts", fields)

    assert forms.get(desk.admin, "contacts") == fields
    forms.set(desk.admin, "contacts", ())
    assert forms.get(desk.admin, "contacts") == ()
    assert entries(desk, "CREATE_FORM") == ["update", "update"]


def test_what_the_dialog_requires_is_required_there_and_nowhere_else(desk: Desk):
    desk.workspace.create_forms.set(desk.admin, "contacts", [FormField("phone", required=True)])
    editor = desk.workspace.editor

    with pytest.raises(UserError) as refused:
        editor.add(desk.admin, "contacts", {"email": "a@example.org"}, by_form=True)
    assert (refused.value.code, refused.value.values["property"]) == ("property_required", "phone")
    editor.add(desk.admin, "contacts", {"email": "a@example.org"})
    editor.add(desk.admin, "contacts", {"phone": "1"}, by_form=True)


def test_a_required_property_cannot_be_left_out_of_the_dialog(desk: Desk):
    forms = desk.workspace.create_forms
    assert refusal(lambda: forms.set(desk.admin, "deals", [FormField("amount")])) == "field_needed"
    assert (
        refusal(lambda: forms.set(desk.admin, "deals", [FormField("hs_object_id")]))
        == "property_calculated"
    )
    twice = [FormField("dealname"), FormField("dealname")]
    assert refusal(lambda: forms.set(desk.admin, "deals", twice)) == "field_twice"
    kept = forms.set(desk.admin, "deals", [FormField("dealname")])
    assert kept == (FormField("dealname", required=True),)


def test_an_archived_property_is_left_out_of_the_dialog_until_it_is_back(desk: Desk):
    definitions, forms = desk.workspace.definitions, desk.workspace.create_forms
    definitions.add_property(desk.admin, "contacts", BOAT)
    forms.set(desk.admin, "contacts", [FormField("boat"), FormField("email")])

    definitions.archive_property(desk.admin, "contacts", "boat")
    assert forms.get(desk.admin, "contacts") == (FormField("email"),)
    away = definitions.archived_properties(desk.admin, "contacts")[0]
    definitions.restore_property(desk.admin, "contacts", away.id)
    assert forms.get(desk.admin, "contacts") == (FormField("boat"), FormField("email"))


def test_shaping_takes_the_right_to_property_settings(desk: Desk):
    clerk = desk.user("Clara Clerk", Permission.EDIT_PROPERTIES)
    una = desk.user("Una User")
    desk.workspace.property_groups.add(clerk, "contacts", "Harbour")
    with pytest.raises(PermissionDenied):
        desk.workspace.property_groups.add(una, "contacts", "Pier")
    with pytest.raises(PermissionDenied):
        desk.workspace.create_forms.set(una, "contacts", ())
