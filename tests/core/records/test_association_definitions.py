from __future__ import annotations

import pytest

from crmdesk.core.errors import UserError
from tests.builders import Desk


def refusal(act) -> str:
    with pytest.raises(UserError) as refused:
        act()
    return refused.value.code


def test_a_label_is_added_once_for_both_sides(desk: Desk):
    service = desk.workspace.association_definitions

    service.add_label(desk.admin, "companies", "contacts", "Board member", "Sits on the board of")

    found = service.labels(desk.admin, "contacts", "companies")
    assert [(each.name, each.label, each.inverse_label) for each in found] == [
        ("board_member", "Sits on the board of", "Board member")
    ]
    texts = [each.text for each in service.choices(desk.admin, "companies", "contacts")]
    assert texts == ["Board member"]


def test_two_labels_never_read_the_same(desk: Desk):
    service = desk.workspace.association_definitions
    service.add_label(desk.admin, "contacts", "contacts", "Manager", "Report")

    assert (
        refusal(lambda: service.add_label(desk.admin, "contacts", "contacts", "report"))
        == "label_exists"
    )
    assert (
        refusal(lambda: service.add_label(desk.admin, "contacts", "deals", "  ")) == "label_blank"
    )


def test_a_removed_label_leaves_the_association(desk: Desk):
    service = desk.workspace.association_definitions
    label = service.add_label(desk.admin, "contacts", "companies", "Employer")
    ann, northwind = desk.contact(), desk.add("companies", name="Northwind")
    associations = desk.workspace.associations
    associations.associate(desk.admin, "contacts", ann.id, "companies", northwind.id, "Employer")

    removed = service.remove_label(desk.admin, label.id)

    assert removed.associations == 1
    found = associations.list(desk.admin, "contacts", ann.id, "companies")
    assert [(each.id, each.labels) for each in found] == [(northwind.id, ())]
    assert service.labels(desk.admin, "contacts", "companies") == []
    assert refusal(lambda: service.remove_label(desk.admin, label.id)) == "label_unknown"


def test_a_label_in_use_within_one_object_keeps_its_direction(desk: Desk):
    service = desk.workspace.association_definitions
    label = service.add_label(desk.admin, "contacts", "contacts", "Manager", "Report")
    ann, bo = desk.contact(), desk.contact()
    desk.workspace.associations.associate(
        desk.admin, "contacts", ann.id, "contacts", bo.id, "Manager"
    )

    assert refusal(lambda: service.set_label(desk.admin, label.id, "Chief")) == "label_direction"
    changed = service.set_label(desk.admin, label.id, "Chief", "Team member")
    assert (changed.label, changed.inverse_label) == ("Chief", "Team member")


def test_a_limit_is_set_changed_and_lifted_with_old_and_new_in_the_log(desk: Desk):
    service = desk.workspace.association_definitions
    for maximum in (1, 3, 3, None):
        service.set_limit(desk.admin, "contacts", "companies", maximum)

    assert service.limits(desk.admin) == []
    rows = desk.sql(
        "SELECT d.payload ->> '$.old.maximum', d.payload ->> '$.new.maximum' FROM audit_events e "
        "JOIN audit_details d ON d.event_id = e.id WHERE e.subcategory = 'LIMIT' ORDER BY e.id"
    )
    assert rows == [(None, 1), (1, 3), (3, None)]
    assert (
        refusal(lambda: service.set_limit(desk.admin, "contacts", "companies", 0))
        == "limit_invalid"
    )


def test_changes_of_labels_have_their_entries(desk: Desk):
    service = desk.workspace.association_definitions
    label = service.add_label(desk.admin, "contacts", "companies", "Employer")
    service.set_label(desk.admin, label.id, "Works at")
    service.remove_label(desk.admin, label.id)

    rows = desk.sql("SELECT action FROM audit_events WHERE subcategory = 'LABEL' ORDER BY id")
    assert rows == [("create",), ("update",), ("delete",)]
