"""What every place for secrets has to do."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

# Windows' credential store takes 1,280 characters; what is longer belongs into the database,
# encrypted with the workspace key.
LONGEST_VALUE = 1279
SECRET_FILE = "secrets.bin"  # noqa: S105 - the name of a file
"""The encrypted file in a workspace's folder, where that is the choice."""


class StoreChoice(StrEnum):
    """Where a workspace keeps its key."""

    KEYRING = "keyring"
    FILE = "file"


class SecretStore(Protocol):
    """A place for a few short secrets, by name; a name is ``"<workspace id>/<what it is>"``."""

    @property
    def backend(self) -> str:
        """``"keyring"`` or ``"file"``, as a workspace remembers its choice."""

    @property
    def detail(self) -> str:
        """Which keyring or which file it is, to show to a person; no secret."""

    def get(self, name: str) -> str | None:
        """Return a secret, or None when there is none of that name."""

    def set(self, name: str, value: str) -> None:
        """Keep a secret of at most 1,279 characters in place of any earlier one."""

    def delete(self, name: str) -> None:
        """Forget a secret; nothing happens when there is none."""


class NoStore:
    """Stands for a secret store where there is none: it keeps nothing and says nothing."""

    def get(self, _name: str) -> str | None:
        """Nothing is kept."""
        return None

    def set(self, _name: str, _value: str) -> None:
        """Keep nothing."""


def checked(value: str) -> str:
    """Return a value that every store can keep.

    Raises:
        ValueError: it is too long; it is not repeated in the message.
    """
    if len(value) > LONGEST_VALUE:
        raise ValueError(f"a secret has at most {LONGEST_VALUE} characters, not {len(value)}")
    return value
