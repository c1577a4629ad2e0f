from __future__ import annotations

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QHBoxLayout, QLineEdit, QWidget

from crmdesk.ui.widgets.buttons import Button, IconButton
from crmdesk.ui.widgets.code_field import CodeField
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.number_field import DateField, NumberField
from crmdesk.ui.widgets.password_field import NewPasswordField, PasswordField
from crmdesk.ui.widgets.ring import Ring
from crmdesk.ui.widgets.search_field import SearchField


def below_ten_thousand(edit: QLineEdit) -> str:
    return "" if len(edit.text()) < 5 else "Enter 1 to 9,999"


def threshold(show) -> tuple[FormField, QLineEdit, QLineEdit]:
    edit, other = QLineEdit(), QLineEdit()
    field = FormField("Threshold", edit, "In records", check=lambda: below_ten_thousand(edit))
    show(field, other)
    edit.setFocus()
    return field, edit, other


def test_a_field_is_checked_when_it_is_left(show, qtbot):
    field, edit, other = threshold(show)

    qtbot.keyClicks(edit, "275001")
    assert field.error == ""
    with qtbot.waitSignal(field.error_changed) as told:
        other.setFocus(Qt.FocusReason.TabFocusReason)

    assert told.args == ["Enter 1 to 9,999"]
    assert edit.accessibleDescription() == "Enter 1 to 9,999"
    assert edit.property("error") == "true"


def test_typing_clears_the_error_and_brings_the_help_back(show, qtbot):
    field, edit, other = threshold(show)
    qtbot.keyClicks(edit, "275001")
    other.setFocus()

    edit.setFocus()
    qtbot.keyClick(edit, Qt.Key.Key_Backspace)

    assert field.error == ""
    assert edit.accessibleDescription() == "In records"


def test_an_error_edge_leaves_the_field_its_size(show):
    field, edit, _ = threshold(show)
    size = edit.size()

    field.set_error("Enter 1 to 9,999")
    QApplication.sendPostedEvents()

    assert edit.size() == size
    assert edit.height() == 32


def test_the_label_is_the_buddy_and_the_name_of_its_field(show):
    field, edit, _ = threshold(show)

    assert field.title.buddy() is edit
    assert edit.accessibleName() == "Threshold"


def with_button(show, check) -> tuple[FormField, QLineEdit, Button, QLineEdit]:
    row, edit, button, other = QWidget(), QLineEdit(), Button("Choose..."), QLineEdit()
    line = QHBoxLayout(row)
    line.addWidget(edit)
    line.addWidget(button)
    row.setFocusProxy(edit)
    field = FormField("Folder", row, "On this computer", check=check)
    show(field, other)
    edit.setFocus()
    return field, edit, button, other


def test_the_error_of_a_field_with_a_button_stands_on_the_field(show):
    field, edit, _, other = with_button(show, lambda: "Choose a folder")

    other.setFocus(Qt.FocusReason.TabFocusReason)

    assert field.error == "Choose a folder"
    assert edit.property("error") == "true"
    assert edit.accessibleName() == "Folder"
    assert edit.accessibleDescription() == "Choose a folder"


def test_whoever_goes_to_the_button_beside_the_field_has_not_left_it(show):
    field, edit, button, other = with_button(show, lambda: "Choose a folder")

    button.setFocus(Qt.FocusReason.TabFocusReason)
    assert field.error == ""
    other.setFocus(Qt.FocusReason.TabFocusReason)
    edit.setFocus()
    other.setFocus(Qt.FocusReason.TabFocusReason)
    assert field.error == "Choose a folder"

    edit.setText("/home/ingrid/crm")
    assert field.error == ""


def test_a_reason_disables_the_field_and_stands_below_it(show):
    field, edit, _ = threshold(show)

    field.set_reason("Only a Super Admin can change this")

    assert not edit.isEnabled()
    assert edit.accessibleDescription() == "Only a Super Admin can change this"
    field.set_reason("")
    assert edit.isEnabled()


def test_a_field_being_checked_shows_a_ring_inside(show):
    field, edit, _ = threshold(show)

    field.set_busy(True)

    ring = edit.findChild(Ring)
    assert ring.isVisible()
    assert edit.rect().contains(ring.geometry())


