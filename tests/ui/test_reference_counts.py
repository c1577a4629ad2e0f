from __future__ import annotations

import sys

from PySide6.QtWidgets import QLabel


def test_a_thousand_qt_calls_leave_the_references_to_none_alone(qtbot):
    """PySide6 6.12.0 on Python 3.11 drops one reference to None in each void method.

    A thousand turns cost 2,000 references, and after some thousand calls the program
    aborts with "deallocating None". Python 3.12 and later count none at all.
    """
    label = QLabel()
    qtbot.addWidget(label)
    before = sys.getrefcount(None)

    for turn in range(1_000):
        label.setText(str(turn))
        label.update()

    assert abs(sys.getrefcount(None) - before) < 100
