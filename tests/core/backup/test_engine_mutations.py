"""Whatever is done to a backup file, the verification tells."""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crmdesk.core.backup.manifest import MANIFEST_NAME, SIGNATURE_NAME
from crmdesk.core.backup.verify import verify_backup
from tests.core.backup.desk_of_rows import DeskOfRows

SEEDS = range(15)
Contents = dict[str, bytes]


class TwoBackups:
    """An older and a newer backup of one workspace, and one of another workspace."""

    def __init__(self, folder: Path) -> None:
        self.desk = _filled(folder / "one", "w-1")
        self.older = self._made(self.desk, "older.zip")
        self.desk.run("UPDATE obj_contacts SET score = '8' WHERE id % 7 = 0")
        self.newer = self._made(self.desk, "newer.zip")
        self.foreign = self._made(_filled(folder / "two", "w-2"), "foreign.zip")
        self.scratch = folder / "changed.zip"

    @staticmethod
    def _made(desk: DeskOfRows, name: str) -> bytes:
        desk.backup(name)
        return (desk.folder / name).read_bytes()

    def is_accepted(self, data: bytes) -> bool:
        self.scratch.write_bytes(data)
        return verify_backup(self.scratch, self.desk.verify_key).ok


def _filled(folder: Path, workspace: str) -> DeskOfRows:
    folder.mkdir()
    desk = DeskOfRows(folder, workspace)
    for name in ("contacts", "deals"):
        desk.add_object(name, {"note": "string", "score": "number"})
        rows = [{"note": f'{name} "{n}"\r\n', "score": str(n % 10)} for n in range(400)]
        desk.add_many(name, rows)
    return desk


@pytest.fixture(scope="module")
def backups(tmp_path_factory: pytest.TempPathFactory) -> TwoBackups:
    return TwoBackups(tmp_path_factory.mktemp("mutations"))


