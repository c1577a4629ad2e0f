from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from crmdesk.core.access.actor import SYSTEM, Actor, ActorKind
from crmdesk.core.audit import kinds
from crmdesk.core.audit.event import EVENT_KEYS
from crmdesk.core.audit.filters import AuditFilters, Choices
from crmdesk.core.audit.kinds import Action
from crmdesk.core.audit.language import parse_search
from crmdesk.core.audit.query import AuditLogReader
from crmdesk.core.audit.readable import BROKEN
from crmdesk.core.clock import from_text
from crmdesk.core.db.tables import audit_details, properties, users
from crmdesk.core.errors import PermissionDenied, UserError, WrongUsage
from crmdesk.core.exports.report_model import AuditLogReport, ReportRequest
from crmdesk.core.settings import Settings
from tests.builders import Desk


def reader(desk: Desk) -> AuditLogReader:
    return AuditLogReader(desk.workspace.database, desk.workspace.guard)


def log(desk, kind, actor=None, **facts):
    with desk.workspace.database.write() as tx:
        desk.workspace.audit_log.log(tx, actor or desk.admin, kind, **facts)


def found(desk, **filters):
    page = reader(desk).events(desk.admin, AuditFilters(**filters))
    assert page.total == len(page.events)
    ids = reader(desk).ids(desk.admin, AuditFilters(**filters))
    assert list(ids) == [event.id for event in page.events]
    return page.events


def test_the_newest_entry_comes_first_with_all_that_is_known_of_it(desk):
    contact = desk.contact(firstname="Ann", phone="555-0100")
    desk.edit(contact, phone="555-0199")

    newest, created, *_ = reader(desk).events(desk.admin).events

    assert (newest.category, newest.subcategory, newest.action) == (
        "property_value",
        "CONTACTS",
        "update",
    )
    assert (newest.user, newest.user_name) == (desk.admin.email, desk.admin.full_name)
    assert (newest.object, newest.object_id) == ("contacts", str(contact.id))
    assert (newest.address, newest.agent, newest.country) == ("192.0.2.7", "CRM Desk test", "NO")
    assert newest.sign_in_type == "password_and_code"
    assert newest.link == f"records/contacts/{contact.id}"
    assert newest.at.utcoffset() == timedelta(0)
    assert newest.detail["changes"] == [{"property": "phone", "old": "555-0100", "new": "555-0199"}]
    assert "user_email" not in newest.detail
    assert created.action == "create"


def test_every_key_that_scripts_rely_on_is_there(desk):
    (event, *_) = reader(desk).events(desk.admin).events

    assert all(hasattr(event, key) for key in EVENT_KEYS)


def test_pages_hold_every_entry_once(desk):
    for number in range(25):
        log(desk, kinds.IMPORT, details={"number": number})
    seen, after = [], None
    while True:
        page = reader(desk).events(desk.admin, limit=7, after=after)
        seen += [event.id for event in page.events]
        after = page.next
        if after is None:
            break
        log(desk, kinds.BACKUP_CREATED)

    assert seen == sorted(seen, reverse=True)
    assert sorted(seen) == list(range(1, 28))


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "١", "9" * 30])
def test_a_cursor_that_is_none_is_refused(desk, text):
    with pytest.raises(WrongUsage):
        reader(desk).events(desk.admin, after=text)


def test_filters_are_joined_by_and_and_hold_any_of_their_values(desk):
    log(desk, kinds.BACKUP_CREATED)
    log(desk, kinds.BACKUP_DELETED)
    log(desk, kinds.crm_object("deals", Action.DELETE))
    log(desk, kinds.crm_object("contacts", Action.DELETE))

    assert len(found(desk, actions=("delete",))) == 3
    assert len(found(desk, actions=("Delete",), categories=("CRM_OBJECT",))) == 2
    assert len(found(desk, categories=("crm_object",), subcategories=("deals", "tickets"))) == 1
    kept = found(desk, subcategories=("DATA_BACKUP_CREATED", "DATA_BACKUP_DELETED"))
    assert [event.action for event in kept] == ["delete", "create"]


