"""Objects, segments, views and settings in the command palette."""

from __future__ import annotations

import pytest

from crmdesk.core.records.filters import parse_filter
from crmdesk.core.records.views import ViewDefinition
from crmdesk.ui.audit.palette import entry_sources
from crmdesk.ui.palette_places import find_places, place_sources
from tests.ui.pages import PageStand

LONDON = ((parse_filter("city:eq:London"),),)


@pytest.fixture
def stand(desk, qapp, tmp_path):
    made = PageStand(desk.workspace, desk.admin, tmp_path)
    yield made
    made.close()


def test_places_of_records_are_found_by_their_names(desk, stand):
    segment = desk.workspace.segments.add(desk.admin, "contacts", "Londoners", LONDON)
    view = desk.workspace.views.add(desk.admin, "deals", "London deals", ViewDefinition())

    links = {place.link for place in find_places(stand.desk, "lond")}
    assert links == {f"records/contacts/segment/{segment}", f"records/deals/view/{view}"}
    assert find_places(stand.desk, "compan")[0].link == "records/companies"
    assert find_places(stand.desk, "recycle")[0].link == "records/recycle-bin"
    assert find_places(stand.desk, "l") == []


def test_sections_and_single_settings_are_found_and_opened(desk, stand):
    (source,) = place_sources(stand.desk)
    group = source.show(source.find("keep deleted"))
    assert [line.text for line in group.lines] == ["Keep deleted records for"]
    group.lines[0].run()
    assert stand.told.links == ["settings/recycle_bin.days"]
    assert "settings/users" in {place.link for place in find_places(stand.desk, "users")}


def test_views_and_entries_of_the_log_are_found_by_super_admins(desk, stand, qapp, tmp_path):
    desk.deal(dealname="Rattlesnake Canyon")
    [[entry]] = desk.sql("SELECT max(id) FROM audit_events")
    assert find_places(stand.desk, "login hist")[0].link == "audit/view/-2"
    (source,) = entry_sources(stand.desk)
    (line,) = source.show(source.find("rattlesnake")).lines
    assert line.text == "Deal Rattlesnake Canyon"
    assert line.detail.startswith("Create, Ingrid Solberg, today ")
    line.run()
    assert stand.told.links == [f"audit/{entry}"]
    made = PageStand(desk.workspace, desk.user("Una Berg"), tmp_path)
    assert entry_sources(made.desk) == []
    made.close()


def test_only_super_admins_are_led_to_the_users(desk, qapp, tmp_path):
    made = PageStand(desk.workspace, desk.user("Una Berg"), tmp_path)
    links = {place.link for place in find_places(made.desk, "users")}
    made.close()
    assert "settings/users" not in links
