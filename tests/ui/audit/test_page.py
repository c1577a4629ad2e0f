from __future__ import annotations

from contextlib import closing

from PySide6.QtCore import QPoint, Qt

from crmdesk.core.audit.verdict import ChainVerification
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.errors import UserError
from crmdesk.core.exports.model import ExportFilter, ExportSource, ExportState
from crmdesk.ui.audit.newer import NewerEntries
from crmdesk.ui.audit.page import AuditPage
from crmdesk.ui.audit.source import USUAL
from crmdesk.ui.audit.verification import verified_banner
from crmdesk.ui.exports.file_dialog import CHOSEN
from crmdesk.ui.tables.column_chooser import ColumnChooser
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.value_change import ValueChange
from tests.core.audit.test_imported import audit_log
from tests.ui.audit.conftest import entry_of, shown, texts
from tests.ui.clipping import clipped
from tests.ui.hands import nameless


def cells(page: AuditPage, position: int) -> dict[str, str]:
    row = page.table.row(page.table.ids[position])
    return {key: cell.shown for key, cell in row.cells.items()}


def click_row(qtbot, page: AuditPage, event_id: int) -> None:
    view = page.table.view
    place = view.row_rect(view.position_of(event_id))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, place.center().y()))
    qtbot.waitUntil(lambda: page.panel.complete)


def test_the_newest_entry_stands_first_and_a_row_says_who_did_what_and_from_where(
    desk, page, qtbot
):
    people = "SELECT max(id), count(*) FROM audit_events WHERE actor_kind = 'user'"
    newest = desk.sql(people)[0]

    assert page.table.ids[0] == newest[0]
    assert page.table.count == newest[1]
    assert cells(page, 0)["target"] == "Deal Rattlesnake Canyon"
    assert page.strip.count.text() == f"{newest[1]} entries"
    qtbot.waitUntil(lambda: page.strip.range.text() != "")
    assert page.strip.range.text().endswith(", Europe/Oslo")

    event_id = entry_of(desk, category="property_value")
    row = page.table.row(event_id)

    assert row.cells["user"].text == "Ingrid Solberg"
    assert row.cells["category"].text == "Property value"
    assert row.cells["action"].text == "Update"
    assert row.cells["target"].text == "Contact Ann Devon, Phone Number, First Name"
    assert row.cells["address"].text == "192.0.2.7"
    assert row.cells["at"].text.startswith("Today ")
    assert row.cells["at"].text.count(":") == 2
    assert row.cells["at"].tip.endswith(" UTC")
    assert row.cells["place"].text == "Norway"
    assert [column.key for column in page.table.columns] == list(USUAL)
    page.filters.columns.click()
    assert page.window().findChild(ColumnChooser).isVisible()


def test_a_click_opens_the_entry_with_old_and_new_side_by_side(desk, page, qtbot):
    event_id = entry_of(desk, category="property_value")

    click_row(qtbot, page, event_id)

    assert page.panel.isVisible()
    names = [found.accessibleName() for found in page.panel.findChildren(ValueChange)]
    assert "Phone Number. Before: 555-0100. After: 555-0199." in names
    assert "First Name. Before: Ann. After: Anna." in names
    qtbot.waitUntil(lambda: page.panel.check.text() == "Entry verified")
    facts = texts(page.panel)
    for fact in ("192.0.2.7, desk-7", "CRM Desk test", "Password and 2FA", f"#{event_id}"):
        assert fact in facts

    click_row(qtbot, page, entry_of(desk, category="crm_object", action="delete"))
    names = [found.accessibleName() for found in page.panel.findChildren(ValueChange)]
    assert "Deal Name. Before: Rattlesnake Canyon. After: No value." in names


