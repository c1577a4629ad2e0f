"""What the form for a new workspace was filled in with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmdesk.core.founding import NewWorkspace


@dataclass(frozen=True, slots=True)
class Wish:
    """A workspace to be made.

    Attributes:
        passphrase: of the encrypted key file; None to use the keyring.
        sample: whether it shall be filled with invented data.
    """

    folder: Path
    new: NewWorkspace
    passphrase: str | None
    sample: bool
