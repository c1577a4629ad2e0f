"""A workspace's database with a real audit log, and the hands of somebody who alters it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import insert

from crmdesk.core.access.actor import SYSTEM, Actor
from crmdesk.core.access.keys import SigningKey
from crmdesk.core.audit import kinds
from crmdesk.core.audit.anchors import AnchorKeeper
from crmdesk.core.audit.comment_rows import add_row, seal
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.audit.verdict import ChainVerification
from crmdesk.core.audit.verify import verify_chain
from crmdesk.core.clock import Clock, system_time, to_text
from crmdesk.core.db import schema
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import workspace
from crmdesk.core.errors import UserError

MAC_KEY = b"\x07" * 32
WORKSPACE_ID = "5d0c6f7e-test"


class Drawer:
    """A place for secrets in memory, which can be locked like a keyring."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.locked = False

    def get(self, name: str) -> str | None:
        self._open()
        return self.texts.get(name)

    def set(self, name: str, value: str) -> None:
        self._open()
        self.texts[name] = value

    def _open(self) -> None:
        if self.locked:
            raise UserError("keyring_locked", "The keyring is locked.", "Unlock it.")


class Ledger:
    """A database, its log, and its keys."""

    def __init__(self, path: Path, signing_key: SigningKey, clock: Clock | None = None) -> None:
        self.path = path
        self.signing_key = signing_key
        self.database = Database(path, clock)
        self.audit_log = AuditLog(MAC_KEY)
        self.drawer = Drawer()
        self.keeper = AnchorKeeper(self.database, path.parent, self.drawer, signing_key.sign)

    @property
    def public_key(self) -> bytes:
        return self.signing_key.public_key

    def create(self) -> Ledger:
        schema.upgrade(self.database)
        with self.database.write() as tx:
            tx.execute(
                insert(workspace).values(
                    id=WORKSPACE_ID,
                    name="Northwind",
                    created_at=tx.now_text,
                    wrapped_key=b"",
                    key_check=b"",
                    signing_key=b"",
                    public_key=self.public_key,
                )
            )
            self.audit_log.log(tx, SYSTEM, kinds.WORKSPACE_CREATED)
        return self

    def log(self, kind: kinds.EventKind, actor: Actor = SYSTEM, **facts: object) -> None:
        with self.database.write() as tx:
            self.audit_log.log(tx, actor, kind, **facts)  # type: ignore[arg-type]

    def fill(self, entries: int) -> Ledger:
        with self.database.write() as tx:
            for number in range(entries):
                if number % 10 == 4:
                    self._comment(tx, f"Why was phone {number} changed?")
                    continue
                self.audit_log.log(
                    tx,
                    SYSTEM,
                    kinds.property_value("contacts"),
                    object_type="contacts",
                    object_id=number,
                    details={
                        "changes": [{"property": "phone", "old": None, "new": f"555-{number}"}]
                    },
                )
        return self

    def _comment(self, tx: Tx, text: str) -> None:
        comment_id = add_row(
            tx, {"event_id": 1, "author_id": 1, "created_at": tx.now_text, "text": text}
        )
        seal(tx, self.audit_log, SYSTEM, kinds.COMMENT_ADDED, comment_id)

    def verify(self, mac_key: bytes | None = MAC_KEY) -> ChainVerification:
        heads, _damaged, _error = self.keeper.kept_heads()
        return verify_chain(self.path, mac_key, heads, self.public_key)

    def count(self) -> int:
        with closing(sqlite3.connect(self.path)) as connection:
            return int(connection.execute("SELECT count(*) FROM audit_events").fetchone()[0])

    @contextmanager
    def tampering(self) -> Iterator[sqlite3.Connection]:
        """A connection of somebody who owns the file and knows the program's code."""
        with closing(sqlite3.connect(self.path)) as connection:
            connection.executescript(
                "PRAGMA foreign_keys=OFF;"
                "DROP TRIGGER IF EXISTS audit_events_no_update;"
                "DROP TRIGGER IF EXISTS audit_events_no_delete;"
                "DROP TRIGGER IF EXISTS audit_events_no_replace;"
            )
            yield connection
            connection.commit()


class SetClock(Clock):
    """A clock that stands where the test puts it."""

    def __init__(self) -> None:
        super().__init__(lambda: self.time)
        self.time = system_time()

    @property
    def text(self) -> str:
        return to_text(self.time)
