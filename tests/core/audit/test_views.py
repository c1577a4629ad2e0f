"""Views of the audit log: three defaults nobody changes, and what people save beside them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crmdesk.core.audit.filters import AuditFilters, Choices
from crmdesk.core.audit.view_model import (
    LOGIN_HISTORY,
    AuditView,
    AuditViewDefinition,
    Gone,
    GoneKind,
)
from crmdesk.core.errors import UserError, WrongUsage
from tests.builders import Desk

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OSLO = ZoneInfo("Europe/Oslo")
DELETIONS = AuditViewDefinition(
    AuditFilters(
        categories=("crm_object",),
        actions=("delete", "purge"),
        user_ids=(1,),
        since=datetime(2026, 11, 1, tzinfo=UTC),
        texts=('\u202eAcme "Ltd"',),
    )
)
DEFAULTS = ["All Logs", "Login History", "Security Activity"]


def names(desk: Desk, actor: object = None) -> list[str]:
    return [view.name for view in desk.workspace.audit_views.list(actor or desk.admin)]


def found(desk: Desk, view_id: int, actor: object = None) -> AuditView:
    views = desk.workspace.audit_views.list(actor or desk.admin)
    return next(view for view in views if view.id == view_id)


def last_entry(desk: Desk) -> tuple[object, ...]:
    (row,) = desk.sql(
        "SELECT e.action, e.object_id, d.payload FROM audit_events e "
        "JOIN audit_details d ON d.event_id = e.id ORDER BY e.id DESC LIMIT 1"
    )
    return row


def test_the_defaults_reach_thirty_days_back_and_only_save_as_keeps_a_change(desk: Desk):
    views = desk.workspace.audit_views
    assert names(desk) == DEFAULTS
    filters = LOGIN_HISTORY.definition.filters_at(NOON, OSLO)
    assert (filters.categories, filters.since) == (
        ("login",),
        datetime(2026, 10, 23, 12, 0, tzinfo=UTC),
    )
    for act in (
        lambda: views.save(desk.admin, LOGIN_HISTORY.id, DELETIONS),
        lambda: views.rename(desk.admin, LOGIN_HISTORY.id, "Sign-ins"),
        lambda: views.share(desk.admin, LOGIN_HISTORY.id, everyone=False),
        lambda: views.remove(desk.admin, LOGIN_HISTORY.id),
    ):
        with pytest.raises(UserError, match="stay as they are"):
            act()
    with pytest.raises(UserError, match="stay as they are"):
        views.save_as(desk.admin, " login history", DELETIONS)
    with pytest.raises(WrongUsage, match="not a period"):
        views.save_as(desk.admin, "Soon", AuditViewDefinition(period="next year"))
    copy = found(desk, views.clone(desk.admin, LOGIN_HISTORY.id))
    assert (copy.name, copy.definition) == ("Copy of Login History", LOGIN_HISTORY.definition)


def test_a_view_comes_back_as_it_was_saved_and_each_change_is_an_entry(desk: Desk):
    views = desk.workspace.audit_views
    view_id = views.save_as(desk.admin, " Deletions ", DELETIONS)
    assert found(desk, view_id).definition == DELETIONS
    assert last_entry(desk)[:2] == ("create", str(view_id))
    with pytest.raises(UserError, match="already"):
        views.save_as(desk.admin, "DELETIONS", DELETIONS)

    today = AuditViewDefinition(AuditFilters(actions=("delete",)), "today")
    views.save(desk.admin, view_id, today)
    assert found(desk, view_id).definition == today
    changes = {each["property"]: each for each in json.loads(str(last_entry(desk)[2]))["changes"]}
    assert changes["actions"] == {"property": "actions", "old": "delete, purge", "new": "delete"}
    assert changes["period"] == {"property": "period", "old": None, "new": "today"}
    assert today.filters_at(NOON, OSLO).since == datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
    unsaved = replace(today, period="")
    copies = [views.clone(desk.admin, view_id, unsaved) for _ in range(2)]
    assert found(desk, copies[0]).definition == unsaved
    assert names(desk)[3:] == ["Deletions", "Copy of Deletions", "Copy of Deletions 2"]
    assert not found(desk, copies[0]).shared

    views.rename(desk.admin, view_id, "What went")
    assert '"old": "Deletions"' in str(last_entry(desk)[2])
    views.reorder(desk.admin, [copies[1], -1, 10**6])
    assert names(desk)[3:] == ["Copy of Deletions 2", "What went", "Copy of Deletions"]
    views.remove(desk.admin, view_id)
    assert last_entry(desk)[:2] == ("delete", str(view_id))
    assert "What went" not in names(desk)
    assert desk.workspace.audit.verify(desk.admin).ok


def test_a_shared_view_is_seen_by_those_who_see_the_log_and_changed_by_its_owner(desk: Desk):
    views, vera = desk.workspace.audit_views, desk.user("Vera Holm", super_admin=True)
    view_id = views.save_as(desk.admin, "Deletions", DELETIONS)
    contacts = desk.workspace.views
    assert names(desk, vera) == DEFAULTS
    with pytest.raises(UserError, match="no such view"):
        views.clone(vera, view_id)
    views.share(desk.admin, view_id, everyone=True)
    seen = found(desk, view_id, vera)
    assert (seen.name, seen.owner_name, seen.mine) == ("Deletions", "Ingrid Solberg", False)
    for act in (
        lambda: views.save(vera, view_id, LOGIN_HISTORY.definition),
        lambda: views.rename(vera, view_id, "Mine"),
        lambda: views.share(vera, view_id, everyone=False),
        lambda: views.remove(vera, view_id),
    ):
        with pytest.raises(UserError, match="who made a view"):
            act()
    views.save_as(vera, "Deletions", DELETIONS)
    # It is no view of records, whoever asks.
    assert contacts.list(desk.admin, "contacts") == []
    with pytest.raises(UserError, match="no such view"):
        contacts.remove(desk.admin, view_id)
    with desk.workspace.database.write() as tx:
        tx.sql("UPDATE users SET super_admin = 0 WHERE id = 1", ())
    views.remove(vera, view_id)
    assert names(desk, vera)[3:] == ["Deletions"]


def test_what_a_view_asks_for_in_vain_is_told_and_the_rest_holds(desk: Desk):
    views, marc = desk.workspace.audit_views, desk.user("Marc Dubois")
    asked = AuditFilters(actions=("delete",), user_ids=(1, marc.user_id or 0, 999))
    view_id = views.save_as(desk.admin, "Deletions", AuditViewDefinition(asked))
    with desk.workspace.database.write() as tx:
        tx.sql("UPDATE users SET removed_at = ? WHERE id = ?", (tx.now_text, marc.user_id))
        tx.sql(
            "UPDATE saved_views SET definition = json_set(definition, '$.filters.mood', 'bad', "
            "'$.filters.categories', json_array('login', 'sorcery'), '$.period', 'someday')",
            (),
        )
    kept = found(desk, view_id)
    assert kept.definition == AuditViewDefinition(replace(asked, categories=("login",)))
    assert set(kept.gone) == {
        Gone(GoneKind.FILTER, "mood"),
        Gone(GoneKind.FILTER, "period"),
        Gone(GoneKind.CODE, "sorcery", "categories"),
        Gone(GoneKind.USER, "Marc Dubois", marc.user_id or 0),
        Gone(GoneKind.USER, "999", 999),
    }
    shown = replace(kept.definition.filters, user_ids=(1,), without=Choices(user_ids=(999,)))
    assert {each.name for each in kept.gone_from(shown)} == {"mood", "period", "sorcery", "999"}
    assert {each.name for each in kept.gone_from(AuditFilters())} == {"mood", "period"}
    desk.workspace.audit_reader.ids(desk.admin, kept.definition.filters)
    for broken in ("[]", "nothing", '{"filters": 7, "period": ""}'):
        with desk.workspace.database.write() as tx:
            tx.sql("UPDATE saved_views SET definition = ?", (broken,))
        assert found(desk, view_id).gone == (Gone(GoneKind.FILTER, "filters"),)
