"""Secrets in the operating system's keyring, through the ``keyring`` library.

That library takes whichever backend it finds, among them one that writes plain text and one
that asks on the console. Here the backend is the system's own, by name, unless the environment
variable ``PYTHON_KEYRING_BACKEND`` names another; its configuration file is not read.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from crmdesk.core.access.secret_store import StoreChoice, checked
from crmdesk.core.errors import UserError
from crmdesk.core.platform import System, current_system

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "crmdesk"
ENVIRONMENT_NAME = "PYTHON_KEYRING_BACKEND"
_BACKENDS = {
    System.LINUX: "keyring.backends.SecretService.Keyring",
    System.MACOS: "keyring.backends.macOS.Keyring",
    System.WINDOWS: "keyring.backends.Windows.WinVaultKeyring",
}
_USE_FILE = "or run `crmdesk keyring use-file` to keep the key in an encrypted file."
_HINTS = {
    System.LINUX: "Install and start one, e.g. gnome-keyring with dbus-user-session or KWallet, "
    "and sign in to the desktop again; ",
    System.MACOS: "Check in Keychain Access that your login keychain exists; ",
    System.WINDOWS: "Check that the service “Credential Manager” is running; ",
}
_MISSING = frozenset({"NoKeyringError", "SecretServiceNotAvailableException"})
_FELL_WHILE_ANSWERING = "org.freedesktop.DBus.Error.NoReply"
_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds until a keyring that fell is asked again; its session starts it anew meanwhile."""
_TRIES = 20
"""So often a value is kept anew where another one, or none, is read back."""
_MOVED = frozenset({"ItemNotFoundException"})
"""Another process replaced an entry after it was found and before it was read."""
_LOCKED = frozenset({"KeyringLocked", "LockedException", "PromptDismissedException"})


_Answer = TypeVar("_Answer")


class KeyringStore:
    """Entries of the service ``crmdesk``, one user name an entry."""

    def __init__(self, backend: KeyringBackend) -> None:
        self._keyring = backend

    @classmethod
    def open(
        cls, environ: Mapping[str, str] = os.environ, system: System | None = None
    ) -> KeyringStore:
        """Open the system's keyring, or the one the environment names.

        Raises:
            UserError: ``keyring_missing``, with what to install.
        """
        # Imported here: it takes 80 ms, and not every command needs a secret.
        from keyring.core import load_keyring

        name = environ.get(ENVIRONMENT_NAME) or _BACKENDS[system or current_system()]
        try:
            return cls(_answered(lambda: load_keyring(name)))
        except (RuntimeError, OSError) as error:
            raise _missing() from error
        except (ImportError, AttributeError, ValueError) as error:
            raise UserError(
                "keyring_missing",
                f"The keyring “{name}” named by {ENVIRONMENT_NAME} is not installed.",
                f"Correct or remove {ENVIRONMENT_NAME}.",
                name=name,
            ) from error

    @property
    def backend(self) -> str:
        """Always ``"keyring"``."""
        return StoreChoice.KEYRING.value

    @property
    def detail(self) -> str:
        """The backend's full name, e.g. ``"keyring.backends.SecretService.Keyring"``."""
        kind = type(self._keyring)
        return f"{kind.__module__}.{kind.__qualname__}"

    def get(self, name: str) -> str | None:
        """Return a secret, or None.

        Raises:
            UserError: ``keyring_missing``, ``keyring_locked`` or ``keyring_refused``.
        """
        with _explained("read"):
            return _answered(lambda: self._keyring.get_password(SERVICE, name))

    def set(self, name: str, value: str) -> None:
        """Keep a secret, and read it back: a keyring that forgets is told at once.

        Another process may keep another value under the name just then; the last one stands.

        Raises:
            UserError: as :meth:`get`.
        """
        checked(value)
        seen: set[str | None] = set()
        for _ in range(_TRIES):
            with _explained("keep"):
                _answered(lambda: self._keyring.set_password(SERVICE, name, value))
            seen.add(self.get(name))
            # What changes under our eyes is kept: others keep theirs in turn.
            if value in seen or len(seen) > 1:
                return
            time.sleep(random.uniform(0.005, 0.05))  # noqa: S311 - spreads the tries, no secret
        raise _refused("keep", "it does not give it back")

    def delete(self, name: str) -> None:
        """Forget a secret, if there is one.

        Raises:
            UserError: as :meth:`get`.
        """
        if self.get(name) is None:
            return
        try:
            with _explained("remove"):
                _answered(lambda: self._keyring.delete_password(SERVICE, name))
        except UserError:
            # Another process may have forgotten it in between.
            if self.get(name) is not None:
                raise


def _answered(ask: Callable[[], _Answer]) -> _Answer:
    """Ask, and ask again where the keyring's own program ended over the question.

    gnome-keyring aborts now and then when many short-lived programs come and go, and is
    started again by the session. Nor is an answer final while another process replaces the very
    entry. All that is asked here may be asked twice.
    """
    fell = False
    for wait in _WAITS:
        try:
            return ask()
        except Exception as error:
            causes = list(_causes(error))
            fell = fell or any(
                getattr(cause, "name", "") == _FELL_WHILE_ANSWERING for cause in causes
            )
            kinds = {kind.__name__ for kind in _kinds(error)}
            if not (kinds & _MOVED or (fell and kinds & _MISSING)):
                raise
        time.sleep(wait)
    return ask()


@contextmanager
def _explained(action: str) -> Iterator[None]:
    """Turn whatever a backend raises into one of three sentences.

    Backends let through the errors of the libraries below them: D-Bus, COM, Keychain. All of
    them mean that there is no secret now and that something outside this program is why.
    """
    try:
        yield
    except Exception as error:
        kinds = {kind.__name__ for kind in _kinds(error)}
        if kinds & _LOCKED:
            raise _locked() from error
        if kinds & _MISSING or isinstance(error, ConnectionError | FileNotFoundError):
            raise _missing() from error
        raise _refused(action, type(error).__name__) from error


def _kinds(error: BaseException) -> Iterator[type]:
    """The classes of an error and of what caused it, by which InitError says why."""
    for cause in _causes(error):
        yield from type(cause).__mro__


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _missing() -> UserError:
    return UserError(
        "keyring_missing",
        "There is no keyring on this computer to keep the workspace's key in.",
        _HINTS[current_system()] + _USE_FILE,
    )


def _locked() -> UserError:
    return UserError(
        "keyring_locked",
        "The keyring of this computer is locked.",
        f"Unlock it, e.g. by signing in to the desktop, and try again, {_USE_FILE}",
    )


def _refused(action: str, reason: str) -> UserError:
    return UserError(
        "keyring_refused",
        f"The keyring of this computer refused to {action} a secret ({reason}).",
        f"Look for a question it asks elsewhere on the screen and allow it, {_USE_FILE}",
        action=action,
        reason=reason,
    )