def test_an_entry_of_many_values_shows_them_in_their_order(desk, page, qtbot):
    names = ("firstname", "lastname", "email", "phone", "city", "company", "jobtitle", "website")
    contact = desk.contact(email="old@northwind.example", lastname="\u202egpj.exe\x1b[31m")
    # Laid out as a whole, a value such as the last one would stop the window for minutes.
    long = {"website": "Q" * 300_000, "jobtitle": "\u2067Boss\r\nof all"}
    desk.edit(contact, **{n: f"{n}@new.example" for n in names if n not in long} | long)
    page.refresh()
    newest = entry_of(desk, category="property_value")
    qtbot.waitUntil(lambda: page.table.ids[0] >= newest)

    click_row(qtbot, page, newest)

    shown_changes = page.panel.findChildren(ValueChange)
    assert len(shown_changes) == len(names)
    qtbot.waitUntil(lambda: all(found.y() for found in shown_changes))
    tops = [found.y() for found in shown_changes]
    assert tops == sorted(tops)
    told = "\n".join(found.accessibleName() for found in shown_changes)
    assert "QQQ… (and 299,000 more characters)" in told
    assert "After: \\u2067Boss\nof all." in told
    assert "Before: \\u202egpj.exe\\u001b[31m." in told


def test_a_sensitive_value_stays_hidden_until_it_is_revealed(desk, stand, qtbot):
    contact = desk.contact(firstname="Ann")
    desk.workspace.definitions.set_property(desk.admin, "contacts", "phone", {"sensitive": True})
    desk.edit(contact, phone="555-0100")
    page = shown(qtbot, AuditPage(stand.desk))

    click_row(qtbot, page, entry_of(desk, category="property_value"))

    assert "555-0100" not in texts(page.panel)
    assert "After: •••••••" in texts(page.panel)

    qtbot.mouseClick(page.panel.findChild(Link, "audit_reveal"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "After: 555-0100" in texts(page.panel))
    assert entry_of(desk, action="reveal")


def test_the_keyboard_opens_steps_and_closes(desk, page, qtbot):
    view = page.table.view
    page.start_focus()
    qtbot.keyClick(view, Qt.Key.Key_Home)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    first = page.panel.event_id
    assert first == page.table.ids[0]

    page.panel.setFocus()
    qtbot.keyClick(page.panel, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert page.panel.event_id == page.table.ids[1]
    qtbot.keyClick(page.panel, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert page.panel.event_id == first

    qtbot.keyClick(page.panel, Qt.Key.Key_Escape)
    assert not page.panel.isVisible()
    assert view.hasFocus()


def test_verifying_says_how_many_entries_are_right_and_finds_one_that_was_altered(
    desk, page, qtbot
):
    before = desk.sql("SELECT count(*) FROM audit_events")[0][0]
    page.verify_button.setFocus()
    qtbot.keyClick(page.verify_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.told.banner is not None)

    assert f"{before} entries verified" in page.told.banner.accessibleName()
    assert desk.sql("SELECT count(*) FROM audit_events")[0][0] == before
    good = page.told.banner

    event_id = entry_of(desk, category="property_value")
    with closing(sqlite3.connect(desk.workspace.database.path)) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE audit_events SET address = 'x' WHERE id = ?", (event_id,))
        connection.commit()

    qtbot.mouseClick(page.verify_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.told.banner is not good)

    assert f"Entry {event_id}: Something in this entry" in page.told.banner.accessibleName()
    qtbot.mouseClick(page.told.banner.button, Qt.MouseButton.LeftButton)
    assert page.panel.event_id == event_id
    qtbot.waitUntil(lambda: page.panel.check.text() == "Not as it was written")


def test_a_long_verification_says_how_far_it_is_and_can_be_stopped(page, qtbot):
    verifying = page.verifying
    verifying.begin()
    verifying.moved.emit(2_500_000, 10_000_000)

    assert verifying.isVisible()
    assert "entry 2,500,000 of 10,000,000. 25 %" in verifying.row.words()
    assert page.verify_button.text() == "Verifying..."
    qtbot.mouseClick(verifying.row.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not verifying.runs)
    assert (verifying.isVisible(), page.verify_button.text()) == (False, "Verify log")


def test_a_link_leads_to_an_entry_and_from_there_to_the_record(desk, page, stand, qtbot):
    event_id = entry_of(desk, category="property_value")
    page.open_link(f"audit/{event_id}")
    assert page.panel.event_id == event_id

    qtbot.waitUntil(lambda: page.panel.findChild(Button, "audit_open_link") is not None)
    button = page.panel.findChild(Button, "audit_open_link")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    assert stand.told.links == [
        desk.sql("SELECT link FROM audit_events WHERE id = ?", event_id)[0][0]
    ]

    # The smallest window tells who, what and when beside the panel.
    page.resize(960, 551)
    view = page.table.view
    qtbot.waitUntil(lambda: view.viewport().width() < 640)
    qtbot.waitUntil(lambda: view.horizontalScrollBar().maximum() == 0)

    page.open_link("audit/999999")
    assert page.panel.isVisible()
    qtbot.waitUntil(lambda: "The audit log shows no entry 999999." in texts(page.panel))
    assert page.panel._tabs.isHidden()


def test_new_entries_at_the_top_leave_the_panel_and_its_row_as_they_are(desk, page, qtbot):
    view, first = page.table.view, page.table.ids[0]
    click_row(qtbot, page, first)
    linked = entry_of(desk, category="property_value")
    page.open_link(f"audit/{linked}")

    assert (view.open_id, view.current_id) == (linked, linked)

    page.open_entry(first)
    # One that the filters do not let through has no row, and loading rows is no going to one.
    before, own = page.table.count, entry_of(desk, actor_kind="system")
    desk.contact(firstname="Ada")
    page.open_link(f"audit/{own}")
    page.refresh()
    qtbot.waitUntil(lambda: page.table.count > before)
    assert (page.panel.event_id, view.current_id) == (own, first)

    page.open_entry(first)
    page.open_entry(linked)
    for name in ("Bo", "Cy"):
        desk.contact(firstname=name)
        before = page.table.count
        page.refresh()
        qtbot.waitUntil(lambda before=before: page.table.count > before)

        assert page.panel.event_id == linked
        assert (view.open_id, view.current_id) == (linked, linked)
        assert view.ground_of(view.position_of(linked)) == "soft"
        assert [index.row() for index in view.selectionModel().selectedRows()] == [
            view.position_of(linked)
        ]
        # Opened while the rows are on their way: those know the row that was open before.
        before = page.table.count
        desk.contact(firstname=f"{name} the second")
        page.refresh()
        page.open_entry(first)
        qtbot.waitUntil(lambda before=before: page.table.count > before)

        assert page.panel.event_id == first == view.open_id == view.current_id
        page.open_entry(linked)


def test_what_is_written_elsewhere_appears_and_moves_nobody_who_reads_further_down(
    desk, page, qtbot
):
    newer, view, link = page.newer, page.table.view, page.strip.newer_link
    marc = desk.user("Marc Dubois", super_admin=True)
    first, comments = page.table.ids[0], desk.workspace.audit_comments
    click_row(qtbot, page, first)
    page.panel.show_page("comments")
    page.panel.comments.composer.edit.setPlainText("Just what I")
    comments.add(marc, first, "Is this right?")
    newer.look()
    qtbot.waitUntil(lambda: page.table.ids[0] == entry_of(desk))
    said = page.panel.comments.threads
    qtbot.waitUntil(lambda: "Is this right?" in texts(said))
    assert page.panel.comments.composer.text == "Just what I"
    assert cells(page, page.table.ids.index(first))["comments"].startswith("1")

    page.resize(1280, 400)
    qtbot.waitUntil(lambda: view.verticalScrollBar().maximum() > 0)
    view.scrollToBottom()
    before = page.table.count
    for name in ("Bo", "Cy"):
        desk.contact(firstname=name)
    newer.look()
    qtbot.waitUntil(lambda: link.isVisible() and link.plain_text() == "2 new entries")
    assert page.table.count == before
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.table.count == before + 2)
    assert (link.isVisible(), view.verticalScrollBar().value()) == (False, 0)


def test_the_first_look_reads_nothing_again_where_the_newest_entry_is_shown(desk, page, qtbot):
    went_on: list[bool] = []
    newer = NewerEntries(page.newer._desk, page, page.table, page.source, page.strip.newer_link)
    newer.went_on.connect(lambda: went_on.append(True))
    page.table.refresh()
    qtbot.waitUntil(lambda: page.table.ids[0] == entry_of(desk))
    newer.look()
    qtbot.waitUntil(lambda: newer._newest == entry_of(desk))
    assert not went_on
    newer.deleteLater()


def test_an_error_is_said_until_something_works_and_a_good_verdict_can_be_closed(page, qtbot):
    page.deeds.failed.emit(UserError("x", "It is gone.", "Look again."))
    assert page.told.banner.accessibleName().startswith("It is gone.")
    page.filters.clear()
    assert not page.told.isVisible()
    page.verifying.begin()
    qtbot.waitUntil(lambda: page.told.banner is not None)
    page.filters.search.setText("x")
    page.filters.search.returnPressed.emit()
    assert page.told.isVisible()
    qtbot.mouseClick(page.told.banner.button, Qt.MouseButton.LeftButton)
    assert not page.told.isVisible()


def test_a_seal_that_does_not_fit_is_said_beside_a_log_that_is_whole(qtbot):
    found = ChainVerification(True, 2_030, 0, None, None, misfits=1)

    banner = verified_banner(found, print, print)

    qtbot.addWidget(banner)
    assert "seal" in banner.accessibleName() + banner.accessibleDescription()


def test_the_log_as_it_is_narrowed_or_all_of_it_leaves_as_a_file(
    desk, page, stand, qtbot, tmp_path
):
    page.filters.search.setText("Rattlesnake")
    page.filters.search.returnPressed.emit()
    qtbot.waitUntil(lambda: page.table.count == 2)
    shown = page.table.count
    qtbot.mouseClick(page.export_button, Qt.MouseButton.LeftButton)
    dialog = page.exports.dialog
    qtbot.waitUntil(lambda: dialog.estimate is not None)
    assert [dialog.rows.itemText(place) for place in range(dialog.rows.count())] == [
        "What the log shows",
        "The whole log",
    ]
    assert dialog.deed_button.plain_text().startswith(f"Export {shown} entr")
    assert nameless(dialog) == []
    assert not clipped(dialog)
    dialog.columns.setCurrentIndex(dialog.columns.findData(CHOSEN))
    dialog.chosen.choose(())
    qtbot.waitUntil(lambda: "at least one column" in dialog.lines.accessibleName())
    dialog.chosen.choose(("at", "action"))
    qtbot.waitUntil(lambda: dialog.estimate is not None)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: "Export finished" in [each[0] for each in stand.told.toasts])
    [found] = desk.workspace.exports.list(desk.admin, ExportFilter(source=ExportSource.AUDIT_LOG))
    assert (found.records, found.state) == (shown, ExportState.SUCCEEDED)

    page.filters.clear()
    page.open_entry(entry_of(desk, subcategory="EXPORT", action="export"))
    qtbot.waitUntil(lambda: page.panel.findChild(Button, "audit_download") is not None)
    assert "Saving a copy is counted as a download." in texts(page.panel)
    page.deeds.saving.save(found, tmp_path / "copy.csv")
    qtbot.waitUntil(lambda: entry_of(desk, action="download") > 0)
    assert page.commands()["export"] == page.exports.ask


def test_an_imported_entry_says_that_it_is_one_and_is_not_checked(desk, page, qtbot, tmp_path):
    desk.take_log(audit_log(tmp_path))
    page.open_link("audit/days/2025-07-14/2025-07-15")
    qtbot.waitUntil(lambda: page.table.count == 4)
    assert page.source.rows([-4])[0].cells["target"].text == "Imported: A"
    page.open_link("audit/-4")
    qtbot.waitUntil(lambda: page.panel.complete)
    assert "Imported: not proven here" in texts(page.panel)
    assert "audit.csv" in texts(page.panel)
    # It tells of a deletion elsewhere: the record of that number here stays where it is.
    page.open_link("audit/-1")
    qtbot.waitUntil(lambda: page.panel.event_id == -1 and page.panel.complete)
    assert "Contact deleted" in texts(page.panel)
    assert page.panel.findChild(Button, "audit_restore") is None
