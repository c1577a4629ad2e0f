"""The list of exports in the Import & Export tab."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog

from crmdesk.core.access.permissions import Permission
from crmdesk.core.exports.asked import AskedFor
from crmdesk.core.exports.model import ExportRequest, ExportSource, ExportState
from crmdesk.core.exports.report_model import ReportRequest, UsersReport
from crmdesk.core.records.filters import RecordQuery, parse_filter
from crmdesk.ui.exports.asked_facts import asked_facts
from crmdesk.ui.exports.page import ExportsPage
from crmdesk.ui.transfer.tab import EXPORTS, IMPORTS, ImportExportPage
from tests.builders import Desk
from tests.ui.hands import AtWork, at_work, nameless
from tests.ui.transfer.conftest import texts


@pytest.fixture
def show(qtbot, tmp_path) -> Iterator[object]:
    """Show the list, or another page, to somebody."""
    with ExitStack() as stack:

        def make(desk: Desk, actor=None, page=ExportsPage) -> AtWork:
            return stack.enter_context(at_work(page, desk, tmp_path, qtbot, actor))

        yield make


def export(desk: Desk, actor=None, *, run: bool = True, **asked) -> str:
    """An export of all contacts; returns its id."""
    actor = actor or desk.admin
    wanted = ExportRequest(RecordQuery("contacts"), **{"columns": ("firstname",), **asked})
    export_id = desk.workspace.exports.create(actor, wanted)
    job_id = desk.workspace.exports.show(actor, export_id).job_id
    if run and job_id is not None:
        desk.workspace.run_job(job_id)
    return export_id


def again(desk: Desk):
    """The Super Admin, signed in anew after days."""
    old = desk.admin
    return desk.signed_in(old.user_id, old.email, old.full_name)


def listed(hands: AtWork, rows: int) -> list[str]:
    """The names, once so many are there."""
    hands.wait(lambda: hands.page.table.count == rows)
    return hands.texts(hands.page.table)


def line(hands: AtWork, position: int = 0) -> str:
    """What stands under a name."""
    table = hands.page.table
    return table.row(table.ids[position]).cells["name"].second


def in_menu(hands: AtWork, position: int) -> dict[str, str]:
    """The actions of a row, and why they cannot be pressed."""
    table = hands.page.table
    found = table.view.actions_for(table.row(table.ids[position]))
    return {each.key: each.reason for each in found}


def save_to(hands: AtWork, place: Path) -> None:
    """Choose a place in the system's dialog."""
    hands.wait(lambda: hands.page.window().findChildren(QFileDialog))
    chooser = hands.page.window().findChildren(QFileDialog)[-1]
    chooser.fileSelected.emit(str(place))
    hands.wait(lambda: ("Copy saved", str(place)) in [t[:2] for t in hands.told.toasts])
    chooser.close()


def waiting(desk: Desk, *, records: int = 2) -> tuple[object, str]:
    """Somebody whose export waits for a decision."""
    for number in range(records):
        desk.contact(firstname=f"Ann {number}")
    desk.workspace.settings.set(desk.admin, "exports.approval", value=True)
    desk.workspace.settings.set(desk.admin, "exports.approval_records", 1)
    marc = desk.user("Marc Dubois", Permission.EXPORT)
    return marc, export(desk, marc, name="VIP list")


def test_an_empty_list_says_where_exports_begin(desk, show):
    hands = show(desk)
    hands.wait(lambda: "Nothing was exported yet" in texts(hands.page))
    assert not hands.page.filters.isVisible()
    hands.click(hands.page.findChild(QAbstractButton, "go_to_records"))
    assert hands.told.links == ["records"]


def test_an_export_stands_in_the_list_with_its_five_columns(desk, show):
    desk.contact(firstname="Ann")
    export(desk, name="Everybody")
    export(desk, name="Best", source=ExportSource.VIEW, source_name="VIP", run=False)
    hands = show(desk)
    assert listed(hands, 2) == ["Best", "Everybody"]
    table = hands.page.table
    assert [column.title for column in table.columns] == [
        "Name", "Source", "Records", "User", "Date",
    ]  # fmt: skip
    assert hands.texts(table, "source") == ["View “VIP”", "Contacts"]
    assert hands.texts(table, "records") == ["", "1"]
    assert hands.texts(table, "user") == ["Ingrid Solberg", "Ingrid Solberg"]
    assert line(hands, 0) == "Waiting to start"
    assert line(hands, 1).startswith("CSV, ")
    assert nameless(hands.page) == []


