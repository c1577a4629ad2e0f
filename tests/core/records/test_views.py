"""Saved views: what a person keeps of a table, privately or for everyone."""

from __future__ import annotations

import pytest

from crmdesk.core.errors import UserError
from crmdesk.core.records.filters import parse_filter
from crmdesk.core.records.views import SavedView, ViewDefinition
from tests.builders import Desk

OSLO = ViewDefinition(
    columns=("email", "city"),
    sort="createdate",
    descending=False,
    groups=((parse_filter("city:eq:Oslo"),), (parse_filter("createdate:within:today"),)),
    search="berg",
)


def names(desk: Desk, actor: object = None) -> list[str]:
    return [view.name for view in desk.workspace.views.list(actor or desk.admin, "contacts")]


def only(desk: Desk) -> SavedView:
    (view,) = desk.workspace.views.list(desk.admin, "contacts")
    return view


def test_a_view_comes_back_as_it_was_saved(desk: Desk):
    views = desk.workspace.views
    view_id = views.add(desk.admin, "contacts", " In Oslo ", OSLO)
    assert only(desk).definition == OSLO
    assert (only(desk).name, only(desk).mine, only(desk).shared) == ("In Oslo", True, False)
    views.save(desk.admin, view_id, ViewDefinition(search="dahl"))
    views.rename(desk.admin, view_id, "Dahl")
    assert (only(desk).name, only(desk).definition.search) == ("Dahl", "dahl")
    views.remove(desk.admin, view_id)
    assert names(desk) == []


def test_a_private_view_is_seen_by_its_owner_alone_and_a_shared_one_by_everyone(desk: Desk):
    una, views = desk.user("Una Berg"), desk.workspace.views
    view_id = views.add(desk.admin, "contacts", "In Oslo", OSLO)
    assert names(desk, una) == []
    with pytest.raises(UserError, match="no such view"):
        views.save(una, view_id, OSLO)
    views.share(desk.admin, view_id, everyone=True)
    assert names(desk, una) == ["In Oslo"]
    for act in (
        lambda: views.save(una, view_id, ViewDefinition()),
        lambda: views.rename(una, view_id, "Mine"),
        lambda: views.share(una, view_id, everyone=False),
        lambda: views.remove(una, view_id),
    ):
        with pytest.raises(UserError, match="who made a view"):
            act()
    assert only(desk).definition == OSLO


def test_a_super_admin_deletes_shared_views_of_others_but_not_private_ones(desk: Desk):
    una, views = desk.user("Una Berg"), desk.workspace.views
    shared = views.add(una, "contacts", "For all", OSLO, shared=True)
    private = views.add(una, "contacts", "Mine", OSLO)
    views.remove(desk.admin, shared)
    with pytest.raises(UserError, match="no such view"):
        views.remove(desk.admin, private)
    assert names(desk, una) == ["Mine"]


def test_order_and_default_are_each_persons_own(desk: Desk):
    una, views = desk.user("Una Berg"), desk.workspace.views
    first, second, third = (
        views.add(desk.admin, "contacts", name, OSLO, shared=True) for name in ("A", "B", "C")
    )
    views.reorder(desk.admin, "contacts", [third, first])
    views.set_default(desk.admin, "contacts", second)
    assert names(desk) == ["C", "A", "B"]
    assert names(desk, una) == ["A", "B", "C"]
    assert [v.is_default for v in views.list(desk.admin, "contacts")] == [False, False, True]
    assert not any(v.is_default for v in views.list(una, "contacts"))
    views.set_default(desk.admin, "contacts", None)
    assert not any(v.is_default for v in views.list(desk.admin, "contacts"))
    assert names(desk) == ["C", "A", "B"]


def test_a_name_is_taken_once_among_ones_own_views_of_an_object(desk: Desk):
    una, views = desk.user("Una Berg"), desk.workspace.views
    views.add(desk.admin, "contacts", "In Oslo", OSLO)
    other = views.add(desk.admin, "contacts", "Other", OSLO)
    with pytest.raises(UserError, match="already"):
        views.add(desk.admin, "contacts", "in oslo", OSLO)
    with pytest.raises(UserError, match="already"):
        views.rename(desk.admin, other, "IN OSLO")
    views.rename(desk.admin, other, "OTHER")
    views.add(una, "contacts", "In Oslo", OSLO)
    views.add(desk.admin, "deals", "In Oslo", ViewDefinition())
