"""What the assistant says of a file although no row of it is wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt

from crmdesk.ui.transfer.assistant import COLUMNS
from tests.ui.transfer.conftest import texts
from tests.ui.transfer.test_assistant import HEAD, checked, opened


def test_a_table_that_finds_no_record_says_so_loudly_and_a_name_may_find_them(
    desk, page, write, qtbot
):
    desk.add("companies", name="Acme")
    path = write("Company name,City", "acme,Rome", "Bolt,Oslo", name="companies.csv")
    assistant = checked(qtbot, opened(qtbot, page, path))
    [banner] = assistant.check.banners
    assert banner.accessibleName().startswith("Every row becomes a new record: 2 companies")
    assert assistant.check.key.value == ""

    assistant.check.key.pick("name")
    qtbot.waitUntil(lambda: not assistant.check.checking and not assistant.check.banners)
    assert (assistant.check.result.created, assistant.check.result.updated) == (1, 1)

    assistant.check.key.pick("")
    qtbot.waitUntil(lambda: not assistant.check.checking and len(assistant.check.banners) == 1)
    assert assistant.check.result.created == 2


def test_records_without_a_name_are_counted_and_the_button_leads_to_the_columns(page, write, qtbot):
    path = write("City,Phone Number", "Rome,1", "Oslo,2", name="companies.csv")
    assistant = checked(qtbot, opened(qtbot, page, path))
    qtbot.waitUntil(lambda: "2 companies without a name" in texts(assistant.check))

    qtbot.mouseClick(assistant.check.banners[1].button, Qt.MouseButton.LeftButton)

    assert assistant.step == COLUMNS


def test_odd_headings_are_named_where_columns_are_mapped(page, write, qtbot):
    path = write("Email,,email,City", "a@example.org,x,b@example.org,Rome")
    assistant = opened(qtbot, page, path)

    assistant.go_to(COLUMNS)

    said = assistant.columns.notice.accessibleName()
    assert said.startswith("1 column without a name and 1 column with the name of another")
    assert "“Column 2”" in said
    assert "“email (2)”" in said
    qtbot.waitUntil(lambda: assistant.columns.table.count == 4)
    assert assistant.columns.table.row(2).cells["how"].text == "Has no name in the file"
    assistant.open_file(str(write(HEAD, "Bo,Ek,bo@example.org,1,x")))
    qtbot.waitUntil(lambda: not assistant.busy.isVisible())
    assistant.go_to(COLUMNS)
    assert not assistant.columns.notice.isVisible()
