"""How a link reaches the window of its workspace that is open already.

The window listens at a local socket that only its own user can reach. What comes in is a link
like any other: read by the same rules, and it can only be looked at.
"""

from __future__ import annotations

import hashlib
import os

from PySide6.QtCore import QDir, QLockFile, QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from crmdesk.core.errors import UserError
from crmdesk.core.links import DeepLink, parse_link

_MOST_BYTES = 1_024
_PATIENCE_MS = 1_000
_LONGEST_ADDRESS = 100
_HEARD = b"ok\n"


class LinkDoor(QObject):
    """Listens for links into one workspace.

    Signals:
        wanted: a place, e.g. ``audit/17``.
    """

    wanted = Signal(str)

    def __init__(self, workspace_id: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace_id = workspace_id
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._meet)

    def open(self) -> bool:
        """Begin to listen; False while another window of the workspace does."""
        name = _address(self._workspace_id)
        # Between looking and listening another window may do the same.
        lock = QLockFile(QDir.temp().filePath(f"{name}.lock"))
        if not lock.tryLock(_PATIENCE_MS):
            return False
        try:
            # Listening would take the place of whoever listens there.
            return _connected(name) is None and self._listen(name)
        finally:
            lock.unlock()

    def _listen(self, name: str) -> bool:
        if self._server.listen(name):
            return True
        # Whoever listened there was killed and left the socket behind.
        QLocalServer.removeServer(name)
        return self._server.listen(name)

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    @Slot()
    def _meet(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.setReadBufferSize(_MOST_BYTES)
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(self._hear)
            if socket.bytesAvailable():
                self._take(socket)

    @Slot()
    def _hear(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._take(socket)

    def _take(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() >= _MOST_BYTES:
                socket.abort()
            return
        line = bytes(socket.readLine(_MOST_BYTES).data()).decode("ascii", "replace")
        try:
            link = parse_link(line)
        except UserError:
            socket.abort()
            return
        if link.workspace_id != self._workspace_id:
            socket.abort()
            return
        socket.write(_HEARD)
        socket.flush()
        socket.disconnectFromServer()
        self.wanted.emit(link.place)


def hand_over(link: DeepLink) -> bool:
    """Give a link to the window of its workspace; False when none is open."""
    socket = _connected(_address(link.workspace_id))
    if socket is None:
        return False
    socket.write(f"{link}\n".encode())
    socket.waitForBytesWritten(_PATIENCE_MS)
    return socket.waitForReadyRead(_PATIENCE_MS) and socket.readLine().data() == _HEARD


def _connected(name: str) -> QLocalSocket | None:
    socket = QLocalSocket()
    socket.connectToServer(name)
    return socket if socket.waitForConnected(_PATIENCE_MS) else None


def _address(workspace_id: str) -> str:
    """Where the door of a workspace is, by a short name: there is room for a hundred bytes."""
    name = f"crmdesk-{hashlib.sha256(workspace_id.encode()).hexdigest()[:16]}"
    # Asked of the environment: Qt writes a warning where a session has no such folder.
    own = os.environ.get("XDG_RUNTIME_DIR", "")
    own = own if QDir(own).exists() else ""
    return f"{own}/{name}" if own and len(own) + len(name) < _LONGEST_ADDRESS else name
