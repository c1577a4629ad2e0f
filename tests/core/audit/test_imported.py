"""Logs that HubSpot exported: recognised, checked, taken once, and never part of the own log."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from crmdesk.core.audit.imported_model import LogKind, RowFault
from crmdesk.core.errors import PermissionDenied, UserError
from crmdesk.core.records.dates import DateOrder
from tests.builders import Desk

AUDIT = [
    *("id", "category", "subCategory", "action"),
    *("targetObjectId", "occurredAt", "actingUser.userEmail"),
]
LOGIN = [
    *("id", "userId", "email", "loginAt", "loginSucceeded", "ipAddress"),
    *("location", "countryCode", "regionCode", "userAgent"),
]
SECURITY = ["Time", "Type", "User email", "Object ID", "Approximate location", "Link"]


def written(path: Path, *rows: Sequence[str]) -> Path:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows(rows)
    return path


def stored(desk: Desk) -> list[dict[str, object]]:
    with desk.workspace.database.read() as tx:
        cursor = tx.sql("SELECT * FROM imported_events ORDER BY place, at, id")
        names = [each[0] for each in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]


def audit_log(folder: Path, name: str = "audit.csv") -> Path:
    return written(
        folder / name,
        AUDIT,
        ["7", "CRM_OBJECT", "CONTACT", "DELETE", "501", "2025-07-14T09:12:33.5Z", "ann@n.example"],
        ["8", "Value updates", "DEAL", "UPDATE", "77", "2025-07-14 11:16", "ann@n.example"],
        ["9", "PIPELINE", "DEAL", "UPDATE", "Sales Pipeline", "1752484533000", "bo@n.example"],
        ["10", "Unheard of", "A", "WIGGLE", "1", "2025-07-15T00:00:00Z", "bo@n.example"],
    )


def test_an_audit_log_is_recognised_and_its_words_become_the_catalogues(desk, tmp_path):
    path = audit_log(tmp_path)
    survey = desk.workspace.imported_logs.look(desk.admin, path)

    assert stored(desk) == []
    assert (survey.kind, survey.rows, survey.added, survey.failed) == (LogKind.AUDIT, 4, 4, 0)
    assert dict(survey.by_category) == {
        "crm_object": 1,
        "other": 1,
        "pipeline": 1,
        "property_value": 1,
    }
    desk.take_log(path, survey.sha256)

    told = ("category", "subcategory", "action", "object_type", "object_id", "at", "user_email")
    assert [tuple(row[name] for name in told) for row in stored(desk)] == [
        (
            *("crm_object", "CONTACTS", "delete", "contacts", "501"),
            *("2025-07-14T09:12:33.500Z", "ann@n.example"),
        ),
        (
            *("pipeline", "PIPELINE", "update", "deals", "Sales Pipeline"),
            *("2025-07-14T09:15:33.000Z", "bo@n.example"),
        ),
        (
            *("property_value", "DEALS", "update", "deals", "77"),
            *("2025-07-14T09:16:00.000Z", "ann@n.example"),
        ),
        ("other", "A", "other", None, "1", "2025-07-15T00:00:00.000Z", "bo@n.example"),
    ]
    assert json.loads(str(stored(desk)[3]["detail"]))["category"] == "Unheard of"


def test_histories_of_logins_and_of_security_are_recognised_too(desk, tmp_path):
    logins = written(
        tmp_path / "logins.csv",
        LOGIN,
        ["1", "5", "a@n.example", "2025-01-02 03:04", "true", "192.0.2.1", "X", "NO", "03", "FF"],
        ["2", "5", "a@n.example", "2025-01-02 03:03", "false", "192.0.2.1", "X", "NO", "03", "F"],
        ["3", "5", "a@n.example", "2025-01-02 03:03", "perhaps", "192.0.2.1", "X", "NO", "", ""],
    )
    security = written(
        tmp_path / "security.csv",
        SECURITY,
        ["14 Jul 2025 09:12", "Remove admin user", "a@n.example", "9", "Oslo", "https://x"],
        ["14 Jul 2025 09:13", "DATA_BACKUP_CREATED", "a@n.example", "", "Oslo", ""],
        ["14 Jul 2025 09:14", "Some new thing", "a@n.example", "", "", ""],
    )
    _, of_logins = desk.take_log(logins)
    _, of_security = desk.take_log(security)

    assert (of_logins.kind, of_security.kind) == (LogKind.LOGIN, LogKind.SECURITY)
    assert [(bad.line, bad.fault, bad.column) for bad in of_logins.bad_rows] == [
        (4, RowFault.OUTCOME_UNREADABLE, "loginSucceeded")
    ]
    assert [(row["subcategory"], row["action"], row["result"]) for row in stored(desk)] == [
        ("LOGIN_FAILED", "sign_in", "failed"),
        ("LOGIN_SUCCEEDED", "sign_in", "ok"),
        ("REMOVE_ADMIN_USER", "delete", "ok"),
        ("DATA_BACKUP_CREATED", "create", "ok"),
        ("SOME_NEW_THING", "other", "ok"),
    ]
    assert (stored(desk)[1]["address"], stored(desk)[1]["country"]) == ("192.0.2.1", "NO")
    assert stored(desk)[2]["region"] == "Oslo"
    assert json.loads(str(stored(desk)[2]["detail"]))["Link"] == "https://x"


def test_taking_a_file_twice_adds_nothing_and_a_longer_one_only_what_is_new(desk, tmp_path):
    twice = ["2025-07-14 09:12", "EXPORT", "a@n.example", "9", "Oslo", ""]
    rows = [SECURITY, twice, twice]
    service = desk.workspace.imported_logs
    first = desk.take_log(written(tmp_path / "1.csv", *rows))[1]
    again = desk.take_log(written(tmp_path / "2.csv", *rows))[1]
    longer = desk.take_log(written(tmp_path / "3.csv", *rows, twice))[1]

    # Two equal rows are two deeds of one second; only as often as a file says them.
    assert [(each.added, each.known) for each in (first, again, longer)] == [(2, 0), (0, 2), (1, 2)]
    assert len(stored(desk)) == 3
    assert [each.added for each in service.list(desk.admin)] == [1, 2]


def test_bad_rows_are_told_with_their_line_and_the_others_are_taken(desk, tmp_path):
    path = written(
        tmp_path / "audit.csv",
        AUDIT,
        ["1", "CRM_OBJECT", "CONTACT", "DELETE", "5", "yesterday", "a@n.example"],
        ["2", "CRM_OBJECT", "CONTACT", "DELETE", "5", "", "a@n.example"],
        ["3", "", "CONTACT", "DELETE", "5", "2025-01-01", "a@n.example"],
        ["4", "CRM_OBJECT", "CONTACT", "DELETE", "5" * 5000, "2025-01-01", "a@n.example"],
        ["5", "CRM_OBJECT"],
        ["6", "CRM_OBJECT", "CONTACT", "DELETE", "5", "2025-01-01", "\x1b[31m\u202ea@n.example"],
    )
    done = desk.take_log(path)[1]

    assert [(bad.line, bad.fault) for bad in done.bad_rows] == [
        (2, RowFault.TIME_UNREADABLE),
        (3, RowFault.TIME_MISSING),
        (4, RowFault.KIND_MISSING),
        (5, RowFault.TOO_LONG),
        (6, RowFault.UNREADABLE),
    ]
    assert (done.rows, done.added, done.failed) == (6, 1, 5)
    assert stored(desk)[0]["user_email"] == "a@n.example"


def test_dates_that_can_be_read_in_two_ways_are_read_once_somebody_says_how(desk, tmp_path):
    logs, row = desk.workspace.imported_logs, ["CRM_OBJECT", "CONTACT", "DELETE", "5"]
    path = written(
        tmp_path / "audit.csv",
        AUDIT,
        ["1", *row, "3/4/2025 10:00", "a@n.example"],
        ["2", *row, "2025-01-01 12:00", "a@n.example"],
    )
    survey = logs.look(desk.admin, path)
    assert (survey.added, survey.failed, survey.asks_date_order) == (1, 1, True)

    for order in (DateOrder.MONTH_FIRST, DateOrder.DAY_FIRST):
        survey = logs.look(desk.admin, path, order)
        assert (survey.added, survey.failed, survey.asks_date_order) == (2, 0, False)
    desk.take_log(path, survey.sha256, order)

    assert [str(each["at"])[:10] for each in stored(desk)] == ["2025-01-01", "2025-04-03"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ((["Record ID", "First Name"], ["1", "Ann"]), "log_file_not_recognised"),
        ((["Time", "Category", "Action", "Acted as", "Details erased"],), "log_file_is_own"),
        ((SECURITY,), "log_file_without_entries"),
    ],
)
def test_what_is_no_log_of_hubspot_is_refused_and_nothing_is_written(desk, tmp_path, rows, code):
    with pytest.raises(UserError) as refused:
        desk.take_log(written(tmp_path / "a.csv", *rows))

    assert refused.value.code == code
    assert desk.workspace.imported_logs.list(desk.admin) == []
    assert list((desk.folder / "staging").glob("*")) == []


def test_own_entries_stay_proven_and_tell_of_the_import_and_of_its_removal(desk, tmp_path):
    service = desk.workspace.imported_logs
    log_id, _ = desk.take_log(audit_log(tmp_path))
    whole = desk.workspace.audit.verify(desk.admin)
    removed = service.remove(desk.admin, log_id)

    assert (whole.ok, removed, stored(desk)) == (True, 4, [])
    own = desk.workspace.audit_reader.events(desk.admin).events
    assert [(each.subcategory, each.action) for each in own][:2] == [
        ("AUDIT_LOG_IMPORTED", "delete"),
        ("AUDIT_LOG_IMPORTED", "import"),
    ]
    assert own[1].detail["file"] == "audit.csv"
    with pytest.raises(UserError, match="No imported log"):
        service.remove(desk.admin, log_id)


def test_a_file_that_changed_since_it_was_looked_at_is_refused(desk, tmp_path):
    path = audit_log(tmp_path)
    survey = desk.workspace.imported_logs.look(desk.admin, path)
    written(path, AUDIT, ["1", "CRM_OBJECT", "CONTACT", "DELETE", "5", "2025-01-01", "a@n.example"])

    with pytest.raises(UserError) as refused:
        desk.take_log(path, survey.sha256)
    assert refused.value.code == "file_changed"


def test_only_super_admins_take_logs_in(desk, tmp_path):
    marc = desk.user()
    service = desk.workspace.imported_logs
    path = audit_log(tmp_path)
    for call in (
        lambda: service.look(marc, path),
        lambda: service.start(marc, path),
        lambda: service.list(marc),
        lambda: service.remove(marc, 1),
    ):
        with pytest.raises(PermissionDenied):
            call()
    assert service.list(desk.admin) == []