def test_what_an_entry_prints_is_what_the_filter_takes(desk):
    log(desk, kinds.SETTING_CHANGED)
    for event in reader(desk).events(desk.admin).events:
        same = {
            "categories": (event.category,),
            "subcategories": (event.subcategory,),
            "actions": (event.action,),
        }
        assert event.id in [other.id for other in found(desk, **same)]


@pytest.mark.parametrize("filters", [{"categories": ("pages",)}, {"actions": ("explode",)}])
def test_a_filter_that_does_not_exist_is_said(desk, filters):
    with pytest.raises(WrongUsage):
        reader(desk).events(desk.admin, AuditFilters(**filters))


def test_by_takes_the_start_of_an_email_a_name_or_a_team(desk):
    marc = desk.user("Marc Dubois")
    elif_ = desk.user("Elif Demir")
    kept = desk.workspace.teams
    log(desk, kinds.IMPORT, elif_)
    sales = kept.add(desk.admin, "Sales Nordic")
    desk.in_teams(elif_.email, "Sales Nordic")
    with desk.workspace.database.write() as tx:
        tx.execute(update(users).where(users.c.id == marc.user_id).values(removed_at=tx.now_text))
    log(desk, kinds.IMPORT, marc)
    log(desk, kinds.IMPORT, elif_)
    (as_member,) = found(desk, by=("sales",))
    log(desk, kinds.IMPORT, SYSTEM)

    assert [e.user_id for e in found(desk, by=("MARC",))] == [marc.user_id]
    assert [e.user_id for e in found(desk, by=(marc.email,))] == [marc.user_id]
    assert (as_member.user_id, as_member.subcategory) == (elif_.user_id, "IMPORT")
    assert len(found(desk, by=("marc", "Elif D"))) == 3
    assert len(found(desk, user_ids=(marc.user_id,), by=("sales",))) == 2

    # Membership counts as it was when something was done.
    desk.in_teams(elif_.email)
    log(desk, kinds.IMPORT, elif_)
    assert found(desk, team_ids=(sales.id,)) == (as_member,)
    desk.in_teams(elif_.email, "Sales Nordic")
    log(desk, kinds.IMPORT, elif_)
    kept.remove(desk.admin, "Sales Nordic")
    log(desk, kinds.IMPORT, elif_)
    assert len(found(desk, team_ids=(sales.id,), without=Choices(ids=(as_member.id,)))) == 1
    assert found(desk, by=("nobody",)) == ()


def test_both_ends_of_a_range_are_in_it(timed_desk):
    desk = timed_desk
    for _ in range(5):
        desk.time.forward(minutes=1)
        log(desk, kinds.IMPORT)
    events = found(desk, subcategories=("IMPORT",))

    def between(since, until):
        return [e.id for e in found(desk, since=since, until=until, actions=("import",))]

    assert between(events[3].at, events[1].at) == [event.id for event in events[1:4]]
    one = timedelta(milliseconds=1)
    assert between(events[3].at + one, events[1].at - one) == [events[2].id]
    assert between(events[0].at + one, None) == []
    assert between(None, from_text("2001-01-01T00:00:00.000Z")) == []


def test_a_clock_set_back_neither_hides_nor_reorders_entries(timed_desk):
    desk = timed_desk
    log(desk, kinds.BACKUP_CREATED)
    before = desk.time.at
    desk.time.back(hours=2)
    log(desk, kinds.BACKUP_DELETED)

    newest, noticed, oldest = reader(desk).events(desk.admin).events[:3]

    assert (newest.action, oldest.action) == ("delete", "create")
    assert noticed.subcategory == "CLOCK_WENT_BACK"
    assert noticed.detail == {"seconds": 7200}
    assert newest.at == before - timedelta(hours=2)
    assert newest.id in [event.id for event in found(desk, since=before)]


