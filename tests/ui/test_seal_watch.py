"""Entries are sealed while somebody works, as long as there are some."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer

from crmdesk.ui.seal_watch import GO_ON_MS, LOOK_MS, SealWatch
from tests.builders import Desk
from tests.ui.pages import PageStand


def test_it_goes_on_while_there_is_more_and_rests_with_the_window(
    desk: Desk, qtbot, tmp_path: Path
) -> None:
    left = [False, True]
    stand = PageStand(desk.workspace, desk.admin, tmp_path)
    watch = SealWatch(stand.desk, left.pop)
    timer = watch.findChild(QTimer)
    watch.start()
    assert timer.interval() == LOOK_MS

    watch.look()
    qtbot.waitUntil(lambda: timer.interval() == GO_ON_MS)
    qtbot.waitUntil(lambda: timer.interval() == LOOK_MS and timer.isActive())
    watch.look()
    watch.rest()
    stand.close()

    assert left == []
    assert not timer.isActive()
