"""Garbage is searched for between events, and in no other thread."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject

from crmdesk.ui.garbage import GarbageCollection


class Circle:
    """What only a search finds: it holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collection() -> Iterator[GarbageCollection]:
    was_enabled = gc.isenabled()
    owner = QObject()
    yield GarbageCollection(owner)
    if was_enabled:
        gc.enable()


def test_garbage_goes_between_events_and_in_the_thread_of_the_window(qtbot, collection):
    gone_in: list[threading.Thread] = []
    circle = Circle()
    weakref.finalize(circle, lambda: gone_in.append(threading.current_thread()))
    del circle

    def make_much() -> None:
        for _ in range(10_000):
            Circle()

    worker = threading.Thread(target=make_much)
    worker.start()
    worker.join()
    make_much()
    assert gone_in == [], "nobody searches while something is being done"

    qtbot.waitUntil(lambda: gone_in == [threading.main_thread()])
