from __future__ import annotations

import pytest

from crmdesk.core.audit import kinds
from crmdesk.core.audit.catalogue import load_audit_catalogue
from crmdesk.core.audit.kinds import Action, Category, EventKind
from crmdesk.core.setting_declarations import Edition

CATALOGUE = load_audit_catalogue()
KINDS = {name: kind for name, kind in vars(kinds).items() if isinstance(kind, EventKind)}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_entry_is_in_the_catalogue(name):
    kind = KINDS[name]
    category = CATALOGUE.category(kind.category)
    assert category is not None
    assert category.has_source
    found = category.subcategory(kind.subcategory)

    assert found is not None
    assert found.code == kind.subcategory
    assert found.has_source
    assert kind.action in found.actions


def test_what_the_catalogue_says_is_recorded_has_a_kind():
    written = {
        (kind.category.value, kind.subcategory, kind.action.value) for kind in KINDS.values()
    }
    promised = {
        (category.code, found.code, action)
        for category in CATALOGUE.categories
        for found in category.subcategories
        if found.has_source
        for action in found.actions
    }

    assert promised == written


@pytest.mark.parametrize("action", [Action.CREATE, Action.DELETE, Action.RESTORE, Action.PURGE])
def test_what_happens_to_records_is_in_the_catalogue_whatever_the_object(action):
    kind = kinds.crm_object("contacts", action)
    category = CATALOGUE.category(kind.category)

    assert category.per_object
    assert category.has_source
    assert action in category.actions
    assert "update" in CATALOGUE.category(kinds.property_value("contacts").category).actions


def test_every_category_and_action_of_the_program_has_a_label():
    assert {category.value for category in Category} <= {c.code for c in CATALOGUE.categories}
    assert {action.value for action in Action} == set(CATALOGUE.action_labels)
    assert all(category.label and category.description for category in CATALOGUE.categories)


def test_what_has_no_source_here_says_so():
    without = {category.code for category in CATALOGUE.categories if not category.has_source}

    assert {"meetings", "content", "salesforce", "customer_agent", "multi_account"} <= without
    security = CATALOGUE.category("security")
    assert not security.subcategory("PAYMENT_ACCOUNT_CREATED").has_source
    assert security.subcategory("REMOVE_SINGLE_SIGN_ON").label.startswith("Single sign-on")
    assert security.subcategory("NOT_KNOWN_AT_ALL") is None


def test_the_lower_editions_show_sign_ins_and_security_alone():
    for edition in (Edition.STARTER, Edition.PROFESSIONAL):
        assert [c.code for c in CATALOGUE.visible_in(edition)] == ["login", "security"]
    assert CATALOGUE.visible_in(Edition.ENTERPRISE) == CATALOGUE.categories


def test_no_code_stands_twice():
    for category in CATALOGUE.categories:
        codes = [found.code for found in category.subcategories]
        assert len(codes) == len(set(codes))
    assert len({c.code for c in CATALOGUE.categories}) == len(CATALOGUE.categories)
