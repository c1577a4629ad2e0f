"""Requests of a person: a file of everything, and their deletion from everywhere."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from crmdesk.core.backup.model import Backup
from crmdesk.core.errors import UserError
from crmdesk.core.exports.model import ExportRequest, FileState
from crmdesk.core.jobs.job import JobState
from crmdesk.core.jobs.worker import Progress, Watcher
from crmdesk.core.privacy.model import PersonFound
from crmdesk.core.privacy.searching import PIECE, Traces, names_person
from crmdesk.core.records.catalogue import PropertyDefinition
from crmdesk.core.records.filters import Filter, Operator, RecordQuery
from crmdesk.core.records.types import PropertyType
from crmdesk.core.restore.deleted_model import DeletedRequest, Refusal
from tests.builders import Desk

ANN, JOANN, NEW = "Ann.Lee@example.org", "jo.ann.lee@example.org", "ann@lee.example"
CITY = "Ultima Thule"


def _import(desk: Desk, text: str) -> str:
    path = desk.folder.parent / "people.csv"
    path.write_text(text, encoding="utf-8")
    imports = desk.workspace.imports
    import_id = imports.start(desk.admin, imports.inspect(desk.admin, path).request())
    desk.workspace.run_job(str(imports.show(desk.admin, import_id).job_id))
    return import_id


def _export(desk: Desk, **asked: object) -> str:
    exports = desk.workspace.exports
    request = ExportRequest(RecordQuery("contacts"), **asked)  # type: ignore[arg-type]
    export_id = exports.create(desk.admin, request)
    desk.workspace.run_job(str(exports.show(desk.admin, export_id).job_id))
    return export_id


def _lived(desk: Desk) -> tuple[int, Backup]:
    """Ann has left traces wherever somebody can; Jo Ann and a supplier stand beside her."""
    _import(desk, f"Email,City,Number\n{ANN},{CITY},x\n{JOANN},Oslo,1\nwrong {ANN},Rome,2\n")
    ann = desk.workspace.records.ids(desk.admin, RecordQuery("contacts"))[-1]
    desk.workspace.editor.update(desk.admin, "contacts", ann, {"email": NEW, "city": "Bergen"})
    company = desk.add("companies", name="Lee AS", description=f"ask {NEW} first")
    desk.workspace.associations.associate(desk.admin, "contacts", ann, "companies", company.id)
    _export(desk)
    _export(desk, name=f"All but {NEW}", columns=("city",), ids=(ann,))
    only_jo = Filter("email", Operator.EQ, (JOANN,))
    jo = ExportRequest(RecordQuery("contacts", (only_jo,)))
    jo_id = desk.workspace.exports.create(desk.admin, jo)
    desk.workspace.run_job(str(desk.workspace.exports.show(desk.admin, jo_id).job_id))
    return ann, desk.backup()


def _delete(
    desk: Desk, found: PersonFound, address: str = NEW, watcher: Watcher | None = None
) -> str:
    job_id = desk.workspace.privacy.start_delete(desk.admin, address, found.hash)
    desk.workspace.run_job(job_id, watcher)
    return job_id


def _holding(folder: Path, *words: str) -> list[str]:
    """Files of a workspace, the backups apart, that hold one of the words."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and "backups" not in path.parts:
            content = path.read_bytes().lower()
            found += [path.name for word in words if word.lower().encode() in content]
    return found


def test_a_person_is_found_everywhere_and_then_nowhere_but_in_backups(desk: Desk):
    ann, backup = _lived(desk)

    found = desk.workspace.privacy.find(desk.admin, f" {NEW.upper()} ")

    assert found.record_ids == (ann,)
    assert (found.associations, found.in_bin, found.former_ids) == (1, 0, ())
    assert sorted(each.kind for each in found.files) == [
        *("export", "export", "import", "import_errors"),
    ]
    assert [each.id for each in found.backups] == [backup.id]
    assert found.backups[0].expires_at == backup.expires_at
    assert found.mentions == {"companies": 1}

    job_id = _delete(desk, found)

    after = desk.workspace.privacy.find(desk.admin, NEW)
    assert (after.record_ids, after.files, after.entries, after.texts) == ((), (), 0, 0)
    assert [each.id for each in after.backups] == [backup.id]
    result = desk.workspace.jobs.job(desk.admin, job_id).result
    assert result is not None
    assert (result["records"], len(result["files"]), len(result["backups"])) == (1, 4, 1)
    assert desk.workspace.audit.verify(desk.admin).ok
    assert desk.sql("SELECT count(*) FROM obj_contacts WHERE email = ?", JOANN) == [(1,)]
    left = [row[0] for row in desk.sql("SELECT file_name FROM exports WHERE expired_at IS NULL")]
    assert len([name for name in left if name]) == 1
    # The list says since when a file is gone: that day is over.
    still = "expired_at IS NOT NULL AND expires_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
    assert desk.sql(f"SELECT count(*) FROM exports WHERE {still}") == [(0,)]

    refused = _import(desk, f"Email\n{NEW}\n")
    problems = desk.workspace.imports.errors(desk.admin, refused)
    assert [each.type for each in problems] == ["GDPR_BLACKLISTED_EMAIL"]
    entry = desk.sql(
        "SELECT e.subcategory, d.payload FROM audit_events e JOIN audit_details d "
        "ON d.event_id = e.id WHERE e.category = 'privacy'"
    )
    assert [row[0] for row in entry] == ["DATA_SUBJECT_DELETION"]
    assert "GDPR_DELETE" in [row[0] for row in desk.audit_actions()]

    # The refused import names her anew: who is asked again goes again.
    _delete(desk, desk.workspace.privacy.find(desk.admin, NEW))
    desk.edit(desk.workspace.records.get(desk.admin, "companies", 1), description="")
    left = desk.workspace.privacy.find(desk.admin, NEW).mentions
    assert left == {"value_history": 1}
    folder = desk.folder
    desk.workspace.close()
    assert _holding(folder, CITY, "Bergen", f"wrong {ANN}") == []


