"""The schema catalogue: complete, consistent, and named as the database can hold it."""

from __future__ import annotations

from collections import Counter

import pytest

from crmdesk.core.errors import UserError
from crmdesk.core.records.catalogue import STANDARD_OBJECTS, load_catalogue
from crmdesk.core.records.names import (
    name_from_label,
    validate_label,
    validate_object_name,
    validate_property_name,
)
from crmdesk.core.records.types import PropertyFormat
from crmdesk.core.resources import resource_path

CATALOGUE = load_catalogue()
EVERY_OBJECT = (*CATALOGUE.objects, CATALOGUE.custom_object)


def test_every_standard_object_is_there_in_its_order():
    assert tuple(each.name for each in CATALOGUE.objects) == STANDARD_OBJECTS


@pytest.mark.parametrize("definition", CATALOGUE.objects, ids=lambda each: each.name)
def test_an_object_starts_with_a_useful_set_of_properties(definition):
    assert 30 <= len(definition.properties) <= 70


@pytest.mark.parametrize("definition", EVERY_OBJECT, ids=lambda each: each.name)
def test_every_name_can_be_a_column_and_none_comes_twice(definition):
    names = [p.name for p in (*definition.properties, *definition.known_properties)]
    for name in names:
        assert validate_property_name(name) == name
    assert [name for name, count in Counter(names).items() if count > 1] == []


@pytest.mark.parametrize("definition", EVERY_OBJECT, ids=lambda each: each.name)
def test_labels_of_the_properties_an_object_starts_with_are_unlike(definition):
    labels = Counter(p.label.casefold() for p in definition.properties)
    assert [label for label, count in labels.items() if count > 1] == []


@pytest.mark.parametrize("definition", EVERY_OBJECT, ids=lambda each: each.name)
def test_no_further_name_of_a_property_is_the_label_of_another(definition):
    everyone = (*definition.properties, *definition.known_properties)
    owners = {p.label.casefold(): p.name for p in reversed(everyone)}
    for each in definition.properties:
        for alias in each.aliases:
            assert owners.get(alias.casefold(), each.name) == each.name


@pytest.mark.parametrize("definition", EVERY_OBJECT, ids=lambda each: each.name)
def test_every_choice_has_options_that_can_be_told_apart(definition):
    for each in definition.properties:
        if not each.type.has_options or each.format is PropertyFormat.OWNER:
            continue
        assert len({option.value for option in each.options}) == len(each.options) > 0
        assert len({option.label.casefold() for option in each.options}) == len(each.options)
        assert not any(";" in option.value for option in each.options)


@pytest.mark.parametrize("definition", EVERY_OBJECT, ids=lambda each: each.name)
def test_record_id_and_both_dates_live_in_system_columns(definition):
    columns = Counter(p.system_column for p in definition.properties if p.system_column)
    assert columns == {"id": 1, "created_at": 1, "updated_at": 1}


@pytest.mark.parametrize("definition", EVERY_OBJECT, ids=lambda each: each.name)
def test_only_the_five_kinds_that_can_be_recounted_are_calculated(definition):
    calculated = {p.format for p in definition.properties if p.calculated}
    assert calculated <= {
        PropertyFormat.RECORD_ID,
        PropertyFormat.CREATED_AT,
        PropertyFormat.UPDATED_AT,
        PropertyFormat.LAST_ACTIVITY,
        PropertyFormat.ASSOCIATION_COUNT,
    }
    assert not any(p.calculated for p in definition.known_properties)


def test_an_association_count_names_the_object_it_counts():
    for definition in CATALOGUE.objects:
        for each in definition.properties:
            if each.format is PropertyFormat.ASSOCIATION_COUNT:
                assert each.counted_object in STANDARD_OBJECTS


