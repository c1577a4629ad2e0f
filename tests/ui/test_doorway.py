"""A link reaches the window that is open, or waits for one."""

from __future__ import annotations

import subprocess
import sys
import uuid

import pytest
from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalSocket

from crmdesk.core.links import DeepLink
from crmdesk.ui.doorway import Doorway
from crmdesk.ui.link_door import LinkDoor, _address, hand_over


@pytest.fixture
def workspace_id() -> str:
    return str(uuid.uuid4())


def handed(qtbot, link: DeepLink) -> bool:
    """As another process gives a link, while this one goes on."""
    call = f"hand_over(DeepLink({link.workspace_id!r}, {link.place!r}))"
    imports = "from crmdesk.core.links import DeepLink; from crmdesk.ui.link_door import hand_over"
    giver = subprocess.Popen([sys.executable, "-c", f"{imports}; raise SystemExit(not {call})"])
    qtbot.waitUntil(lambda: giver.poll() is not None, timeout=20_000)
    return giver.returncode == 0


def test_a_place_waits_until_somebody_is_there_and_links_come_in_while_one_is(qtbot, workspace_id):
    parent, seen, there = QObject(), [], []

    def go(place: str) -> bool:
        seen.extend([place] if there else [])
        return bool(there)

    doorway = Doorway(go, parent)
    doorway.place = "audit/17"
    doorway.enter(workspace_id)
    assert seen == []
    there.append(True)
    doorway.go_on()
    doorway.go_on()
    assert seen == ["audit/17"]

    assert not hand_over(DeepLink(workspace_id, "audit/1"))
    doorway._open()
    assert handed(qtbot, DeepLink(workspace_id, "records/contacts/5"))
    assert seen == ["audit/17", "records/contacts/5"]
    second = LinkDoor(workspace_id, parent)
    assert not second.open()
    doorway.leave()
    assert not hand_over(DeepLink(workspace_id, "audit/1"))


def test_what_is_no_link_into_this_workspace_is_not_heard(qtbot, workspace_id):
    door = LinkDoor(workspace_id)
    heard: list[str] = []
    door.wanted.connect(heard.append)
    assert door.open()
    other = DeepLink(str(uuid.uuid4()), "audit/1")
    for said in (f"{other}\n", f"crmdesk://{workspace_id}/backups/new\n", "\0\n", "x" * 5_000):
        socket = QLocalSocket()
        with qtbot.waitSignal(socket.disconnected, timeout=5_000):
            socket.connectToServer(_address(workspace_id))
            socket.write(said.encode())
            socket.flush()
        socket.deleteLater()
    assert heard == []
    door.close()