def test_search_finds_values_and_ids_and_not_the_words_of_the_format(desk):
    contact = desk.contact(firstname='Ann "Annie" Ærø 100%', phone="555-0100")
    log(desk, kinds.IMPORT, object_id="import-1", job_id="job-7")

    (created,) = found(desk, texts=("annie",))
    assert created.object_id == str(contact.id)
    assert found(desk, texts=('Ann "Annie"',)) == (created,)
    assert found(desk, texts=("Ærø 100%",)) == (created,)
    assert found(desk, texts=("nnie",)) == found(desk, texts=("Annie Ann",)) == ()
    assert found(desk, texts=("user_email",)) == ()
    assert len(found(desk, texts=("job-7",))) == 1
    assert len(found(desk, texts=("import-1",))) == 1


def test_a_value_that_became_sensitive_later_is_masked(desk):
    contact = desk.contact(phone="555-0100")
    desk.edit(contact, phone="555-0199")
    with desk.workspace.database.write() as tx:
        tx.execute(update(properties).where(properties.c.name == "phone").values(is_sensitive=1))

    changed, created = found(desk, object_types=("contacts",), object_ids=(str(contact.id),))

    assert changed.detail["changes"] == [{"property": "phone", "old": "masked", "new": "masked"}]
    assert created.detail["values"]["phone"] == "masked"
    assert "@" in created.detail["values"]["email"]


def test_erased_details_are_said_to_be_erased(desk):
    desk.contact()
    with desk.workspace.database.write() as tx:
        tx.execute(update(audit_details).values(payload=None, salt=None, erased_at=tx.now_text))

    newest = reader(desk).events(desk.admin).events[0]

    assert newest.erased
    assert newest.detail == {}
    assert newest.user == desk.admin.email


def test_details_that_somebody_broke_do_not_stop_the_reading(desk):
    desk.contact()
    wrong = ('{"changes": 5, "values": [], "user_email": 7}', '{"changes": [1]}')
    for payload in ("", "{", "[1]", *wrong, '{"changes": [{"property": ["a"]}]}'):
        with desk.workspace.database.write() as tx:
            tx.execute(update(audit_details).values(payload=payload))
        assert reader(desk).events(desk.admin).total > 0
        assert len(found(desk, texts=("changes",))) == 0
    report = ReportRequest(AuditLogReport(AuditFilters()))
    assert desk.workspace.reports.estimate(desk.admin, report).records == 3


def test_a_time_that_somebody_broke_does_not_stop_the_reading(desk):
    last = desk.workspace.audit_reader.newest(desk.admin)
    with desk.workspace.database.write() as tx:
        tx.sql("DROP TRIGGER audit_events_no_update")
    for at in ("x", "", "0000-00-00T00:00:00.000Z", "2026-01-07", "9999-12-31T23:59:59.999Z"):
        with desk.workspace.database.write() as tx:
            tx.sql("UPDATE audit_events SET at = ?, at_order = ? WHERE id = ?", (at, at, last))
        assert reader(desk).event(desk.admin, last).at == BROKEN
        bars = reader(desk).histogram(desk.admin, AuditFilters(), ZoneInfo("Europe/Oslo"))
        assert bars.total > 0
        assert desk.workspace.audit.verify(desk.admin).first_bad == last


@pytest.mark.parametrize("edition", ["starter", "professional"])
def test_lower_editions_show_sign_ins_and_security_and_lose_nothing(desk, edition):
    contact = desk.contact()
    log(desk, kinds.LOGIN_SUCCEEDED)
    every = reader(desk).ids(desk.admin)
    record_entry = found(desk, object_types=("contacts",), object_ids=(str(contact.id),))[0].id
    settings = Settings(desk.workspace.database, desk.workspace.guard, desk.workspace.audit_log)
    settings.set(desk.admin, "workspace.edition", edition)

    page = reader(desk).events(desk.admin)
    shown = [event.id for event in page.events]

    assert {event.category for event in page.events} == {"login", "security"}
    assert not page.detailed
    assert not any(each.detail or each.session_id or each.job_id for each in page.events)
    assert any(event.user == desk.admin.email for event in page.events)
    assert found(desk, categories=("crm_object",)) == ()
    assert [event.id for event in reader(desk).rows(desk.admin, every)] == shown
    with pytest.raises(UserError):
        reader(desk).event(desk.admin, record_entry)
    settings.set(desk.admin, "workspace.edition", "enterprise")
    assert any(event.detail for event in reader(desk).events(desk.admin).events)
    assert list(reader(desk).ids(desk.admin)[2:]) == list(every)


