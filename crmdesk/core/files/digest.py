"""The SHA-256 of a file's content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import BinaryIO

_PIECE = 1 << 20


def sha256_of(file: BinaryIO, told: Callable[[], None] = lambda: None) -> str:
    """Read ``file`` from where it stands to its end and return the digest in hex.

    Args:
        told: called once a megabyte; may raise to stop.
    """
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
        told()
    return digest.hexdigest()
