"""A workspace that is gone, brought back from one file and the recovery key."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from crmdesk.core.access.secrets import SecretStore
from crmdesk.core.audit.comment_model import Draft
from crmdesk.core.audit.view_model import LOGIN_HISTORY
from crmdesk.core.backup import complete_tables, rebuild_rows
from crmdesk.core.backup.rebuild import rebuild_workspace
from crmdesk.core.backup.rebuild_database import RebuildProgress
from crmdesk.core.backup.rebuild_place import BUILDING
from crmdesk.core.check import check_workspace
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.errors import UserError
from crmdesk.core.exports.model import ExportRequest
from crmdesk.core.records.catalogue import PropertyDefinition
from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.records.types import PropertyType
from crmdesk.core.workspace import Workspace
from crmdesk.core.workspace_folder import DATABASE_NAME, read_workspace_file
from crmdesk.core.workspace_key import load_key
from tests.builders import PASSWORD, PLACE, Desk, KeyBox
from tests.core.backup.office import Office, opened

NEW_PASSWORD = "nine grey seals under the pier"


def furnish(desk: Desk) -> None:
    """Something of everything: edits, a bin, purged ids, removed definitions, odd texts."""
    workspace = desk.workspace
    ann = desk.contact(firstname="Ann", lastname='O"Hara, the\r\nsecond', phone="+47 55 01")
    desk.edit(ann, firstname="Änne 🚢", phone="")
    desk.delete(desk.contact(firstname="Bo"))
    gone = desk.contact(firstname="Cy")
    desk.delete(gone)
    desk.purge(gone)
    desk.deal(amount="12345678901234567.25")
    workspace.definitions.add_property(
        desk.admin, "contacts", PropertyDefinition("boat", "Boat", PropertyType.STRING)
    )
    desk.edit(ann, boat="Sjøorm")
    workspace.definitions.archive_property(desk.admin, "contacts", "boat")
    workspace.definitions.add_property(
        desk.admin, "contacts", PropertyDefinition("boat", "Boat", PropertyType.NUMBER)
    )
    desk.edit(ann, boat="7")
    workspace.definitions.add_object(desk.admin, "ships", "Ship", "Ships")
    desk.add("ships", name="Fram")
    workspace.definitions.add_object(desk.admin, "piers", "Pier", "Piers")
    desk.add("piers", name="North")
    workspace.definitions.remove_object(desk.admin, "piers")
    desk.pipeline("harbour", "waiting", "loaded")
    workspace.settings.set(desk.admin, "backup.keep_days", 30)
    workspace.teams.add(desk.admin, "Harbour")
    workspace.export_thresholds.set(desk.admin, 500)
    export_id = workspace.exports.create(desk.admin, ExportRequest(RecordQuery("contacts")))
    workspace.run_job(str(workspace.exports.show(desk.admin, export_id).job_id))
    workspace.exports.download(desk.admin, export_id, desk.folder.parent / "copy.csv")
    comment_id = workspace.audit_comments.add(desk.admin, 1, "Who was this?").comment_id
    workspace.audit_comments.resolve(
        desk.admin, workspace.audit_comments.reply(desk.admin, comment_id, "Me.").comment_id
    )
    workspace.comment_drafts.keep(desk.admin, 1, Draft("new", "And"))
    workspace.comment_reader.mark_seen(desk.admin, 1)
    workspace.audit_views.clone(desk.admin, LOGIN_HISTORY.id)


def dump(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that a backup carries, as any SQLite tool would read it."""
    found = {}
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        tables = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
            if name not in complete_tables.LEFT_BEHIND and name != "alembic_version"
        ]
        for table in sorted(tables):
            hidden = complete_tables.SECRET_COLUMNS.get(table, frozenset())
            columns = [
                row[1]
                for row in connection.execute(f"PRAGMA table_info({table})")
                if row[1] not in hidden
            ]
            names = ",".join(f'"{column}"' for column in columns)
            rows = connection.execute(f"SELECT {names} FROM {table}").fetchall()
            found[table] = [tuple(columns), *sorted(rows, key=repr)]
    return found


def indexes(path: Path) -> set[str]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return {
            text
            for (text,) in connection.execute(
                "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
            )
        }


def new_only(before: list[tuple[object, ...]], after: list[tuple[object, ...]]) -> int:
    assert set(before) <= set(after)
    return len(after) - len(before)


