from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from crmdesk.ui.widgets.column_chart import ColumnChart, Point


# The offscreen platform cannot raise the tooltip's window.
@pytest.mark.qt_log_ignore("does not support raise", extend=True)
def test_columns_are_pressed_by_mouse_and_walked_by_keys_from_either_side(show, qtbot):
    chart = ColumnChart("Exports")
    show(chart)
    chart.resize(160, 32)
    qtbot.keyClick(chart, Qt.Key.Key_Return)  # nothing to pick yet
    picked = []
    chart.picked.connect(picked.append)
    chart.set_points([Point(value, f"Day {value}") for value in (0, 1, 1_000)], "3 days")
    assert chart._bar(0).height() == 0
    assert chart._bar(1).height() > 0, "little stays in sight beside very much"

    for direction, ahead in (
        (Qt.LayoutDirection.LeftToRight, Qt.Key.Key_Right),
        (Qt.LayoutDirection.RightToLeft, Qt.Key.Key_Left),
    ):
        picked.clear()
        chart.setLayoutDirection(direction)
        qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=chart.column(1).center())
        for key in (Qt.Key.Key_Home, ahead, ahead, ahead):
            qtbot.keyClick(chart, key)
        qtbot.keyClick(chart, Qt.Key.Key_Space)
        assert picked == [1, 2]
