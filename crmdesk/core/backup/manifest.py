"""``manifest.json``: what a backup holds, in words a stranger can check.

Layout of a backup zip: one deflated CSV per object that has records, then ``manifest.json`` and
``manifest.sig``, both stored uncompressed. The signature is the 64 raw bytes of Ed25519 over the
exact bytes of ``manifest.json``; any tool that knows Ed25519 can check it. A complete backup
holds further files below ``complete/``, described the same way under ``complete``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from crmdesk.core import clock
from crmdesk.core.access.keys import fingerprint
from crmdesk.core.backup.csv_rows import FREE_TEXT_TYPES
from crmdesk.core.backup.shapes import BackupContext, ObjectShape

MANIFEST_NAME = "manifest.json"
SIGNATURE_NAME = "manifest.sig"
FORMAT = "crmdesk-backup"
FORMAT_VERSION = 2
"""What this program understands. Backups of values alone are written as version 1."""
_VALUES_ONLY = 1
LARGEST_MANIFEST = 16 * 1024 * 1024
BLANK_RULE = (
    "An empty field means that the property has no value. "
    "CSV cannot tell an empty text from no value; both are no value here."
)


class ManifestError(ValueError):
    """The bytes are not a manifest this program understands."""


class NewerFormatError(ManifestError):
    """The manifest was written by a later version of the format."""


@dataclass(frozen=True, slots=True)
class ManifestColumn:
    """One column of a CSV: internal name, label, type, id of the property's definition."""

    name: str
    label: str
    type: str
    definition_id: int | None

    @property
    def is_free_text(self) -> bool:
        """Whether the values stand in quotes."""
        return self.type in FREE_TEXT_TYPES


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One CSV: whose it is, its rows, and sizes and digests of content and deflated stream."""

    object: str
    label: str
    file: str
    rows: int
    bytes: int
    sha256: str
    deflated_bytes: int
    deflated_sha256: str
    columns: tuple[ManifestColumn, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Internal names in the order of the file."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A backup described; ``empty_objects`` had no records and therefore have no CSV.

    Attributes:
        parts: what a complete backup holds beside the CSVs of objects; else empty.
        schema: version of the database that the parts are rows of; "" without parts.
    """

    program_version: str
    workspace_id: str
    workspace_name: str
    snapshot_at: datetime
    entries: tuple[ManifestEntry, ...]
    empty_objects: tuple[str, ...]
    definitions: Mapping[str, object]
    audit_head: Mapping[str, object] | None
    verify_key: bytes
    parts: tuple[ManifestEntry, ...] = ()
    schema: str = ""

    @property
    def complete(self) -> bool:
        """Whether a whole workspace can be built from it."""
        return bool(self.parts)

    @property
    def files(self) -> tuple[ManifestEntry, ...]:
        """Every described file of the zip, in its order."""
        return self.entries + self.parts

    def part(self, file: str) -> ManifestEntry | None:
        """A part by its name in the zip; None where it had no rows."""
        return next((part for part in self.parts if part.file == file), None)

    def entry(self, object_name: str) -> ManifestEntry | None:
        """The entry of an object, or None when it has none."""
        return next((entry for entry in self.entries if entry.object == object_name), None)

    @property
    def fingerprint(self) -> str:
        """The public key in short, as the recovery sheet shows it."""
        return fingerprint(self.verify_key)


def describe(
    context: BackupContext,
    snapshot_at: datetime,
    entries: tuple[ManifestEntry, ...],
    empty_objects: tuple[str, ...],
    parts: tuple[ManifestEntry, ...] = (),
) -> Manifest:
    """Put a manifest together from what was written and what the caller knows."""
    return Manifest(
        context.program_version,
        context.workspace_id,
        context.workspace_name,
        snapshot_at,
        entries,
        empty_objects,
        context.definitions,
        context.audit_head,
        context.verify_key,
        parts,
        context.schema if parts else "",
    )


def columns_of(shape: ObjectShape) -> tuple[ManifestColumn, ...]:
    """The columns of an object as the manifest names them."""
    return tuple(
        ManifestColumn(column.property_name, column.label, column.type, column.definition_id)
        for column in shape.columns
    )


