"""Fixed values, labels and dates in the columns step."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from crmdesk.core.access.permissions import Permission
from crmdesk.core.records.dates import DateOrder
from crmdesk.ui.transfer.assistant import CHECK, COLUMNS
from crmdesk.ui.transfer.page import TransferPage
from crmdesk.ui.widgets.dialog import DecisionDialog
from tests.ui.hands import AtWork
from tests.ui.pages import PageStand
from tests.ui.transfer.conftest import shown, texts


@pytest.fixture
def hands(page, desk, stand, qtbot) -> AtWork:
    return AtWork(page, desk, stand, qtbot)


def at_columns(hands, path, object_name="contacts"):
    hands.page.begin_import(object_name, str(path))
    assistant = hands.page.assistant
    hands.wait(lambda: assistant.draft is not None and not assistant.looking.busy)
    assistant.go_to(COLUMNS)
    hands.wait(lambda: assistant.columns.table.count > 0)
    return assistant


def imported(assistant, hands):
    assistant.go_to(CHECK)
    hands.wait(lambda: assistant.results)
    assistant.go_on()
    hands.wait(lambda: assistant.run.ended, 25)


def dialog_of(hands, step) -> DecisionDialog:
    hands.click(step.fixed_button)
    hands.wait(step.fixed_dialog.isVisible)
    return step.fixed_dialog


def test_every_row_gets_a_fixed_value(hands, write, desk):
    desk.contact(email="ann@a.org", lifecyclestage="customer")
    assistant = at_columns(hands, write("Email", "ann@a.org", "bo@a.org"))
    dialog = dialog_of(hands, assistant.columns)
    assert dialog.deed_button.isEnabled() is False
    dialog.property_choice.pick("lifecyclestage")
    assert "Records that are further keep their stage." in texts(dialog)
    assert not dialog.deed_button.isEnabled()
    dialog.value.control.setCurrentIndex(dialog.value.control.findData("lead"))
    hands.click(dialog.deed_button)

    assert assistant.draft.static == {"lifecyclestage": "lead"}
    hands.wait(lambda: assistant.columns.table.count == 2)
    row = assistant.columns.table.row(2)
    assert [row.cells[each].text for each in ("column", "samples", "target", "how")] == [
        "Fixed value",
        "Lead",
        "Lifecycle Stage",
        "In every row",
    ]
    imported(assistant, hands)
    rows = desk.sql("SELECT email, lifecyclestage FROM obj_contacts ORDER BY 1")
    assert rows == [("ann@a.org", "customer"), ("bo@a.org", "lead")]


def test_a_fixed_value_is_made_changed_and_removed_by_keyboard(hands, write):
    assistant = at_columns(hands, write("Email", "ann@a.org"))
    step = assistant.columns
    hands.tab_to(step.fixed_button)
    hands.press(Qt.Key.Key_Space)
    hands.wait(step.fixed_dialog.isVisible)
    step.fixed_dialog.property_choice.pick("city")
    hands.qtbot.keyClicks(step.fixed_dialog.value.control, "Oslo")
    hands.qtbot.keyClick(step.fixed_dialog, Qt.Key.Key_Return)
    hands.wait(lambda: assistant.draft.static == {"city": "Oslo"})

    hands.wait(lambda: step.table.count == 2)
    step.table.opened.emit(2)
    hands.wait(step.fixed_dialog.isVisible)
    assert step.fixed_dialog.value.text() == "Oslo"
    step.fixed_dialog.value.control.selectAll()
    hands.qtbot.keyClicks(step.fixed_dialog.value.control, "Rome")
    hands.qtbot.keyClick(step.fixed_dialog, Qt.Key.Key_Return)
    hands.wait(lambda: assistant.draft.static == {"city": "Rome"})

    step.table.action_chosen.emit("leave", 2)
    assert assistant.draft.static == {}
    hands.wait(lambda: step.table.count == 1)


def test_a_value_that_cannot_be_read_is_refused_at_its_field(hands, write):
    assistant = at_columns(hands, write("Email", "ann@a.org"))
    dialog = dialog_of(hands, assistant.columns)
    dialog.property_choice.pick("closedate")
    hands.qtbot.keyClicks(dialog.value.control, "soon")

    hands.click(dialog.deed_button)

    assert dialog.isVisible()
    assert "Close Date" in dialog.value.error
    assert assistant.draft.static == {}
    hands.qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_unique_and_mapped_properties_take_no_fixed_value(hands, write):
    assistant = at_columns(hands, write("First Name,City", "Ann,Oslo"))
    offered = {each.name for each in assistant.draft.may_be_fixed}

    assert "state" in offered
    assert not offered & {"email", "city", "firstname"}


def test_who_sees_no_records_can_still_fix_a_value(desk, tmp_path, write, qtbot):
    ina = desk.user("Ina Import", Permission.IMPORT)
    stand = PageStand(desk.workspace, ina, tmp_path)
    page = shown(qtbot, TransferPage(stand.desk))
    hands = AtWork(page, desk, stand, qtbot)
    assistant = at_columns(hands, write("Email,Associated Company", "ann@a.org,Acme"))
    dialog = dialog_of(hands, assistant.columns)
    dialog.property_choice.pick("city")
    hands.qtbot.keyClicks(dialog.value.control, "Oslo")
    hands.click(dialog.deed_button)
    assert assistant.draft.static == {"city": "Oslo"}
    assistant.columns.open_column(2)
    assert assistant.columns.panel.labels.isVisible()
    stand.close()


def test_a_heading_names_companies_by_itself_and_a_label_is_chosen(hands, write, desk):
    desk.add("companies", name="Acme")
    desk.workspace.association_definitions.add_label(
        desk.admin, "contacts", "companies", "Employer", "Employee"
    )
    assistant = at_columns(hands, write("Email,Associated Company,Role", "ann@a.org,Acme,Employer"))
    hands.wait(lambda: assistant.columns.table.row(2) is not None)
    cells = assistant.columns.table.row(2).cells
    assert cells["target"].text == "Companies by Company name"
    assert cells["how"].text == "By its heading"
    assistant.columns.open_column(2)
    panel = assistant.columns.panel
    assert panel.labels.isVisible()

    panel.labels.pick("=Employer")
    assert assistant.draft.links["Associated Company"].label == "Employer"
    panel.labels.pick("#Role")
    link = assistant.draft.links["Associated Company"]
    assert (link.label, link.label_header) == ("", "Role")
    hands.wait(lambda: "label from" in assistant.columns.table.row(2).cells["target"].text)
    imported(assistant, hands)

    assert desk.sql("SELECT count(*) FROM associations WHERE label_id > 0") == [(1,)]


def test_the_label_goes_when_the_column_names_nobody(hands, write):
    assistant = at_columns(hands, write("Email,Associated Company", "ann@a.org,Acme"))
    assistant.columns.open_column(2)
    panel = assistant.columns.panel
    panel.choose("")

    assert not panel.labels.isVisible()
    assert assistant.draft.links == {}


def test_each_column_of_dates_gets_its_order_with_a_preview(hands, write, desk):
    assistant = at_columns(
        hands,
        write("Email,Close Date", "ann@a.org,03/04/1990"),
    )
    step = assistant.columns
    assert step.table.row(2).cells["how"].text == "Order in dates not clear"
    step.open_column(2)
    assert step.panel.dates.isVisible()
    assert "can be read in two ways" in texts(step.panel)
    step.panel.dates.pick("dmy")
    assert assistant.draft.date_orders == {"Close Date": DateOrder.DAY_FIRST}
    assert "03/04/1990 is 3 Apr 1990" in texts(step.panel)
    hands.wait(lambda: "day, month, year" in step.table.row(2).cells["how"].text)
    step.panel.dates.pick("")
    assert assistant.draft.date_orders == {}
    step.panel.dates.pick("mdy")
    assert "03/04/1990 is 4 Mar 1990" in texts(step.panel)
    imported(assistant, hands)

    assert desk.sql("SELECT closedate FROM obj_contacts") == [("1990-03-03T23:00:00.000Z",)]


def test_dates_that_go_to_a_text_are_not_asked_for(hands, write):
    assistant = at_columns(hands, write("Email,Close Date", "ann@a.org,03/04/1990"))
    assistant.columns.open_column(2)
    assistant.columns.panel.choose("city")

    assert not assistant.draft.asks_date_order
    assert not assistant.columns.panel.dates.isVisible()


def test_the_check_says_that_the_stage_never_goes_back(hands, write, desk):
    desk.contact(email="ann@a.org", lifecyclestage="customer")
    assistant = at_columns(hands, write("Email,Lifecycle Stage", "ann@a.org,Lead", "bo@a.org,Lead"))
    assistant.go_to(CHECK)
    hands.wait(lambda: assistant.results)

    said = texts(assistant.check)
    assert "Unless this is ticked it never does: a record that is further keeps its stage." in said
    assert "1 lifecycle stage would go back and is left." in said


def test_nothing_of_the_last_file_stands_beside_a_question_of_this_one(hands, write):
    assistant = at_columns(hands, write("Email", "ann@a.org"))
    assistant.go_to(CHECK)
    hands.wait(lambda: assistant.results)
    assert assistant.check.numbers.isVisible()

    at_columns(hands, write("Email,Close Date", "ann@a.org,03/04/2026", name="dates.csv"))
    assistant.go_to(CHECK)

    hands.wait(lambda: "Not checked yet" in texts(assistant.check))
    assert not assistant.check.numbers.isVisible()
