from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.audit.view_model import AuditViewDefinition
from tests.ui.clipping import clipped
from tests.ui.hands import nameless

# The offscreen platform cannot give a menu the whole keyboard.
pytestmark = pytest.mark.qt_log_ignore("does not support raise|grabbing the keyboard", extend=True)
ENTER = Qt.Key.Key_Return


def tab_texts(page) -> list[str]:
    return [page.views.tabs.tabText(place) for place in range(page.views.tabs.count())]


def choose(menu, text: str) -> None:
    next(action for action in menu.actions() if action.text() == text).trigger()


def narrowed(page, hands, text: str) -> None:
    page.filters.search.setText(text)
    hands.qtbot.keyClick(page.filters.search, ENTER)


def test_three_views_open_at_thirty_days_and_reset_goes_back(desk, page, hands):
    assert tab_texts(page) == ["All Logs", "Login History", "Security Activity"]
    page.views.tabs.setFocus()
    hands.press(Qt.Key.Key_Right)
    hands.wait(lambda: page.filters.category.plain_text() == "Category: Login")
    assert page.filters.period.plain_text() == "Last 30 days"
    assert not page.views.reset_button.isVisible()

    narrowed(page, hands, "category:login address:198.51.100.7")
    assert tab_texts(page)[1] == "Login History *"
    # Who looks at another view meanwhile loses nothing.
    page.views.tabs.setFocus()
    hands.press(Qt.Key.Key_Left)
    hands.wait(lambda: page.filters.search.text() == "")
    assert tab_texts(page)[:2] == ["All Logs", "Login History *"]
    assert not page.views.reset_button.isVisible()
    hands.press(Qt.Key.Key_Right)
    hands.wait(lambda: page.filters.search.text() == "category:login address:198.51.100.7")
    hands.click(page.views.reset_button)
    assert tab_texts(page)[1] == "Login History"
    assert page.filters.search.text() == "category:login"


def test_a_view_is_saved_changed_cloned_renamed_shared_and_deleted(desk, page, hands):
    views = page.views
    narrowed(page, hands, "action:delete")
    page.commands()["save"]()
    dialog = views.deeds.dialog
    assert nameless(dialog) + clipped(dialog) == []
    hands.qtbot.keyClicks(dialog.edit, "Deletions by sales")
    hands.click(dialog.deed_button)
    hands.wait(lambda: tab_texts(page)[-1] == "Deletions by sales")
    assert views.current.mine
    assert not views.current.shared

    narrowed(page, hands, "action:delete object:deals")
    assert tab_texts(page)[-1] == "Deletions by sales *"
    hands.click(views.save_button)
    hands.wait(lambda: not views.changed)
    assert views.current.definition.filters.object_types == ("deals",)

    hands.click(views.clone_button)
    hands.wait(lambda: tab_texts(page)[-1] == "Copy of Deletions by sales")
    choose(views.menu(), "Rename")
    views.deeds.dialog.edit.setText("Deals that went")
    hands.click(views.deeds.dialog.deed_button)
    hands.wait(lambda: tab_texts(page)[-1] == "Deals that went")

    choose(views.menu(), "Manage sharing")
    sharing = views.deeds.dialog
    sharing.choice.setCurrentIndex(1)
    hands.click(sharing.deed_button)
    hands.wait(lambda: views.current.shared)

    choose(views.menu(), "Delete")
    hands.click(views.deeds.dialog.deed_button)
    hands.wait(lambda: "Deals that went" not in tab_texts(page))
    assert views.current.name == "All Logs"
    hands.wait(lambda: page.filters.search.text() == "")


def test_what_cannot_be_done_with_a_view_is_off_with_its_reason(page):
    menu = page.views.menu()
    states = {action.text(): action.isEnabled() for action in menu.actions() if action.text()}
    menu.deleteLater()
    assert states == {
        "Reset": False,
        "Clone": True,
        "Save": False,
        "Save as": True,
        "Rename": False,
        "Delete": False,
        "Manage sharing": False,
        "Everybody has this view: save as another to change it": False,
        "Copy link": True,
        "Manage all views": True,
    }
    page.set_narrow(True)
    assert not page.views.clone_button.isVisible()
    assert not page.strip.histogram.isVisible()


def test_all_views_are_ordered_and_opened_in_one_list(desk, page, hands):
    own = desk.workspace.audit_views
    team = desk.workspace.teams.add(desk.admin, "Sales")
    of_team = AuditFilters(team_ids=(team.id,), last_days=7)
    first = own.save_as(desk.admin, "First", AuditViewDefinition(of_team))
    desk.workspace.teams.remove(desk.admin, "Sales")
    second = own.save_as(desk.admin, "Second", page.filters.wanted)
    choose(page.views.menu(), "Manage all views")
    dialog = page.views.dialog
    hands.wait(lambda: dialog.table.count == 5)
    assert nameless(dialog) + clipped(dialog) == []
    assert hands.texts(dialog.table, "owner")[3:] == ["You", "You"]
    actions = {each.key: each.reason for each in dialog._actions(dialog.table.row(first))}
    assert actions["up"] == "It is the first one."

    dialog.table.action_chosen.emit("up", second)
    hands.wait(lambda: hands.texts(dialog.table)[3:] == ["Second", "First"])
    hands.click_row(dialog.table, 3, x=60)
    hands.wait(lambda: page.views.current.name == "Second")
    assert tab_texts(page)[3:] == ["Second", "First"]
    page.open_link(f"audit/view/{first}")
    assert page.views.current.name == "First"
    assert page.filters.period.plain_text() == "Last 7 days"
    assert "The team Sales is gone" in page.filters.notice.text()
    assert not page.views.changed
    page.clear_filters()
    assert not page.filters.notice.isVisibleTo(page)
    hands.click(page.views.reset_button)
    assert "The team Sales is gone" in page.filters.notice.text()

    choose(page.views.menu(), "Copy link")
    assert QApplication.clipboard().text().endswith(f"/audit/view/{first}")
    assert hands.told.toasts[-1][:2] == (
        "Link copied",
        "It opens this view for you alone, until you share it.",
    )
    page.open_link("audit/view/4711")
    hands.wait(lambda: "That view is gone" in page.filters.notice.text())
    assert page.views.current.name == "First"
