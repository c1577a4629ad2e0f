from __future__ import annotations

import base64
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from crmdesk.core.backup.manifest import (
    MANIFEST_NAME,
    SIGNATURE_NAME,
    Manifest,
    ManifestColumn,
    ManifestEntry,
    ManifestError,
    NewerFormatError,
    from_bytes,
    to_bytes,
)
from tests.core.backup.desk_of_rows import DeskOfRows

MANIFEST = Manifest(
    program_version="0.1.0",
    workspace_id="w-1",
    workspace_name="Ward & Co 😀",
    snapshot_at=datetime(2026, 11, 22, 5, 6, 7, 890_000, tzinfo=UTC),
    entries=(
        ManifestEntry(
            "contacts",
            "Contacts",
            "contacts.csv",
            3,
            100,
            "ab" * 32,
            50,
            "cd" * 32,
            (ManifestColumn("hs_object_id", "Record ID", "number", None),),
        ),
    ),
    empty_objects=("deals",),
    definitions={"pipelines": [{"id": 1}]},
    audit_head=None,
    verify_key=bytes(range(32)),
)


def test_what_is_written_is_read_back_the_same() -> None:
    assert from_bytes(to_bytes(MANIFEST)) == MANIFEST


def test_the_same_manifest_is_always_the_same_bytes() -> None:
    again = from_bytes(to_bytes(MANIFEST))

    assert to_bytes(again) == to_bytes(MANIFEST)


def test_the_rule_for_blanks_is_stated() -> None:
    assert "no value" in json.loads(to_bytes(MANIFEST))["blank_rule"]


def test_a_later_format_is_told_apart_from_damage() -> None:
    tree = json.loads(to_bytes(MANIFEST)) | {"format_version": 3}

    with pytest.raises(NewerFormatError):
        from_bytes(json.dumps(tree).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"format":"other"}',
        b'{"format":"crmdesk-backup","format_version":1}',
        b'{"format":"crmdesk-backup","format_version":"1"}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(ManifestError):
        from_bytes(data)


@pytest.mark.parametrize("rows", [-1, "3", True, None, 1.5])
def test_a_row_count_must_be_a_count(rows: object) -> None:
    tree = json.loads(to_bytes(MANIFEST))
    tree["objects"][0]["rows"] = rows

    with pytest.raises(ManifestError):
        from_bytes(json.dumps(tree).encode())


def test_a_stranger_can_check_the_signature_over_the_stored_bytes(tmp_path: Path) -> None:
    desk = DeskOfRows(tmp_path)
    desk.add_object("contacts", {"note": "string"})
    desk.add("contacts", note="n")

    desk.backup()

    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        data, signature = archive.read(MANIFEST_NAME), archive.read(SIGNATURE_NAME)
    key = base64.b64decode(json.loads(data)["signing_key"]["public_key"])
    Ed25519PublicKey.from_public_bytes(key).verify(signature, data)
    assert key == desk.verify_key
