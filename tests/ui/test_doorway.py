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
    qtbot.waitUntil(lambda: giver.poll() is not None)
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


_OPENS = """
import sys
from PySide6.QtCore import QCoreApplication
from crmdesk.ui.link_door import LinkDoor
app = QCoreApplication([])
while workspace_id := sys.stdin.readline().strip():
    door = LinkDoor(workspace_id)
    print(int(door.open()), flush=True)
    sys.stdin.readline()
    door.close()
"""


def test_of_windows_that_open_at_one_moment_one_listens():
    opening, pipe = [sys.executable, "-c", _OPENS], subprocess.PIPE
    windows = [subprocess.Popen(opening, stdin=pipe, stdout=pipe, text=True) for _ in range(3)]

    def tell(line: str) -> None:
        for window in windows:
            window.stdin.write(f"{line}\n")
            window.stdin.flush()

    for _ in range(20):
        tell(str(uuid.uuid4()))
        assert sorted(window.stdout.readline() for window in windows) == ["0\n", "0\n", "1\n"]
        tell("close")
    for window in windows:
        window.communicate()


def test_what_is_no_link_into_this_workspace_is_not_heard(qtbot, workspace_id):
    door = LinkDoor(workspace_id)
    heard: list[str] = []
    door.wanted.connect(heard.append)
    assert door.open()
    other = DeepLink(str(uuid.uuid4()), "audit/1")
    for said in (f"{other}\n", f"crmdesk://{workspace_id}/backups/new\n", "\0\n", "x" * 5_000):
        socket = QLocalSocket()
        with qtbot.waitSignal(socket.disconnected):
            socket.connectToServer(_address(workspace_id))
            socket.write(said.encode())
            socket.flush()
        socket.deleteLater()
    assert heard == []
    door.close()
