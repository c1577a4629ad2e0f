"""A backup file that was altered: restoring refuses, before it writes anything."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.errors import UserError
from crmdesk.core.founding import NewWorkspace
from crmdesk.core.restore.model import PlanRequest, RestorePlan
from crmdesk.core.workspace import create_workspace
from tests.builders import PASSWORD, Desk, KeyBox
from tests.core.backup.test_engine_mutations import MUTATIONS, TwoBackups
from tests.faults.conftest import Record, effort
from tests.faults.scene import dump

TRIALS = effort(15, 1_000)


class Files(TwoBackups):
    """Backups of two real workspaces, as the mutations of the engine's tests take them."""

    def __init__(self, desk: Desk, other: Desk, folder: Path) -> None:
        self.older = _made(desk, "older.zip", "1")
        self.newer = _made(desk, "newer.zip", "2")
        self.foreign = _made(other, "foreign.zip", "3")
        self.scratch = folder / "changed.zip"


def _made(desk: Desk, name: str, phone: str) -> bytes:
    if not desk.sql("SELECT 1 FROM obj_contacts"):
        for number in range(40):
            desk.contact(firstname=f"Name {number}")
            desk.deal(dealname=f"Order {number}")
    with desk.workspace.database.write() as tx:
        tx.sql("UPDATE obj_contacts SET phone = ? || id", (phone,))
        tx.sql("UPDATE obj_deals SET amount = ? || id", (phone,))
    return desk.backup_file(name).read_bytes()


def _another(folder: Path) -> Desk:
    """Another workspace, with keys of its own."""
    wanted = NewWorkspace("Other", "ingrid@northwind.example", "Ingrid Solberg", PASSWORD, {})
    made = create_workspace(folder / "workspace", wanted, KeyBox()).workspace
    made.close()
    return Desk(folder / "workspace", made.key)


@pytest.fixture(scope="module")
def files(
    workspace_template: tuple[Path, bytes], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Desk, Files]:
    folder = tmp_path_factory.mktemp("altered")
    shutil.copytree(workspace_template[0], folder / "one" / "workspace")
    desks = [Desk(folder / "one" / "workspace", workspace_template[1]), _another(folder / "two")]
    found = Files(*desks, folder)
    with desks[0].workspace.database.write() as tx:
        tx.sql("UPDATE obj_contacts SET phone = '9'")
        tx.sql("UPDATE obj_deals SET amount = '9'")
    return desks[0], found


def staged(desk: Desk, plan: RestorePlan) -> dict[int, str]:
    """What a plan would write, by record."""
    with desk.workspace.database.staging(desk.folder / "staging" / f"{plan.id}.sqlite3") as tx:
        return dict(tx.sql("SELECT record_id, c0 FROM stage.rows WHERE outcome = 'update'"))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_an_altered_backup_is_never_restored_silently(
    files: tuple[Desk, Files], mutation, record: Record
) -> None:
    desk, found = files
    before = dump(desk.workspace.database.path, ("plans", "clock_state"))
    accepted = []
    for seed in range(TRIALS):
        chance = random.Random(f"{mutation.__name__} {seed}")
        found.scratch.write_bytes(mutation(found, chance))
        try:
            plan = desk.workspace.restores.plan(
                desk.admin, PlanRequest(str(found.scratch), "contacts", ("phone",))
            )
        except UserError:
            continue
        # What was altered lay elsewhere: then all of it must be as in the file as it was made.
        if staged(desk, plan) != {number: f"2{number}" for number in range(1, 41)}:
            accepted.append((seed, plan.values))
    record(TRIALS, f"{len(accepted)} silent differences ({mutation.__name__.replace('_', ' ')})")
    assert accepted == []
    assert dump(desk.workspace.database.path, ("plans", "clock_state")) == before


def test_the_untouched_backup_is_restored(files: tuple[Desk, Files], record: Record) -> None:
    desk, found = files
    found.scratch.write_bytes(found.newer)
    plan = desk.plan(found.scratch, "contacts", ["phone"])
    assert plan.records_changing == 40
    with sqlite3.connect(desk.workspace.database.path) as connection:
        assert connection.execute("SELECT DISTINCT phone FROM obj_contacts").fetchall() == [("9",)]
    connection.close()
    record(1, "accepted, as it must be (control)")
