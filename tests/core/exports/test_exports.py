from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from secrets import token_hex

import pytest

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import Cancelled, PermissionDenied, UserError
from crmdesk.core.exports.model import (
    OF_RECORD_FILES,
    Export,
    ExportFormat,
    ExportRequest,
    ExportState,
    FileState,
    Naming,
)
from crmdesk.core.records.filters import Filter, Operator, RecordQuery
from tests.builders import Desk

CONTACTS = ExportRequest(RecordQuery("contacts"))


def run(desk: Desk, actor: Actor, request: ExportRequest) -> Export:
    export_id = desk.workspace.exports.create(actor, request)
    found = desk.workspace.exports.show(actor, export_id)
    desk.workspace.run_job(str(found.job_id))
    return desk.workspace.exports.show(actor, export_id)


def saved(desk: Desk, actor: Actor, found: Export, tmp_path: Path) -> Path:
    target = tmp_path / f"copy.{found.format}"
    return desk.workspace.exports.download(actor, found.id, target)


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))


def exporter(desk: Desk, *more: Permission) -> Actor:
    return desk.user("Edda Berg", Permission.EXPORT, *more)


def test_the_name_of_an_export_is_one_line_of_a_length_that_a_list_can_show(desk: Desk) -> None:
    named = desk.workspace.exports.create(desk.admin, replace(CONTACTS, name=" two\n lines\x07"))

    assert desk.workspace.exports.show(desk.admin, named).name == "two lines"
    with pytest.raises(UserError) as refused:
        desk.workspace.exports.create(desk.admin, replace(CONTACTS, name="n" * 201))
    assert refused.value.code == "export_name_too_long"


def test_an_export_is_a_csv_with_labels_in_the_order_asked_for(desk: Desk, tmp_path: Path) -> None:
    desk.contact(firstname="Ann", lastname='say "hi", now', lifecyclestage="lead")
    desk.contact(firstname="Bo\r\nline", lifecyclestage="customer")
    columns = ("lastname", "firstname", "lifecyclestage")

    found = run(desk, desk.admin, replace(CONTACTS, columns=columns))

    path = saved(desk, desk.admin, found, tmp_path)
    assert path.read_bytes().splitlines()[0] == (
        b'"Record ID","Last Name","First Name","Lifecycle Stage"'
    )
    rows = table(path)
    assert [row["First Name"] for row in rows] == ["Ann", "Bo\r\nline"]
    assert rows[0]["Last Name"] == 'say "hi", now'
    assert [row["Lifecycle Stage"] for row in rows] == ["Lead", "Customer"]
    assert (found.state, found.records) == (ExportState.SUCCEEDED, 2)


def test_internal_names_and_a_mark_are_a_matter_of_choice(desk: Desk, tmp_path: Path) -> None:
    desk.contact(lifecyclestage="lead")
    asked = replace(
        CONTACTS,
        columns=("lifecyclestage",),
        headers=Naming.NAME,
        choices=Naming.NAME,
        bom=True,
    )

    path = saved(desk, desk.admin, run(desk, desk.admin, asked), tmp_path)

    assert path.read_bytes().startswith(b'\xef\xbb\xbf"hs_object_id","lifecyclestage"\r\n')
    assert path.read_bytes().endswith(b'"lead"\r\n')


def test_filters_and_a_selection_narrow_an_export(desk: Desk, tmp_path: Path) -> None:
    ann, bo, cy = (desk.contact(firstname=name) for name in ("Ann", "Bo", "Cy"))
    desk.delete(cy)
    asked = replace(
        CONTACTS,
        query=RecordQuery("contacts", (Filter("firstname", Operator.NEQ, ("Bo",)),)),
        ids=(ann.id, bo.id, cy.id),
    )

    found = run(desk, desk.admin, asked)

    assert found.records == 1
    assert [row["First Name"] for row in table(saved(desk, desk.admin, found, tmp_path))] == ["Ann"]


