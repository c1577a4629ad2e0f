from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.ui.theme.apply import apply_theme
from crmdesk.ui.theme.motion import set_reduced_motion

Show = Callable[..., QWidget]


@pytest.fixture(autouse=True)
def look(qapp) -> Iterator[None]:
    apply_theme(qapp, "light")
    set_reduced_motion(True)
    yield
    set_reduced_motion(None)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def show(qtbot) -> Show:
    """Put widgets under each other into a window of a given size, and show it."""

    kept = []

    def build(*widgets: QWidget, width: int = 600, height: int = 400) -> QWidget:
        window = QWidget()
        qtbot.addWidget(window)
        kept.append(window)
        layout = QVBoxLayout(window)
        for widget in widgets:
            layout.addWidget(widget)
        layout.addStretch(1)
        window.resize(width, height)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        return window

    return build
