"""The key of a workspace, as this computer's keyring keeps it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from crmdesk.core.access import keys
from crmdesk.core.errors import UserError
from crmdesk.core.workspace_folder import read_workspace_file

if TYPE_CHECKING:
    from crmdesk.core.access.secrets import SecretStore

KEY_NAME = "workspace-key"
_PLACES = {"file": "encrypted key file"}


def load_key(folder: Path, store: SecretStore) -> bytes:
    """The workspace key from the keyring.

    Raises:
        UserError: ``workspace_key_missing``, or what the keyring says.
    """
    file = read_workspace_file(folder)
    text = store.get(f"{file.id}/{KEY_NAME}")
    if text is None:
        place = _PLACES.get(file.secret_store, "keyring of this computer")
        raise UserError(
            "workspace_key_missing",
            f"The {place} does not hold the key of “{file.name}”.",
            "Run `crmdesk keyring recover` and give the recovery key.",
        )
    return keys.key_from_text(text)