def test_a_table_that_a_later_schema_carries_keeps_no_older_backup_from_being_rebuilt(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = office.desk.contact(firstname="Ann")
    file = office.backup()
    later = (*complete_tables.CARRIED, "of_a_later_schema")
    monkeypatch.setattr(rebuild_rows, "CARRIED", later)

    office.rebuild(file)

    with closing(sqlite3.connect(office.elsewhere / DATABASE_NAME)) as connection:
        found = connection.execute("SELECT id, firstname FROM obj_contacts").fetchall()
    assert found == [(ann.id, "Ann")]


def test_everything_comes_back_row_for_row(office: Office) -> None:
    furnish(office.desk)
    file = office.backup()
    # The dump of the moment: the backup's own rows and entry were written after it.
    office.desk.sql("SELECT 1")
    then = dump(office.desk.folder / DATABASE_NAME)
    then["exports"] = [row for row in then["exports"] if "backup" not in row]

    rebuilt = office.rebuild(file)

    assert rebuilt.left_behind.exported == 1
    now = dump(office.elsewhere / DATABASE_NAME)
    written_since = {"audit_events", "audit_details", "backups", "notifications", "clock_state"}
    for table in set(then) - written_since - {"sqlite_sequence"}:
        assert now[table] == then[table], table
    assert set(now) == set(then)
    sequences = {"notifications", "sessions", "audit_events"}
    assert [row for row in now["sqlite_sequence"] if row[0] not in sequences] == [
        row for row in then["sqlite_sequence"] if row[0] not in sequences
    ]
    assert indexes(office.elsewhere / DATABASE_NAME) == indexes(office.desk.folder / DATABASE_NAME)


def test_the_log_goes_on_where_the_backup_was_made_and_verifies(office: Office) -> None:
    furnish(office.desk)
    file = office.backup()
    before = office.desk.sql("SELECT id, hash FROM audit_events ORDER BY id")
    box = KeyBox()

    office.rebuild(file, box)

    with opened(office, box) as again:
        rows = again.sql("SELECT id, hash, subcategory FROM audit_events ORDER BY id")
        restored = [row for row in rows if row[2] == "WORKSPACE_RESTORED"]
        assert [row[:2] for row in rows[: rows.index(restored[0])]] == before[:-1]
        assert again.workspace.audit.verify(again.admin).ok
        assert again.workspace.anchors.anchor_to_keyring() is None


def test_the_head_of_the_first_workspace_stays_valid_beside_the_second(office: Office) -> None:
    desk, box = office.desk, office.box
    live = Workspace(desk.folder, desk.key, store=box)  # type: ignore[arg-type]
    assert live.anchors.anchor_to_keyring() is None
    file = office.backup()

    office.rebuild(file, box)
    again = Workspace(office.elsewhere, load_key(office.elsewhere, box), store=box)  # type: ignore[arg-type]

    assert again.anchors.anchor_to_keyring() is None
    desk.contact(firstname="Dag")
    assert live.anchors.anchor_to_keyring() is None
    again.close()
    live.close()


def test_nobody_can_sign_in_with_an_old_password_and_the_first_super_admin_gets_a_code(
    office: Office,
) -> None:
    box = KeyBox()
    rebuilt = office.rebuild(office.backup(), box)

    with opened(office, box) as again:
        workspace = again.workspace
        with pytest.raises(UserError):
            workspace.sign_in.sign_in(rebuilt.email, PASSWORD, None, PLACE)
        workspace.passwords.set_first(rebuilt.email, rebuilt.one_time_code, NEW_PASSWORD, PLACE)
        signed_in = workspace.sign_in.sign_in(rebuilt.email, NEW_PASSWORD, None, PLACE)
        assert signed_in.actor.email == "ingrid@northwind.example"


def test_the_id_of_a_purged_record_is_not_given_again(office: Office) -> None:
    desk, box = office.desk, KeyBox()
    gone = desk.contact(firstname="Cy")
    desk.delete(gone)
    desk.purge(gone)

    office.rebuild(office.backup(), box)

    with opened(office, box) as again:
        assert again.contact(firstname="Dag").id > gone.id


def test_the_rebuilt_workspace_makes_backups_that_it_trusts(office: Office) -> None:
    box = KeyBox()
    ann = office.desk.contact(firstname="Ann")
    office.rebuild(office.backup(), box)

    with opened(office, box) as again:
        backup = again.backup()
        again.edit(ann, firstname="Anne")
        again.restore(backup, "contacts", ["firstname"])
        assert again.value(ann, "firstname") == "Ann"


def test_another_recovery_key_opens_nothing(office: Office, tmp_path: Path) -> None:
    from crmdesk.core.access import recovery_key

    file = office.backup()
    with pytest.raises(UserError, match="does not open") as refused:
        rebuild_workspace(file, office.elsewhere, recovery_key.generate().text, KeyBox)

    assert refused.value.code == "recovery_key_wrong"
    assert not office.elsewhere.exists()


def test_a_backup_of_values_alone_is_refused_before_anything_is_made(office: Office) -> None:
    values = office.desk.backup_file()

    with pytest.raises(UserError) as refused:
        office.rebuild(values)

    assert refused.value.code == "backup_not_complete"
    assert not office.elsewhere.exists()


@pytest.mark.parametrize("place", [0.2, 0.5, 0.8, 0.97])
def test_a_changed_backup_is_refused_and_leaves_nothing(office: Office, place: float) -> None:
    furnish(office.desk)
    file = office.backup()
    data = bytearray(file.read_bytes())
    data[int(len(data) * place)] ^= 4
    file.write_bytes(data)

    with pytest.raises(UserError):
        office.rebuild(file)

    assert not office.elsewhere.exists()


def test_a_folder_that_holds_anything_is_left_alone(office: Office) -> None:
    office.elsewhere.mkdir()
    (office.elsewhere / "letter.txt").write_text("Dear Ann")

    with pytest.raises(UserError) as refused:
        office.rebuild(office.backup())

    assert refused.value.code == "folder_not_empty"
    assert [path.name for path in office.elsewhere.iterdir()] == ["letter.txt"]


def test_an_empty_folder_may_be_there_and_stays_when_it_fails(office: Office) -> None:
    office.elsewhere.mkdir()
    values = office.desk.backup_file()
    with pytest.raises(UserError):
        office.rebuild(values)
    assert list(office.elsewhere.iterdir()) == []

    office.rebuild(office.backup())

    assert read_workspace_file(office.elsewhere).name == "Northwind Traders"


def test_what_a_killed_rebuild_left_is_no_workspace_and_is_cleared_away(office: Office) -> None:
    file = office.backup()
    building = office.elsewhere / BUILDING
    building.mkdir(parents=True)
    (building / DATABASE_NAME).write_bytes(b"half a database")
    (building / "imports").mkdir()
    (building / "imports" / "half.csv").write_bytes(b"half a file")
    (office.elsewhere / DATABASE_NAME).write_bytes(b"moved, but never named a workspace")
    with pytest.raises(UserError, match="no CRM Desk workspace"):
        read_workspace_file(office.elsewhere)

    office.rebuild(file)

    assert not building.exists()
    assert read_workspace_file(office.elsewhere).id == office.desk.workspace.id


@pytest.mark.parametrize("phase", ["verifying", "loading", "proving"])
def test_it_can_be_cancelled_at_any_time_and_leaves_nothing(office: Office, phase: str) -> None:
    furnish(office.desk)
    file = office.backup()
    seen: list[str] = []

    def report(step: RebuildProgress) -> None:
        seen.append(step.phase)

    with pytest.raises(UserError) as stopped:
        office.rebuild(file, report=report, cancelled=lambda: phase in seen)

    assert stopped.value.code == "cancelled"
    assert not office.elsewhere.exists()


class _Locked:
    backend, detail = "keyring", "a locked keyring"

    def get(self, _name: str) -> str | None:
        return None

    def set(self, _name: str, _value: str) -> None:
        raise UserError("keyring_locked", "The keyring is locked.", "Unlock it.")

    def delete(self, _name: str) -> None:
        """Nothing is kept."""


def test_a_keyring_that_refuses_the_key_leaves_no_workspace(office: Office) -> None:
    def locked() -> SecretStore:
        return _Locked()

    with pytest.raises(UserError, match="locked"):
        rebuild_workspace(office.backup(), office.elsewhere, office.recovery_key, locked)

    assert not office.elsewhere.exists()


def test_a_rebuilt_workspace_is_in_order_and_may_be_backed_up_at_once(office: Office) -> None:
    furnish(office.desk)
    office.desk.workspace.settings.set(office.desk.admin, "backup.min_interval", "0")
    office.backup()
    box = KeyBox()
    office.rebuild(office.backup(), box)

    with opened(office, box) as again:
        again.workspace.settings.set(again.admin, "backup.min_interval", "edition")
        checks = {each.name: each for each in check_workspace(again.workspace, again.admin, box)}  # type: ignore[arg-type]
        assert checks["vault_files"].ok, checks["vault_files"].detail
        assert checks["references"].ok
        assert again.backup(complete=True).complete