def test_what_a_spreadsheet_would_calculate_is_guarded_but_no_phone_number(
    desk: Desk, tmp_path: Path
) -> None:
    desk.contact(firstname="=1+1", lastname="'=1", phone="+47 22 33 44 55")
    columns = ("firstname", "lastname", "phone")

    found = run(desk, desk.admin, replace(CONTACTS, columns=columns, for_spreadsheets=True))

    (row,) = table(saved(desk, desk.admin, found, tmp_path))
    assert [row["First Name"], row["Last Name"]] == ["'=1+1", "''=1"]
    assert row["Phone Number"] == "+47 22 33 44 55"


def test_associated_records_stand_in_columns_of_ids_and_names(desk: Desk, tmp_path: Path) -> None:
    ann = desk.contact(firstname="Ann")
    firm = desk.add("companies", name="Fjord AS", domain="fjord.example")
    desk.workspace.associations.associate(desk.admin, "contacts", ann.id, "companies", firm.id)

    asked = replace(CONTACTS, columns=("firstname",), associated=("companies",))
    found = run(desk, desk.admin, asked)

    (row,) = table(saved(desk, desk.admin, found, tmp_path))
    assert row["Associated Company IDs"] == str(firm.id)
    assert "Fjord AS" in row["Associated Companies"]


def test_an_export_without_records_still_names_its_columns(desk: Desk, tmp_path: Path) -> None:
    found = run(desk, desk.admin, replace(CONTACTS, columns=("email",)))

    path = saved(desk, desk.admin, found, tmp_path)
    assert path.read_bytes() == b'"Record ID","Email"\r\n'


@pytest.mark.parametrize("file_format", OF_RECORD_FILES)
def test_every_kind_of_file_holds_every_record(
    desk: Desk, tmp_path: Path, file_format: ExportFormat
) -> None:
    with desk.workspace.database.write() as tx:
        tx.driver.executemany(
            "INSERT INTO obj_contacts (email, city, created_at, updated_at) VALUES (?, ?, ?3, ?3)",
            [(f"{n}@example.org", token_hex(30), tx.now_text) for n in range(800)],
        )
    asked = replace(CONTACTS, format=file_format)

    found = run(desk, desk.admin, asked)

    assert found.records == 800
    assert desk.workspace.exports.estimate(desk.admin, asked).bytes == pytest.approx(
        found.bytes, rel=0.15
    )
    assert saved(desk, desk.admin, found, tmp_path).stat().st_size == found.bytes


def test_more_columns_than_a_sum_in_sql_has_terms_are_measured_and_written(desk: Desk) -> None:
    desk.contact(city="Oslo")
    many = replace(CONTACTS, columns=("city",) * 1_100)

    assert desk.workspace.exports.estimate(desk.admin, many).bytes > 1_100 * 4
    assert run(desk, desk.admin, many).records == 1


# -- who may ---------------------------------------------------------------------------------
def test_exporting_takes_the_permission(desk: Desk) -> None:
    with pytest.raises(PermissionDenied):
        desk.workspace.exports.create(desk.user("Nobody"), CONTACTS)


def test_another_users_export_is_as_unknown_as_none_and_the_attempt_is_logged(
    desk: Desk, tmp_path: Path
) -> None:
    found = run(desk, desk.admin, CONTACTS)
    other = exporter(desk)

    for deed in (
        lambda: desk.workspace.exports.show(other, found.id),
        lambda: desk.workspace.exports.history(other, found.id),
        lambda: desk.workspace.exports.download(other, found.id, tmp_path / "theirs.csv"),
    ):
        with pytest.raises(UserError, match="another user") as caught:
            deed()
        assert caught.value.code == "export_unknown"

    assert desk.workspace.exports.list(other) == []
    assert not (tmp_path / "theirs.csv").exists()


def test_sensitive_columns_take_the_permission_and_every_property_leaves_them_out(
    desk: Desk, tmp_path: Path
) -> None:
    desk.workspace.definitions.set_property(desk.admin, "contacts", "phone", {"sensitive": True})
    desk.contact(phone="+47 1")
    plain = exporter(desk)

    with pytest.raises(PermissionDenied):
        desk.workspace.exports.create(plain, replace(CONTACTS, columns=("phone",)))
    found = run(desk, plain, CONTACTS)

    assert "Phone Number" not in table(saved(desk, plain, found, tmp_path))[0]
    assert "Phone Number" in desk.workspace.exports.estimate(plain, CONTACTS).left_out