def _unpacked(backups: TwoBackups, data: bytes) -> Contents:
    backups.scratch.write_bytes(data)
    with zipfile.ZipFile(backups.scratch) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _packed(backups: TwoBackups, contents: list[tuple[str, bytes]]) -> bytes:
    with zipfile.ZipFile(backups.scratch, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents:
            archive.writestr(zipfile.ZipInfo(name), data)
    return backups.scratch.read_bytes()


def flip_a_bit(backups: TwoBackups, chance: random.Random) -> bytes:
    data = bytearray(backups.newer)
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def drop_a_byte(backups: TwoBackups, chance: random.Random) -> bytes:
    at = chance.randrange(len(backups.newer))
    return backups.newer[:at] + backups.newer[at + 1 :]


def cut_the_end_off(backups: TwoBackups, chance: random.Random) -> bytes:
    return backups.newer[: chance.randrange(1, len(backups.newer))]


def add_junk_at_the_end(backups: TwoBackups, chance: random.Random) -> bytes:
    return backups.newer + chance.randbytes(chance.randint(1, 300))


def swap_two_entries(backups: TwoBackups, chance: random.Random) -> bytes:
    contents = _unpacked(backups, backups.newer)
    one, two = chance.sample(["contacts.csv", "deals.csv"], 2)
    contents[one], contents[two] = contents[two], contents[one]
    return _packed(backups, list(contents.items()))


def drop_an_entry(backups: TwoBackups, chance: random.Random) -> bytes:
    contents = _unpacked(backups, backups.newer)
    del contents[chance.choice(sorted(contents))]
    return _packed(backups, list(contents.items()))


def add_an_entry(backups: TwoBackups, chance: random.Random) -> bytes:
    contents = list(_unpacked(backups, backups.newer).items())
    contents.insert(chance.randrange(len(contents)), (f"new{chance.random()}.csv", b"a,b\r\n"))
    return _packed(backups, contents)


def repeat_an_entry(backups: TwoBackups, chance: random.Random) -> bytes:
    contents = list(_unpacked(backups, backups.newer).items())
    contents.append(chance.choice(contents))
    return _packed(backups, contents)


def rename_an_entry(backups: TwoBackups, chance: random.Random) -> bytes:
    contents = list(_unpacked(backups, backups.newer).items())
    at = chance.randrange(len(contents))
    contents[at] = (f"renamed{chance.random()}.csv", contents[at][1])
    return _packed(backups, contents)


def edit_a_cell(backups: TwoBackups, chance: random.Random) -> bytes:
    contents = _unpacked(backups, backups.newer)
    name = chance.choice(["contacts.csv", "deals.csv"])
    text = contents[name]
    at = chance.choice(
        [place for place in range(99, len(text)) if text[place : place + 1].isdigit()]
    )
    other = str((int(text[at : at + 1]) + chance.randint(1, 9)) % 10).encode()
    contents[name] = text[:at] + other + text[at + 1 :]
    return _packed(backups, list(contents.items()))


def edit_the_manifest(backups: TwoBackups, chance: random.Random) -> bytes:
    contents = _unpacked(backups, backups.newer)
    tree = json.loads(contents[MANIFEST_NAME])
    entry = chance.choice(tree["objects"])
    key = chance.choice(["rows", "label", "object", "columns", "sha256"])
    changes = {"rows": 399, "label": "Other", "object": "tickets", "columns": entry["columns"][:2]}
    entry[key] = changes.get(key, "0" * 64)
    contents[MANIFEST_NAME] = json.dumps(tree).encode()
    return _packed(backups, list(contents.items()))


def take_an_entry_of_an_older_backup(backups: TwoBackups, chance: random.Random) -> bytes:
    contents = _unpacked(backups, backups.newer)
    older = _unpacked(backups, backups.older)
    name = chance.choice(["contacts.csv", MANIFEST_NAME, SIGNATURE_NAME])
    contents[name] = older[name]
    return _packed(backups, list(contents.items()))


def take_another_workspaces_backup(backups: TwoBackups, chance: random.Random) -> bytes:
    if chance.random() < 0.3:
        return backups.foreign
    contents = _unpacked(backups, backups.newer)
    other = _unpacked(backups, backups.foreign)
    names = chance.sample(sorted(contents), chance.randint(1, 3))
    return _packed(backups, [*((contents | {name: other[name] for name in names}).items())])


def sign_with_another_key(backups: TwoBackups, chance: random.Random) -> bytes:
    contents = _unpacked(backups, backups.newer)
    key = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
    contents[SIGNATURE_NAME] = key.sign(contents[MANIFEST_NAME])
    return _packed(backups, list(contents.items()))


MUTATIONS: list[Callable[[TwoBackups, random.Random], bytes]] = [
    flip_a_bit,
    drop_a_byte,
    cut_the_end_off,
    add_junk_at_the_end,
    swap_two_entries,
    drop_an_entry,
    add_an_entry,
    repeat_an_entry,
    rename_an_entry,
    edit_a_cell,
    edit_the_manifest,
    take_an_entry_of_an_older_backup,
    take_another_workspaces_backup,
    sign_with_another_key,
]


def test_untouched_backups_are_accepted(backups: TwoBackups) -> None:
    assert backups.is_accepted(backups.newer)
    assert backups.is_accepted(backups.older)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_a_changed_backup_is_never_accepted(
    backups: TwoBackups, mutation: Callable[[TwoBackups, random.Random], bytes]
) -> None:
    accepted = [
        seed
        for seed in SEEDS
        if backups.is_accepted(mutation(backups, random.Random(f"{mutation.__name__}{seed}")))
    ]

    assert accepted == []


def test_every_single_bit_of_the_frame_counts(backups: TwoBackups) -> None:
    """All bits of the first header and of the last 200 bytes, which hold no content."""
    size = len(backups.newer)
    places = [*range(64), *range(size - 200, size)]
    accepted = []
    for place in places:
        data = bytearray(backups.newer)
        data[place] ^= 1 << place % 8
        if backups.is_accepted(bytes(data)):
            accepted.append(place)

    assert accepted == []