def test_a_press_on_the_name_saves_a_copy_and_the_history_appears(desk, show, tmp_path):
    desk.contact(firstname="Ann")
    export(desk, name="Everybody")
    hands = show(desk)
    listed(hands, 1)
    assert "no Super Admin has saved it" in in_menu(hands, 0)["history"]
    hands.click_row(hands.page.table, 0)
    save_to(hands, tmp_path / "copy.csv")
    assert "Ann" in (tmp_path / "copy.csv").read_text(encoding="utf-8")

    hands.wait(lambda: hands.page.source.export_of(hands.page.table.ids[0]).has_history)
    assert in_menu(hands, 0)["history"] == ""
    hands.page.table.action_chosen.emit("history", hands.page.table.ids[0])
    assert hands.page.panel.page == "history"
    hands.wait(lambda: "Only copies saved by CRM Desk are seen." in texts(hands.page.panel))
    assert "Ingrid Solberg" in texts(hands.page.panel)


def test_a_press_beside_the_name_opens_the_panel_and_keys_do_too(desk, show):
    desk.contact(firstname="Ann")
    export(desk, name="Everybody")
    hands = show(desk)
    listed(hands, 1)
    table, panel = hands.page.table, hands.page.panel
    hands.click_row(table, 0, x=table.view.viewport().width() - 260)
    assert panel.isVisible()
    assert "Records: 1" in texts(panel)
    assert panel._tabs.isVisible()
    assert "Its line stays in the list" in texts(panel)
    assert hands.page.escape()
    assert not panel.isVisible()

    hands.page.start_focus()
    hands.press(Qt.Key.Key_Home)
    hands.press(Qt.Key.Key_Return)
    assert panel.isVisible()
    hands.click(panel.findChild(QAbstractButton, "panel_download"))
    hands.wait(lambda: hands.page.window().findChildren(QFileDialog))
    hands.page.window().findChildren(QFileDialog)[-1].close()


def test_an_expired_one_stays_in_the_list_and_says_why_it_is_gone(timed_desk, show):
    timed_desk.contact(firstname="Ann")
    export(timed_desk)
    timed_desk.time.forward(days=31)
    actor = again(timed_desk)
    hands = show(timed_desk, actor)
    listed(hands, 1)
    assert line(hands).startswith("Expired on ")
    assert "its time is over" in in_menu(hands, 0)["download"]


def test_a_super_admin_cancels_and_the_person_who_exports_cannot(desk, show):
    desk.contact(firstname="Ann")
    marc = desk.user("Marc Dubois", Permission.EXPORT)
    export_id = export(desk, marc, run=False)
    own = show(desk, marc)
    listed(own, 1)
    assert list(in_menu(own, 0)) == ["details"]
    hands = show(desk)
    listed(hands, 1)
    hands.click(hands.row_button(hands.page.table, "cancel"))
    hands.wait(lambda: line(hands) == "Cancelled")
    assert desk.workspace.exports.show(marc, export_id).state is ExportState.CANCELLED


def test_what_waits_is_approved_with_all_that_decides_it_in_sight(desk, show):
    _marc, export_id = waiting(desk)
    hands = show(desk)
    listed(hands, 1)
    assert line(hands) == "Waiting for approval"
    hands.hover(hands.page.table, 0)
    hands.click(hands.row_button(hands.page.table, "approve"))
    dialog = hands.dialog()
    said = texts(dialog)
    assert "Marc Dubois wants to export 2 records of Contacts." in said
    assert "No sensitive values are in it." in said
    assert "Chosen: Every record" in said
    assert "1 column: First Name" in said
    hands.click(dialog.deed_button)
    exports = desk.workspace.exports
    hands.wait(lambda: exports.show(desk.admin, export_id).state is ExportState.SUCCEEDED)
    hands.wait(lambda: line(hands).startswith("CSV, "))


