from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QCoreApplication

from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import Job, JobKind, JobState
from crmdesk.core.notify.inbox import Notification, NotificationKind
from crmdesk.core.notify.topics import TOPIC_OF
from crmdesk.ui import words
from crmdesk.ui.job_words import job_line, job_name
from crmdesk.ui.language import install_language
from crmdesk.ui.messages import message
from crmdesk.ui.notices import notice

OSLO = ZoneInfo("Europe/Oslo")
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def language(qapp):
    install_language(qapp)


def test_numbers_are_grouped_and_sizes_short():
    assert words.number(12_480) == "12,480"
    assert words.size(41_234_567) == "41.2 MB"
    assert words.percent(0.629) == "62\u00a0%"


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(minutes=5), "Today 09:55"),
        (timedelta(hours=11), "Yesterday"),
        (timedelta(days=2), "20 Nov 2026"),
    ],
)
def test_a_time_is_said_in_the_zone_of_the_workspace(ago, text):
    assert words.moment(NOW - ago, OSLO, now=NOW) == text


def test_backups_of_one_day_are_told_apart_by_the_clock():
    said = [words.stamp(NOW - timedelta(hours=ago), OSLO, now=NOW) for ago in (0, 11, 36)]
    assert said == ["Today 10:00", "Yesterday 23:00", "20 Nov 2026, 22:00"]


def test_health_is_said_in_one_round_number():
    assert words.ago(NOW - timedelta(hours=3), now=NOW) == "3 h ago"
    assert words.ago(NOW - timedelta(days=1), now=NOW) == "1 day ago"
    assert words.ago(NOW - timedelta(days=9), now=NOW) == "9 days ago"


def test_plurals_follow_the_number():
    def say(count):
        text = "%Ln value{|s} {was|were} cleared"
        return QCoreApplication.translate("Test", text, "", count)

    assert say(1) == "1 value was cleared"
    assert say(1_204) == "1,204 values were cleared"


@pytest.mark.parametrize("kind", list(NotificationKind))
def test_every_kind_of_notification_has_words_whatever_its_values(kind):
    for values in ({}, {"records": 1, "values": 850, "state": "failed", "bytes": 3}):
        found = Notification(1, kind.value, NOW, values, "backups/1", None)
        told = notice(found, OSLO, now=NOW)
        assert told.title
        assert "%" not in told.title + told.text
        assert "{" not in told.title + told.text
        assert told.unread
        assert told.link
        assert TOPIC_OF[kind]


@pytest.mark.parametrize(
    ("state", "outcome", "act"),
    [
        ("running", "It is running.", "Cancel export"),
        ("succeeded", "It is done.", ""),
        ("cancelled", "It was cancelled, nothing was kept.", ""),
    ],
)
def test_a_large_export_says_who_what_how_many_and_what_became_of_it(state, outcome, act):
    values = {
        "name": "VIP list",
        "user": "Marc Dubois",
        "records": 120_000,
        "source_name": "Contacts",
        "sensitive": ["Salary", "Birth date"],
        "state": state,
    }
    found = Notification(1, "large_export", NOW, values, "exports/7", None)
    told = notice(found, OSLO, now=NOW)
    assert told.title == "Large export: 120,000 records"
    said = "Marc Dubois exports “VIP list” from Contacts. "
    assert told.text == f"{said}With sensitive values: Salary, Birth date. {outcome}"
    assert (told.link, told.act) == ("Open export", act)


def test_an_export_that_waited_says_who_decided_on_it_and_how():
    values = {"name": "VIP list", "user": "Marc Dubois", "records": 9}
    for decided, title in (
        ({}, "An export waits for approval"),
        ({"decision": "approved", "decider": "Una Berg"}, "Una Berg approved an export"),
        ({"decision": "cancelled", "decider": ""}, "Somebody cancelled an export"),
    ):
        found = Notification(1, "export_waiting", NOW, values | decided, "exports/7", None)
        told = notice(found, OSLO, now=NOW)
        assert told.title == title
        assert told.text == "Marc Dubois wants to export 9 records: “VIP list”."


def test_a_notification_of_a_newer_program_is_shown_all_the_same():
    found = Notification(1, "from_the_future", NOW, {}, None, NOW)
    told = notice(found, OSLO, now=NOW)
    assert told.title
    assert not told.unread


def job(state=JobState.RUNNING, done=620, total=1000, **detail):
    return Job(
        "j",
        JobKind.BACKUP,
        state,
        {},
        1,
        "Ingrid Solberg",
        "writing",
        done,
        total,
        detail,
        NOW,
        NOW,
        None,
        None,
        None,
        None,
    )


def test_a_running_job_says_what_it_does_and_how_far_it_is():
    line = job_line(job(object="deals", objects=9, objects_done=4), NOW + timedelta(minutes=3))
    assert line.doing == "Writing deals, 5 of 9 objects. 62\u00a0%, about 2 min left"
    assert (line.share, line.percent) == (0.62, "62\u00a0%")


def test_only_super_admins_are_offered_to_cancel_an_export():
    export = replace(job(), kind=JobKind.EXPORT)
    assert job_line(export, NOW).cancellable
    assert not job_line(export, NOW, may_stop_exports=False).cancellable
    assert job_line(job(), NOW, may_stop_exports=False).cancellable


def test_a_job_that_is_being_cancelled_cannot_be_cancelled_again():
    line = job_line(job(JobState.CANCELLING), NOW)
    assert not line.cancellable
    assert "Cancelling" in line.doing


def test_a_finished_export_of_something_else_than_records_counts_rows():
    values = {"name": "Log", "records": 30, "bytes": 2_000, "source": "audit_log"}
    found = Notification(1, "export_done", NOW, values, "exports/1", None)
    assert notice(found, OSLO, now=NOW).text.startswith("“Log”: 30 rows, ")


def test_every_kind_of_job_has_a_name():
    assert all(job_name(kind) for kind in JobKind)


def test_a_known_error_is_told_in_its_own_words_and_a_fault_as_one():
    told = message(UserError("disk_full", "The disk was full.", "Make room."))
    assert told.sentence == "The disk was full. Make room."
    hidden = message(ValueError("secret of somebody"))
    assert "secret" not in hidden.sentence


def test_a_hint_that_names_a_command_becomes_one_for_the_window():
    error = UserError("workspace_key_missing", "No key.", "crmdesk keyring recover")
    assert "crmdesk" not in message(error).sentence
