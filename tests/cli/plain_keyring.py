"""A keyring that keeps each secret in a file of a test's own, for commands in any process.

It is named by ``PYTHON_KEYRING_BACKEND``, as a person would name another than the system's. The
Secret Service takes longer for what a command asks of it than the rest of the command does.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

NAME = f"{__name__}.Keyring"
FOLDER = "CRMDESK_TEST_KEYRING"


class Keyring(KeyringBackend):
    """Secrets in the folder that the environment names."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        file = _file(service, username)
        return file.read_text(encoding="utf-8") if file.exists() else None

    def set_password(self, service: str, username: str, password: str) -> None:
        file = _file(service, username)
        beside = file.with_suffix(f".{os.getpid()}")
        beside.write_text(password, encoding="utf-8")
        beside.replace(file)

    def delete_password(self, service: str, username: str) -> None:
        try:
            _file(service, username).unlink()
        except FileNotFoundError:
            raise PasswordDeleteError(username) from None


def _file(service: str, username: str) -> Path:
    name = hashlib.sha256(f"{service}/{username}".encode()).hexdigest()
    return Path(os.environ[FOLDER]) / name