def filters_told(hands: AtWork, desk: Desk, *groups: tuple[str, ...]) -> list[str]:
    """What the panel says of filters."""
    parsed = [tuple(parse_filter(text) for text in group) for group in groups]
    query = RecordQuery("contacts", parsed[0], alternatives=tuple(parsed[1:]))
    contacts = desk.workspace.definitions.object(desk.admin, "contacts")
    facts = asked_facts(hands.page._desk, AskedFor(ExportRequest(query), contacts, ()))
    return [value for name, value in facts if name in ("Filter", "Or filter")]


def test_what_waits_is_rejected_with_a_reason_that_both_read(desk, show):
    marc, export_id = waiting(desk)
    hands = show(desk)
    hands.page.open_link(f"exports/{export_id}")
    held = texts(hands.page.panel)
    first = ("city:contains_token:Northern Oslo and beyond", "lifecyclestage:in:lead;customer")
    others = ("createdate:within:last_7_days", "city:has_property:", "gone:eq:1")
    assert filters_told(hands, desk, first, others) == [
        "City: contains “Northern Oslo and beyond”; Lifecycle Stage: Lead or Customer",
        "Create Date: Last 7 days; City: Has a value; gone",
    ]
    assert "Columns: 1: First Name" in held
    assert "Headings: Labels and names" in held
    assert not hands.page.panel._tabs.isVisible()
    hands.click(hands.page.panel.findChild(QAbstractButton, "panel_reject"))
    dialog = hands.dialog()
    hands.wait(hands.page.deeds.reason.hasFocus)
    hands.qtbot.keyClicks(hands.page.deeds.reason, "Too many people")
    hands.press(Qt.Key.Key_Return)
    hands.wait(lambda: not hands.page.table.count or line(hands) == "Rejected: Too many people")
    hands.wait(hands.no_dialog)
    assert "Too many people" in texts(hands.page.panel)
    assert desk.workspace.exports.show(marc, export_id).reason == "Too many people"
    assert dialog is not None


def test_filters_narrow_the_list_by_name_state_user_and_time(timed_desk, show):
    timed_desk.contact(firstname="Ann")
    export(timed_desk, name="Old one")
    timed_desk.time.forward(days=10)
    admin = timed_desk.admin = again(timed_desk)
    marc = timed_desk.user("Marc Dubois", Permission.EXPORT)
    export(timed_desk, marc, name="Of Marc", run=False)
    hands = show(timed_desk, admin)
    listed(hands, 2)
    filters = hands.page.filters

    hands.page.commands()["find"]()
    hands.qtbot.keyClicks(filters.search, "old")
    assert listed(hands, 1) == ["Old one"]
    filters.search.clear_search()
    listed(hands, 2)
    hands.click(filters.state)
    assert filters.state.popover.isVisible()
    filters.state.list.choose([ExportState.QUEUED])
    assert listed(hands, 1) == ["Of Marc"]
    filters.state.cleared.emit()
    listed(hands, 2)
    filters.user.popover.dismiss()
    filters.user.list.choose([str(marc.user_id)])
    assert listed(hands, 1) == ["Of Marc"]
    assert hands.page.escape()
    listed(hands, 2)
    filters.search.setText("nothing has this")
    hands.wait(lambda: "No export matches" in texts(hands.page))
    hands.click(hands.page.findChild(QAbstractButton, "clear_filters"))
    listed(hands, 2)


def test_the_time_reaches_back_as_many_days_as_chosen(desk, show):
    desk.contact(firstname="Ann")
    export(desk, run=False)
    hands = show(desk)
    listed(hands, 1)
    filters = hands.page.filters
    assert filters.wanted.since is None
    chosen = next(each for each in filters.time.times().actions() if each.text() == "Last 7 days")
    chosen.trigger()
    since = filters.wanted.since
    assert since.hour == 0
    day = desk.workspace.exports.list(desk.admin)[0].created_at.astimezone(since.tzinfo)
    assert day.date() - since.date() == timedelta(days=6)
    assert listed(hands, 1)
    assert filters.time.is_on


