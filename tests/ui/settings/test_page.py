from __future__ import annotations

from time import time

import pyotp
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QWidget,
)

from crmdesk.core.access.recovery_key import parse, unwrap
from crmdesk.core.records.pipeline_rows import NewStage
from crmdesk.core.setting_declarations import SETTINGS, Section
from crmdesk.ui.audit.places import is_there
from crmdesk.ui.settings.own_two_factor import OwnTwoFactor
from crmdesk.ui.settings.section_page import SectionPage
from crmdesk.ui.settings.wording import section_words, setting_words
from crmdesk.ui.widgets.elided_label import ElidedLabel
from tests.ui.clipping import clipped
from tests.ui.settings.conftest import dialog_named, has_dialog

CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox)
LEFT = Qt.MouseButton.LeftButton
SECTIONS = ("profile", "appearance", "workspace", "users", "security", "backup", "data", "transfer")


def type_into(page, key, text, qtbot):
    control = page.shown_page.fields[key].control
    control.selectAll()
    qtbot.keyClicks(control, text)


def stored(desk, key):
    return desk.workspace.settings.get(None, key)


def test_a_saved_setting_is_in_the_database_and_in_the_log(settings_page, desk, qtbot):
    page = settings_page()
    page.show_section("backup")
    assert not page.footer.isVisible()
    type_into(page, "backup.keep_days", "21", qtbot)
    assert page.footer.isVisible()
    qtbot.mouseClick(page.save, LEFT)
    qtbot.waitUntil(lambda: not page.footer.isVisible())
    assert stored(desk, "backup.keep_days") == 21
    assert any("setting" in action.lower() for action, _ in desk.audit_actions())
    assert page.stand.told.toasts[0][0] == "1 setting saved"


def test_the_footer_counts_errors_and_nothing_wrong_is_saved(settings_page, desk, qtbot):
    page = settings_page()
    page.show_section("security")
    type_into(page, "session.idle_minutes", "5000", qtbot)
    type_into(page, "session.absolute_hours", "zero", qtbot)
    page.commands()["save"]()
    assert page.errors.plain_text() == "2 fields need attention before you can save"
    assert not page.save.isEnabled()
    assert stored(desk, "session.idle_minutes") == 30
    qtbot.mouseClick(page.discard, LEFT)
    assert not page.footer.isVisible()
    assert page.shown_page.fields["session.idle_minutes"].control.text() == "30"


def test_a_number_may_be_typed_with_its_grouping(settings_page, desk, qtbot):
    page = settings_page()
    page.show_section("data")
    type_into(page, "recycle_bin.days", "3,000", qtbot)
    page.commands()["save"]()
    qtbot.waitUntil(lambda: not page.footer.isVisible())
    assert stored(desk, "recycle_bin.days") == 3_000


def test_the_largest_file_is_typed_in_mebibytes_and_saved_in_bytes(settings_page, desk, qtbot):
    desk.workspace.settings.set(desk.admin, "import.max_bytes", 3_000_000)
    page = settings_page()
    page.show_section("transfer")
    field = page.shown_page.fields["import.max_bytes"]
    assert field.control.text() == "2"
    assert not field.is_dirty, "no whole number of the unit, and yet nobody changed it"
    type_into(page, "import.max_bytes", "1,024", qtbot)
    page.commands()["save"]()
    qtbot.waitUntil(lambda: not page.footer.isVisible())
    assert stored(desk, "import.max_bytes") == 1 << 30
    assert field.control.text() == "1,024"


def test_the_time_between_two_backups_is_chosen_in_words_or_typed(settings_page, desk, qtbot):
    page = settings_page()
    page.show_section("backup")
    field = page.shown_page.fields["backup.min_interval"]
    assert field.control.currentText() == "As the edition says"
    field.control.setCurrentIndex(field.control.findText("No limit"))
    page.commands()["save"]()
    qtbot.waitUntil(lambda: not page.footer.isVisible())
    assert stored(desk, "backup.min_interval") == "0"
    assert field.control.currentText() == "No limit"
    field.control.lineEdit().selectAll()
    qtbot.keyClicks(field.control.lineEdit(), "48")
    page.commands()["save"]()
    qtbot.waitUntil(lambda: not page.footer.isVisible())
    assert stored(desk, "backup.min_interval") == "48"


