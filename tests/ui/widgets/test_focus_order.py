from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crmdesk.ui.widgets.focus_order import order_focus


def named(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setObjectName(name)
    return field


def walk(start: QWidget, qtbot, steps: int) -> list[str]:
    start.setFocus()
    met = [start.objectName()]
    for _ in range(steps):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        met.append(QApplication.focusWidget().objectName())
    return met


def test_tab_follows_the_layout_and_not_the_order_of_making(show, qtbot):
    page = QWidget()
    row, column = QHBoxLayout(), QVBoxLayout(page)
    last, middle, first = named("last"), named("middle"), named("first")
    row.addWidget(first)
    row.addWidget(middle)
    column.addLayout(row)
    column.addWidget(last)
    show(page)

    order_focus(page)

    assert walk(first, qtbot, 2) == ["first", "middle", "last"]


def test_what_stands_for_another_widget_leads_tab_on_and_never_back(show, qtbot):
    page, host = QWidget(), QWidget()
    inside, after, before = named("inside"), named("after"), named("before")
    outside = named("outside")
    QVBoxLayout(host).addWidget(inside)
    host.setFocusProxy(inside)
    column = QVBoxLayout(page)
    for widget in (before, host, after):
        column.addWidget(widget)
    show(page, outside)

    order_focus(page)

    assert walk(before, qtbot, 4) == ["before", "inside", "after", "outside", "before"]
