"""The SHA-256 of a file's content."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

_PIECE = 1 << 20


def sha256_of(file: BinaryIO) -> str:
    """Read ``file`` from where it stands to its end and return the digest in hex."""
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()