def test_a_permission_that_is_withdrawn_before_the_worker_starts_refuses_the_export(
    desk: Desk,
) -> None:
    actor = exporter(desk)
    export_id = desk.workspace.exports.create(actor, CONTACTS)
    job_id = str(desk.workspace.exports.show(actor, export_id).job_id)
    desk.workspace.users.deactivate(desk.admin, actor.email)

    with pytest.raises(PermissionDenied):
        desk.workspace.run_job(job_id)

    assert desk.workspace.exports.show(desk.admin, export_id).state is ExportState.FAILED


# -- stopping --------------------------------------------------------------------------------
def test_only_a_super_admin_cancels_and_no_file_is_left(desk: Desk) -> None:
    actor = exporter(desk)
    export_id = desk.workspace.exports.create(actor, CONTACTS)
    job_id = str(desk.workspace.exports.show(actor, export_id).job_id)

    for refused in (
        lambda: desk.workspace.exports.cancel(actor, export_id),
        lambda: desk.workspace.jobs.request_cancel(actor, job_id),
    ):
        with pytest.raises(PermissionDenied):
            refused()
    assert desk.workspace.exports.cancel(desk.admin, export_id) is ExportState.CANCELLED

    assert list((desk.folder / "vault" / "exports").iterdir()) == []
    assert desk.workspace.exports.show(actor, export_id).file_state is FileState.NONE


def test_a_cancel_while_it_writes_wins_or_comes_too_late(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.contact()
    export_id = desk.workspace.exports.create(desk.admin, CONTACTS)
    job_id = str(desk.workspace.exports.show(desk.admin, export_id).job_id)

    def cancel(step: object) -> None:
        if desk.workspace.exports.show(desk.admin, export_id).state is ExportState.RUNNING:
            desk.workspace.exports.cancel(desk.admin, export_id)

    with pytest.raises(Cancelled):
        desk.workspace.run_job(job_id, cancel)

    assert desk.workspace.exports.show(desk.admin, export_id).state is ExportState.CANCELLED
    assert list((desk.folder / "vault" / "exports").iterdir()) == []


# -- saving a copy ---------------------------------------------------------------------------
def test_who_saved_a_copy_is_shown_once_a_super_admin_did_from_the_list(
    desk: Desk, tmp_path: Path
) -> None:
    actor = exporter(desk)
    found = run(desk, actor, CONTACTS)
    exports = desk.workspace.exports

    exports.download(actor, found.id, tmp_path / "1.csv")
    assert not exports.show(actor, found.id).has_history
    exports.download(desk.admin, found.id, tmp_path / "2.csv", from_list=False)
    assert not exports.show(actor, found.id).has_history
    exports.download(desk.admin, found.id, tmp_path / "3.csv")

    assert [each.user_name for each in exports.history(actor, found.id)] == [
        desk.admin.full_name,
        desk.admin.full_name,
        actor.full_name,
    ]
    assert exports.history(actor, found.id)[0].address == desk.admin.place.address


def test_an_export_with_sensitive_values_shows_no_history(desk: Desk, tmp_path: Path) -> None:
    desk.workspace.definitions.set_property(desk.admin, "contacts", "phone", {"sensitive": True})
    found = run(desk, desk.admin, CONTACTS)

    desk.workspace.exports.download(desk.admin, found.id, tmp_path / "1.csv")

    assert "Phone Number" in found.sensitive
    with pytest.raises(UserError, match="no download history"):
        desk.workspace.exports.history(desk.admin, found.id)


def test_a_file_that_was_altered_or_is_gone_is_not_handed_out(desk: Desk, tmp_path: Path) -> None:
    found = run(desk, desk.admin, CONTACTS)
    (file,) = (desk.folder / "vault" / "exports").iterdir()

    file.write_bytes(b"another")
    with pytest.raises(UserError) as altered:
        desk.workspace.exports.download(desk.admin, found.id, tmp_path / "1.csv")
    file.unlink()
    with pytest.raises(UserError) as missing:
        desk.workspace.exports.download(desk.admin, found.id, tmp_path / "1.csv")

    assert altered.value.code == "source_changed"
    assert "no longer in the vault" in missing.value.message
    assert list(tmp_path.glob("1.csv*")) == []