def test_an_imported_log_names_no_more_who_acted_in_it_unless_they_are_users(
    desk: Desk, tmp_path: Path
):
    path, heads = tmp_path / "log.csv", "Category,Subcategory,Action,Object ID,Date,User email"
    rows = [
        f"CRM_OBJECT,CONTACT,DELETE,1,2025-07-14T09:12:33Z,{NEW.upper()}",
        f"CRM_OBJECT,CONTACT,DELETE,{NEW},2025-07-14T09:12:34Z,{NEW}",
        f"CRM_OBJECT,CONTACT,DELETE,3,2025-07-14T09:12:35Z,{JOANN}",
        f"CRM_OBJECT,CONTACT,DELETE,{NEW},2025-07-14T09:12:36Z,{desk.admin.email}",
    ]
    path.write_text("\n".join([heads, *rows, ""]), "utf-8")
    desk.take_log(path)

    _delete(desk, desk.workspace.privacy.find(desk.admin, NEW))
    _delete(desk, desk.workspace.privacy.find(desk.admin, desk.admin.email), desk.admin.email)

    assert desk.sql("SELECT object_id, user_email FROM imported_events ORDER BY id") == [
        ("1", "(erased)"),
        ("(erased)", "(erased)"),
        ("3", JOANN),
        ("(erased)", desk.admin.email),
    ]
    vocabulary = desk.workspace.audit_reader.vocabulary(desk.admin)
    assert "(erased)" not in repr(vocabulary)


def test_the_file_for_a_person_holds_what_is_kept_and_no_colleague(desk: Desk):
    ann, _ = _lived(desk)
    privacy, exports = desk.workspace.privacy, desk.workspace.exports
    desk.workspace.editor.update(desk.admin, "contacts", ann, {"jobtitle": "=1+1"})

    export_id = privacy.start_export(desk.admin, NEW)
    desk.workspace.run_job(str(exports.show(desk.admin, export_id).job_id))

    made = exports.show(desk.admin, export_id)
    target = exports.download(desk.admin, export_id, desk.folder.parent / "ann.zip")
    with zipfile.ZipFile(target) as file:
        assert file.testzip() is None
        data = json.loads(file.read("data.json"))
        names = set(file.namelist())
        assert b",'=1+1" in file.read("records.csv")
        assert desk.admin.full_name not in str([file.read(name) for name in names])
    assert names == {
        *("about.txt", "records.csv", "history.csv", "associations.csv", "log.csv"),
        *("import_rows.csv", "data.json"),
    }
    values = {row["property"]: row["value"] for row in data["records"]}
    assert (values["email"], values["city"]) == (NEW, "Bergen")
    assert values["jobtitle"] == "=1+1", "a program gets it as it is"
    assert [row["old"] for row in data["history"] if row["property"] == "city"] == [CITY]
    assert [row["name"] for row in data["associations"]] == ["Lee AS"]
    assert {row["value"] for row in data["import_rows"]} >= {ANN, CITY}
    assert JOANN not in str(data)
    assert data["log"][0]["details"] or data["log"][-1]["details"]
    assert (made.state, made.source, made.records) == ("succeeded", "privacy", 1)
    codes = [row[0] for row in desk.audit_actions()]
    assert codes.count("CONTACT_DATA_EXPORT") == codes.count("DATA_SUBJECT_EXPORT") == 1
    # Whoever is deleted takes the file of their data along, but for the copy that was saved.
    files = {each.id: each.downloads for each in privacy.find(desk.admin, NEW).files}
    assert files[export_id] == 1
    assert ann


