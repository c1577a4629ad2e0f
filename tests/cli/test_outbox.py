"""E-mail on the command line."""

from __future__ import annotations

import pytest

from tests.cli.conftest import EMAIL, Terminal
from tests.post_office import HOST, PASSWORD, USER, post_office


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_warning_waits_for_a_server_and_is_sent_by_a_process_of_its_own(
    terminal: Terminal,
) -> None:
    missing = terminal("outbox", "send")
    assert (missing.code, missing.error) == (1, "mail_server_missing")
    for name in ("ann", "bo"):
        terminal("record", "add", "contacts", f"email={name}@a.example")
    terminal("export", "threshold", "1")
    terminal("export", "create", "contacts")
    (waiting,) = terminal("outbox", "list").document["outbox"]
    assert (waiting["state"], waiting["to"]) == ("unconfigured", EMAIL)
    assert waiting["reply"] == "Not sent: no mail server configured."

    with post_office(login=True) as office:
        server = ("outbox", "server", "set", HOST, "--sender", "crm@northwind.example")
        server += ("--security", "none", "--port", str(office.port), "--user", USER)
        # This makes it due, and the end of the command has it sent by another process.
        done = terminal.json(*server, "--password-stdin", stdin=f"{PASSWORD}\n")
        assert (done["server"]["has_password"], done["given_up"]) == (True, 0)
        assert office.taken.wait(60), "no process sent it"
        assert office.messages[0]["Subject"] == "Large export: 2 records"
        office.answers["RCPT"] = ["550 no such user"]
        refused = terminal("outbox", "test", "--to", "bo@northwind.example")
        assert (refused.code, refused.error) == (1, "mail_not_sent")
        assert "refused the recipient. (550 no such user)" in refused.err

        again = terminal("outbox", "retry", "--all").document
        assert again == {"sent": 0, "queued": 0, "failed": 0}
        assert (
            terminal("outbox", "retry").code == terminal("outbox", "retry", "1", "--all").code == 2
        )

    assert terminal("outbox", "topics", "restores", "on").document == {"topics": ["restores"]}
    assert PASSWORD not in terminal("audit", "list", "--limit", "50").out
    assert terminal("outbox", "server", "remove").document == {"server": None}
