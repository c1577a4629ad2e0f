from __future__ import annotations

from dataclasses import replace

import pytest

from crmdesk.core.records.suggestion import suggest_property
from crmdesk.core.transfer.model import ImportMode
from crmdesk.ui.transfer.draft import Draft


@pytest.fixture
def draft(desk, write) -> Draft:
    path = write("First Name,Email,Wine", "Bo,bo@example.org,Rioja")
    found = desk.workspace.imports.inspect(desk.admin, path)
    return Draft.of(found, desk.workspace.definitions.object(desk.admin, "contacts"))


def test_the_proposal_is_the_files_own(draft):
    assert draft.mapping == {"First Name": "firstname", "Email": "email"}
    assert [column.header for column in draft.unmapped] == ["Wine"]
    assert draft.request() == replace(draft.inspection.request(), key="email")


def test_a_property_takes_one_column(draft):
    moved = draft.with_target("Wine", "email")

    assert moved.mapping == {"First Name": "firstname", "Wine": "email"}
    assert moved.with_target("Wine", None).mapping == {"First Name": "firstname"}


def test_a_new_property_goes_with_its_column(draft):
    made = draft.with_new("Wine", suggest_property("Wine", ["Rioja"]))
    assert made.request().new_properties[0].label == "Wine"

    assert made.with_target("Wine", "lastname").request().new_properties == ()


def test_the_key_follows_the_mapping_and_the_mode(draft):
    assert draft.chosen_key == "email"
    assert replace(draft, mode=ImportMode.CREATE).chosen_key == "email"
    without = draft.with_target("Email", None)
    assert without.keys == ()
    assert without.chosen_key is None
    assert without.with_target("Wine", "email").chosen_key == "email"