def test_every_declared_setting_has_a_field_and_words(settings_page):
    page = settings_page()
    shown = set()
    for section in ("workspace", "security", "backup", "data", "transfer"):
        page.show_section(section)
        assert isinstance(page.shown_page, SectionPage)
        shown |= set(page.shown_page.fields)
    assert shown == set(SETTINGS)
    assert all(setting_words(each).title != each.key for each in SETTINGS.values())
    carded = {key for s in Section for card in section_words(s).cards for key in card.keys}
    assert carded == set(SETTINGS)


def test_searching_finds_a_setting_and_enter_goes_to_it(settings_page, qtbot):
    page = settings_page()
    qtbot.keyClicks(page.search, "recycle")
    assert not page.listing._items["backup"].isEnabled()
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    assert page.section == "data"
    assert page.escape()
    assert page.listing._items["backup"].isEnabled()


def test_searching_finds_ones_own_threshold_and_the_list_is_one_press_away(settings_page, qtbot):
    page = settings_page()
    qtbot.keyClicks(page.search, "large export")
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    assert page.section == "transfer"
    field = page.shown_page.findChild(QLineEdit, "export_threshold")
    assert page.window().focusWidget() is field
    page.open_link("settings/appearance.theme")
    assert page.section == "appearance"
    page.open_link("settings/exports.own_threshold")
    assert page.section == "transfer"
    page.shown_page.findChild(QAbstractButton, "show_exports").click()
    assert page.stand.told.links == ["exports"]


def test_a_link_leads_to_one_setting_user_team_or_definition(settings_page, desk, qtbot):
    marc = desk.user("Marc Dubois")
    team = desk.workspace.teams.add(desk.admin, "Harbour")
    pipelines = desk.workspace.pipelines
    pipelines.add(desk.admin, "deals", "Renewals", (NewStage("Asked"),))
    page = settings_page()
    page.open_link("settings/session.idle_minutes")
    assert page.section == "security"
    page.open_link("settings/users")
    assert page.section == "users"
    users = page.shown_page
    page.open_link(f"settings/users/{marc.user_id}")
    qtbot.waitUntil(lambda: users.users.view.current_id == marc.user_id)
    page.open_link(f"settings/users/teams/{team.id}")
    qtbot.waitUntil(lambda: users.teams.view.current_id == team.id)
    assert users.teams.isVisible()

    page.open_link("settings/objects/deals/pipelines/renewals")
    objects = page.shown_page
    qtbot.waitUntil(lambda: objects.shown_page.pipeline is not None)
    assert objects.shown_page.pipeline.label == "Renewals"
    page.open_link("settings/objects/contacts/properties/city")
    assert objects.object_type.name == "contacts"
    assert objects.shown_page.panel.found.name == "city"
    desk.workspace.definitions.archive_property(desk.admin, "contacts", "city")
    page.open_link("settings/objects/contacts/properties/city")
    assert objects.shown_page.mode.current == "archived"
    # In a small window the drop-down above says the name of the section, once.
    for narrow in (True, False):
        page.set_narrow(narrow)
        for section in ("objects", "users", "mail"):
            page.show_section(section)
            titles = page.shown_page.findChildren(ElidedLabel)
            said = [each for each in titles if each.text() == page.choice.currentText()]
            assert [each.isVisible() for each in said] == [not narrow], section
    there = {f"settings/users/{marc.user_id}": True, "settings/users/99": False}
    there |= {f"settings/users/teams/{team.id}": True, "settings/users/teams/99": False}
    there |= {"settings/objects/contacts/properties/city": True, "settings/mail": True}
    there |= {"settings/objects/contacts/properties/no": False, "settings/objects/no": False}
    there |= {"settings/objects/deals/pipelines/no": False, "settings/audit.imported/9": False}
    there |= {"records/recycle-bin": True, "records/deals/segment/9": False}
    assert {link: is_there(page.stand.desk, link) for link in there} == there


