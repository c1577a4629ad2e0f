"""What is found of a person, in numbers and by the names of files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crmdesk.core.errors import UserError


class FileKind(StrEnum):
    """Where a file of the vault comes from."""

    IMPORT = "import"
    IMPORT_ERRORS = "import_errors"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class HoldingFile:
    """A file of the vault that holds the person, and that goes with them.

    Attributes:
        id: of the import or export.
        name: what the import or export is called.
        file: its name inside the folder of its kind.
        downloads: how many copies were saved elsewhere, which nobody here can delete.
    """

    kind: FileKind
    id: str
    name: str
    file: str
    downloads: int = 0


@dataclass(frozen=True, slots=True)
class HoldingBackup:
    """A backup that goes on holding the person: what is signed is not rewritten.

    Attributes:
        expires_at: when it goes by itself; None for a pinned one.
        second_copy: where another copy of it lies; "" for none.
        downloads: how many copies were saved elsewhere, which nobody here can delete.
    """

    id: str
    created_at: datetime
    expires_at: datetime | None
    pinned: bool
    second_copy: str
    downloads: int


@dataclass(frozen=True, slots=True)
class PersonFound:
    """What a workspace keeps of a person.

    Attributes:
        address: as it was asked for, without outer spaces and the case of its letters.
        record_ids: contacts that have the address, those in the recycle bin and those merged
            into them among them; ascending.
        in_bin: how many of these lie in the recycle bin.
        former_ids: contacts that had the address once and have another now; they stay.
        history: changes that are kept of these records.
        associations: with other records.
        entries: entries of the audit log that tell of the records or name an address of theirs;
            their details are erased, the entries stay.
        texts: jobs, notices, messages and other rows that name an address; it is struck out.
        files: files of the vault that go.
        backups: backups that go on holding the person.
        mentions: by place, what names the address and stays, since it is about somebody else.
    """

    address: str
    record_ids: tuple[int, ...]
    in_bin: int
    former_ids: tuple[int, ...]
    history: int
    associations: int
    entries: int
    texts: int
    files: tuple[HoldingFile, ...]
    backups: tuple[HoldingBackup, ...]
    mentions: Mapping[str, int]

    @property
    def is_nothing(self) -> bool:
        """Whether nothing would be deleted."""
        counted = (self.history, self.associations, self.entries, self.texts)
        return not (self.record_ids or self.files or any(counted))

    @property
    def hash(self) -> str:
        """Stands for what was shown: other records than these are not deleted unseen."""
        return plan_hash(self.address, self.record_ids)


def nothing_kept(address: str) -> UserError:
    """The answer for an address under which there is nothing to hand out or to delete."""
    return UserError(
        "person_unknown",
        f"Nothing is kept under {address}.",
        "Check the address; capital letters do not count.",
    )


def plan_hash(address: str, record_ids: Sequence[int]) -> str:
    """SHA-256 in hex over an address and the records that have it."""
    told = "\n".join([address, *map(str, record_ids)])
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
