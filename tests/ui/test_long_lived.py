"""What stays is no part of the search for garbage, until its window closes."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject

from crmdesk.ui.long_lived import LongLived


def test_what_was_built_is_set_aside_until_it_is_let_go(qtbot):
    owner = QObject()
    long_lived = LongLived(owner)
    gc.unfreeze()

    long_lived.built()
    qtbot.waitUntil(lambda: gc.get_freeze_count() > 0)

    long_lived.let_go()
    assert gc.get_freeze_count() == 0
