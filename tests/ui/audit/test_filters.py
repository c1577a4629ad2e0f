from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QDate, QPoint, Qt

from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit.filters import AuditFilters
from crmdesk.ui.audit.page import AuditPage
from crmdesk.ui.widgets.buttons import Button
from tests.ui.audit.conftest import shown, texts
from tests.ui.clipping import PseudoTranslator, clipped
from tests.ui.hands import SMALLEST, nameless

# The offscreen platform cannot raise a tooltip, nor give a list the whole keyboard.
pytestmark = pytest.mark.qt_log_ignore("does not support raise|grabbing the keyboard", extend=True)

PEOPLE = "(actor_kind = 'user' OR subcategory = 'LOGIN_FAILED')"
RECENT = "at >= strftime('%Y-%m-%dT%H:%M', 'now', '-30 days')"
ENTER, DELETE = Qt.Key.Key_Return, Qt.Key.Key_Delete


def by_sql(desk, condition: str) -> int:
    return int(desk.sql(f"SELECT count(*) FROM audit_events WHERE {condition}")[0][0])


def test_what_is_typed_lights_the_chips_and_what_is_ticked_is_written(desk, page, hands):
    filters = page.filters
    page.commands()["find"]()
    for letter in "act":
        hands.qtbot.keyClick(filters.search, letter)
    assert [each.text for each in filters.search.offered] == ["action:"]
    hands.qtbot.keyClick(filters.search, Qt.Key.Key_Down)
    hands.qtbot.keyClick(filters.search.popup, Qt.Key.Key_Down)
    hands.qtbot.keyClick(filters.search.popup, ENTER)
    assert filters.search.text() == "action:"
    hands.qtbot.keyClicks(filters.search, "delete ")
    filters.search.popup.hide()
    hands.wait(lambda: page.table.count == by_sql(desk, "action = 'delete'"))
    assert filters.action.plain_text() == "Action: Delete"
    assert page.views.tabs.tabText(0) == "All Logs *"

    hands.click(filters.category)
    filters.category.list.choose(["crm_object", "property_value"])
    assert filters.search.text() == "category:crm_object category:property_value action:delete"
    assert filters.category.plain_text().startswith("Category: 2 of ")
    filters.category.popover.dismiss()

    hands.click(filters.clear_link)
    hands.wait(lambda: page.table.count == by_sql(desk, PEOPLE))
    assert (filters.search.text(), filters.period.plain_text()) == ("", "Date")


def test_what_cannot_be_read_is_said_and_the_last_good_result_stays(page, hands):
    search = page.filters.search
    search.setText("rattlesnake")
    hands.qtbot.keyClick(search, ENTER)
    hands.wait(lambda: page.table.count == 2)

    search.setText("action:delte")
    hands.qtbot.keyClick(search, ENTER)
    assert page.filters.error.text() == "“action:” knows no “delte”. Perhaps “delete”?"
    assert page.filters.error.isVisible()
    assert search.property("error") == "true"
    assert page.table.count == 2

    assert page.escape()
    assert not page.filters.error.isVisible()
    hands.wait(lambda: page.table.count > 2)


def test_a_subcategory_needs_a_category_and_goes_with_it(desk, page, hands):
    filters = page.filters
    hands.click(filters.subcategory)
    assert not filters.subcategory.popover.isVisible()
    assert filters.subcategory.accessibleDescription() == "Choose a category first"

    filters.category.list.choose(["crm_object"])
    hands.click(filters.subcategory)
    filters.subcategory.list.choose(["DEALS"])
    deals = by_sql(desk, "category = 'crm_object' AND subcategory = 'DEALS'")
    hands.wait(lambda: page.table.count == deals)
    filters.subcategory.popover.dismiss()

    filters.category.setFocus()
    hands.press(DELETE)
    hands.wait(lambda: page.table.count > deals)
    assert page.filters.wanted.filters == AuditFilters(people_only=True)