def test_what_is_removed_or_not_shown_is_still_known_to_the_search(desk):
    definitions, settings = desk.workspace.definitions, desk.workspace.settings
    definitions.add_object(desk.admin, "boats", "Boat")
    boat = desk.add("boats", name="Skua")
    definitions.remove_object(desk.admin, "boats")

    def search(text):
        words = reader(desk).vocabulary(desk.admin)
        parsed = parse_search(text, words, datetime.now(UTC), ZoneInfo("UTC"))
        assert parsed.problems == ()
        return reader(desk).events(desk.admin, parsed.filters).events

    assert [event.action for event in search("object:boats")] == ["delete", "create", "create"]
    assert [event.object_id for event in search("subcategory:Boats")] == [str(boat.id)]
    settings.set(desk.admin, "recycle_bin.days", "30")
    assert len(search("object:setting")) == 1
    settings.set(desk.admin, "workspace.edition", "starter")
    assert search("category:crm_object subcategory:contacts") == ()
    words = reader(desk).vocabulary(desk.admin)
    codes = {word.code for word in (*words.categories, *words.subcategories)}
    assert not codes & {"crm_object", "CONTACTS", "BOATS"}


def test_rows_come_in_the_order_asked_for_and_the_missing_are_left_out(desk):
    for _ in range(5):
        log(desk, kinds.IMPORT)
    events = reader(desk).rows(desk.admin, [3, 999, 1, 5])

    assert [event.id for event in events] == [3, 1, 5]
    assert reader(desk).rows(desk.admin, []) == []
    assert reader(desk).event(desk.admin, 3) == events[0]
    with pytest.raises(UserError) as caught:
        reader(desk).event(desk.admin, 999)
    assert caught.value.code == "audit_event_not_found"


def test_only_super_admins_read_the_log_and_reading_writes_no_entry(desk):
    tom = desk.user("Tom Okafor")
    before = desk.audit_actions()
    read = reader(desk)
    read.events(desk.admin)
    read.rows(desk.admin, read.ids(desk.admin))
    assert desk.audit_actions() == before

    for call in (
        lambda: read.events(tom),
        lambda: read.ids(tom),
        lambda: read.rows(tom, [1]),
        lambda: read.event(tom, 1),
    ):
        with pytest.raises(PermissionDenied):
            call()
    assert desk.audit_actions()[len(before) :] == [("PERMISSION_REFUSED", "refused")] * 4


def test_an_unknown_person_has_no_name(desk):
    log(desk, kinds.LOGIN_FAILED, Actor(ActorKind.UNKNOWN), result=kinds.Result.FAILED)

    newest = reader(desk).events(desk.admin).events[0]

    assert (newest.actor_kind, newest.user, newest.user_name) == ("unknown", "", "")
    assert newest.result == "failed"


def test_an_entry_that_was_taken_out_is_listed_and_has_no_row(desk):
    contact = desk.contact(firstname="Ann")
    desk.edit(contact, phone="555-0199")
    every = list(reader(desk).ids(desk.admin))
    with desk.workspace.database.write() as tx:
        triggers = tx.sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            tx.sql(f'DROP TRIGGER "{name}"')
        tx.sql("DELETE FROM audit_details WHERE event_id = 2")
        tx.sql("DELETE FROM audit_events WHERE id = 2")

    assert list(reader(desk).ids(desk.admin)) == every
    assert [event.id for event in reader(desk).rows(desk.admin, [3, 2, 1])] == [3, 1]
