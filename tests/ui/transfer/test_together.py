"""Several tables in one import, in the assistant."""

from __future__ import annotations

import pytest
import xlsxwriter
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from crmdesk.ui.transfer.assistant import CHECK, COLUMNS, FILE, RUN
from crmdesk.ui.transfer.page import TransferPage
from crmdesk.ui.widgets.buttons import Button
from tests.ui.clipping import PseudoTranslator, clipped
from tests.ui.hands import AtWork, nameless
from tests.ui.transfer.conftest import shown, texts

CUSTOMERS = ("CustomerID,CompanyName,City", "ALFKI,Alfreds,Berlin", "VINET,Vins,Reims")
ORDERS = ("OrderID,CustomerID,Freight", "10248,VINET,32", "10249,ALFKI,11", "10250,VINET,4")


@pytest.fixture
def hands(page, desk, stand, qtbot) -> AtWork:
    return AtWork(page, desk, stand, qtbot)


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "fair.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        for name, rows in (
            ("People", (("Email", "Firm"), ("ann@example.org", "Acme"))),
            ("Firms", (("Company name", "City"), ("Acme", "Rome"))),
        ):
            sheet = made.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
    return path


@pytest.fixture
def northwind(page, write, hands):
    """The assistant with orders and customers."""
    page.begin_import(path=str(write(*ORDERS, name="Orders.csv")))
    assistant = page.assistant
    hands.wait(lambda: not assistant.looking.busy)
    hands.click(assistant.file.more)
    dialog = page.findChild(QFileDialog, "import_file_dialog")
    dialog.fileSelected.emit(str(write(*CUSTOMERS, name="Customers.csv")))
    dialog.reject()
    hands.wait(lambda: not assistant.looking.busy and len(assistant.bundle.drafts) == 2)
    return assistant


def at_check(assistant, hands):
    assistant.go_to(CHECK)
    hands.wait(lambda: assistant.results)
    return assistant


def done(assistant, hands):
    hands.click(assistant.primary)
    hands.wait(lambda: assistant.step == RUN and assistant.run.ended, 25)
    return assistant


def test_orders_find_their_customers_by_the_column_both_files_have(northwind, hands, desk):
    assistant = northwind
    assert "2 of 2 tables" in texts(assistant.file)
    assistant.go_to(COLUMNS)
    assistant.switch.pick(0)
    banner = assistant.columns.shared.banner
    assert "“CustomerID” stands in Customers.csv too" in banner.accessibleName()
    hands.click(banner.button)
    assert not banner.isVisible()
    assert assistant.bundle.drafts[1].mapping["CustomerID"] == "hs_object_id"

    at_check(assistant, hands)
    assert list(assistant.results) == [1, 0]
    assert assistant.results[0].associations == 3
    assert "3 associations are made." in texts(assistant.check)
    assert assistant.primary.plain_text() == "Import 5 rows"
    done(assistant, hands)

    assert desk.sql("SELECT count(*) FROM associations") == [(3,)]
    assert "Customers.csv" in texts(assistant.run)
    assistant.switch.pick(0)
    assert "3 created" in texts(assistant.run.numbers)
    assert "Orders.csv" in texts(assistant.run)
    assert "3 associations were made." in texts(assistant.run)


def test_both_go_in_by_keyboard_alone(page, hands, write, desk, qtbot):
    page.begin_import()
    assistant = page.assistant
    assistant.open_file(str(write(*ORDERS, name="Orders.csv")))
    hands.wait(lambda: not assistant.looking.busy)
    assistant.add_file(str(write(*CUSTOMERS, name="Customers.csv")))
    hands.wait(lambda: len(assistant.bundle.drafts) == 2 and assistant.primary.hasFocus())
    hands.press(Qt.Key.Key_Space)
    hands.wait(lambda: assistant.step == COLUMNS)
    hands.tab_to(assistant.switch.choice)
    hands.press(Qt.Key.Key_Up)
    hands.wait(lambda: assistant.bundle.current == 0)
    hands.tab_to(assistant.columns.shared.banner.button)
    hands.press(Qt.Key.Key_Space)
    hands.wait(lambda: assistant.draft.links)
    page.commands()["send"]()
    hands.wait(lambda: assistant.results)
    page.commands()["send"]()
    hands.wait(lambda: assistant.run.ended, 25)

    assert desk.sql("SELECT count(*) FROM associations") == [(3,)]


