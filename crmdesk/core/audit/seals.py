"""Remembers which entries were proven, so that proving them again is one digest a thousand.

A seal is a MAC over every stored byte of a segment. It is only ever made by somebody with the key,
after each entry of the segment was proven, and says that these very bytes were. A seal that is
missing or does not fit says nothing: the entries are proven one by one then, as ever.
"""

from __future__ import annotations

import hmac
import struct

from crmdesk.core.audit import chain
from crmdesk.core.db import sqlite_seals
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite_seals import SEGMENT, Segment, segment_of

#: What is sealed under the audit key itself is 32 bytes long; nothing else may be taken for it.
_PURPOSE = b"crmdesk/v1/audit-seals"
_FORM = b"crmdesk segment 1"


class Seals:
    """The seals of a log that somebody with the key reads.

    Args:
        connection: from :func:`open_for_verification
            <crmdesk.core.db.sqlite_audit.open_for_verification>`.
        mac_key: of the entries' MACs, from which the key of seals is made.

    Attributes:
        misfits: how many seals did not fit what they are on.
    """

    def __init__(self, connection: sqlite3.Connection, mac_key: bytes) -> None:
        self._connection = connection
        self._key = hmac.digest(mac_key, _PURPOSE, "sha256")
        self._kept = sqlite_seals.has_seals(connection)
        self.misfits = 0

    def proven_after(self, event_id: int, until: int) -> Segment | None:
        """The segment that follows an entry, if it ends by ``until`` and its seal fits."""
        if not self._kept or event_id % SEGMENT or event_id + SEGMENT > until:
            return None
        seal = sqlite_seals.seal_on(self._connection, segment_of(event_id + 1))
        if seal is None:
            return None
        segment = self.read(segment_of(event_id + 1))
        if segment is not None and seal == self.seal_for(segment):
            return segment
        self.misfits += 1
        return None

    def read(self, number: int) -> Segment | None:
        """A segment as it is stored; ``None`` where it cannot have a seal."""
        return sqlite_seals.read_segment(self._connection, chain.PLAIN, number)

    def seal_for(self, segment: Segment) -> bytes:
        """The seal that fits these entries, at this place; for a segment that was proven."""
        place = struct.pack(">QQQ", segment.number, segment.first, segment.last)
        return hmac.digest(self._key, _FORM + place + segment.digest, "sha256")