def test_who_is_no_super_admin_sees_why_nothing_can_be_changed(settings_page, desk):
    page = settings_page(desk.user("Marc Dubois"))
    assert "users" not in page.listing._items
    page.show_section("backup")
    field = page.shown_page.fields["backup.keep_days"]
    assert not field.control.isEnabled()
    assert "Super Admin" in field.control.accessibleDescription()


def test_no_text_is_cut_and_every_control_has_a_name(settings_page, qtbot):
    page = settings_page()
    for width in (1280, 960):
        page.resize(width, 551)
        page.set_narrow(width < 1180)
        for section in SECTIONS:
            page.show_section(section)
            qtbot.wait(30)
            qtbot.waitUntil(lambda: not clipped(page))
            for control in page.shown_page.findChildren(QWidget):
                if control.isVisible() and isinstance(control, CONTROLS):
                    assert name_of(control), (section, control)


def name_of(control):
    """What a screen reader says; parts of a box or a spin box speak through it."""
    if isinstance(control.parent(), QComboBox | QAbstractSpinBox):
        return "part"
    return control.accessibleName() or getattr(control, "text", str)()


def test_two_factor_is_set_up_and_taken_away_here(settings_page, desk, qtbot):
    page = settings_page()
    page.show_section("security")
    card = page.shown_page.findChild(OwnTwoFactor)
    assert card.badge.text() == "Off"
    two_factor = desk.workspace.two_factor
    codes = pyotp.TOTP(two_factor.begin_enrolment(desk.admin).secret)
    two_factor.confirm_enrolment(desk.admin, codes.at(int(time()) - 30))
    card.read()
    assert card.badge.text() == "On"
    qtbot.mouseClick(card.turn_off, LEFT)
    dialog = dialog_named("two_factor_dialog")
    dialog.entry.code.setText(codes.now())
    qtbot.mouseClick(dialog.deed_button, LEFT)
    qtbot.waitUntil(lambda: not has_dialog("two_factor_dialog"))
    assert not two_factor.status(desk.admin).enrolled
    assert card.badge.text() == "Off"


def test_a_new_recovery_key_is_shown_after_a_code_and_closes_once_its_end_is_typed(
    settings_page, desk, qtbot
):
    two_factor = desk.workspace.two_factor
    codes = pyotp.TOTP(two_factor.begin_enrolment(desk.admin).secret)
    two_factor.confirm_enrolment(desk.admin, codes.at(int(time()) - 30))
    page = settings_page()
    page.show_section("security")
    page.findChild(QWidget, "new_recovery_key").click()
    code = dialog_named("two_factor_dialog")
    code.entry.code.setText(codes.now())
    code.deed_button.click()
    qtbot.waitUntil(lambda: has_dialog("recovery_key_dialog"))
    dialog = dialog_named("recovery_key_dialog")
    groups = dialog.sheet.key.split("-")

    dialog.reject()
    dialog.sheet.typed.setText("AAAA-AAAA")
    dialog.deed_button.click()
    assert has_dialog("recovery_key_dialog")
    assert dialog.sheet.field.error
    assert not desk.workspace.recovery_keys.is_confirmed(desk.admin)
    dialog.sheet.typed.setText(" ".join(groups[-2:]))
    dialog.deed_button.click()

    assert not has_dialog("recovery_key_dialog")
    qtbot.waitUntil(lambda: desk.workspace.recovery_keys.is_confirmed(desk.admin))
    wrapped = desk.sql("SELECT wrapped_key FROM workspace")[0][0]
    assert unwrap(bytes(wrapped), parse("-".join(groups))) == desk.key
    assert groups[0] in dialog.sheet.html()