def test_a_column_is_linked_to_the_rows_of_another_table_in_its_panel(northwind, hands):
    assistant = northwind
    assistant.go_to(COLUMNS)
    assistant.switch.pick(0)
    assistant.columns.open_column(2)
    qtbot_search = assistant.columns.panel.search
    hands.qtbot.keyClicks(qtbot_search, "rows of Customers.csv by Cust")
    hands.qtbot.keyClick(qtbot_search, Qt.Key.Key_Return)

    link = assistant.draft.links["CustomerID"]
    assert (link.object_name, link.property) == ("companies", "hs_object_id")
    (row,) = assistant.columns.source.rows([2])
    assert row.cells["target"].text == "Rows of Customers.csv by CustomerID"


def test_the_sheets_of_a_workbook_are_ticked_and_named_by_a_column(page, hands, book, desk):
    page.begin_import(path=str(book))
    assistant = page.assistant
    hands.wait(lambda: assistant.draft is not None and not assistant.looking.busy)
    assert assistant.reason.text() == "Choose a table"
    tables = assistant.file.tables
    tables.list.setFocus()
    hands.press(Qt.Key.Key_Space)
    hands.press(Qt.Key.Key_Down)
    hands.wait(lambda: assistant.bundle.current == 1 and not assistant.looking.busy)
    hands.press(Qt.Key.Key_Space)
    assert assistant.bundle.taken == (0, 1)
    hands.wait(lambda: len(assistant.bundle.drafts) == 2 and not assistant.looking.busy)
    assert [each.object_name for each in assistant.bundle.entries] == ["contacts", "companies"]
    assistant.go_to(COLUMNS)
    assert assistant.switch.isVisible()
    assistant.switch.pick(0)
    assistant.columns.open_column(2)
    assistant.columns.panel.choose_way("companies", "name")
    done(at_check(assistant, hands), hands)

    assert desk.sql("SELECT count(*) FROM associations") == [(1,)]


def test_all_tables_are_taken_at_once_and_one_is_left_out_again(page, hands, book):
    page.begin_import(path=str(book))
    assistant = page.assistant
    hands.wait(lambda: assistant.draft is not None and not assistant.looking.busy)

    hands.click(assistant.file.tables.all_button)
    hands.wait(lambda: len(assistant.bundle.drafts) == 2 and not assistant.looking.busy)
    assert not assistant.file.tables.all_button.isVisible()
    assistant.file.tables.tick(1, False)

    assert assistant.bundle.taken == (0,)
    assistant.go_to(COLUMNS)
    assert not assistant.switch.isVisible()
    assert assistant.bundle.current == 0


def test_a_table_that_was_left_out_can_be_imported_next(page, hands, book):
    page.begin_import(path=str(book))
    assistant = page.assistant
    hands.wait(lambda: assistant.draft is not None and not assistant.looking.busy)
    assistant.file.tables.tick(1, True)
    hands.wait(lambda: assistant.bundle.drafts and not assistant.looking.busy)
    done(at_check(assistant, hands), hands)

    hands.click(assistant.other)

    hands.wait(lambda: assistant.step == FILE and assistant.draft is not None)
    assert [each.title for each in assistant.bundle.entries] == ["People"]


def test_what_is_wrong_with_one_table_is_shown_at_that_table(northwind, hands, write):
    assistant = northwind
    write(*ORDERS, "10251,ALFKI,9", name="Orders.csv")
    assistant.go_to(CHECK)
    hands.wait(lambda: "no longer the file that was looked at" in texts(assistant.check))

    assert assistant.bundle.current == 0
    assert not assistant.primary.isEnabled()


