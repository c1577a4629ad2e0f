"""Properties and options that were lost come back from a backup."""

from __future__ import annotations

import pytest

from crmdesk.core.errors import UserError
from crmdesk.core.records.catalogue import OptionDefinition, PropertyDefinition
from crmdesk.core.records.types import PropertyType
from tests.builders import Desk

SIZE = PropertyDefinition(
    "size",
    "Size",
    PropertyType.ENUMERATION,
    options=(OptionDefinition("s", "Small"), OptionDefinition("l", "Large")),
    sensitive=True,
)


def test_an_archived_property_comes_back_itself_with_its_values(desk: Desk) -> None:
    desk.workspace.definitions.add_property(desk.admin, "contacts", SIZE)
    ann = desk.contact(firstname="Ann", size="l")
    backup = desk.backup()
    before = desk.workspace.definitions.object(desk.admin, "contacts").property("size")
    desk.workspace.definitions.archive_property(desk.admin, "contacts", "size")

    again = desk.workspace.definition_restores.property(desk.admin, backup.id, "contacts", "size")

    assert again.id == before.id
    assert desk.sql("SELECT size FROM obj_contacts WHERE id = ?", ann.id) == [("l",)]


def test_an_option_that_was_removed_comes_back_under_its_label(desk: Desk) -> None:
    definitions = desk.workspace.definitions
    definitions.add_property(desk.admin, "contacts", SIZE)
    backup = desk.backup()
    kept = [OptionDefinition("s", "Small")]
    definitions.set_property(desk.admin, "contacts", "size", {"options": kept})

    restores = desk.workspace.definition_restores
    again = restores.option(desk.admin, backup.id, "contacts", "size", "l")

    assert [(o.value, o.label) for o in again.options if not o.archived] == [
        ("s", "Small"),
        ("l", "Large"),
    ]


def test_what_the_backup_does_not_define_is_refused(desk: Desk) -> None:
    backup = desk.backup()

    with pytest.raises(UserError, match="does not define"):
        desk.workspace.definition_restores.property(desk.admin, backup.id, "contacts", "boat")