@pytest.mark.parametrize("pasted", ["491702", "491 702", "491-702", " 4 9 1 7 0 2\n", "4917029"])
def test_a_pasted_code_is_taken_in_any_grouping(show, qtbot, pasted: str):
    code = CodeField("Code")
    show(code)
    QApplication.clipboard().setText(pasted)

    with qtbot.waitSignal(code.completed) as told:
        qtbot.keyClick(code, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)

    assert told.args == ["491702"]


def test_a_code_takes_digits_only(show, qtbot):
    code = CodeField("Code")
    show(code)

    qtbot.keyClicks(code, "4a9 1x7")

    assert (code.code, code.is_complete) == ("4917", False)


def test_a_wrong_code_empties_the_field_and_keeps_the_focus(show, qtbot):
    code, other = CodeField("Code"), QLineEdit()
    show(code, other)
    qtbot.keyClicks(code, "123456")
    other.setFocus()

    code.reject()

    assert code.code == ""
    assert code.hasFocus()


def test_a_password_is_masked_until_the_eye_is_pressed(show, qtbot):
    field = PasswordField("Password")
    show(field)
    eye = field.findChild(IconButton)
    assert field.echoMode() is QLineEdit.EchoMode.Password
    assert eye.accessibleName() == "Show password"

    qtbot.mouseClick(eye, Qt.MouseButton.LeftButton)
    assert field.echoMode() is QLineEdit.EchoMode.Normal
    assert eye.accessibleName() == "Hide password"
    qtbot.mouseClick(eye, Qt.MouseButton.LeftButton)
    assert field.echoMode() is QLineEdit.EchoMode.Password


@pytest.mark.parametrize(("text", "word"), [("", ""), ("ab", "Too weak"), ("x" * 40, "Strong")])
def test_a_new_password_says_its_strength_as_a_word(show, text: str, word: str):
    new = NewPasswordField("New password", lambda typed: len(typed) // 4)
    show(new)

    new.field.setText(text)

    assert new.strength_word() == word
    assert new.field.accessibleDescription() == word


def test_esc_empties_a_search_and_then_belongs_to_the_page(show, qtbot):
    search = SearchField("Search contacts")
    show(search)
    qtbot.keyClicks(search, "ann")

    with qtbot.waitSignal(search.cleared):
        qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert search.text() == ""
    with qtbot.assertNotEmitted(search.cleared):
        qtbot.keyClick(search, Qt.Key.Key_Escape)


def test_the_x_of_a_search_is_there_only_with_text(show, qtbot):
    search = SearchField("Search contacts")
    show(search)
    clear = search.findChild(IconButton)
    assert not clear.isVisible()

    qtbot.keyClicks(search, "ann")
    qtbot.mouseClick(clear, Qt.MouseButton.LeftButton)

    assert search.text() == ""


def test_arrow_down_goes_on_into_the_list(show, qtbot):
    search = SearchField("Search contacts")
    show(search)

    with qtbot.waitSignal(search.down_pressed):
        qtbot.keyClick(search, Qt.Key.Key_Down)


def test_numbers_and_dates_have_the_height_of_other_fields(show):
    number = NumberField("Days", 1, 365, 14)
    day = DateField("From", QDate(2026, 11, 22))
    show(number, day)

    assert number.height() == day.height() == 32
    assert number.value() == 14


def test_a_narrow_search_field_says_search_and_keeps_its_name(show):
    field = SearchField("Search the recycle bin")
    field.setFixedWidth(130)
    show(field)

    assert QLineEdit.placeholderText(field) == "Search"
    assert field.accessibleName() == "Search the recycle bin"
    field.setFixedWidth(320)
    QApplication.sendPostedEvents()
    assert QLineEdit.placeholderText(field) == "Search the recycle bin"


def test_where_a_list_can_be_typed_into_the_line_has_the_fields_name(show):
    box = QComboBox()
    box.setEditable(True)
    field = FormField("Group", box)
    show(field)

    assert box.accessibleName() == "Group"
    assert box.lineEdit().accessibleName() == "Group"
