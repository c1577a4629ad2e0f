from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.paragraph import Paragraph
from tests.ui.clipping import PseudoTranslator, clipped, stretched


def shown(qtbot, child: QWidget, width: int, height: int) -> QWidget:
    page = QWidget()
    qtbot.addWidget(page)
    child.setParent(page)
    child.setGeometry(0, 0, width, height)
    page.resize(600, 400)
    page.show()
    return page


def test_a_button_too_narrow_for_its_words_is_found(qtbot):
    page = shown(qtbot, Button("Restore 853 values"), 60, 32)

    (found,) = clipped(page)
    assert "Restore 853 values" in found
    assert "needs" in found


def test_a_paragraph_with_too_few_lines_is_found(qtbot):
    page = shown(qtbot, Paragraph("A sentence that needs more than one line here."), 120, 18)

    assert any("high" in line for line in clipped(page))


def test_a_label_that_reaches_out_of_its_parent_is_found(qtbot):
    page = shown(qtbot, QLabel("Far right"), 100, 20)
    page.findChild(QLabel).move(560, 0)

    assert clipped(page) == ["QLabel “Far right”: reaches out of its parent"]


def test_what_fits_is_not_reported(qtbot):
    page = QWidget()
    qtbot.addWidget(page)
    layout = QVBoxLayout(page)
    layout.addWidget(Button("Export"))
    layout.addWidget(Paragraph("Two lines of text at this width, and all of them in sight."))
    page.resize(240, 200)
    page.show()

    assert clipped(page) == []


def test_stretched_words_are_a_third_longer_and_keep_their_placeholders():
    text = "Delete {name} permanently"

    longer = stretched(text)

    assert "{name}" in longer
    assert 1.25 <= len(longer) / len(text) <= 1.6


def test_the_pseudo_translation_reaches_every_tr(qapp):
    translator = PseudoTranslator()
    qapp.installTranslator(translator)
    try:
        assert QWidget().tr("Close") != "Close"
        assert "7" in qapp.translate("TimeLeft", "about %n min left", "", 7)
    finally:
        qapp.removeTranslator(translator)
