from __future__ import annotations

import json
import zoneinfo
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from crmdesk.core.access.actor import SYSTEM, Actor
from crmdesk.core.access.secret_store import StoreChoice
from crmdesk.core.db.tables import settings, workspace
from crmdesk.core.errors import PermissionDenied, UserError, WrongUsage
from crmdesk.core.setting_declarations import SETTINGS
from crmdesk.core.setting_values import parse_setting
from crmdesk.core.settings import Settings
from tests.builders import Desk


@pytest.fixture
def service(desk: Desk) -> Settings:
    ours = desk.workspace
    return Settings(ours.database, ours.guard, ours.audit_log)


@pytest.fixture
def admin(desk: Desk) -> Actor:
    return desk.admin


def entries(desk: Desk) -> list[tuple[str, dict[str, object]]]:
    rows = desk.sql(
        "SELECT object_id, payload FROM audit_events JOIN audit_details ON event_id = id "
        "WHERE category = 'settings'"
    )
    return [(str(key), json.loads(str(payload))) for key, payload in rows]


def test_every_default_is_a_value_that_could_be_set():
    for setting in SETTINGS.values():
        if setting.key != "workspace.name":
            assert parse_setting(setting, setting.default) == setting.default, setting.key
        assert setting.help.endswith(".")


def test_a_setting_that_was_never_set_has_its_default(service):
    assert service.number(None, "backup.keep_days") == 14
    assert service.number(None, "exports.keep_days") == 30
    assert service.number(None, "recycle_bin.days") == 90
    assert service.number(None, "restore.undo_days") == 90
    assert service.number(None, "import.max_bytes") == 2 * 1024**3
    assert service.number(None, "session.idle_minutes") == 30
    assert service.number(None, "session.absolute_hours") == 12
    assert service.flag(None, "security.step_up_downloads") is False
    assert service.text(None, "workspace.edition") == "enterprise"
    assert service.text(None, "workspace.name") == "Northwind Traders"


def test_a_change_is_kept_and_logged_from_old_to_new(service, desk, admin):
    change = service.set(admin, "backup.keep_days", "30")

    assert (change.old, change.new) == (14, 30)
    assert service.number(None, "backup.keep_days") == 30
    ((key, details),) = entries(desk)
    assert key == "backup.keep_days"
    assert (details["old"], details["new"], details["user_email"]) == (14, 30, admin.email)


def test_setting_what_already_is_writes_no_entry(service, desk, admin):
    service.set(admin, "backup.keep_days", 14)

    assert entries(desk) == []


def test_only_a_super_admin_changes_a_setting_and_the_refusal_is_logged(service, desk):
    user = desk.user("Tom Okafor")

    with pytest.raises(PermissionDenied):
        service.set(user, "backup.keep_days", 30)

    assert service.number(None, "backup.keep_days") == 14
    assert desk.audit_actions()[-1] == ("PERMISSION_REFUSED", "refused")
    assert service.one(user, "backup.keep_days").value == 14


def test_a_change_whose_entry_cannot_be_written_does_not_happen(service, desk, admin):
    with desk.workspace.database.write() as tx:
        tx.sql(
            "CREATE TRIGGER full BEFORE INSERT ON audit_events "
            "BEGIN SELECT RAISE(ABORT, 'no room'); END"
        )

    with pytest.raises(Exception, match="no room"):
        service.set(admin, "workspace.name", "Other")

    assert service.text(None, "workspace.name") == "Northwind Traders"
    with desk.workspace.database.read() as tx:
        assert tx.scalar(select(workspace.c.name)) == "Northwind Traders"


@pytest.mark.parametrize(
    ("key", "given", "kept"),
    [
        ("workspace.name", "  Ærø & Søn 🙂 ", "Ærø & Søn 🙂"),
        ("workspace.time_zone", "europe/oslo", "Europe/Oslo"),
        ("workspace.currency", "nok", "NOK"),
        ("workspace.edition", "Starter", "starter"),
        ("workspace.site_country", "", ""),
        ("backup.min_interval", "Edition", "edition"),
        ("backup.min_interval", "006", "6"),
        ("backup.min_interval", 0, "0"),
        ("import.max_bytes", "1048576", 1048576),
        ("security.step_up_downloads", "on", True),
        ("security.step_up_downloads", False, False),
    ],
)
def test_a_value_is_kept_in_one_form(service, admin, key, given, kept):
    service.set(admin, key, given)

    assert service.get(None, key) == kept


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("workspace.name", " "),
        ("workspace.name", "x" * 101),
        ("workspace.name", "two\nlines"),
        ("workspace.name", "\ud800"),
        ("workspace.time_zone", "Mars/Olympus"),
        ("workspace.time_zone", ""),
        ("workspace.time_zone", "../etc/passwd"),
        ("workspace.currency", "kr"),
        ("workspace.edition", "free"),
        ("backup.min_interval", "-1"),
        ("backup.min_interval", "1.5"),
        ("backup.min_interval", "9999"),
        ("backup.keep_days", "0"),
        ("backup.keep_days", "3651"),
        ("backup.keep_days", "ten"),
        ("backup.keep_days", "1e3"),
        ("backup.keep_days", True),
        ("backup.keep_days", "9" * 5000),
        ("backup.keep_days", "１４"),
        ("backup.second_folder", "relative"),
        ("backup.second_folder", "/no/such/folder"),
        ("backup.second_folder", "/tmp\0"),
        ("session.idle_minutes", 0),
        ("security.step_up_downloads", "maybe"),
    ],
)
def test_a_wrong_value_is_refused_in_a_sentence_and_the_old_one_stays(service, admin, key, given):
    before = service.get(None, key)

    with pytest.raises(UserError) as caught:
        service.set(admin, key, given)

    assert caught.value.code == "setting_invalid"
    assert caught.value.message.endswith(".")
    assert service.get(None, key) == before


