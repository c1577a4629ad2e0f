"""From the start of a process to its first window on screen: the product's, or a bare one.

``python -m benchmarks.do_first_window ours|bare``
"""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget


def _leave_when_seen(app: QApplication) -> QTimer:
    timer = QTimer(app)

    def look() -> None:
        for window in app.topLevelWidgets():
            handle = window.windowHandle()
            if window.isVisible() and handle is not None and handle.isExposed():
                window.repaint()
                # What comes after the first picture is not measured, leaving least of all.
                os._exit(0)

    timer.timeout.connect(look)
    timer.start(0)
    return timer


def main(whose: str) -> int:
    """Open the window; the process ends once it is seen."""
    app = QApplication(["crmdesk"])
    _leave_when_seen(app)
    if whose == "ours":
        from crmdesk.app import main as open_window

        return open_window([])
    window = QWidget()
    window.resize(1280, 800)
    window.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