def test_a_reason_names_its_table(page, hands, write):
    page.begin_import(path=str(write(*CUSTOMERS, name="Customers.csv")))
    assistant = page.assistant
    hands.wait(lambda: not assistant.looking.busy)
    assistant.add_file(str(write("aaa,bbb", "1,2", name="x.csv")))
    hands.wait(lambda: len(assistant.bundle.drafts) == 2 and not assistant.looking.busy)

    assert assistant.reason.text() == "x.csv: Choose the object"


def test_a_second_file_that_cannot_be_read_leaves_the_first(northwind, hands, tmp_path):
    wrong = tmp_path / "photo.csv"
    wrong.write_bytes(b"\x00\x01\x02" * 100)

    northwind.add_file(str(wrong))

    hands.wait(northwind.banner.isVisible)
    assert len(northwind.bundle.drafts) == 2
    assert northwind.primary.isEnabled()


def test_an_import_begun_for_contacts_says_so_and_points_out_what_the_file_is(page, hands, write):
    page.open_link("imports/new/contacts")
    assistant = page.assistant
    assistant.open_file(str(write(*ORDERS, name="Orders.csv")))
    hands.wait(lambda: assistant.draft is not None and not assistant.looking.busy)

    said = texts(assistant.file)
    assert "Taken from the page you came from" in said
    assert "Chosen by you" not in said
    mismatch = assistant.file.mismatch
    assert mismatch.accessibleName() == (
        "This file looks like deals. Recognised by the file name, but it is set to contacts."
    )
    hands.click(mismatch.button)
    hands.wait(lambda: assistant.draft.object_type.name == "deals" and not assistant.looking.busy)
    assert not mismatch.isVisible()
    assert "Chosen by you" in texts(assistant.file)


def test_the_way_out_of_a_mismatch_is_reached_by_keyboard(page, hands, write):
    page.open_link("imports/new/contacts")
    assistant = page.assistant
    assistant.open_file(str(write(*ORDERS, name="Orders.csv")))
    hands.wait(lambda: assistant.draft is not None and not assistant.looking.busy)

    hands.tab_to(assistant.file.mismatch.findChild(Button))
    hands.press(Qt.Key.Key_Space)

    hands.wait(lambda: assistant.draft.object_type.name == "deals")
    assert QApplication.focusWidget() is not None


@pytest.mark.parametrize("size", [(1280, 710), (960, 550)])
def test_nothing_of_several_tables_is_cut_in_longer_languages(desk, stand, write, qtbot, size):
    translator = PseudoTranslator()
    QCoreApplication.installTranslator(translator)
    try:
        page = shown(qtbot, TransferPage(stand.desk), *size)
        hands = AtWork(page, desk, stand, qtbot)
        page.begin_import("contacts", str(write(*ORDERS, name="Orders.csv")))
        assistant = page.assistant
        hands.wait(lambda: assistant.draft is not None and not assistant.looking.busy)
        cut = clipped(page) + nameless(page)
        assistant.file.mismatch.acted.emit()
        hands.wait(lambda: not assistant.looking.busy)
        assistant.add_file(str(write(*CUSTOMERS, name="Customers.csv")))
        hands.wait(lambda: len(assistant.bundle.drafts) == 2)
        cut += clipped(page) + nameless(page)
        assistant.go_to(COLUMNS)
        assistant.switch.pick(0)
        cut += clipped(page) + nameless(page)
        assistant.columns.shared.banner.acted.emit()
        assistant.columns.open_column(2)
        cut += clipped(page) + nameless(page)
        at_check(assistant, hands)
        cut += clipped(page) + nameless(page)
        done(assistant, hands)
        cut += clipped(page) + nameless(page)
        assert cut == []
    finally:
        QCoreApplication.removeTranslator(translator)
