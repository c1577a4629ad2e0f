"""The tokens of sessions that are remembered on this computer, in the keyring.

A token stands under the workspace's id, its folder and the e-mail address: a workspace that was
restored from a backup has the id of the one that was backed up, and is another one. Who signed in
last stands beside it, so that the window and the command line need not be told each time.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from crmdesk.core.access.secret_store import LONGEST_VALUE, SecretStore

_LAST = "last-signed-in"
_ALL = "signed-in"
# A secret store takes short texts; so many addresses fit whatever their length is by custom.
_MOST = 12


@dataclass(frozen=True, slots=True)
class RememberedSession:
    """A session that may be resumed with its token."""

    email: str
    token: str = field(repr=False)


class RememberedSessions:
    """Remembers one session a user of a workspace.

    Every method raises what the secret store says: ``keyring_missing``, ``keyring_locked`` …
    """

    def __init__(self, store: SecretStore, workspace_id: str, folder: Path) -> None:
        self._store = store
        place = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()
        self._workspace = f"{workspace_id}/{place[:16]}"

    def keep(self, email: str, token: str) -> None:
        """Remember a session that has just begun; its user is the last one from now on."""
        self._store.set(self._session_name(email), token)
        self._store.set(self._last_name, email)
        self._list(email, *self.emails())

    def find(self, email: str | None = None) -> RememberedSession | None:
        """The session of a user, or of who signed in last."""
        wanted = email or self._store.get(self._last_name)
        if not wanted:
            return None
        token = self._store.get(self._session_name(wanted))
        return None if token is None else RememberedSession(wanted, token)

    def forget(self, email: str) -> None:
        """Forget a session that has ended."""
        self._store.delete(self._session_name(email))
        self._list(*(each for each in self.emails() if each.lower() != email.strip().lower()))

    def emails(self) -> tuple[str, ...]:
        """Whose sessions are remembered, the last one first; some may have ended since."""
        return tuple((self._store.get(self._all_name) or "").split())

    def _list(self, *emails: str) -> None:
        kept = list(dict.fromkeys(emails))[:_MOST]
        while len(" ".join(kept)) > LONGEST_VALUE:
            kept.pop()
        if kept:
            self._store.set(self._all_name, " ".join(kept))
        else:
            self._store.delete(self._all_name)

    @property
    def _last_name(self) -> str:
        return f"{self._workspace}/{_LAST}"

    @property
    def _all_name(self) -> str:
        return f"{self._workspace}/{_ALL}"

    def _session_name(self, email: str) -> str:
        return f"{self._workspace}/session/{email.strip().lower()}"
