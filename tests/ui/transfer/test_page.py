from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton

from crmdesk.core.access.permissions import Permission
from crmdesk.core.transfer.model import ImportRequest
from crmdesk.ui import words
from crmdesk.ui.transfer.page import TransferPage
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.value_change import ValueChange
from tests.ui.pages import PageStand
from tests.ui.transfer.conftest import shown, texts

HEAD = "First Name,Email,Phone Number"


@pytest.fixture
def imported(desk, write):
    """An import of one change, one new record and one failed row."""
    desk.contact(firstname="Ann", email="ann@example.org", phone="555-0100")
    path = write(HEAD, "Ann,ann@example.org,555-0199", "Bo,bo@example.org,1", "Al,no-mail,2")
    imports = desk.workspace.imports
    import_id = imports.start(desk.admin, ImportRequest(str(path), "contacts"))
    desk.workspace.run_job(imports.show(desk.admin, import_id).job_id)
    return import_id


def loaded(qtbot, stand, rows: int) -> TransferPage:
    page = shown(qtbot, TransferPage(stand.desk))
    qtbot.waitUntil(lambda: page.table.count == rows)
    return page


def test_without_imports_the_page_says_what_it_is_for_and_has_one_primary(page, qtbot):
    qtbot.waitUntil(lambda: "Nothing was imported yet" in texts(page))
    assert not page.import_button.isVisible()


def test_an_import_stands_in_the_list_with_what_became_of_its_rows(imported, stand, qtbot):
    page = loaded(qtbot, stand, 1)
    cells = page.table.row(page.table.ids[0]).cells

    assert cells["name"].text == "contacts.csv"
    assert cells["name"].second == "1 created, 1 updated, 1 failed"
    assert cells["records"].text == "3"
    assert cells["user"].text == "Ingrid Solberg"
    assert page.import_button.isVisible()


def test_a_restore_is_listed_among_them_with_its_values(desk, stand, qtbot):
    deal = desk.deal(dealname="Rattlesnake", amount="100")
    backup = desk.backup()
    desk.edit(deal, amount="7")
    restore = desk.restore(backup, "deals", ["amount"])
    page = loaded(qtbot, stand, 1)
    assert page.table.row(page.table.ids[0]).cells["name"].text == "Data Restore - Deal"

    source = page.table.row(page.table.ids[0]).cells["source"]
    assert source.text == "Deals, from a backup"

    page.open_link(f"imports/{restore.import_id}")
    at = backup.snapshot_at.astimezone(stand.desk.zone)
    assert f"File: Backup of {words.exact(at, stand.desk.zone)}" in texts(page.panel)
    page.panel.findChild(QAbstractButton, "panel_restore").click()
    assert stand.told.links == [f"restore/{restore.id}"]
    page.panel.show_page("changes")
    qtbot.waitUntil(lambda: bool(page.panel.findChildren(ValueChange)))

    qtbot.waitUntil(lambda: "Rattlesnake" in texts(page.panel))
    names = [found.accessibleName() for found in page.panel.findChildren(ValueChange)]
    assert names == ["Amount. Before: 7. After: 100."]


def test_a_click_opens_counts_changes_and_errors(desk, imported, stand, qtbot):
    page = loaded(qtbot, stand, 1)
    view = page.table.view
    place = view.row_rect(0).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(80, place.y()))
    assert page.panel.isVisible()
    assert "Rows: 3" in texts(page.panel)

    page.panel.show_page("changes")
    qtbot.waitUntil(lambda: bool(page.panel.findChildren(ValueChange)))
    names = [found.accessibleName() for found in page.panel.findChildren(ValueChange)]
    assert "Phone Number. Before: 555-0100. After: 555-0199." in names
    link = next(found for found in page.panel.findChildren(Link) if found.text().startswith("Ann"))
    qtbot.waitUntil(lambda: link.parentWidget().height() > link.height())
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert stand.told.links[0].startswith("records/contacts/")

    page.panel.show_page("errors")
    qtbot.waitUntil(lambda: "no-mail" in texts(page.panel))
    assert "Row 4, Email" in texts(page.panel)


def test_the_keyboard_opens_and_closes_the_panel(imported, stand, qtbot):
    page = loaded(qtbot, stand, 1)
    view = page.table.view
    page.start_focus()
    qtbot.keyClick(view, Qt.Key.Key_Home)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert page.panel.isVisible()

    assert page.escape()
    assert not page.panel.isVisible()
    assert view.hasFocus()


def test_many_changes_come_page_by_page(desk, stand, write, qtbot):
    rows = [f"Name{n},n{n}@example.org,{n}" for n in range(25)]
    path = write(HEAD, *rows)
    imports = desk.workspace.imports
    import_id = imports.start(desk.admin, ImportRequest(str(path), "contacts"))
    desk.workspace.run_job(imports.show(desk.admin, import_id).job_id)
    page = loaded(qtbot, stand, 1)
    page.open_import(import_id)
    page.panel.show_page("changes")

    def links() -> int:
        found = page.panel.findChildren(Link)
        return sum(link.objectName().startswith("record_") for link in found)

    qtbot.waitUntil(lambda: links() == 10)
    for many in (20, 25):
        more = [x for x in page.panel.findChildren(Link) if x.objectName() == "more_changes"]
        more[-1].click()
        qtbot.waitUntil(lambda many=many: links() == many)


