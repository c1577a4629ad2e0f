"""Who takes the mail: what is refused, what is logged, and where the password is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from crmdesk.core.access import keys
from crmdesk.core.access.keys import DecryptionFailed, KeyPurpose
from crmdesk.core.errors import UserError
from crmdesk.core.mail.model import MailProblem, MailSecurity, MailServerChange
from crmdesk.core.mail.server import read_access
from tests.builders import Desk

PASSWORD = "seven grey seals under the pier"
SERVER = MailServerChange(
    "smtp.northwind.example", 587, MailSecurity.STARTTLS, "crm@northwind.example", "crm", PASSWORD
)
BREAKS = ("\r\nBcc: eve@example.org", "\n", "\r", "\0", "\x0b", "\u2028")


def last_entry(desk: Desk) -> Mapping[str, object]:
    return desk.workspace.audit_reader.events(desk.admin, limit=1).events[0].detail


def refused(desk: Desk, change: MailServerChange) -> tuple[str, object]:
    with pytest.raises(UserError) as caught:
        desk.workspace.mail_server.set(desk.admin, change)
    return caught.value.code, caught.value.values.get("field")


def test_a_server_is_kept_with_its_password_out_of_sight(desk: Desk) -> None:
    found = desk.workspace.mail_server.set(desk.admin, SERVER)

    assert (found.host, found.has_password) == ("smtp.northwind.example", True)
    assert PASSWORD not in repr(found) + repr(SERVER)
    assert last_entry(desk)["password"] == "changed"
    desk.workspace.mail_server.set(desk.admin, replace(SERVER, port=2525, password=None))
    assert "password" not in last_entry(desk)
    assert PASSWORD not in str(desk.sql("SELECT * FROM audit_events"))
    assert PASSWORD not in str(desk.sql("SELECT * FROM audit_details"))
    assert PASSWORD not in str(desk.workspace.settings.all(desk.admin))
    desk.workspace.database.close()
    files = [path for path in desk.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if PASSWORD.encode() in path.read_bytes()]
    key = keys.derive(desk.key, KeyPurpose.DATABASE_SECRETS)
    with desk.workspace.database.read() as tx:
        access = read_access(tx, key)
    assert access is not None
    assert (access.port, access.password) == (2525, PASSWORD)
    assert PASSWORD not in repr(access)


def test_a_kept_password_goes_to_no_other_server(desk: Desk) -> None:
    desk.workspace.mail_server.set(desk.admin, SERVER)
    elsewhere = replace(SERVER, host="mail.eve.example", password=None)
    assert refused(desk, elsewhere) == ("mail_password_needed", "password")
    in_the_clear = replace(SERVER, security=MailSecurity.NONE, password=None)
    assert refused(desk, in_the_clear) == ("mail_password_in_the_clear", "security")

    # Nor where another program writes another server into the row, or that all may listen.
    for change in ("host = 'mail.eve.example'", "security = 'none'"):
        desk.workspace.mail_server.set(desk.admin, SERVER)
        with desk.workspace.database.write() as tx:
            tx.sql(f"UPDATE mail_server SET {change}")
        with pytest.raises(DecryptionFailed), desk.workspace.database.read() as tx:
            read_access(tx, keys.derive(desk.key, KeyPurpose.DATABASE_SECRETS))
    message_id, job_id = desk.workspace.outbox.send_test(desk.admin)
    desk.workspace.run_job(job_id)
    problem = desk.workspace.outbox.show(desk.admin, message_id).problem
    assert problem is MailProblem.PASSWORD_UNREADABLE


def test_what_no_server_can_be_is_refused_at_its_field(desk: Desk) -> None:
    hosts = ("", " ", "a b", "-a", "a..b", "a" * 64 + ".b", "mail.b:587", "smtp://a", *BREAKS)
    wrong = [("host", each) for each in hosts]
    senders = ("", "crm", "bjørn@a.example", "CRM <crm@a.example>", "a@b.example, c@d.e")
    wrong += [("sender", each) for each in senders]
    wrong += [("sender", f"crm@northwind.example{each}x") for each in BREAKS]
    wrong += [("user", f"crm{each}x") for each in BREAKS]
    wrong += [("password", f"secret{each}") for each in BREAKS]
    wrong += [("password", "bjørn")]
    for field, value in wrong:
        assert refused(desk, replace(SERVER, **{field: value})) == ("mail_server_invalid", field)
    for port in (0, -1, 65_536):
        assert refused(desk, replace(SERVER, port=port)) == ("mail_server_invalid", "port")
    assert refused(desk, replace(SERVER, user="")) == ("mail_server_invalid", "user")
    assert refused(desk, replace(SERVER, password="")) == ("mail_password_needed", "password")
    assert desk.workspace.mail_server.get(desk.admin) is None
    for host in ("localhost", "127.0.0.1", "::1"):
        local = replace(SERVER, host=host, security=MailSecurity.NONE)
        assert desk.workspace.mail_server.set(desk.admin, local).has_password


def test_a_login_that_is_given_up_takes_its_password_with_it(desk: Desk) -> None:
    desk.workspace.mail_server.set(desk.admin, SERVER)
    found = desk.workspace.mail_server.set(desk.admin, replace(SERVER, user="", password=None))
    assert not found.has_password
    assert last_entry(desk)["password"] == "changed"
    desk.workspace.mail_server.forget(desk.admin)
    assert last_entry(desk)["new"] is None
    with pytest.raises(UserError, match="No mail server"):
        desk.workspace.mail_server.forget(desk.admin)
