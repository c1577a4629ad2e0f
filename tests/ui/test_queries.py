"""Searches answer newest first, writes in order, and nothing outlives the window."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QObject, QThread

from crmdesk.ui.queries import Queries


@pytest.fixture
def queries(qapp):
    made = Queries()
    yield made
    assert made.shutdown(60.0)


def refuse(error: Exception) -> None:
    raise AssertionError(error)


def test_an_answer_arrives_in_the_thread_of_the_window(qtbot, queries):
    owner, seen = QObject(), []

    queries.run_query(
        owner,
        "rows",
        lambda: threading.current_thread().name,
        lambda name: seen.append((name, QThread.currentThread())),
        refuse,
    )

    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0][0] == "crmdesk-search"
    assert seen[0][1] is owner.thread()


def test_only_the_newest_search_of_a_key_is_answered(qtbot, queries):
    owner, gate, seen = QObject(), threading.Event(), []

    def slow() -> str:
        gate.wait(60)
        return "old"

    queries.run_query(owner, "rows", slow, seen.append, refuse)
    queries.run_query(owner, "rows", lambda: "new", seen.append, refuse)
    qtbot.waitUntil(lambda: seen == ["new"])
    gate.set()
    queries.run_query(owner, "end", lambda: "end", seen.append, refuse)

    qtbot.waitUntil(lambda: "end" in seen)
    assert seen == ["new", "end"]


def test_searches_of_different_keys_are_all_answered(qtbot, queries):
    owner, seen = QObject(), []

    for key in ("a", "b", "c"):
        queries.run_query(owner, key, lambda key=key: key, seen.append, refuse)

    qtbot.waitUntil(lambda: sorted(seen) == ["a", "b", "c"])


def test_a_cancelled_search_is_not_answered(qtbot, queries):
    owner, gate, seen = QObject(), threading.Event(), []
    queries.run_query(owner, "rows", lambda: gate.wait(60), seen.append, refuse)

    queries.cancel(owner, "rows")
    gate.set()
    queries.run_query(owner, "end", lambda: "end", seen.append, refuse)

    qtbot.waitUntil(lambda: "end" in seen)
    assert seen == ["end"]


def test_what_a_search_raises_is_handed_over(qtbot, queries):
    owner, failed = QObject(), []

    def broken() -> None:
        raise OSError("disk")

    queries.run_query(owner, "rows", broken, refuse, failed.append)

    qtbot.waitUntil(lambda: bool(failed))
    assert isinstance(failed[0], OSError)


def test_an_owner_that_is_gone_gets_no_answer(qtbot, queries):
    owner, other, gate, seen = QObject(), QObject(), threading.Event(), []
    queries.run_query(owner, "rows", lambda: gate.wait(60), seen.append, refuse)

    del owner
    gate.set()
    queries.run_query(other, "end", lambda: "end", seen.append, refuse)

    qtbot.waitUntil(lambda: bool(seen))
    assert seen == ["end"]


def test_writes_run_one_after_the_other_in_their_order(qtbot, queries):
    owner, done = QObject(), []

    for number in range(20):
        queries.run_write(owner, lambda number=number: number, done.append, refuse)

    qtbot.waitUntil(lambda: len(done) == 20)
    assert done == list(range(20))


def test_a_write_that_waits_can_be_withdrawn_and_a_running_one_cannot(qtbot, queries):
    owner, begun, gate, done = QObject(), threading.Event(), threading.Event(), []

    def slow() -> str:
        begun.set()
        gate.wait(60)
        return "first"

    first = queries.run_write(owner, slow, done.append, refuse)
    second = queries.run_write(owner, lambda: "second", done.append, refuse)
    assert begun.wait(60)
    assert second.waiting
    assert second.withdraw()
    assert not first.withdraw()
    gate.set()
    queries.run_write(owner, lambda: "third", done.append, refuse)

    qtbot.waitUntil(lambda: "third" in done)
    assert done == ["first", "third"]


def test_closing_finishes_the_writes_that_were_given(qapp):
    queries, owner, written = Queries(), QObject(), []
    for number in range(5):
        queries.run_write(owner, lambda number=number: written.append(number), list, refuse)

    assert queries.shutdown(60.0)

    assert written == [0, 1, 2, 3, 4]
    assert not queries.run_write(owner, lambda: written.append(9), list, refuse).waiting


def test_closing_waits_no_longer_than_it_may(qapp):
    queries, owner = Queries(), QObject()
    begun, gate = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        gate.wait(60)

    queries.run_query(owner, "rows", slow, list, refuse)
    assert begun.wait(60)

    assert not queries.shutdown(0.05)

    gate.set()
    assert queries.shutdown(60.0)


def test_a_long_read_holds_no_search_up_and_ends_with_its_owner_or_the_window(qtbot, queries):
    asides, seen = [QObject(), QObject()], []

    def until(cancelled) -> str:
        while not cancelled():
            threading.Event().wait(0.01)
        return threading.current_thread().name

    stops = [queries.run_aside(owner, until, seen.append, refuse) for owner in asides * 2]
    queries.run_query(asides[0], "rows", lambda: "rows", seen.append, refuse)
    qtbot.waitUntil(lambda: seen == ["rows"])
    stops[0].set()
    qtbot.waitUntil(lambda: seen == ["rows", "crmdesk-aside"])
    asides.pop().deleteLater()
    qtbot.waitUntil(stops[1].is_set)

    assert not stops[2].is_set()
    assert queries.shutdown(60.0)
    assert stops[2].is_set()
    assert queries.run_aside(asides[0], until, seen.append, refuse).is_set() is False
