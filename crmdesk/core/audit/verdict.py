"""What a verification of the audit log can find."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """What is wrong with the first bad entry."""

    TABLE_MISSING = "table_missing"
    """The log's tables are gone or have other columns than they must have."""
    EMPTY = "empty"
    """No entry at all: a workspace begins with one."""
    DAMAGED = "damaged"
    """The file cannot be read from here on."""
    MISSING = "missing"
    """The entry with this number is not there, though later ones are."""
    CHANGED = "changed"
    """A column of the entry is not what its hash covers."""
    UNLINKED = "unlinked"
    """The entry does not follow the one before it."""
    FORGED = "forged"
    """The hashes are right and the MAC is not: somebody without the key recomputed them."""
    OUT_OF_ORDER = "out_of_order"
    """The entry's time is before that of the one before it."""
    DETAILS_MISSING = "details_missing"
    DETAILS_CHANGED = "details_changed"
    CUT = "cut"
    """The log ends before an entry that a signed head, or left-over details, tell of."""
    REWRITTEN = "rewritten"
    """Entries up to this one are not those that were signed."""
    COMMENT_CHANGED = "comment_changed"
    """A comment is not what the entry of its last change tells, or is missing; the chain holds."""
    ANCHOR_NOT_GENUINE = "anchor_not_genuine"
    """The log holds, but a head it is compared with was not signed by this workspace."""


class Unproven(StrEnum):
    """What a verification could not look at."""

    MACS = "macs"
    """Without the workspace key a log that was rewritten as a whole looks right."""
    TAIL = "tail"
    """Without a signed head nothing tells that entries are missing at the end."""
    SIGNATURES = "signatures"
    """Without the public key the heads were believed."""
    KEYRING = "keyring"
    """The keyring did not answer, so that the head in it was not asked."""


@dataclass(frozen=True, slots=True)
class ChainVerification:
    """The finding.

    Attributes:
        events: entries found right, from the first on.
        erased: those of them whose personal details were erased.
        first_bad: number of the first bad entry; ``None`` when all is well.
        anchored: the highest entry that a signed head confirms.
        unproven: what could not be checked with what was given.
        sealed: entries that seals prove: they were proven one by one before, by somebody with
            the key, and not a byte of them is another since.
        misfits: seals that do not fit their entries, which were proven one by one instead.
    """

    ok: bool
    events: int
    erased: int
    first_bad: int | None
    reason: Reason | None
    anchored: int = 0
    unproven: tuple[Unproven, ...] = ()
    sealed: int = 0
    misfits: int = 0