def test_every_column_sorts(desk, show):
    desk.contact(firstname="Ann")
    for name in ("Beta", "alpha", "Gamma"):
        export(desk, name=name, run=False)
    hands = show(desk)
    assert listed(hands, 3) == ["Gamma", "alpha", "Beta"]
    hands.page.table.press_sort("name")
    hands.wait(lambda: hands.texts(hands.page.table) == ["alpha", "Beta", "Gamma"])
    for key in ("source", "records", "user", "date"):
        hands.page.table.press_sort(key)
        hands.wait(lambda key=key: hands.page.table.query.sort.key == key)
    hands.wait(lambda: hands.texts(hands.page.table) == ["Beta", "alpha", "Gamma"])


def test_another_users_export_is_as_if_it_were_none(desk, show):
    export_id = export(desk, run=False)
    hands = show(desk, desk.user("Marc Dubois", Permission.EXPORT))
    hands.wait(lambda: "Nothing was exported yet" in texts(hands.page))
    assert not hands.page.filters.user.isVisible()
    hands.page.open_link(f"exports/{export_id}")
    assert not hands.page.panel.isVisible()
    hands.wait(lambda: "There is no export" in texts(hands.page.table))
    assert "export list" not in texts(hands.page.table)


def test_a_switch_goes_between_exports_and_imports_by_mouse_keys_and_links(desk, show):
    hands = show(desk, page=ImportExportPage)
    page = hands.page
    assert page.shown is page.exports
    switch = page.exports.header.findChild(QAbstractButton, IMPORTS)
    hands.click(switch)
    assert page.shown is page.imports
    hands.wait(lambda: "Nothing was imported yet" in texts(page))
    hands.press(Qt.Key.Key_Left)
    assert page.shown is page.exports
    page.open_link("imports")
    assert page.shown is page.imports
    page.open_link("exports")
    assert page.shown is page.exports
    page.commands()["new"]()
    assert page.shown is page.imports
    assert page.imports.in_assistant


@pytest.mark.parametrize(
    ("permission", "shown"), [(Permission.EXPORT, EXPORTS), (Permission.IMPORT, IMPORTS)]
)
def test_one_sees_the_list_that_one_has_the_permission_for(desk, show, permission, shown):
    page = show(desk, desk.user("Marc Dubois", permission), ImportExportPage).page
    assert len(page.pages) == 1
    assert getattr(page, shown) is page.shown
    other = IMPORTS if shown == EXPORTS else EXPORTS
    page.show_list(other)
    assert getattr(page, shown) is page.shown


def test_reports_and_backups_stand_in_the_list_without_a_history_or_a_second_copy(desk, show):
    desk.backup()
    report = desk.workspace.reports.create(desk.admin, ReportRequest(UsersReport()))
    desk.workspace.run_job(str(desk.workspace.exports.show(desk.admin, report).job_id))
    desk.workspace.exports.download(desk.admin, report, desk.folder.parent / "users.csv")
    hands = show(desk)
    shown = " ".join(listed(hands, 2))
    assert "Users" in shown
    assert "Backup of" in shown
    [number] = [n for n in hands.page.table.ids if hands.page.source.export_of(n).id != report]
    backup = hands.page.source.export_of(number)
    row = hands.page.table.row(number)
    assert row.cells["name"].second.startswith("Kept with the backups")
    assert not row.dimmed
    assert hands.page.source._more(backup, hands.page._desk.zone)["object"].text == ""

    assert [action.key for action in hands.page.deeds.actions(backup)] == ["backup", "details"]
    hands.page._act("backup", number)
    assert hands.told.links == [f"backups/{backup.id}"]
    [history] = [
        action
        for action in hands.page.deeds.actions(desk.workspace.exports.show(desk.admin, report))
        if action.key == "history"
    ]
    assert "only exports of records" in history.reason
    hands.page.open_link(f"exports/{report}")
    assert ("Rows", "1") in hands.page.panel._facts(hands.page.panel.found)
    # A page that could only say that there is no history is left out.
    assert hands.page.panel._tabs.offered == 1
