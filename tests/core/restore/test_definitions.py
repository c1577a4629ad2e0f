"""Properties and options that were lost come back from a backup."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from crmdesk.core.backup.model import Backup
from crmdesk.core.compare.model import DefinitionChange
from crmdesk.core.errors import UserError
from crmdesk.core.records.catalogue import OptionDefinition, PropertyDefinition
from crmdesk.core.records.pipeline_rows import NewStage
from crmdesk.core.records.types import PropertyType
from crmdesk.core.restore.definition_plan import DefinitionStep, LostDefinition
from tests.builders import Desk

SIZE = PropertyDefinition(
    "size",
    "Size",
    PropertyType.ENUMERATION,
    options=(OptionDefinition("s", "Small"), OptionDefinition("l", "Large")),
    sensitive=True,
)


STAGES = (NewStage("Cast", "0.2", name="cast"), NewStage("Hauled", "0.6", name="hauled"))


def lost(desk: Desk, backup: Backup) -> list[LostDefinition]:
    """Everything that the backup can give back."""
    found = desk.workspace.definition_restores.differences(desk.admin, backup.id)
    return [LostDefinition.of(each) for each in found if each.recreatable]


def put_back(desk: Desk, backup: Backup) -> list[DefinitionStep]:
    wanted = lost(desk, backup)
    return list(desk.workspace.definition_restores.remake(desk.admin, backup.id, wanted))


def forget_object(desk: Desk, name: str) -> None:
    """As in a workspace that never had it."""
    [(number, table)] = desk.sql("SELECT id, table_name FROM object_types WHERE name = ?", name)
    with closing(desk.workspace.database.raw()) as raw:
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute(f"DROP TABLE {table}")
        raw.execute("DELETE FROM properties WHERE object_type_id = ?", (number,))
        raw.execute("DELETE FROM object_types WHERE id = ?", (number,))
        raw.commit()


def test_an_archived_property_comes_back_itself_with_its_values(desk: Desk) -> None:
    desk.workspace.definitions.add_property(desk.admin, "contacts", SIZE)
    ann = desk.contact(firstname="Ann", size="l")
    backup = desk.backup()
    before = desk.workspace.definitions.object(desk.admin, "contacts").property("size")
    desk.workspace.definitions.archive_property(desk.admin, "contacts", "size")

    (step,) = put_back(desk, backup)

    again = desk.workspace.definitions.object(desk.admin, "contacts").property("size")
    assert (again.id, step.parts) == (before.id, ("Small", "Large"))
    assert desk.sql("SELECT size FROM obj_contacts WHERE id = ?", ann.id) == [("l",)]


def test_an_option_that_was_removed_comes_back_where_it_stood(desk: Desk) -> None:
    definitions = desk.workspace.definitions
    definitions.add_property(desk.admin, "contacts", SIZE)
    desk.contact(size="s")
    backup = desk.backup()
    kept = [OptionDefinition("l", "Very large")]
    definitions.set_property(desk.admin, "contacts", "size", {"options": kept})

    steps = put_back(desk, backup)

    again = definitions.object(desk.admin, "contacts").property("size")
    assert [(o.value, o.label) for o in again.options if not o.archived] == [
        ("s", "Small"),
        ("l", "Large"),
    ]
    assert {(step.lost.item, step.records) for step in steps} == {("s", 1), ("l", 0)}


def test_labels_settings_and_groups_are_put_back(desk: Desk) -> None:
    definitions = desk.workspace.definitions
    boat = PropertyDefinition("boat", "Boat", PropertyType.STRING, group="Fleet", required=True)
    definitions.add_property(desk.admin, "contacts", boat)
    backup = desk.backup()
    before = definitions.object(desk.admin, "contacts").property("boat")
    changes = {"label": "Ship", "group": "", "required": False, "sensitive": True, "unique": True}
    definitions.set_property(desk.admin, "contacts", "boat", changes)

    put_back(desk, backup)

    again = definitions.object(desk.admin, "contacts").property("boat")
    assert replace(again, version=before.version) == before
    assert lost(desk, backup) == []


def test_a_deleted_pipeline_comes_back_with_its_stages_and_its_records_know_it_again(
    desk: Desk,
) -> None:
    pipelines = desk.workspace.pipelines
    before = pipelines.add(desk.admin, "deals", "Nets", STAGES, "nets")
    backup = desk.backup()
    pipelines.remove(desk.admin, "deals", "nets")

    (step,) = put_back(desk, backup)

    again = pipelines.list(desk.admin, "deals")[-1]
    assert (again.name, again.label) == ("nets", "Nets")
    assert [(s.name, s.label, s.probability, s.closed) for s in again.stages] == [
        (s.name, s.label, s.probability, s.closed) for s in before.stages
    ]
    assert step.parts == ("Cast", "Hauled")


def test_stages_come_back_where_they_stood_with_their_names_and_ends(desk: Desk) -> None:
    pipelines = desk.workspace.pipelines
    pipelines.add(desk.admin, "deals", "Nets", STAGES, "nets")
    backup = desk.backup()
    pipelines.remove_stage(desk.admin, "deals", "nets", "cast")
    pipelines.set_stage(
        desk.admin, "deals", "nets", "hauled", {"label": "In the boat", "closed": True}
    )
    pipelines.rename(desk.admin, "deals", "nets", "Lines")

    put_back(desk, backup)

    again = pipelines.list(desk.admin, "deals")[-1]
    assert again.label == "Nets"
    assert [(s.name, s.label, s.probability, s.closed) for s in again.stages] == [
        ("cast", "Cast", "0.2", False),
        ("hauled", "Hauled", "0.6", False),
    ]


def test_each_thing_put_back_is_an_entry_of_its_own(desk: Desk) -> None:
    desk.workspace.pipelines.add(desk.admin, "deals", "Nets", STAGES, "nets")
    backup = desk.backup()
    desk.workspace.pipelines.remove(desk.admin, "deals", "nets")
    entries = desk.sql("SELECT max(id) FROM audit_events")[0][0]

    put_back(desk, backup)

    assert len(desk.sql("SELECT id FROM audit_events WHERE id > ?", entries)) == 1


def test_a_plan_writes_nothing_and_says_what_stands_in_the_way(desk: Desk) -> None:
    pipelines, restores = desk.workspace.pipelines, desk.workspace.definition_restores
    pipelines.add(desk.admin, "deals", "Nets", STAGES, "nets")
    backup = desk.backup()
    pipelines.remove(desk.admin, "deals", "nets")
    wanted = lost(desk, backup)
    names = [each.name for each in pipelines.list(desk.admin, "deals")]

    restores.plan(desk.admin, backup.id, wanted)
    assert [each.name for each in pipelines.list(desk.admin, "deals")] == names

    pipelines.add(desk.admin, "deals", "NETS", STAGES[:1], "others")
    with pytest.raises(UserError, match="another pipeline “Nets” by now"):
        restores.plan(desk.admin, backup.id, wanted)


def test_nothing_is_put_back_when_one_of_several_cannot_be(desk: Desk) -> None:
    desk.workspace.pipelines.add(desk.admin, "deals", "Nets", STAGES, "nets")
    backup = desk.backup()
    desk.workspace.pipelines.remove(desk.admin, "deals", "nets")
    stage = LostDefinition("deals", DefinitionChange.STAGE_REMOVED, "default", "nowhere")

    with pytest.raises(UserError, match="does not define"):
        desk.workspace.definition_restores.remake(
            desk.admin, backup.id, [*lost(desk, backup), stage]
        )

    assert "nets" not in [each.name for each in desk.workspace.pipelines.list(desk.admin, "deals")]


def test_a_type_is_changed_back_and_what_it_cannot_hold_is_counted_and_kept(desk: Desk) -> None:
    definitions = desk.workspace.definitions
    definitions.add_property(desk.admin, "contacts", replace(SIZE, sensitive=False))
    ann, ben = desk.contact(size="s"), desk.contact(size="l")
    backup = desk.backup()
    desk.workspace.type_changes.apply(desk.admin, "contacts", "size", PropertyType.STRING)
    desk.edit(desk.read(ben), size="enormous")

    (step,) = put_back(desk, backup)

    told = (step.now, step.then, step.parts, step.unconverted)
    assert told == ("string", "enumeration", ("Small", "Large"), 1)
    again = definitions.object(desk.admin, "contacts").property("size")
    assert again.type is PropertyType.ENUMERATION
    assert (desk.value(ann, "size"), desk.value(ben, "size")) == ("s", None)
    gone = definitions.archived_properties(desk.admin, "contacts")
    assert [each.type for each in gone] == ["string", "enumeration"]
    assert lost(desk, backup) == []


def test_an_object_that_was_put_away_comes_back_with_its_records(desk: Desk) -> None:
    definitions = desk.workspace.definitions
    boats = definitions.add_object(desk.admin, "boats", "Boat", "Boats")
    desk.add("boats", name="Havsula")
    backup = desk.backup()
    definitions.remove_object(desk.admin, "boats")

    (step,) = put_back(desk, backup)

    assert (step.then, step.records) == ("Boat", 1)
    assert definitions.object(desk.admin, "boats").id == boats.id


def test_an_object_that_is_gone_is_made_anew_with_properties_and_pipelines(desk: Desk) -> None:
    definitions = desk.workspace.definitions
    definitions.add_object(desk.admin, "boats", "Boat", "Boats")
    definitions.add_property(desk.admin, "boats", SIZE)
    backup = desk.backup()
    definitions.remove_object(desk.admin, "boats")
    forget_object(desk, "boats")

    (step,) = put_back(desk, backup)

    made = definitions.object(desk.admin, "boats")
    assert (made.label, made.plural_label, step.records) == ("Boat", "Boats", 0)
    size = made.property("size")
    assert (size.type, size.sensitive) == (PropertyType.ENUMERATION, True)
    assert [option.label for option in size.options] == ["Small", "Large"]


@pytest.mark.parametrize("change", [DefinitionChange.OBJECT_ADDED, DefinitionChange.STAGE_ADDED])
def test_what_was_only_added_is_never_taken_away(desk: Desk, change: DefinitionChange) -> None:
    backup = desk.backup()
    wanted = [LostDefinition("contacts", change, "phone")]

    with pytest.raises(UserError, match="cannot be put back"):
        desk.workspace.definition_restores.remake(desk.admin, backup.id, wanted)


def test_what_the_backup_does_not_define_is_refused(desk: Desk) -> None:
    backup = desk.backup()
    boat = LostDefinition("contacts", DefinitionChange.PROPERTY_REMOVED, "boat")

    with pytest.raises(UserError, match="does not define"):
        desk.workspace.definition_restores.plan(desk.admin, backup.id, [boat])
