"""Templates: what was chosen for a file comes back with its headings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import UserError
from crmdesk.core.records.dates import DateOrder
from crmdesk.core.transfer.model import AssociationColumn, ImportMode, ImportRequest
from tests.core.transfer.conftest import Bench

TEXT = "Email,Boss,Firm\nann@example.org,x,y\n"


def _request(bench: Bench, text: str = TEXT, name: str = "contacts.csv") -> ImportRequest:
    return bench.desk.workspace.imports.inspect(bench.desk.admin, bench.file(text, name)).request()


def _chosen(bench: Bench) -> ImportRequest:
    return replace(
        _request(bench),
        mapping={"Email": "email", "Boss": "firstname"},
        mode=ImportMode.CREATE,
        associations=(AssociationColumn("Firm", "companies", "name"),),
        static={"city": "Oslo", "date_of_birth": "1980-01-02"},
        date_orders={"Boss": DateOrder.DAY_FIRST},
        lifecycle_back=True,
    )


def test_the_same_headings_offer_it_in_any_order(bench: Bench) -> None:
    templates = bench.desk.workspace.import_templates
    saved = templates.save(bench.desk.admin, "Fair", ("Email", "Boss", "Firm"), _chosen(bench))

    offered = templates.fitting(bench.desk.admin, "contacts", ("FIRM", "e-mail", "Boss"))
    assert [each.name for each in offered] == ["Fair"]
    assert templates.fitting(bench.desk.admin, "contacts", ("Email", "Boss")) == []
    fresh = _request(bench, "Firm,Email,Boss\na,b@example.org,c\n", "later.csv")
    applied = templates.apply(bench.desk.admin, saved, fresh)

    assert (applied.path, applied.sha256) == (fresh.path, fresh.sha256)
    expected = replace(_chosen(bench), path=fresh.path, sha256=fresh.sha256)
    # What is sensitive is given anew each time.
    assert replace(applied, options=expected.options) == replace(expected, static={"city": "Oslo"})


def test_a_name_is_replaced_by_its_owner_and_kept_from_others(bench: Bench) -> None:
    templates = bench.desk.workspace.import_templates
    kim = bench.desk.user("Kim Berg", Permission.IMPORT)
    templates.save(bench.desk.admin, "Fair", ("Email",), _chosen(bench))
    templates.save(bench.desk.admin, "fair", ("Email",), _chosen(bench))
    (kept,) = templates.list(bench.desk.admin)

    with pytest.raises(UserError, match="Somebody else"):
        templates.save(kim, "FAIR", ("Email",), _chosen(bench))
    with pytest.raises(UserError, match="another user"):
        templates.delete(kim, kept.id)
    templates.delete(bench.desk.admin, kept.id)
    assert templates.list(kim) == []


def test_a_property_that_is_gone_stays_out(bench: Bench) -> None:
    templates = bench.desk.workspace.import_templates
    chosen = replace(_chosen(bench), mapping={"Email": "email", "Boss": "no_more"})
    saved = templates.save(bench.desk.admin, "Fair", ("Email",), chosen)

    applied = templates.apply(bench.desk.admin, saved, _request(bench))

    assert applied.mapping == {"Email": "email"}
