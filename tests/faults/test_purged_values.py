"""What was deleted for good is not in the database's files any more: no free page, no log."""

from __future__ import annotations

import random
from pathlib import Path

from crmdesk.core.workspace import Workspace
from tests.builders import Desk
from tests.faults.conftest import Record, effort
from tests.faults.test_canaries import spellings

SEED = 20261122


def test_a_purged_value_is_in_no_file_of_the_database(desk: Desk, record: Record) -> None:
    chance, trials = random.Random(SEED), effort(4, 100)
    for number in range(60):
        desk.contact(email=f"{number}@example.org", city="x" * chance.randint(1, 900))
    found: list[str] = []
    for trial in range(trials):
        secrets = _live_and_die(desk, chance, trial)
        desk.workspace.close()
        found += [f"{trial}: {hit}" for hit in _hits(desk.folder, secrets)]
        desk.workspace = Workspace(desk.folder, desk.key)
        desk.admin = desk.signed_in(1, desk.admin.email, desk.admin.full_name)
    record(trials, f"{len(found)} of {trials} purged records left something (seed {SEED})")
    assert not found


def _live_and_die(desk: Desk, chance: random.Random, trial: int) -> list[str]:
    """A contact that is made, edited, restored, deleted and purged beside others that change."""
    secrets = [_secret(chance, size) for size in (12, 40, 5_000, 30, 60)]
    email = f"{secrets[0]}@example.org"
    ann = desk.contact(email=email, firstname=secrets[1], jobtitle=secrets[2])
    backup = desk.backup_file(f"trial-{trial}.zip")
    ann = desk.edit(ann, firstname=secrets[3], city=secrets[4])
    desk.restore(backup, "contacts", ["firstname", "city"])
    backup.unlink()
    for _ in range(chance.randint(0, 20)):
        desk.contact(city="y" * chance.randint(1, 2_000))
    ann = desk.read(ann)
    desk.delete(ann)
    desk.purge(ann)
    return [email, *secrets]


def _secret(chance: random.Random, size: int) -> str:
    return "".join(chance.choices("abcdefghijkmnpqrstuvwxyz23456789", k=size))


def _hits(folder: Path, secrets: list[str]) -> list[str]:
    """Where a secret, or a piece of a long one, still stands."""
    files = [*folder.glob("crm.sqlite3*"), *(folder / "staging").rglob("*")]
    contents = {path.name: path.read_bytes() for path in files if path.is_file()}
    pieces = {secret[at : at + 60] for secret in secrets for at in range(0, len(secret), 600)}
    return [
        f"{piece[:12]} in {name}"
        for name, content in contents.items()
        for piece in pieces
        if len(piece) >= 12 and any(spelt in content for spelt in spellings(piece))
    ]
