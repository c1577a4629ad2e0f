"""A real Secret Service of its own for one test process: no mock, no user's keyring.

A private D-Bus daemon and a private gnome-keyring, unlocked with a scratch password.
Both die with the test process, even when that is killed.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_PASSWORD = b"scratch"
_START_SECONDS = 20.0

# No service directory: nothing on this bus starts by itself, so a locked keyring is
# answered by "locked" and never by a prompt on somebody's screen.
_BUS_CONFIGURATION = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class SecretServiceMissing(RuntimeError):
    """A program the tests need is not installed, or did not start."""


@dataclass(slots=True)
class SecretService:
    """A bus and a keyring that belong to this test process.

    Attributes:
        address: what ``DBUS_SESSION_BUS_ADDRESS`` must be for a client to find it.
        home: private home whose ``keyrings`` folder holds the stored secrets.
    """

    home: Path
    address: str = ""
    _folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="crmdesk-bus-")))
    _bus: subprocess.Popen[bytes] | None = None
    _keyring: subprocess.Popen[bytes] | None = None
    _seen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start both programs and wait until the service answers on the bus.

        Raises:
            SecretServiceMissing: a program is not installed or does not answer.
        """
        place = self._folder / "bus"
        configuration = self._folder / "bus.conf"
        configuration.write_text(_BUS_CONFIGURATION.format(socket=place), encoding="utf-8")
        self.address = f"unix:path={place}"
        self._bus = _start(["dbus-daemon", "--nofork", f"--config-file={configuration}"])
        _wait_until(self._listens, "dbus-daemon opened no socket")
        self.start_keyring()

    def start_keyring(self, password: bytes = _PASSWORD) -> None:
        """Start the keyring alone; a wrong password leaves an existing keyring locked."""
        started = self._start_daemon(password)
        threading.Thread(target=self._look_after, args=(started, password), daemon=True).start()
        self._wait_for_answers()

    def keep_alive(self) -> None:
        """See to it that both programs run; the keyring's file still holds its secrets."""
        if self._bus is None or self._bus.poll() is not None:
            _stop(self._keyring)
            (self._folder / "bus").unlink(missing_ok=True)
            self.start()
        elif self._keyring is None:
            self.start_keyring()
        elif self._keyring is not self._seen:
            # It ended and was started again by itself.
            with suppress(SecretServiceMissing):
                self._wait_for_answers(seconds=2)
                return
            # Without a default collection the next client would make one, and has felled it so.
            self.stop_keyring()
            self.start_keyring()

    def fell_keyring(self) -> None:
        """Let the daemon end as a crash ends it; it is started again at once."""
        if self._keyring is not None:
            self._keyring.kill()

    def freeze_keyring(self) -> None:
        """Let the daemon take questions and answer none."""
        if self._keyring is not None:
            self._keyring.send_signal(signal.SIGSTOP)

    def stop_keyring(self) -> None:
        """Stop the keyring and leave the bus: the service has vanished, as after a crash."""
        daemon, self._keyring = self._keyring, None
        _stop(daemon)

    def restart_locked(self) -> None:
        """Start the keyring anew without its password: every secret is there but locked."""
        self.stop_keyring()
        self.start_keyring(b"not the password")

    def wipe(self) -> None:
        """Forget every secret, as a new laptop or a reset keyring would."""
        self.stop_keyring()
        shutil.rmtree(self.home / ".local" / "share" / "keyrings", ignore_errors=True)
        self.start_keyring()

    def stop(self) -> None:
        """Stop both programs and remove their folder."""
        self.stop_keyring()
        _stop(self._bus)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait_for_answers(self, seconds: float = _START_SECONDS) -> None:
        _wait_until(self._answers, "gnome-keyring-daemon did not answer on the bus", seconds)
        self._seen = self._keyring

    def _start_daemon(self, password: bytes) -> subprocess.Popen[bytes]:
        # A test that has a data folder of its own takes it away when it ends, keyring and all.
        data = self.home / ".local" / "share"
        environment = os.environ | {"DBUS_SESSION_BUS_ADDRESS": self.address}
        environment |= {"HOME": str(self.home), "XDG_DATA_HOME": str(data)}
        command = ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"]
        self._keyring = _start(
            [*command, f"--control-directory={self._folder}"], environment, stdin=password
        )
        return self._keyring

    def _look_after(self, daemon: subprocess.Popen[bytes], password: bytes) -> None:
        """Start the daemon again when it ends by itself, as a desktop's session does.

        gnome-keyring 42 aborts now and then under many short-lived clients: a client is gone
        from its list while a property is read for it ("assertion failed: (error != NULL)").
        """
        daemon.wait()
        while self._keyring is daemon:
            daemon = self._start_daemon(password)
            daemon.wait()

    def _listens(self) -> bool:
        """The socket's file is there a moment before anybody listens on it."""
        with socket.socket(socket.AF_UNIX) as caller:
            return caller.connect_ex(str(self._folder / "bus")) == 0

    def _answers(self) -> bool:
        from jeepney import DBusAddress, MessageType, new_method_call
        from jeepney.io.blocking import open_dbus_connection

        # The name alone is not enough: a client that comes before the default collection is
        # there asks for another one, and a daemon that is making two at a time has crashed.
        service = DBusAddress(
            "/org/freedesktop/secrets",
            "org.freedesktop.secrets",
            interface="org.freedesktop.Secret.Service",
        )
        question = new_method_call(service, "ReadAlias", "s", ("default",))
        try:
            with open_dbus_connection(self.address) as connection:
                reply = connection.send_and_get_reply(question)
        except ConnectionRefusedError:
            return False
        return reply.header.message_type is MessageType.method_return and reply.body != ("/",)


def _start(
    command: list[str], environment: dict[str, str] | None = None, stdin: bytes = b""
) -> subprocess.Popen[bytes]:
    """Start a program that the kernel ends together with this process."""
    if shutil.which(command[0]) is None:
        raise SecretServiceMissing(
            f"{command[0]} is not installed; `python3 dev.py setup` installs what tests need"
        )
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", *command],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    process.stdin.write(stdin)
    process.stdin.close()
    return process


def _wait_until(
    condition: Callable[[], bool], complaint: str, seconds: float = _START_SECONDS
) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up:
            raise SecretServiceMissing(complaint)
        time.sleep(0.01)


def _stop(process: subprocess.Popen[bytes] | None) -> None:
    if process is None:
        return
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