def test_words_narrow_the_list(imported, stand, qtbot):
    page = loaded(qtbot, stand, 1)
    page.commands()["find"]()
    qtbot.keyClicks(page.filters.search, "deals")
    qtbot.waitUntil(lambda: page.table.count == 0)
    assert "No import matches" in texts(page)
    assert page.escape()
    qtbot.waitUntil(lambda: page.table.count == 1)


def test_chips_narrow_the_list_and_columns_are_chosen_and_sort_it(desk, imported, stand, qtbot):
    deal = desk.deal(dealname="Rattlesnake", amount="100")
    backup = desk.backup()
    desk.edit(deal, amount="7")
    desk.restore(backup, "deals", ["amount"])
    page = loaded(qtbot, stand, 2)
    table, filters = page.table, page.filters

    def names() -> list[str]:
        return [table.row(each).cells["name"].text for each in table.ids]

    assert [column.title for column in table.columns] == [
        "Name", "Source", "Records", "User", "Date",
    ]  # fmt: skip
    assert names() == ["Data Restore - Deal", "contacts.csv"]
    for chip, value, found in (
        (filters.kind, "restore", ["Data Restore - Deal"]),
        (filters.object, "contacts", ["contacts.csv"]),
        (filters.state, "failed", []),
    ):
        chip.choose([value])
        qtbot.waitUntil(lambda found=found: names() == found)
        assert page.escape()
        qtbot.waitUntil(lambda: len(names()) == 2)
    filters.time.set_days(1)
    assert filters.wanted.narrows
    for key in [column.key for column in table.every_column]:
        table.press_sort(key)
        qtbot.waitUntil(lambda key=key: table.query.sort.key == key and len(names()) == 2)
    table.set_columns(["name", "file", "created", "state"])
    cells = table.row(table.ids[names().index("contacts.csv")]).cells
    assert [cells[key].text for key in ("file", "created", "state")] == [
        "contacts.csv", "1", "Finished",
    ]  # fmt: skip


def test_an_import_that_is_not_there_is_said(page, qtbot):
    page.open_link("imports/none")
    assert not page.panel.isVisible()
    assert "import" in texts(page.table).lower()


def test_a_waiting_import_can_be_cancelled_from_the_list(desk, stand, write, qtbot):
    path = write(HEAD, "Bo,bo@example.org,1")
    import_id = desk.workspace.imports.start(desk.admin, ImportRequest(str(path), "contacts"))
    page = loaded(qtbot, stand, 1)
    stand.jobs.poll()

    page.table.action_chosen.emit("cancel", page.table.ids[0])

    number = page.table.ids[0]
    qtbot.waitUntil(
        lambda: page.table.row(number).cells["name"].second == "Cancelled, nothing was written"
    )
    assert desk.workspace.imports.show(desk.admin, import_id).state == "cancelled"
    assert desk.sql("SELECT count(*) FROM obj_contacts") == [(0,)]


def test_tab_walks_from_the_header_over_the_search_to_the_table(imported, stand, qtbot):
    page = loaded(qtbot, stand, 1)
    page.import_button.setFocus()
    filters = page.filters
    chips = (filters.kind, filters.object, filters.state, filters.time)
    for stop in (filters.search, *chips, filters.columns, page.table.view):
        qtbot.keyClick(page.window().focusWidget(), Qt.Key.Key_Tab)
        assert stop.hasFocus()


def test_every_value_of_a_record_with_many_can_be_seen(desk, stand, write, qtbot):
    names = [
        found
        for found in desk.workspace.definitions.object(desk.admin, "contacts").writable
        if found.type == "string" and not found.format and not found.sensitive
    ][:12]
    desk.contact(email="ann@example.org")
    head = ",".join(["Email", *(found.name for found in names)])
    path = write(head, ",".join(["ann@example.org", *(f"v{n}" for n in range(len(names)))]))
    imports = desk.workspace.imports
    import_id = imports.start(desk.admin, ImportRequest(str(path), "contacts"))
    desk.workspace.run_job(imports.show(desk.admin, import_id).job_id)
    page = loaded(qtbot, stand, 1)
    page.open_import(import_id)
    page.panel.show_page("changes")

    def more() -> list[Link]:
        found = page.panel.findChildren(Link)
        return [link for link in found if link.objectName() == "more_values"]

    qtbot.waitUntil(lambda: len(more()) == 1)
    assert len(page.panel.findChildren(ValueChange)) == 8
    assert more()[0].text() == f"Show {len(names) - 8} more values"
    more()[0].click()

    assert len(page.panel.findChildren(ValueChange)) == len(names)


def test_who_may_not_import_reads_who_can_open_it_to_them(desk, tmp_path, qtbot):
    stand = PageStand(desk.workspace, desk.user("Elif Demir", Permission.EXPORT), tmp_path)
    page = shown(qtbot, TransferPage(stand.desk))
    page.refresh()
    page.open_link("imports/new")

    assert not page.in_assistant
    assert not page.import_button.isVisible()
    assert "Imports are not open to you" in texts(page)
    assert ("PERMISSION_REFUSED", "refused") not in desk.audit_actions()
    stand.close()