@pytest.mark.parametrize("definition", EVERY_OBJECT, ids=lambda each: each.name)
def test_groups_and_shown_properties_exist(definition):
    assert {p.group for p in definition.properties} == set(definition.groups)
    for name in (*definition.display_properties, *definition.match_properties):
        assert definition.find_property(name) is not None


@pytest.mark.parametrize("definition", EVERY_OBJECT, ids=lambda each: each.name)
def test_the_icon_of_an_object_is_bundled(definition):
    assert resource_path("icons", f"{definition.icon}.svg").is_file()


def test_a_contact_is_told_apart_by_its_email_and_a_company_by_nothing():
    assert CATALOGUE.object("contacts").unique_properties == ("email",)
    assert CATALOGUE.object("companies").unique_properties == ()


def test_conversations_can_be_backed_up_but_never_restored():
    assert [each.name for each in CATALOGUE.objects if not each.restorable] == ["conversations"]


@pytest.mark.parametrize(
    ("name", "stage_property", "stages"),
    [("deals", "dealstage", 7), ("tickets", "hs_pipeline_stage", 4)],
)
def test_stages_of_the_pipelines_are_the_options_of_the_stage_property(
    name, stage_property, stages
):
    definition = CATALOGUE.object(name)
    found = definition.find_property(stage_property)
    assert found is not None
    assert [o.value for o in found.options] == [s.name for s in definition.pipelines[0].stages]
    assert len(found.options) == stages
    assert any(stage.closed for stage in definition.pipelines[0].stages)


def test_a_custom_object_gets_the_properties_every_custom_object_has():
    horses = CATALOGUE.custom("horses", "Horse", "Horses")
    assert (horses.name, horses.singular, horses.plural) == ("horses", "Horse", "Horses")
    assert horses.find_property("hs_object_id") is not None


def test_an_unknown_object_is_refused_with_the_ones_there_are():
    with pytest.raises(UserError, match="horses") as refusal:
        CATALOGUE.object("horses")
    assert "contacts" in refusal.value.hint


HOSTILE = [
    "",
    "A",
    "1st",
    "_private",
    "a b",
    "a-b",
    'a"; DROP TABLE users; --',
    "größe",
    "emoji😀",
    "a" * 101,
    "../etc",
    "con/aux",
    "a\n",
    "a\0",
    "\u202eabc",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_refused(name):
    with pytest.raises(UserError) as property_refusal:
        validate_property_name(name)
    with pytest.raises(UserError) as object_refusal:
        validate_object_name(name)
    assert property_refusal.value.code == "property_name_invalid"
    assert object_refusal.value.code == "object_name_invalid"
    assert "\n" not in property_refusal.value.message


@pytest.mark.parametrize("name", ["id", "created_at", "archived_by", "version", "rowid", "oid"])
def test_a_property_cannot_take_the_name_of_a_system_column(name):
    with pytest.raises(UserError) as refusal:
        validate_property_name(name)
    assert refusal.value.code == "property_name_reserved"


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("  ", "label_blank"),
        ("x" * 256, "label_too_long"),
        ("two\nlines", "label_unprintable"),
        ("half \ud800", "label_unprintable"),
        ("gpj\u202eexe", "label_unprintable"),
    ],
)
def test_a_label_nobody_could_read_is_refused(label, code):
    with pytest.raises(UserError) as refusal:
        validate_label(label)
    assert refusal.value.code == code


def test_a_label_may_be_in_any_script():
    assert validate_label(" 取引先 😀/: CON ") == "取引先 😀/: CON"


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Größe (cm)", "grosse_cm"),
        ("取引先", "property"),
        ("3rd party", "property_3rd_party"),
        ("ID", "id_value"),
        ("x" * 300, "x" * 90),
    ],
)
def test_a_label_gives_an_internal_name(label, name):
    assert name_from_label(label) == name
    assert validate_property_name(name_from_label(label)) == name


def test_a_name_that_is_taken_gets_a_number():
    assert name_from_label("Fax", {"fax", "fax_2"}) == "fax_3"
