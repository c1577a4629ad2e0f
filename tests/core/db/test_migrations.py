"""A workspace of each earlier release opens, and ends with the schema of a new one."""

from __future__ import annotations

import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from crmdesk.core.db import schema
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.migrations.versions.v0002_relations import KNOWN_STAYS
from crmdesk.core.exports.model import ExportSource, ExportState
from crmdesk.core.workspace import Workspace
from tests.builders import Desk

DATA = Path(__file__).parents[2] / "data"
#: The workspace keys of the kept files; nothing else was ever locked with them.
KEPT = {"0001": "3567c20939d36fc992bcefab00731a9477eba4cd875c8411677c24fa75a8c5e2"}


def _kept_workspace(version: str, target: Path) -> Path:
    folder = target / "kept"
    with zipfile.ZipFile(DATA / f"workspace-{version}.zip") as kept:
        kept.extractall(folder)
    return folder


def _schema(database: Path) -> set[tuple[str, str, str]]:
    with closing(sqlite3.connect(database)) as connection:
        return {
            (kind, name, " ".join((sql or "").split()))
            for kind, name, sql in connection.execute(
                "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' "
                "AND name NOT LIKE '%obj_%'"
            )
        }


@pytest.mark.parametrize("version", KEPT)
def test_a_workspace_of_an_earlier_release_opens_with_its_records_and_history(
    tmp_path: Path, version: str
) -> None:
    desk = Desk(_kept_workspace(version, tmp_path), bytes.fromhex(KEPT[version]))

    ann = desk.workspace.records.get(desk.admin, "contacts", 1)

    assert (ann.values["email"], ann.values["lastname"]) == ("ann@example.org", "Dahl")
    assert [
        (line.old, line.new)
        for line in desk.workspace.records.history(desk.admin, "contacts", 1)
        if line.property == "lastname"
    ] == [("Berg", "Dahl")]
    assert [backup.state for backup in desk.workspace.backups.list(desk.admin)] == ["succeeded"]
    listed = desk.workspace.exports.list(desk.admin)
    assert [(each.source, each.records, each.state) for each in listed] == [
        (ExportSource.BACKUP, 1, ExportState.SUCCEEDED)
    ]
    assert desk.workspace.audit.verify(desk.admin).ok
    desk.workspace.close()


def test_who_is_in_a_team_is_known_to_have_been_in_it_since_the_log_says_so(desk: Desk) -> None:
    teams, admin = desk.workspace.teams, desk.admin
    for name in ("Harbour", "Quay"):
        teams.add(admin, name)
        desk.in_teams(admin.email, *(team.name for team in teams.list(admin)))
    stays = "SELECT team_id, user_id, first_event FROM team_stays ORDER BY team_id"
    told = desk.sql(stays)
    with desk.workspace.database.write() as tx:
        tx.sql("DELETE FROM team_stays")
        tx.sql(KNOWN_STAYS)

    assert desk.sql(stays) == told
    assert len(told) == 2


@pytest.mark.parametrize("version", KEPT)
def test_migrating_ends_with_the_schema_of_a_new_workspace(
    desk: Desk, tmp_path: Path, version: str
) -> None:
    folder = _kept_workspace(version, tmp_path)

    Workspace(folder, bytes.fromhex(KEPT[version])).close()

    assert _schema(folder / "crm.sqlite3") == _schema(desk.folder / "crm.sqlite3")


@pytest.mark.parametrize("version", KEPT)
def test_the_file_is_copied_before_it_is_migrated(tmp_path: Path, version: str) -> None:
    folder = _kept_workspace(version, tmp_path)

    Workspace(folder, bytes.fromhex(KEPT[version])).close()

    copy = folder / f"crm-before-{schema.CURRENT}.sqlite3"
    assert schema.version_of(copy) == version
    assert copy.stat().st_mode & 0o777 == 0o600
