"""E-mail on the command line."""

from __future__ import annotations

import pytest

from tests.cli.conftest import EMAIL, Terminal
from tests.post_office import HOST, PASSWORD, USER, free_port, post_office

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


def test_a_server_is_configured_tried_and_removed(terminal: Terminal) -> None:
    missing = terminal("outbox", "send")
    assert (missing.code, missing.error) == (1, "mail_server_missing")
    with post_office(login=True) as office:
        plain = ("outbox", "server", "set", HOST, "--sender", "crm@northwind.example")
        plain += ("--security", "none", "--port", str(office.port), "--user", USER)
        assert terminal(*plain).error == "mail_password_needed"
        done = terminal.json(*plain, "--password-stdin", stdin=f"{PASSWORD}\n")
        assert done["server"]["has_password"]

        sent = terminal("outbox", "test").document
        assert (sent["state"], sent["to"], sent["reply"]) == (
            "sent",
            EMAIL,
            "250 OK queued as 4711",
        )
        office.answers["RCPT"] = ["550 no such user"]
        refused = terminal("outbox", "test", "--to", "bo@northwind.example")
        assert (refused.code, refused.error) == (1, "mail_not_sent")
        assert "refused the recipient. (550 no such user)" in refused.err

    listed = terminal("outbox", "list").document
    assert [each["problem"] for each in listed["outbox"]] == ["recipient_refused", None]
    assert listed["waiting"] == 0
    assert PASSWORD not in str(terminal("audit", "list", "--limit", "50").out)
    assert terminal("outbox", "topics", "restores", "on").document == {"topics": ["restores"]}
    assert terminal("outbox", "topics", "restores", "off").document == {"topics": []}
    assert terminal("outbox", "server", "remove").document == {"server": None}
    assert terminal("outbox", "retry", "1").error == "mail_server_missing"


def test_a_large_export_is_mailed_by_a_process_of_its_own(
    terminal: Terminal,
) -> None:
    terminal("record", "add", "contacts", "email=ann@a.example")
    terminal("record", "add", "contacts", "email=bo@b.example")
    terminal("export", "threshold", "1")
    port = free_port()
    configured = ("outbox", "server", "set", HOST, "--sender", "crm@northwind.example")
    terminal("export", "create", "contacts")
    (waiting,) = terminal("outbox", "list").document["outbox"]
    assert (waiting["state"], waiting["reply"]) == (
        "unconfigured",
        "Not sent: no mail server configured.",
    )

    with post_office(port=port) as office:
        # This makes it due, and the end of the command has it sent by another process.
        terminal(*configured, "--security", "none", "--port", str(port))
        assert office.taken.wait(60), "no process sent it"
        office.taken.clear()
        # Here nobody is left to wait but the process that exports.
        terminal("export", "create", "contacts", "--no-wait")
        assert office.taken.wait(60), "no process sent it"
    assert [each["Subject"] for each in office.messages] == ["Large export: 2 records"] * 2
