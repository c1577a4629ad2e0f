"""Makes the seals, behind the writes and in small steps: nobody who acts waits for one."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from crmdesk.core.db import sqlite_seals
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Database
from crmdesk.core.db.sqlite_seals import SEGMENT, Segment
from crmdesk.core.errors import UserError

#: Segments whose seals are kept in one transaction: others wait for it two milliseconds.
_AT_ONCE = 10
#: A step that finds somebody writing leaves it to the next one.
_PATIENCE_SECONDS = 0.05


class SealKeeper:
    """Proves whole segments of the log that have no seal, and seals them.

    Args:
        mac_key: the key of the entries' MACs.
    """

    def __init__(self, database: Database, mac_key: bytes) -> None:
        self._database = database
        self._mac_key = mac_key
        self._unfit: set[int] = set()

    def keep(self, seconds: float = 0.0) -> bool:
        """Seal for about so long, one segment at least, which takes ten milliseconds.

        Where nothing can be written, or somebody else is writing, nothing is kept.

        Returns:
            Whether there is more to do.
        """
        if self._database.refusal is not None:
            return False
        deadline = monotonic() + seconds
        try:
            with self._database.patient(_PATIENCE_SECONDS):
                while missing := self._missing():
                    now = missing[: _AT_ONCE if seconds else 1]
                    self._seal(now)
                    if monotonic() >= deadline:
                        return len(missing) > len(now)
        except (UserError, sqlite3.Error):
            # Busy, read-only, full, no such table: whatever it is, verifying can do without.
            pass
        return False

    def discard(self) -> None:
        """Throw all seals away; they are made anew, of entries that are proven anew.

        Raises:
            UserError: why it could not be written.
        """
        with self._database.write() as tx:
            sqlite_seals.forget_seals(tx.driver)
        self._unfit.clear()

    def _missing(self) -> list[int]:
        with self._database.read() as tx:
            return [each for each in sqlite_seals.unsealed(tx.driver) if each not in self._unfit]

    def _seal(self, segments: list[int]) -> None:
        # Every command that ends asks whether there is something to seal; rarely there is.
        from crmdesk.core.db import sqlite_audit

        with sqlite_audit.open_for_verification(self._database.path) as connection:
            made = proven(connection, self._mac_key, segments)
        # Verifying says what is wrong with the others; here they would be tried for ever.
        self._unfit.update(set(segments).difference(segment.number for segment, _ in made))
        with self._database.write() as tx:
            for segment, seal in made:
                sqlite_seals.keep_seal(tx.driver, segment, seal)


def proven(
    connection: sqlite3.Connection, mac_key: bytes, numbers: Sequence[int]
) -> list[tuple[Segment, bytes]]:
    """Prove segments entry by entry; returns those that are right, with their seals.

    Args:
        connection: from :func:`open_for_verification
            <crmdesk.core.db.sqlite_audit.open_for_verification>`.
        mac_key: the key of the entries' MACs.
        numbers: of segments that are whole.
    """
    from crmdesk.core.audit.seal_proof import is_right
    from crmdesk.core.audit.seals import Seals
    from crmdesk.core.audit.walk import BEGINNING, Link, Walk
    from crmdesk.core.db import sqlite_audit

    if not (sqlite_audit.has_log(connection) and sqlite_audit.are_numbered(connection)):
        return []
    seals, made = Seals(connection, mac_key), []
    for number in numbers:
        last = number * SEGMENT
        before = Link(last, *sqlite_audit.link_at(connection, last)) if number else BEGINNING
        segment = seals.read(number)
        if segment is not None and is_right(segment, Walk(connection, mac_key, {}, before)):
            made.append((segment, seals.seal_for(segment)))
    return made
