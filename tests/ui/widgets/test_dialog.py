from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QWidget

from crmdesk.ui.widgets.dialog import Decision, DecisionDialog, Effect
from tests.ui.clipping import clipped, stretched

DELETE = Decision(
    title="Delete contact",
    heading="Delete Ann Devon permanently?",
    sentence="This deletes 1 contact with 42 properties and 27 history entries.",
    safe="Keep contact",
    deed="Delete permanently",
    icon="triangle-alert",
    destructive=True,
    typed_name="Ann Devon",
    effects=(Effect("archive", "4 backups still hold this person. The entry names them."),),
)
SAVE = Decision("Save a copy", "Save a copy?", "This copies 41 MB.", "Do not save", "Save copy")


@pytest.fixture
def page(show) -> QWidget:
    return show(QLineEdit())


def opened(dialog: DecisionDialog, qtbot) -> DecisionDialog:
    # Tests look at it after it closed.
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    with qtbot.waitActive(dialog):
        dialog.open()
        dialog.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is dialog.focusWidget())
    return dialog


def test_the_deed_waits_for_the_typed_name(page, qtbot):
    dialog = opened(DecisionDialog(DELETE, page), qtbot)
    assert not dialog.deed_button.isEnabled()
    assert dialog.name_edit.hasFocus()

    qtbot.keyClicks(dialog.name_edit, "Ann Devo")
    assert not dialog.deed_button.isEnabled()
    qtbot.keyClicks(dialog.name_edit, "n")

    assert dialog.deed_button.isEnabled()
    with qtbot.waitSignals([dialog.decided, dialog.accepted]):
        qtbot.mouseClick(dialog.deed_button, Qt.MouseButton.LeftButton)


def test_enter_never_destroys(page, qtbot):
    dialog = opened(DecisionDialog(DELETE, page), qtbot)
    qtbot.keyClicks(dialog.name_edit, "Ann Devon")

    with qtbot.assertNotEmitted(dialog.decided), qtbot.waitSignal(dialog.rejected):
        qtbot.keyClick(dialog.name_edit, Qt.Key.Key_Return)


def test_enter_on_the_deed_itself_is_meant(page, qtbot):
    dialog = opened(DecisionDialog(DELETE, page), qtbot)
    qtbot.keyClicks(dialog.name_edit, "Ann Devon")

    with qtbot.waitSignals([dialog.decided, dialog.accepted]):
        qtbot.keyClick(dialog.deed_button, Qt.Key.Key_Return)


def test_enter_presses_the_primary_of_a_harmless_dialog(page, qtbot):
    dialog = opened(DecisionDialog(SAVE, page), qtbot)

    with qtbot.waitSignals([dialog.decided, dialog.accepted]):
        qtbot.keyClick(dialog, Qt.Key.Key_Return)


def test_esc_decides_nothing(page, qtbot):
    dialog = opened(DecisionDialog(SAVE, page), qtbot)

    with qtbot.assertNotEmitted(dialog.decided), qtbot.waitSignal(dialog.rejected):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_the_safe_button_stands_first_and_has_the_focus(page, qtbot):
    delete = Decision("Delete", "Delete 3 contacts?", "3 go.", "Keep", "Delete", destructive=True)
    dialog = opened(DecisionDialog(delete, page), qtbot)

    assert dialog.safe_button.x() < dialog.deed_button.x()
    assert dialog.safe_button.hasFocus()
    assert dialog.safe_button.property("keyfocus") == "true"
    assert dialog.safe_button.isDefault()


def test_a_dialog_that_waits_for_an_answer_shows_the_error_and_goes_on(page, qtbot):
    dialog = opened(DecisionDialog(SAVE, page, closes=False), qtbot)
    qtbot.mouseClick(dialog.deed_button, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()

    dialog.set_busy("Saving...")
    assert not dialog.safe_button.isEnabled()
    dialog.show_error("The disk was full. Nothing was saved. Try again.")

    assert dialog.deed_button.isEnabled()
    assert dialog.deed_button.plain_text() == "Save copy"
    assert clipped(dialog) == []


def test_a_reason_keeps_the_deed_from_being_pressed(page, qtbot):
    dialog = opened(DecisionDialog(SAVE, page), qtbot)

    dialog.set_reason("Choose a folder first")

    assert dialog.deed_button.accessibleDescription() == "Choose a folder first"
    assert not dialog.deed_button.isEnabled()


@pytest.mark.parametrize("longer", [str, stretched], ids=["english", "stretched"])
def test_nothing_in_a_dialog_is_cut(page, qtbot, longer):
    decision = Decision(
        title=longer(DELETE.title),
        heading=longer(DELETE.heading),
        sentence=longer(DELETE.sentence),
        safe=longer(DELETE.safe),
        deed=longer(DELETE.deed),
        destructive=True,
        typed_name="Ann Devon",
        effects=tuple(Effect(each.icon, longer(each.text)) for each in DELETE.effects),
    )
    dialog = opened(DecisionDialog(decision, page), qtbot)

    assert clipped(dialog) == []


def test_a_dialog_blocks_its_window_and_is_named_by_its_question(page, qtbot):
    dialog = opened(DecisionDialog(DELETE, page), qtbot)

    assert dialog.windowModality() is Qt.WindowModality.WindowModal
    assert dialog.accessibleName() == "Delete Ann Devon permanently?"
    assert isinstance(dialog, QDialog)