def to_bytes(manifest: Manifest) -> bytes:
    """Canonical JSON: sorted keys, no spaces, UTF-8."""
    tree: dict[str, object] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION if manifest.complete else _VALUES_ONLY,
        "program_version": manifest.program_version,
        "workspace": {"id": manifest.workspace_id, "name": manifest.workspace_name},
        "snapshot_at": clock.to_text(manifest.snapshot_at),
        "blank_rule": BLANK_RULE,
        "objects": [_entry_tree(entry) for entry in manifest.entries],
        "empty_objects": list(manifest.empty_objects),
        "definitions": manifest.definitions,
        "audit_head": manifest.audit_head,
        "signing_key": {
            "algorithm": "Ed25519",
            "public_key": base64.b64encode(manifest.verify_key).decode("ascii"),
            "fingerprint": manifest.fingerprint,
        },
    }
    if manifest.complete:
        parts = [_entry_tree(part) for part in manifest.parts]
        tree["complete"] = {"schema": manifest.schema, "parts": parts}
    text = json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def _entry_tree(entry: ManifestEntry) -> dict[str, object]:
    return {
        "object": entry.object,
        "label": entry.label,
        "file": entry.file,
        "rows": entry.rows,
        "bytes": entry.bytes,
        "sha256": entry.sha256,
        "deflated_bytes": entry.deflated_bytes,
        "deflated_sha256": entry.deflated_sha256,
        "columns": [
            {
                "name": column.name,
                "label": column.label,
                "type": column.type,
                "definition_id": column.definition_id,
            }
            for column in entry.columns
        ],
    }


def from_bytes(data: bytes) -> Manifest:
    """Read a manifest; what it says is not yet proven by its signature.

    Raises:
        NewerFormatError: written by a later format.
        ManifestError: anything else that is not one of our manifests.
    """
    try:
        tree = json.loads(data)
        if tree["format"] != FORMAT:
            raise ManifestError("the manifest is of another program")
        if tree["format_version"] > FORMAT_VERSION:
            raise NewerFormatError(f"format version {tree['format_version']}")
        return _from_tree(tree)
    except ManifestError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise ManifestError(f"the manifest cannot be understood: {problem}") from problem


def _from_tree(tree: dict[str, Any]) -> Manifest:
    head = tree["audit_head"]
    complete = tree.get("complete", {"schema": "", "parts": []})
    return Manifest(
        program_version=_text(tree["program_version"]),
        workspace_id=_text(tree["workspace"]["id"]),
        workspace_name=_text(tree["workspace"]["name"]),
        snapshot_at=clock.from_text(tree["snapshot_at"]),
        entries=tuple(_entry(entry) for entry in tree["objects"]),
        empty_objects=tuple(_text(name) for name in tree["empty_objects"]),
        definitions=dict(tree["definitions"]),
        audit_head=None if head is None else dict(head),
        verify_key=base64.b64decode(tree["signing_key"]["public_key"], validate=True),
        parts=tuple(_entry(part) for part in complete["parts"]),
        schema=_text(complete["schema"]),
    )


def _entry(tree: dict[str, Any]) -> ManifestEntry:
    columns = tuple(
        ManifestColumn(
            _text(column["name"]),
            _text(column["label"]),
            _text(column["type"]),
            None if column["definition_id"] is None else _whole(column["definition_id"]),
        )
        for column in tree["columns"]
    )
    if not columns:
        raise ManifestError("an entry has no columns")
    return ManifestEntry(
        _text(tree["object"]),
        _text(tree["label"]),
        _text(tree["file"]),
        _whole(tree["rows"]),
        _whole(tree["bytes"]),
        _text(tree["sha256"]),
        _whole(tree["deflated_bytes"]),
        _text(tree["deflated_sha256"]),
        columns,
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ManifestError(f"text was expected, not {value!r:.40}")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ManifestError(f"a count was expected, not {value!r:.40}")
    return value


def signature_matches(manifest: bytes, signature: bytes, verify_key: bytes) -> bool:
    """Check the Ed25519 signature over the exact bytes of the manifest."""
    try:
        Ed25519PublicKey.from_public_bytes(verify_key).verify(signature, manifest)
    except (InvalidSignature, ValueError):
        return False
    return True