def test_each_choice_says_how_many_entries_it_would_show(desk, page, hands):
    hands.wait(lambda: page.strip.histogram.bars)
    for code in ("crm_object", "property_value", "login"):
        shown_count = page.filters.category.list.count_of(code)
        assert shown_count == by_sql(desk, f"category = '{code}' AND actor_kind = 'user'")
    assert sum(bar.total for bar in page.strip.histogram.bars) == page.table.count
    action = page.filters.action
    action.setFocus()
    hands.press(Qt.Key.Key_Space)
    assert action.popover.isVisible()
    hands.tab_to(action.list.list)
    hands.press(Qt.Key.Key_Down)
    hands.press(Qt.Key.Key_Space)
    assert action.list.chosen() == ("update",)
    hands.press(Qt.Key.Key_Escape)
    assert not action.popover.isVisible()
    assert action.hasFocus()
    hands.press(DELETE)
    assert action.list.chosen() == ()
    hands.wait(lambda: sum(bar.total for bar in page.strip.histogram.bars) == page.table.count)
    losses = by_sql(desk, "action IN ('delete', 'purge', 'export', 'download')")
    assert sum(bar.losses for bar in page.strip.histogram.bars) == losses


def test_people_and_teams_narrow_and_the_program_itself_can_be_shown(desk, stand, qtbot, hands):
    marc = desk.user("Marc Dubois", Permission.USE_RECORDS)
    desk.workspace.editor.add(marc, "contacts", {"email": "new@example.org"})
    page = hands.page
    page.refresh()
    people = page.filters.people
    hands.wait(lambda: "Marc Dubois" in people.list.labels())
    hands.click(people)
    assert nameless(people.popover) + clipped(people.popover) == []
    people.list.choose([f"user:{marc.user_id}"])
    hands.wait(lambda: page.table.count == by_sql(desk, f"user_id = {marc.user_id}"))
    assert people.plain_text() == "Modified by: Marc Dubois"
    assert "user:" in page.filters.search.text()
    people.list.choose([])
    hands.wait(lambda: page.table.count == by_sql(desk, f"{PEOPLE} AND {RECENT}"))
    hands.click(people.machines.box)
    hands.wait(lambda: page.table.count == by_sql(desk, RECENT))
    people.popover.dismiss()


def test_dates_are_chosen_and_reversed_ones_are_refused_in_place(desk, page, hands):
    period = page.filters.period
    assert period.plain_text() == "Last 30 days"
    hands.click(period)
    assert nameless(period.popover) + clipped(period.popover) == []
    here = datetime.now(page.source.wording.zone).date()
    today = QDate(here.year, here.month, here.day)
    assert period.last.date() == today
    period.first.setDate(today)
    period.last.setDate(today.addDays(-3))
    hands.click(period.apply_button)
    assert "Nothing was changed. Swap the two days." in period.error.plain_text()
    assert period.popover.isVisible()

    period.last.setDate(today)
    hands.click(period.apply_button)
    assert not period.popover.isVisible()
    wanted = page.filters.wanted.filters
    assert wanted.until - wanted.since == timedelta(days=1) - timedelta(milliseconds=1)
    assert wanted.until > datetime.now(UTC)
    hands.wait(lambda: page.table.query.filter == page.filters.wanted)

    hands.click(period)
    hands.click(period.presets["yesterday"])
    hands.wait(lambda: page.table.count == 0)
    assert period.plain_text() == "Yesterday"
    clear = page.findChild(Button, "audit_clear_filters")
    hands.click(clear)
    hands.wait(lambda: page.table.count > 0)


