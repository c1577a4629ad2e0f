"""A signed head: what the log was at an instant, in a form that can be given away."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from crmdesk.core.access.keys import verify_signature
from crmdesk.core.errors import UserError

_FORMAT = "crmdesk-audit-head-1"


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry's number and hash, signed with the workspace's Ed25519 key.

    Attributes:
        at: when it was signed, 24 characters of UTC.
        public_key: the key that signed it; convenient, and no proof by itself: who checks
            compares it with the fingerprint on the recovery sheet.
    """

    sequence: int
    hash: bytes
    at: str
    workspace_id: str
    public_key: bytes
    signature: bytes = b""

    def signed_bytes(self) -> bytes:
        """What the signature covers."""
        fields = [_FORMAT, self.workspace_id, self.sequence, self.hash.hex(), self.at]
        return json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode("ascii")

    def signed(self, sign: Callable[[bytes], bytes]) -> Head:
        """The same head with its signature."""
        return replace(self, signature=sign(self.signed_bytes()))

    def is_genuine(self, public_key: bytes) -> bool:
        """Whether the holder of the private half of ``public_key`` signed it."""
        return verify_signature(public_key, self.signed_bytes(), self.signature)

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(
            {
                "format": _FORMAT,
                "workspace_id": self.workspace_id,
                "sequence": self.sequence,
                "hash": self.hash.hex(),
                "at": self.at,
                "public_key": self.public_key.hex(),
                "signature": self.signature.hex(),
            }
        )

    @classmethod
    def from_json(cls, text: str | bytes) -> Head:
        """Read what :meth:`to_json` wrote.

        Raises:
            ValueError: it is anything else.
        """
        try:
            values: dict[str, Any] = json.loads(text)
            if values["format"] != _FORMAT:
                raise ValueError(f"not {_FORMAT}")
            return cls(
                sequence=int(values["sequence"]),
                hash=bytes.fromhex(values["hash"]),
                at=str(values["at"]),
                workspace_id=str(values["workspace_id"]),
                public_key=bytes.fromhex(values["public_key"]),
                signature=bytes.fromhex(values["signature"]),
            )
        except (KeyError, TypeError, RecursionError) as error:
            raise ValueError("not a signed head") from error


@dataclass(frozen=True, slots=True)
class HeadFile:
    """What a file of heads holds: one a line, and how many lines are something else."""

    heads: tuple[Head, ...]
    damaged: int


def read_head_file(path: Path) -> HeadFile:
    """Read the heads of ``anchors.jsonl`` or of a file that was given away.

    An unfinished last line is what a crash leaves behind and counts as nothing.

    Raises:
        UserError: ``anchor_file_unreadable``.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise UserError(
            "anchor_file_unreadable",
            f"The anchor file {path} cannot be read: {error.strerror}.",
            "Give the file that the audit log was anchored to.",
            path=str(path),
        ) from error
    heads: list[Head] = []
    damaged = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            heads.append(Head.from_json(line))
        except ValueError:
            damaged += number < len(lines)
    return HeadFile(tuple(heads), damaged)
