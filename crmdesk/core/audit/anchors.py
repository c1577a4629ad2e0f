"""Puts signed heads where a change of the database file does not reach: keyring, file, hands."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from sqlalchemy import desc, select

from crmdesk.core import platform
from crmdesk.core.audit.heads import Head, read_head_file
from crmdesk.core.audit.kinds import WORKSPACE_RESTORED
from crmdesk.core.audit.readable import readable_time
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import audit_events, workspace
from crmdesk.core.errors import UserError
from crmdesk.core.files.atomic import atomic_write

FILE_NAME = "anchors.jsonl"
SECRET_NAME = "audit-head"  # noqa: S105 - the name of a keyring entry
EVERY_ENTRIES = 1000
EVERY = timedelta(hours=24)
_LONGEST_LINE = 4096
_BRANCH_CHARACTERS = 16


class HeadStore(Protocol):
    """The part of a secret store that is needed here."""

    def get(self, name: str) -> str | None:
        """The stored text, or ``None``."""

    def set(self, name: str, value: str) -> None:
        """Store text under a name."""


class AnchorKeeper:
    """Signs the newest entry and keeps the result outside the database.

    Args:
        folder: the workspace's folder; ``anchors.jsonl`` lies in it.
        store: the keyring, or what stands in for it.
        sign: signs bytes with the workspace's Ed25519 key.
    """

    def __init__(
        self, database: Database, folder: Path, store: HeadStore, sign: Callable[[bytes], bytes]
    ) -> None:
        self._database = database
        self._store = store
        self._sign = sign
        self._kept = 0
        self.path = folder / FILE_NAME

    def head(self) -> Head | None:
        """The log as it is now, signed; ``None`` while there is no entry."""
        with self._database.read() as tx:
            unsigned = _newest(tx)
        return None if unsigned is None else unsigned.signed(self._sign)

    def anchor_to_keyring(self) -> UserError | None:
        """Keep the head in the keyring, at the end of each command and job.

        A keyring that does not answer must not undo what was done: the error is returned, to
        be shown. A head there that the log contradicts is evidence and stays.
        """
        try:
            with self._database.read() as tx:
                unsigned = _newest(tx)
                name = _name(tx)
            if unsigned is None or unsigned.sequence == self._kept:
                return None
            # Read before the snapshot, or a head that another process has just kept would
            # seem to be missing from the log.
            kept = self._from_keyring(name)
            with self._database.read() as tx:
                if contradiction := _contradiction(tx, kept):
                    return contradiction
            # After a command that only read, or where another process kept a newer head, it stays.
            if kept is None or kept.sequence < unsigned.sequence:
                self._store.set(name, unsigned.signed(self._sign).to_json())
        except UserError as error:
            return error
        self._kept = unsigned.sequence
        return None

    def anchor_to_file(self) -> bool:
        """Append the head to ``anchors.jsonl`` after 1,000 entries or 24 hours.

        Returns:
            Whether a line was added.

        Raises:
            UserError: ``anchor_not_written``.
        """
        last = self._last_in_file()
        with self._database.read() as tx:
            unsigned = _newest(tx)
        if unsigned is None or not _is_due(unsigned, last):
            return False
        try:
            self._append(unsigned.signed(self._sign).to_json())
        except OSError as error:
            raise UserError(
                "anchor_not_written",
                f"The audit log's head could not be added to {self.path}: {error.strerror}.",
                "Check that the folder has room and can be written to.",
                path=str(self.path),
            ) from error
        return True

    def write_anchor(self, path: Path) -> Head:
        """Write the head to a file to be given away.

        Raises:
            UserError: ``audit_log_empty``, or why the file cannot be written.
        """
        head = self.head()
        if head is None:
            raise UserError("audit_log_empty", "The audit log has no entry to anchor.")
        with atomic_write(path, mode=0o644) as file:
            file.write(head.to_json().encode("ascii") + b"\n")
        return head

    def kept_heads(self) -> tuple[list[Head], int, UserError | None]:
        """Every head kept so far, to verify the log against.

        Returns:
            The heads of file and keyring, how many lines of the file are damaged, and why the
            keyring did not answer.
        """
        heads: list[Head] = []
        damaged = 0
        if self.path.exists():
            found = read_head_file(self.path)
            heads, damaged = list(found.heads), found.damaged
        try:
            with self._database.read() as tx:
                name = _name(tx)
            kept = self._from_keyring(name)
        except UserError as error:
            return heads, damaged, error
        return (heads if kept is None else [*heads, kept]), damaged, None

    def _from_keyring(self, name: str) -> Head | None:
        text = self._store.get(name)
        try:
            return None if text is None else Head.from_json(text)
        except ValueError:
            return None

    def _last_in_file(self) -> Head | None:
        try:
            with self.path.open("rb") as file:
                file.seek(max(file.seek(0, os.SEEK_END) - _LONGEST_LINE, 0))
                lines = file.read().splitlines()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UserError(
                "anchor_not_written", f"{self.path} cannot be read: {error.strerror}."
            ) from error
        for line in reversed(lines):
            try:
                return Head.from_json(line)
            except ValueError:
                continue
        return None

    def _append(self, line: str) -> None:
        is_new = not self.path.exists()
        if is_new:
            self.path.touch(mode=0o600)
            platform.restrict(self.path)
        with self.path.open("ab+") as file:
            # A crash may have left half a line, which the new one must not continue.
            if file.seek(0, os.SEEK_END) > 0:
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    line = "\n" + line
            file.write(line.encode("ascii") + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            platform.fsync_folder(self.path.parent)


def _name(tx: Tx) -> str:
    """Where the head is kept.

    A workspace that was restored from a backup goes on with a log of its own from there: the
    head of the one it was a copy of is another's, and both may live on one computer.
    """
    workspace_id = str(tx.scalar(select(workspace.c.id)))
    restored = tx.scalar(
        select(audit_events.c.hash)
        .where(
            audit_events.c.object_type == "workspace",
            audit_events.c.object_id == workspace_id,
            audit_events.c.subcategory == WORKSPACE_RESTORED.subcategory,
        )
        .order_by(desc(audit_events.c.id))
        .limit(1)
    )
    branch = "" if restored is None else f"-{restored.hex()[:_BRANCH_CHARACTERS]}"
    return f"{workspace_id}/{SECRET_NAME}{branch}"


def _newest(tx: Tx) -> Head | None:
    entry = tx.execute(
        select(audit_events.c.id, audit_events.c.hash).order_by(desc(audit_events.c.id)).limit(1)
    ).first()
    owner = tx.execute(select(workspace.c.id, workspace.c.public_key)).first()
    if entry is None or owner is None:
        return None
    return Head(entry.id, entry.hash, tx.now_text, owner.id, owner.public_key)


def _contradiction(tx: Tx, kept: Head | None) -> UserError | None:
    """Whether the log no longer holds the entry that was signed before."""
    if kept is None:
        return None
    found = tx.scalar(select(audit_events.c.hash).where(audit_events.c.id == kept.sequence))
    if found == kept.hash:
        return None
    return UserError(
        "audit_log_rewound",
        f"The audit log does not hold the entry {kept.sequence} that was signed on {kept.at}.",
        "Entries were removed or rewritten, or an older copy of the workspace was put back; "
        "verify the audit log.",
        sequence=kept.sequence,
    )


def _is_due(head: Head, last: Head | None) -> bool:
    if last is None:
        return True
    if head.sequence == last.sequence:
        return False
    # A clock set back must not put the next anchor off, hence the absolute difference.
    waited = abs(readable_time(head.at) - readable_time(last.at))
    return head.sequence - last.sequence >= EVERY_ENTRIES or waited >= EVERY
