"""Commands while somebody else holds the one write lock, as a large restore does for a minute."""

from __future__ import annotations

import threading

from crmdesk.core.access.keyring_store import KeyringStore
from crmdesk.core.workspace import Workspace
from crmdesk.core.workspace_key import load_key

_LONG_AGO = "strftime('%Y-%m-%dT%H:%M:%fZ', last_seen_at, '-5 minutes')"


def test_commands_that_only_read_do_not_wait_for_whoever_writes(terminal):
    workspace = Workspace(terminal.folder, load_key(terminal.folder, KeyringStore.open()))
    with workspace.database.write() as tx:
        tx.sql(f"UPDATE sessions SET last_seen_at = {_LONG_AGO}")
    held, done = threading.Event(), threading.Event()

    def write() -> None:
        with workspace.database.write():
            held.set()
            done.wait(60)

    writer = threading.Thread(target=write)
    writer.start()
    held.wait(60)
    try:
        told = [terminal("--json", *words) for words in (("job", "list"), ("restore", "list"))]
    finally:
        done.set()
        writer.join()
        workspace.close()

    assert [each.code for each in told] == [0, 0]
    assert told[0].document == {"jobs": []}
