"""Who may import what, and what a cancel or a colleague's edit does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import Cancelled, PermissionDenied, UserError
from crmdesk.core.jobs.worker import Progress
from crmdesk.core.records.catalogue import PropertyDefinition
from crmdesk.core.records.dates import DateOrder
from crmdesk.core.records.types import PropertyType
from crmdesk.core.transfer.model import FileOptions, ImportMode, Question
from tests.core.transfer.conftest import Bench, numbers

ANN = "Email,Phone\nann@example.org,1\n"


def secret(bench: Bench) -> None:
    bench.desk.workspace.definitions.add_property(
        bench.desk.admin,
        "contacts",
        PropertyDefinition("salary", "Salary", PropertyType.NUMBER, sensitive=True),
    )


def test_importing_takes_the_permission(bench: Bench) -> None:
    marc = bench.desk.user("Marc Dubois")

    with pytest.raises(PermissionDenied):
        bench.desk.workspace.imports.inspect(marc, bench.file(ANN))

    assert bench.desk.audit_actions()[-1] == ("PERMISSION_REFUSED", "refused")


def test_links_in_circles_are_no_file_and_no_fault(bench: Bench) -> None:
    loop = bench.folder / "loop.csv"
    loop.symlink_to(loop)
    marc = bench.desk.user("Marc Dubois", Permission.IMPORT)

    for actor in (bench.desk.admin, marc):
        with pytest.raises(UserError):
            bench.desk.workspace.imports.inspect(actor, loop)


def test_others_see_only_their_own_imports(bench: Bench) -> None:
    marc = bench.desk.user("Marc Dubois", Permission.IMPORT)
    imports = bench.desk.workspace.imports
    theirs = bench.run(bench.file(ANN))
    own = imports.start(marc, imports.inspect(marc, bench.file(ANN)).request())
    bench.done(own)

    assert [found.id for found in imports.list(marc)] == [own]
    assert [found.id for found in imports.list(bench.desk.admin)] == [own, theirs.id]
    with pytest.raises(UserError) as refused:
        imports.changes(marc, theirs.id)
    assert refused.value.code == "import_unknown"


def test_imports_are_listed_in_pages(bench: Bench) -> None:
    done = [bench.run(bench.file(ANN)).id for _ in range(3)]
    imports = bench.desk.workspace.imports

    first = imports.list(bench.desk.admin, limit=2)
    rest = imports.list(bench.desk.admin, limit=2, after=first[-1].id)

    assert sorted(found.id for found in [*first, *rest]) == sorted(done)


def test_new_properties_take_the_permission_to_edit_properties(bench: Bench) -> None:
    marc = bench.desk.user("Marc Dubois", Permission.IMPORT)
    imports = bench.desk.workspace.imports
    path = bench.file("Email,Shoe size\nann@example.org,38\n")
    request = imports.inspect(marc, path).request(create_properties=True)

    with pytest.raises(PermissionDenied):
        imports.start(marc, request)


def test_columns_without_a_property_get_one(bench: Bench) -> None:
    path = bench.file("Email,Shoe size\nann@example.org,38\n")

    done = bench.run(path, create_properties=True)
    again = bench.run(path)

    assert numbers(done) == (1, 0, 0, 0)
    assert numbers(again) == (0, 0, 1, 0)
    assert bench.desk.sql("SELECT shoe_size FROM obj_contacts") == [("38",)]
    assert ("PROPERTY", "ok") in bench.desk.audit_actions()


def test_a_trial_counts_what_a_property_yet_to_be_made_would_hold(bench: Bench) -> None:
    bench.desk.contact(email="ann@example.org")
    imports, admin = bench.desk.workspace.imports, bench.desk.admin
    path = bench.file("Email,Shoe size\nann@example.org,38\n")

    trial = imports.dry_run(admin, imports.inspect(admin, path).request(create_properties=True))

    assert (trial.created, trial.updated, trial.unchanged) == (0, 1, 0)
    assert "shoe_size" not in bench.desk.workspace.definitions.object(admin, "contacts").by_name


def test_sensitive_columns_take_the_permission(bench: Bench) -> None:
    secret(bench)
    marc = bench.desk.user("Marc Dubois", Permission.IMPORT)
    imports = bench.desk.workspace.imports
    request = imports.inspect(marc, bench.file("Email,Salary\nann@example.org,5\n")).request()

    for asked in (request, replace(request, mapping=None)):
        with pytest.raises(PermissionDenied):
            imports.preflight(marc, asked)
        with pytest.raises(PermissionDenied):
            imports.start(marc, asked)


def test_sensitive_values_are_redacted_wherever_errors_are_shown(bench: Bench) -> None:
    secret(bench)
    imports, admin = bench.desk.workspace.imports, bench.desk.admin
    path = bench.file("Email,Salary\nann@example.org,a lot\n")

    before = imports.preflight(admin, imports.inspect(admin, path).request())
    done = bench.run(path)

    assert before.problems[0].examples[0].value == "REDACTED"
    assert imports.errors(admin, done.id)[0].value == "REDACTED"
    assert "a lot" not in str(bench.error_rows(done))
    assert "a lot" not in str(bench.desk.sql("SELECT * FROM imports"))
    assert "a lot" not in str(bench.desk.sql("SELECT payload FROM audit_details"))


def test_sensitive_values_are_masked_among_the_changes(bench: Bench) -> None:
    secret(bench)
    bench.desk.contact(email="ann@example.org", salary="4")

    done = bench.run(bench.file("Email,Salary\nann@example.org,5\n"))

    (value,) = bench.changed(done)[0].values
    assert (value.property, "4" in str(value.old), "5" in str(value.new)) == (
        "salary",
        False,
        False,
    )


def test_a_trial_writes_nothing(bench: Bench) -> None:
    imports, admin = bench.desk.workspace.imports, bench.desk.admin
    path = bench.file("Email,Phone\nann@example.org,1\nwrong,2\n")
    errors = bench.folder / "errors.csv"

    trial = imports.dry_run(admin, imports.inspect(admin, path).request(), errors=errors)

    assert (trial.whole, trial.rows, trial.created, trial.failed) == (True, 2, 1, 1)
    assert [(g.type, g.count) for g in trial.problems] == [("INVALID_EMAIL", 1)]
    assert "wrong" in errors.read_text(encoding="utf-8-sig")
    assert bench.desk.sql("SELECT count(*) FROM obj_contacts") == [(0,)]
    assert bench.desk.sql("SELECT count(*) FROM imports") == [(0,)]
    assert list((bench.desk.folder / "staging").iterdir()) == []


def test_a_preflight_reads_the_first_thousand_rows(bench: Bench) -> None:
    rows = "".join(f"p{n}@example.org,{n}\n" for n in range(1_500))
    imports, admin = bench.desk.workspace.imports, bench.desk.admin

    seen = imports.preflight(
        admin, imports.inspect(admin, bench.file(f"Email,Phone\n{rows}")).request()
    )

    assert (seen.whole, seen.rows, seen.created) == (False, 1_000, 1_000)


@pytest.mark.parametrize("phase", ["copying", "reading", "checking", "writing"])
def test_a_cancel_at_any_time_leaves_nothing_behind(bench: Bench, phase: str) -> None:
    imports, admin = bench.desk.workspace.imports, bench.desk.admin
    rows = "".join(f"p{n}@example.org,{n},38\n" for n in range(3_000))
    path = bench.file(f"Email,Phone,Shoe size\n{rows}")
    request = imports.inspect(admin, path).request(create_properties=True)
    import_id = imports.start(admin, request)
    job_id = str(imports.show(admin, import_id).job_id)

    def cancel(progress: Progress) -> None:
        if progress.phase == phase and not asked:
            asked.append(phase)
            bench.desk.workspace.jobs.request_cancel(admin, job_id)

    asked: list[str] = []
    with pytest.raises(Cancelled):
        bench.desk.workspace.run_job(job_id, cancel)

    found = imports.show(admin, import_id)
    assert (found.state, found.rows) == ("cancelled", 0)
    assert bench.desk.sql("SELECT count(*) FROM obj_contacts") == [(0,)]
    assert "shoe_size" not in bench.desk.workspace.definitions.object(admin, "contacts").by_name
    assert list((bench.desk.folder / "vault" / "imports").iterdir()) == []
    assert list((bench.desk.folder / "staging").iterdir()) == []
    assert bench.desk.audit_actions().count(("IMPORT", "failed")) == 1


def test_an_edit_while_the_file_is_read_is_neither_lost_nor_in_the_way(bench: Bench) -> None:
    ann = bench.desk.contact(email="ann@example.org", phone="9", city="Oslo")
    imports, admin = bench.desk.workspace.imports, bench.desk.admin
    path = bench.file("Email,Phone\nann@example.org,1\nbo@example.org,2\nwrong,3\n")
    import_id = imports.start(admin, imports.inspect(admin, path).request())
    met: list[str] = []

    def meddle(progress: Progress) -> None:
        if progress.phase == "writing" and not met:
            met.append(progress.phase)
            bench.desk.edit(ann, city="Bergen")
            bench.desk.contact(email="bo@example.org", phone="2")

    bench.desk.workspace.run_job(str(imports.show(admin, import_id).job_id), meddle)

    done = imports.show(admin, import_id)
    assert numbers(done) == (0, 1, 1, 1)
    assert (bench.desk.value(ann, "phone"), bench.desk.value(ann, "city")) == ("1", "Bergen")
    assert len(bench.error_rows(done)) == 2


def test_the_audit_log_tells_of_an_import_in_one_entry(bench: Bench) -> None:
    before = len(bench.desk.audit_actions())

    done = bench.run(bench.file(ANN))

    assert bench.desk.audit_actions()[before:] == [("IMPORT", "ok")]
    (payload,) = bench.desk.sql("SELECT payload FROM audit_details ORDER BY event_id DESC LIMIT 1")[
        0
    ]
    assert f'"import_id": "{done.id}"' in str(payload)
    assert bench.desk.workspace.inbox.list(bench.desk.admin)[0].kind == "import_done"


def test_dates_that_can_be_read_in_two_ways_are_asked_for(bench: Bench) -> None:
    bench.desk.workspace.definitions.add_property(
        bench.desk.admin, "contacts", PropertyDefinition("met_on", "Met on", PropertyType.DATE)
    )
    path = bench.file("Email,Met on\nann@example.org,03/04/2024\n")
    imports, admin = bench.desk.workspace.imports, bench.desk.admin

    inspected = imports.inspect(admin, path)
    untold = imports.preflight(admin, inspected.request())
    bench.run(path, date_order=DateOrder.DAY_FIRST)

    assert Question.DATE_ORDER in inspected.questions
    assert untold.failed == 1
    assert bench.desk.sql("SELECT met_on FROM obj_contacts") == [("2024-04-03",)]


def test_owners_are_found_by_address_name_or_id(bench: Bench) -> None:
    text = (
        "Email,Contact owner\n1@example.org,INGRID@northwind.example\n"
        "2@example.org,Ingrid Solberg\n3@example.org,1\n4@example.org,Nobody\n"
    )

    done = bench.run(bench.file(text))

    assert numbers(done) == (3, 0, 0, 1)
    assert bench.problems(done) == [(5, "Contact owner", "COULD_NOT_FIND_OWNER")]
    assert bench.desk.sql("SELECT DISTINCT hubspot_owner_id FROM obj_contacts") == [("1",)]


def test_the_way_a_file_is_written_can_be_overridden(bench: Bench) -> None:
    path = bench.folder / "contacts.csv"
    path.write_bytes("Email;First name\nann@example.org;Zoë\n".encode("cp1252"))

    done = bench.run(path, options=FileOptions(encoding="cp1252", delimiter=";"))

    assert numbers(done) == (1, 0, 0, 0)
    assert bench.desk.sql("SELECT firstname FROM obj_contacts") == [("Zoë",)]


def test_two_ways_to_the_same_record_fail_the_later_row(bench: Bench) -> None:
    first = "Record ID,Email,First name,Last name\n7,ann@example.org,Ann,Lee\n"
    bench.run(bench.file(first))
    both = "Record ID,Email,First name,Last name\n8,ann@example.org,Ann,Lee\n7,,Ann,Lee\n"

    done = bench.run(bench.file(both), mode=ImportMode.UPDATE)

    assert numbers(done) == (0, 0, 1, 1)
    assert bench.problems(done)[0][2] == "DUPLICATE_RECORD_ID"
