from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.scrolling import scrolling

MARGIN = 24


def body(lines: int) -> tuple[QScrollArea, QWidget]:
    content = QWidget()
    column = QVBoxLayout(content)
    column.setContentsMargins(MARGIN, 0, MARGIN, 0)
    first = Paragraph("One line of a body.")
    column.addWidget(first)
    for _ in range(lines - 1):
        column.addWidget(Paragraph("One more line of a body."))
    area = scrolling(content)
    area.setFixedHeight(120)
    return area, first


def test_a_body_ends_at_the_same_edge_with_and_without_its_scroll_bar(show):
    short, line = body(2)
    long, first = body(40)
    show(short, long)

    assert not short.verticalScrollBar().isVisible()
    assert long.verticalScrollBar().isVisible()
    assert first.width() == line.width()


def test_tab_stops_at_what_scrolls_and_shows_it(show, qtbot):
    before, after = QLineEdit(), QLineEdit()
    area, _line = body(40)
    show(before, area, after)
    before.setFocus()

    qtbot.keyClick(before, Qt.Key.Key_Tab)

    assert area.hasFocus()
    assert area.accessibleName() == "Scrolls with the arrow keys"
    edge = next(each for each in area.children() if each.property("role") == "focus_edge")
    assert edge.isVisible()
    qtbot.keyClick(area, Qt.Key.Key_Down)
    assert area.verticalScrollBar().value() > 0
    qtbot.keyClick(area, Qt.Key.Key_Tab)
    assert after.hasFocus()
    assert not edge.isVisible()


def test_tab_passes_by_a_body_that_is_whole_in_sight(show, qtbot):
    before, after = QLineEdit(), QLineEdit()
    area, _line = body(2)
    show(before, area, after)
    before.setFocus()

    qtbot.keyClick(before, Qt.Key.Key_Tab)
    assert after.hasFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab)
    assert before.hasFocus()
