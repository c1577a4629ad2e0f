"""Where secrets are kept: the keyring, or by declared choice an encrypted file."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from crmdesk.core.access.keyring_store import KeyringStore
from crmdesk.core.access.secret_file import FileStore, passphrase_source
from crmdesk.core.access.secret_store import LONGEST_VALUE, SecretStore, StoreChoice
from crmdesk.core.errors import UserError

__all__ = [
    "LONGEST_VALUE",
    "FileStore",
    "KeyringStore",
    "SecretStore",
    "StoreChoice",
    "check_store",
    "open_store",
    "passphrase_source",
]


def open_store(
    choice: StoreChoice | str,
    path: Path,
    prompt: Callable[[], str] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> SecretStore:
    """Open the store that a workspace chose; never another one instead.

    Args:
        choice: ``"keyring"`` or ``"file"``.
        path: where the encrypted file is, if that is the choice.
        prompt: asks the person for the file's passphrase; None where nobody can be asked.
        environ: may name a keyring backend or a passphrase file.

    Raises:
        UserError: ``keyring_missing``.
    """
    if StoreChoice(choice) is StoreChoice.FILE:
        return FileStore(path, passphrase_source(prompt, environ))
    return KeyringStore.open(environ)


def check_store(store: SecretStore) -> None:
    """Keep, read back and forget a random entry.

    Raises:
        UserError: what is wrong with the store, and what to do.
    """
    name, value = f"check/{secrets.token_hex(8)}", secrets.token_hex(8)
    store.set(name, value)
    if store.get(name) != value:
        raise UserError(
            "keyring_refused",
            f"The {store.backend} does not give back what it was given.",
            "Restart it and try again.",
        )
    store.delete(name)