def test_the_histogram_zooms_by_a_drag_a_click_and_keys(desk, page, hands):
    chart = page.strip.histogram
    hands.wait(lambda: chart.bars)
    last = len(chart.bars) - 1
    first_of_two, end = chart.column(last - 1).center(), chart.column(last).center()
    hands.qtbot.mousePress(chart, Qt.MouseButton.LeftButton, pos=first_of_two)
    hands.qtbot.mouseMove(chart, end)
    assert chart.marked == (last - 1, last)
    hands.qtbot.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=end)
    wanted = page.filters.wanted.filters
    assert timedelta(days=1) < wanted.until - wanted.since < timedelta(days=2, hours=2)
    assert "after:" not in page.filters.search.text()

    hands.wait(lambda: len(chart.bars) not in (0, last + 1))
    chart.setFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_End):
        hands.press(key)
    at_end = len(chart.bars) - 1
    hands.press(Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert chart.marked == (at_end - 1, at_end)
    hands.press(ENTER)
    closer = page.filters.wanted.filters
    assert closer.until - closer.since < wanted.until - wanted.since

    page.views.reset()
    hands.wait(lambda: len(chart.bars) == last + 1)
    hands.click(page.strip.table_link)
    hands.wait(lambda: page.strip.bars.table.count == sum(bool(bar.total) for bar in chart.bars))
    hands.press(Qt.Key.Key_Home)
    hands.press(ENTER)
    assert page.filters.period.plain_text() == chart.bars[last].time
    page.views.reset()
    hands.wait(lambda: len(chart.bars) == last + 1)
    hands.qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(3, 20))
    hands.wait(lambda: page.table.count == 0)


def test_what_has_no_room_waits_behind_one_chip_and_opens_below_it(page, hands):
    row, action = page.filters.row, page.filters.action
    page.resize(*SMALLEST)
    page.open_entry(page.table.ids[0])
    hands.wait(lambda: action in row.folded)
    assert row.height() < 2 * action.height()
    assert not page.filters.period.isHidden()
    menu = row.menu()
    states = {each.text(): each.isEnabled() for each in menu.actions()}
    assert states["Subcategory: choose a category first"] is False
    row.more.setFocus()
    next(each for each in menu.actions() if each.text() == "Action").trigger()
    menu.deleteLater()
    assert action.popover.isVisible()
    action.list.choose(["delete"])
    hands.wait(lambda: page.table.query.filter.filters.actions == ("delete",))
    assert row.more.plain_text() == "More: 1 set"
    hands.press(Qt.Key.Key_Escape)
    assert not action.popover.isVisible()
    # What narrows the log stands before what does not, below the search if need be.
    assert (action.isVisible(), action.hasFocus()) == (True, True)
    assert row.y() > page.filters.search.y() + 20

    page.close_panel()
    page.resize(1280, 700)
    hands.wait(lambda: not row.folded)
    assert not row.more.isVisible()


@pytest.mark.parametrize("size", [(1280, 710), (960, 550)])
def test_nothing_is_cut_nothing_lacks_a_name_and_tab_walks_in_order(desk, stand, qtbot, size):
    from PySide6.QtCore import QCoreApplication

    desk.edit(desk.contact(firstname="Ann"), phone="555-0199")
    translator = PseudoTranslator()
    QCoreApplication.installTranslator(translator)
    try:
        page = shown(qtbot, AuditPage(stand.desk), *size)
        page.set_narrow(size[0] < 1180)
        page.open_entry(page.table.ids[0])
        page.filters.search.setText("nokey:x")
        page.filters.search.returnPressed.emit()
        page.verifying.begin()
        qtbot.waitUntil(lambda: page.told.banner is not None and page.panel.complete)
        assert clipped(page) + nameless(page) == []
        filters = page.filters
        page.verify_button.setFocus()
        stops = [page.views.tabs, filters.search, filters.period, page.table.view]
        for _ in range(40):
            if stops and page.window().focusWidget() is stops[0]:
                stops.pop(0)
            qtbot.keyClick(page.window().focusWidget(), Qt.Key.Key_Tab)
        assert not stops
    finally:
        QCoreApplication.removeTranslator(translator)


def test_an_edition_that_shows_less_says_so(desk, stand, qtbot):
    desk.workspace.settings.set(desk.admin, "workspace.edition", "professional")
    desk.backup()
    page = shown(qtbot, AuditPage(stand.desk))

    assert "Professional shows Login and Security activity." in texts(page.header)
    assert {page.table.row(each).cells["category"].text for each in page.table.ids} <= {
        "Login",
        "Security activity",
    }
    page.open_entry(page.table.ids[0])
    qtbot.waitUntil(lambda: page.panel.complete)
    assert "Enterprise also shows old and new values" in texts(page.panel)
    assert "Object ID" in texts(page.panel)
    assert "Session" not in texts(page.panel).replace("session, job", "")
