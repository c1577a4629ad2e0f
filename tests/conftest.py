"""What every test stands on: a private home, a real keyring, and a strict Qt.

The environment is made before anything of ours, or Qt, is imported: both read it once.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import argon2
import hypothesis
import pytest
from pytestqt.qtbot import QtBot

from tests.secret_service import SecretService


def _make_private_home() -> Path:
    """Give this process (each xdist worker is one) a home that no other has."""
    home = Path(tempfile.mkdtemp(prefix="crmdesk-home-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    folders = {
        "HOME": home,
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_DATA_HOME": home / ".local" / "share",
        "XDG_STATE_HOME": home / ".local" / "state",
        "XDG_CACHE_HOME": home / ".cache",
        "XDG_RUNTIME_DIR": home / "run",
    }
    for name, folder in folders.items():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.environ[name] = str(folder)
    return home


def _forget_the_machine() -> None:
    """Remove what would let a test depend on who runs it, and where."""
    for name in list(os.environ):
        if name.startswith("CRMDESK_") and not name.startswith("CRMDESK_TEST_"):
            del os.environ[name]
    for name in ("DBUS_SESSION_BUS_ADDRESS", "GNOME_KEYRING_CONTROL", "PYTHON_KEYRING_BACKEND"):
        os.environ.pop(name, None)
    # Without a UTF-8 locale Qt warns, and zip readers spell names in ASCII.
    os.environ["LC_ALL"] = "C.UTF-8"
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # The usual mask: private files must be private by the program's own doing.
    os.umask(0o022)


_forget_the_machine()
PRIVATE_HOME = _make_private_home()

# Two shared cores make a deadline per example a coin toss; the whole run has a limit instead.
# Fifty examples of each property keep the whole run within its minutes.
hypothesis.settings.register_profile("crmdesk", deadline=None, print_blob=True, max_examples=50)
hypothesis.settings.load_profile("crmdesk")


@pytest.fixture(scope="session", autouse=True)
def keyring_service() -> Iterator[SecretService]:
    """The Secret Service of this test process; child processes inherit its address.

    A test that locks or wipes it takes ``restored_keyring`` instead.
    """
    service = SecretService(PRIVATE_HOME)
    service.start()
    os.environ["DBUS_SESSION_BUS_ADDRESS"] = service.address
    yield service
    os.environ.pop("DBUS_SESSION_BUS_ADDRESS", None)
    service.stop()


@pytest.fixture
def restored_keyring(keyring_service: SecretService) -> Iterator[SecretService]:
    """The Secret Service to lock, stop or wipe: the next test finds it empty and unlocked."""
    yield keyring_service
    keyring_service.wipe()


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a Secret Service: nothing answers, here or in a child process."""
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")


@pytest.fixture
def dead_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose session bus has gone: its address is known and leads nowhere."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")


#: Milliseconds. What never comes fails all the same; what a busy machine is slow at does not.
_PATIENCE_MS = 30_000


class PatientBot(QtBot):
    """A pair of hands that waits for what shall happen longer than pytest-qt's own five seconds."""

    def waitUntil(
        self, callback: Callable[[], bool | None], *, timeout: int = _PATIENCE_MS
    ) -> None:
        """Let events happen until something holds."""
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = _PATIENCE_MS, **options: Any) -> Any:
        """Let events happen until a signal comes."""
        return super().waitSignal(signal, timeout=timeout, **options)


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> QtBot:
    """Hands at widgets, which are closed after the test."""
    return PatientBot(request)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Generator[None, None, None]:
    """Let every ``deleteLater`` happen inside the test that asked for it, and search for garbage.

    Otherwise the object dies during a later test, and that one gets the blame.
    """
    result = yield
    if "PySide6.QtWidgets" in sys.modules:
        from PySide6.QtCore import QCoreApplication, QEvent

        if QCoreApplication.instance() is not None:
            # As in the program: a widget that is taken down while Qt hands it an event fells all.
            gc.disable()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            gc.collect(1)
    return result


pytest_plugins = ["tests.builders"]


@pytest.fixture(autouse=True)
def _living_keyring(keyring_service: SecretService) -> None:
    """A daemon that died, e.g. in a starved run, must not take the rest of the tests with it."""
    keyring_service.keep_alive()


@pytest.fixture(autouse=True)
def _hash_passwords_quickly(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let Argon2id and scrypt take their least: sign-ins would cost a minute of nothing else.

    Tests of what a guess costs are marked ``real_password_cost``, and those of encrypted files
    that other processes open too: these always pay it.
    """
    if request.node.get_closest_marker("real_password_cost") is None:
        from crmdesk.core.access import passwords, secret_file

        monkeypatch.setattr(secret_file, "_SCRYPT_N", 2)
        quick = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
        monkeypatch.setattr(passwords, "_HASHER", quick)
