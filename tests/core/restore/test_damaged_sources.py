"""A zip that is not as it was written says so, whatever of it was changed."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from crmdesk.core.backup.problems import ProblemCode
from crmdesk.core.errors import UserError
from crmdesk.core.founding import NewWorkspace
from crmdesk.core.workspace import create_workspace
from tests.builders import PASSWORD, Desk, KeyBox

Parts = dict[str, bytes]


def repacked(source: Path, target: Path, change: Callable[[Parts], object]) -> Path:
    """The zip's entries, changed and packed anew."""
    with zipfile.ZipFile(source) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target


def replace(name: str, old: bytes, new: bytes) -> Callable[[Parts], object]:
    def change(parts: Parts) -> None:
        assert old in parts[name]
        parts[name] = parts[name].replace(old, new)

    return change


@pytest.mark.parametrize(
    "change",
    [
        replace("contacts.csv", b"Oslo", b"Rome"),
        replace("contacts.csv", b"Oslo", b"Stavanger"),
        replace("manifest.json", b"Northwind", b"Southwind"),
        replace("manifest.json", b'"public_key":"', b'"public_key":"A'),
        lambda parts: parts.update({"manifest.json": parts["manifest.json"][:50]}),
        lambda parts: parts.update({"manifest.sig": bytes(64)}),
        lambda parts: parts.pop("contacts.csv"),
        lambda parts: parts.pop("manifest.json"),
        lambda parts: parts.pop("manifest.sig"),
    ],
    ids=["value", "length", "manifest", "key", "torn", "signature", "no_csv", "no_json", "no_sig"],
)
def test_a_changed_backup_is_refused_as_damaged(
    desk: Desk, tmp_path: Path, change: Callable[[Parts], object]
) -> None:
    desk.contact(city="Oslo")
    changed = repacked(desk.backup_file(), tmp_path / "changed.zip", change)

    with pytest.raises(UserError) as refused:
        desk.plan(changed, "contacts", ["city"])

    assert refused.value.code == "backup_damaged"
    assert "changed.zip" in refused.value.message
    assert "_" not in refused.value.message


def test_a_backup_of_a_newer_program_asks_for_the_newer_program(desk: Desk, tmp_path: Path) -> None:
    desk.contact(city="Oslo")
    newer = replace("manifest.json", b'"format_version":1', b'"format_version":9')
    changed = repacked(desk.backup_file(), tmp_path / "newer.zip", newer)

    with pytest.raises(UserError) as refused:
        desk.plan(changed, "contacts", ["city"])

    assert refused.value.code == "backup_newer"


def test_a_sound_file_of_another_workspace_is_told_from_a_changed_one(
    desk: Desk, tmp_path: Path
) -> None:
    wanted = NewWorkspace("Contoso", "eva@contoso.example", "Eva Berg", PASSWORD, {})
    created = create_workspace(tmp_path / "other" / "workspace", wanted, KeyBox())
    created.workspace.close()
    other_desk = Desk(tmp_path / "other" / "workspace", created.workspace.key)
    other_desk.contact(city="Oslo")
    theirs = other_desk.backup_file()
    edit = replace("manifest.json", b'"rows":1', b'"rows":2')
    changed = repacked(theirs, tmp_path / "changed.zip", edit)

    sound = desk.workspace.backups.verify_file(desk.admin, theirs)
    not_sound = desk.workspace.backups.verify_file(desk.admin, changed)

    assert (sound.ok, sound.signed, sound.foreign, sound.sound_elsewhere) == (
        *(False, False, True),
        True,
    )
    assert not not_sound.sound_elsewhere
    assert ProblemCode.SIGNATURE_WRONG in {each.code for each in not_sound.problems}


def test_the_manifest_shows_the_key_as_the_recovery_sheet_does(desk: Desk) -> None:
    desk.contact(city="Oslo")
    with zipfile.ZipFile(desk.backup_file()) as archive:
        tree = json.loads(archive.read("manifest.json"))

    assert tree["signing_key"]["fingerprint"] == desk.workspace.signing_key.fingerprint