@given(st.sampled_from(sorted(SETTINGS)), st.text() | st.integers() | st.booleans() | st.none())
def test_any_value_is_either_taken_or_refused(key, given):
    setting = SETTINGS[key]
    try:
        value = parse_setting(setting, given)
    except UserError:
        return
    assert type(value) is type(setting.default)
    assert parse_setting(setting, value) == value


def test_an_unknown_setting_is_said_to_be_unknown(service, admin):
    with pytest.raises(WrongUsage) as caught:
        service.set(admin, "backup.keep_weeks", 2)

    assert caught.value.code == "setting_unknown"
    with pytest.raises(WrongUsage):
        service.one(admin, "backup.keep_weeks")


def test_where_secrets_lie_is_shown_as_the_workspace_has_it(desk, admin):
    ours = desk.workspace
    ours.file = replace(ours.file, secret_store=StoreChoice.FILE)

    shown = {each.setting.key: each.value for each in ours.settings.all(admin)}

    assert shown["secrets.store"] == "file"
    assert ours.settings.one(admin, "secrets.store").value == "file"


def test_where_secrets_lie_is_not_changed_as_a_setting(service, admin):
    with pytest.raises(UserError) as caught:
        service.set(admin, "secrets.store", "file")

    assert caught.value.code == "setting_elsewhere"


def test_the_name_of_the_workspace_is_the_same_everywhere(service, desk, admin):
    service.set(admin, "workspace.name", "Southwind")

    with desk.workspace.database.read() as tx:
        assert tx.scalar(select(workspace.c.name)) == "Southwind"


@pytest.mark.parametrize("text", ["", "[1]", '"soon"', "null", "-5", "1e999", "{"])
def test_a_stored_value_that_makes_no_sense_counts_as_not_set(service, desk, text):
    with desk.workspace.database.write() as tx:
        tx.execute(insert(settings).values(key="backup.keep_days", value=text))
        tx.execute(update(settings).where(settings.c.key != "backup.keep_days").values(value=text))

    assert service.get(None, "backup.keep_days") == 14
    assert service.get(None, "workspace.time_zone") == "UTC"


def test_a_second_folder_whose_disk_is_away_is_not_forgotten(service, admin, tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    service.set(admin, "backup.second_folder", str(folder))
    folder.rmdir()

    assert service.text(None, "backup.second_folder") == str(folder)


@pytest.mark.parametrize(
    ("edition", "given", "hours"),
    [
        ("enterprise", "edition", 24),
        ("professional", "edition", 168),
        ("starter", "edition", 168),
        ("starter", "0", 0),
        ("enterprise", "6", 6),
    ],
)
def test_the_time_between_backups_follows_the_edition_or_its_own_setting(
    service, edition, given, hours
):
    service.set(SYSTEM, "workspace.edition", edition)
    service.set(SYSTEM, "backup.min_interval", given)

    assert service.backup_interval(None) == timedelta(hours=hours)


def test_all_settings_are_listed_to_whoever_is_signed_in(service, desk):
    user = desk.user("Tom Okafor")

    assert [state.setting.key for state in service.all(user)] == list(SETTINGS)
    with desk.workspace.database.write() as tx:
        tx.execute(update(settings).values(value="0"))
    assert all(type(s.value) is type(s.setting.default) for s in service.all(user))


def test_every_zone_that_can_be_set_can_be_read(service, desk):
    with desk.workspace.database.write() as tx:
        for name in sorted(zoneinfo.available_timezones())[::25]:
            tx.execute(
                update(settings)
                .where(settings.c.key == "workspace.time_zone")
                .values(value=json.dumps(name))
            )
            assert service.get(tx, "workspace.time_zone") == name