def test_what_cannot_be_done_is_refused_and_changes_nothing(desk: Desk):
    privacy, jobs = desk.workspace.privacy, desk.workspace.jobs
    with pytest.raises(UserError) as refusal:
        privacy.find(desk.admin, "no address")
    assert refusal.value.code == "email_invalid"
    nobody = privacy.find(desk.admin, NEW)
    assert nobody.is_nothing
    export_id = privacy.start_export(desk.admin, NEW)
    with pytest.raises(UserError) as unknown:
        desk.workspace.run_job(str(desk.workspace.exports.show(desk.admin, export_id).job_id))
    assert unknown.value.code == "person_unknown"

    ann = desk.contact(email=NEW)
    with pytest.raises(UserError) as outdated:
        _delete(desk, nobody)
    assert outdated.value.code == "plan_outdated"
    [job] = [each for each in jobs.jobs(desk.admin) if each.kind == "privacy_delete"]
    assert (job.state, NEW in str(job.params)) == (JobState.FAILED, False)
    assert desk.read(ann).values["email"] == NEW
    former = desk.edit(ann, email=ANN)
    again = privacy.find(desk.admin, NEW)
    assert (again.record_ids, again.former_ids) == ((), (former.id,))


def test_nobody_comes_back_from_a_backup_that_knew_another_address(desk: Desk):
    ann = desk.contact(email=ANN)
    file = desk.backup_file()
    desk.edit(ann, email=NEW)
    _delete(desk, desk.workspace.privacy.find(desk.admin, NEW))

    plan = desk.workspace.deleted_records.plan(desk.admin, DeletedRequest(str(file), "contacts"))

    assert [each.refusal for each in plan.records] == [Refusal.ERASED]


def test_a_file_that_is_made_meanwhile_goes_too_and_one_in_the_making_is_waited_for(desk: Desk):
    ann = desk.contact(email=NEW)
    privacy, exports = desk.workspace.privacy, desk.workspace.exports
    waiting = exports.create(desk.admin, ExportRequest(RecordQuery("contacts")))
    found = privacy.find(desk.admin, NEW)

    def begins(progress: Progress) -> None:
        if progress.phase == "deleting":
            desk.workspace.jobs.claim(str(exports.show(desk.admin, waiting).job_id))

    with pytest.raises(UserError) as refusal:
        _delete(desk, found, watcher=begins)
    assert refusal.value.code == "files_being_made"
    assert desk.read(ann).values["email"] == NEW
    failed = UserError("stopped", "It was stopped.", "Begin again.")
    desk.workspace.jobs.end(str(exports.show(desk.admin, waiting).job_id), JobState.FAILED, failed)

    made: list[str] = []

    def makes(progress: Progress) -> None:
        if progress.phase == "deleting":
            made.append(_export(desk))

    job_id = _delete(desk, found, watcher=makes)

    result = desk.workspace.jobs.job(desk.admin, job_id).result
    assert result is not None
    assert [each["id"] for each in result["files"]] == made
    assert exports.show(desk.admin, made[0]).file_state is FileState.EXPIRED
    assert privacy.find(desk.admin, NEW).files == ()


def test_whoever_has_a_thousand_addresses_is_found_as_well(desk: Desk):
    many = [f"a{number}@example.org" for number in range(1_000)]
    more = PropertyDefinition("hs_additional_emails", "More addresses", PropertyType.STRING)
    desk.workspace.definitions.add_property(desk.admin, "contacts", more)
    desk.contact(email=NEW, hs_additional_emails=";".join(many))
    desk.add("companies", name="Lee AS", description=f"ask {many[-1]}")

    found = desk.workspace.privacy.find(desk.admin, many[500])

    assert (len(found.record_ids), found.mentions) == (1, {"companies": 1})


def test_an_address_at_the_end_of_a_piece_is_not_taken_for_one_it_begins_like(tmp_path: Path):
    traces = Traces(("ann@example.co",), ())
    path = tmp_path / "people.csv"

    def named(before: int, text: str) -> bool:
        path.write_bytes(b"x" * (before - 1) + b"\n" + text.encode())
        return names_person(path, traces, by_id=lambda _: False, stop=lambda: None)

    for left in (14, 15, 2_048):
        assert not named(PIECE - left, "ann@example.com;1\n" + 3_000 * "y")
        assert not named(PIECE - left - 2, "joann@example.co;1\n" + 3_000 * "y")
        assert named(PIECE - left, "ann@example.co;1\n" + 3_000 * "y")
    assert named(PIECE - 14, "ann@example.co")
