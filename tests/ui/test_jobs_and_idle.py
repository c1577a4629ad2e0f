from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from crmdesk.core.jobs.job import JobState
from crmdesk.ui.idle import IdleWatch
from tests.builders import Desk
from tests.ui.pages import PageStand


@pytest.fixture
def stand(desk: Desk, qapp, tmp_path: Path):
    made = PageStand(desk.workspace, desk.admin, tmp_path)
    yield made
    made.close()


def test_a_started_job_is_watched_to_its_end(stand, desk, qtbot):
    backup_id = desk.workspace.backups.create(desk.admin)
    job_id = desk.workspace.backups.show(desk.admin, backup_id).job_id
    ended = []
    stand.jobs.ended.connect(ended.append)
    stand.desk.start_job(job_id)
    qtbot.waitUntil(lambda: bool(ended))
    assert (ended[0].id, ended[0].state) == (job_id, JobState.SUCCEEDED)
    assert stand.jobs.open_jobs == []


def test_a_waiting_job_can_be_cancelled_and_only_once(stand, desk, qtbot):
    backup_id = desk.workspace.backups.create(desk.admin)
    job_id = str(desk.workspace.backups.show(desk.admin, backup_id).job_id)
    stand.jobs.poll()
    assert [job.id for job in stand.jobs.open_jobs] == [job_id]
    failed = []
    with qtbot.waitSignal(stand.jobs.ended) as told:
        stand.desk.cancel_job(stand.jobs, job_id, failed.append)
    assert (told.args[0].state, failed) == (JobState.CANCELLED, [])
    stand.desk.cancel_job(stand.jobs, job_id, failed.append)
    qtbot.waitUntil(lambda: bool(failed))
    assert failed[0].code == "job_ended"


def test_the_watcher_rests_when_the_session_has_ended(stand, desk):
    desk.workspace.sign_in.sign_out(desk.admin)
    stand.jobs.poll()
    assert not stand.jobs._timer.isActive()


def test_an_ended_session_is_told_to_the_window_and_not_to_the_page(stand, desk, qtbot):
    desk.workspace.sign_in.sign_out(desk.admin)
    failed = []
    inbox = desk.workspace.inbox
    stand.desk.run_query(stand.jobs, "x", lambda: inbox.list(desk.admin), print, failed.append)
    qtbot.waitUntil(lambda: bool(stand.told.ended))
    assert not failed


class Clock:
    """Seconds that the test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch(qapp):
    clock, touched, idle = Clock(), [], []
    made = IdleWatch(lambda: 1800.0, lambda: touched.append(clock.now), clock=clock)
    made.clock, made.touches, made.told = clock, touched, idle
    made.idle.connect(lambda: idle.append(clock.now))
    made.start()
    yield made
    made.rest()


def test_nobody_there_for_too_long_is_told(watch):
    watch.clock.now = 1799
    watch.look()
    assert not watch.told
    watch.clock.now = 1800
    watch.look()
    assert watch.told == [1800]


def test_a_key_counts_as_somebody_and_the_session_hears_of_it_once_a_minute(watch, qtbot):
    field = QLineEdit()
    qtbot.addWidget(field)
    with qtbot.waitExposed(field):
        field.show()
    field.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWindow() is field.windowHandle())
    for now in (1000, 1010, 1020, 1075):
        watch.clock.now = now
        # As the system hands it over: to the window, not to the field.
        QTest.keyClick(field.windowHandle(), Qt.Key.Key_A)
        watch.look()
    assert field.text() == "aaaa"
    assert watch.touches == [1000, 1075]
    watch.clock.now = 2800
    watch.look()
    assert not watch.told


def test_a_press_in_a_dialog_that_came_later_counts_too(watch, qtbot):
    dialog = QLineEdit()
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWindow() is dialog.windowHandle())
    watch.clock.now = 1700

    QTest.mouseClick(dialog.windowHandle(), Qt.MouseButton.LeftButton)

    watch.clock.now = 1900
    watch.look()
    assert not watch.told


def test_what_the_program_does_by_itself_is_nobody(watch):
    watch.clock.now = 1800
    QApplication.sendEvent(QApplication.instance(), QEvent(QEvent.Type.Timer))
    watch.look()
    assert watch.told
