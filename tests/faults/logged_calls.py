"""Every call that changes something: how to come to it, and the call itself.

A preparation is done while the log can be written; what it returns is then done while it cannot.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crmdesk.core.access.step_up import StepUpPurpose, record_step_up
from crmdesk.core.compare.model import DefinitionChange
from crmdesk.core.records.bulk_model import BulkAction, BulkChange, BulkPlan
from crmdesk.core.records.catalogue import PropertyDefinition
from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.records.picking import Picked
from crmdesk.core.records.recycle_bin_model import bin_key
from crmdesk.core.records.types import PropertyType
from crmdesk.core.restore.definition_plan import LostDefinition
from crmdesk.core.restore.deleted_model import DeletedRequest
from crmdesk.core.restore.model import RestorePlan
from tests.builders import Desk
from tests.faults.logged_exports import EXPORTS
from tests.faults.logged_imported import IMPORTED_LOGS
from tests.faults.logged_log import LOG
from tests.faults.logged_mail import MAIL
from tests.faults.logged_people import PEOPLE
from tests.faults.logged_privacy import PRIVACY
from tests.faults.logged_shaping import SHAPING

Act = Callable[[], object]
Preparation = Callable[[Desk], Act]

PROPERTY = PropertyDefinition("boat_name", "Boat name", PropertyType.STRING)


def _browsed(desk: Desk) -> Act:
    desk.contact(date_of_birth="1980-02-03")
    file = str(desk.backup_file())
    browsing = desk.workspace.browsing
    row = browsing.browse(desk.admin, file, "contacts").rows[0].row
    return lambda: browsing.reveal(desk.admin, file, "contacts", row, ["date_of_birth"])


def _compared(desk: Desk) -> Act:
    ann = desk.contact(firstname="Ann")
    file = str(desk.backup_file())
    desk.edit(ann, firstname="Anne")
    comparisons = desk.workspace.comparisons
    found = comparisons.compare(desk.admin, file)
    return lambda: comparisons.export(desk.admin, found.id, desk.folder.parent / "out.csv")


def _lost_definition(desk: Desk) -> Act:
    desk.workspace.definitions.add_property(desk.admin, "contacts", PROPERTY)
    backup = desk.backup()
    desk.workspace.definitions.archive_property(desk.admin, "contacts", PROPERTY.name)
    lost = LostDefinition("contacts", DefinitionChange.PROPERTY_REMOVED, PROPERTY.name)
    restores = desk.workspace.definition_restores
    return lambda: restores.remake(desk.admin, backup.id, [lost])


def _deleted(desk: Desk) -> Act:
    fjord = desk.add("companies", name="Fjord AS")
    file = str(desk.backup_file())
    desk.delete(fjord)
    desk.purge(fjord)
    deleted = desk.workspace.deleted_records
    plan = deleted.plan(desk.admin, DeletedRequest(file, "companies"))
    with desk.workspace.database.write() as tx:
        allowed = record_step_up(tx, desk.admin, StepUpPurpose.RESTORE, plan.hash, "code")
    return lambda: deleted.start(desk.admin, plan.id, step_up_id=allowed)


def _with_contact(act: Callable[[Desk, int], object], *, in_bin: bool = False) -> Preparation:
    def prepare(desk: Desk) -> Act:
        ann = desk.contact(phone="1")
        if in_bin:
            desk.delete(ann)
        return lambda: act(desk, ann.id)

    return prepare


def _with_backup(act: Callable[[Desk, str], object]) -> Preparation:
    def prepare(desk: Desk) -> Act:
        desk.contact(phone="1")
        backup = desk.backup()
        return lambda: act(desk, backup.id)

    return prepare


def _with_segment(act: Callable[[Desk, int, int], object], *, filled: bool = False) -> Preparation:
    def prepare(desk: Desk) -> Act:
        ann = desk.contact(phone="1")
        members = Picked([ann.id] if filled else [])
        segment = desk.workspace.segments.add(desk.admin, "contacts", "Norway", members=members)
        return lambda: act(desk, segment, ann.id)

    return prepare


def _with_edit(act: Callable[[Desk, int, int], object]) -> Preparation:
    def prepare(desk: Desk) -> Act:
        ann = desk.contact(phone="1")
        desk.edit(ann, phone="2")
        change_id = desk.workspace.records.history(desk.admin, "contacts", ann.id)[0].change_id
        return lambda: act(desk, ann.id, change_id)

    return prepare


def _run_bulk(plan: Callable[[Desk], BulkPlan]) -> Preparation:
    def prepare(desk: Desk) -> Act:
        desk.contact(phone="1")
        job_id = desk.workspace.bulk.start(desk.admin, plan(desk).id)
        return lambda: desk.workspace.run_job(job_id)

    return prepare


def _run_bin(start: Callable[[Desk, int], str]) -> Preparation:
    def prepare(desk: Desk) -> Act:
        ann = desk.contact(phone="1")
        desk.delete(ann)
        job_id = start(desk, _key(desk, ann.id))
        return lambda: desk.workspace.run_job(job_id)

    return prepare


def _key(desk: Desk, record_id: int) -> int:
    return bin_key(desk.workspace.definitions.object(desk.admin, "contacts").id, record_id)


def _expiry(desk: Desk) -> Act:
    assert desk.time is not None
    desk.contact(phone="1")
    desk.backup()
    desk.time.forward(days=10)
    desk.admin = desk.signed_in(1, desk.admin.email, desk.admin.full_name)
    desk.backup()
    desk.time.forward(days=10)
    # The first sweep only notes what has lapsed.
    desk.workspace.backup_expiry.sweep()
    return desk.workspace.backup_expiry.sweep


def _restore(desk: Desk) -> Act:
    plan = _plan(desk)
    allowed = desk.allow(plan)
    return lambda: desk.workspace.restores.start(
        desk.admin, plan.id, accept_changes=True, accept_irreversible=True, step_up_id=allowed
    )


def _plan(desk: Desk) -> RestorePlan:
    ann = desk.contact(phone="1")
    backup = desk.backup_file()
    desk.edit(ann, phone="2")
    return desk.plan(backup, "contacts", ["phone"])


def _undo(desk: Desk) -> Act:
    done = desk.apply(_plan(desk))
    plan = desk.workspace.restores.undo_plan(desk.admin, done.id)
    allowed = desk.allow(plan)
    return lambda: desk.workspace.restores.start_undo(desk.admin, plan.id, step_up_id=allowed)


def _saved_report(desk: Desk) -> Act:
    done = desk.apply(_plan(desk))
    target = desk.folder.parent / "report.csv"
    return lambda: desk.workspace.restores.save_report(desk.admin, done.id, target)


def _printed_report(desk: Desk) -> Act:
    done = desk.apply(_plan(desk))
    target = desk.folder.parent / "report.pdf"
    return lambda: desk.workspace.restores.log_report(desk.admin, done.id, target)


def _saved_errors(desk: Desk) -> Act:
    path = desk.folder.parent / "wrong.csv"
    path.write_text("Email\nnobody\n", encoding="utf-8")
    imports = desk.workspace.imports
    import_id = imports.start(desk.admin, imports.inspect(desk.admin, path).request())
    desk.workspace.run_job(str(imports.show(desk.admin, import_id).job_id))
    target = desk.folder.parent / "errors.csv"
    return lambda: imports.save_errors(desk.admin, import_id, target)


def _saved_skipped(desk: Desk) -> Act:
    ann, bo = desk.contact(phone="1"), desk.contact(phone="2")
    backup = desk.backup_file()
    desk.edit(ann, phone="3")
    desk.delete(bo)
    done = desk.restore(backup, "contacts", ["phone"])
    target = desk.folder.parent / "skipped.csv"
    return lambda: desk.workspace.restores.save_skipped(desk.admin, done.id, target)


def _cancel(desk: Desk) -> Act:
    job_id = str(desk.workspace.jobs.jobs(desk.admin)[0].id) if _queued(desk) else ""
    return lambda: desk.workspace.jobs.request_cancel(desk.admin, job_id)


def _queued(desk: Desk) -> str:
    return desk.workspace.backups.create(desk.admin)


def _run_backup(desk: Desk) -> Act:
    desk.contact(phone="1")
    job_id = str(desk.workspace.backups.show(desk.admin, _queued(desk)).job_id)
    return lambda: desk.workspace.run_job(job_id)


def _run_restore(desk: Desk) -> Act:
    restore_id = str(_restore(desk)())
    job_id = str(desk.workspace.restores.show(desk.admin, restore_id).job_id)
    return lambda: desk.workspace.run_job(job_id)


def _run_import(desk: Desk) -> Act:
    path: Path = desk.folder.parent / "contacts.csv"
    path.write_text("Email,City\nann@example.org,Oslo\n", encoding="utf-8")
    imports = desk.workspace.imports
    import_id = imports.start(desk.admin, imports.inspect(desk.admin, path).request())
    job_id = str(imports.show(desk.admin, import_id).job_id)
    return lambda: desk.workspace.run_job(job_id)


def _undo_import(desk: Desk) -> Act:
    _run_import(desk)()
    undos = desk.workspace.import_undos
    import_id = desk.workspace.imports.list(desk.admin)[0].id
    undo_id = undos.start(desk.admin, import_id, undos.plan(desk.admin, import_id).hash)
    job_id = str(desk.workspace.imports.show(desk.admin, undo_id).job_id)
    return lambda: desk.workspace.run_job(job_id)


def _interrupted(desk: Desk) -> Act:
    _queued(desk)
    with desk.workspace.database.write() as tx:
        tx.sql("UPDATE jobs SET owner_boot_id = 'another'")
    return desk.workspace.jobs.recover


LOGGED: dict[str, Preparation] = {
    **EXPORTS,
    **LOG,
    **IMPORTED_LOGS,
    **MAIL,
    **PEOPLE,
    **PRIVACY,
    **SHAPING,
    "audit.anchor": lambda d: (
        lambda: d.workspace.audit.anchor(d.admin, d.folder.parent / "anchor.json")
    ),
    "backups.delete": _with_backup(lambda d, i: d.workspace.backups.delete(d.admin, i)),
    "backups.download": _with_backup(
        lambda d, i: d.workspace.backups.download(d.admin, i, d.folder.parent / "saved.zip")
    ),
    "backups.pin": _with_backup(lambda d, i: d.workspace.backups.pin(d.admin, i)),
    "backup_expiry.sweep": _expiry,
    "backups.verify": _with_backup(lambda d, i: d.workspace.backups.verify(d.admin, i)),
    "definitions.add_object": lambda d: (
        lambda: d.workspace.definitions.add_object(d.admin, "boats", "Boat")
    ),
    "definitions.add_property": lambda d: (
        lambda: d.workspace.definitions.add_property(d.admin, "contacts", PROPERTY)
    ),
    "definitions.archive_property": lambda d: (
        d.workspace.definitions.add_property(d.admin, "contacts", PROPERTY),
        lambda: d.workspace.definitions.archive_property(d.admin, "contacts", PROPERTY.name),
    )[1],
    "definitions.remove_object": lambda d: (
        d.workspace.definitions.add_object(d.admin, "boats", "Boat"),
        lambda: d.workspace.definitions.remove_object(d.admin, "boats"),
    )[1],
    "definitions.set_property": lambda d: (
        d.workspace.definitions.add_property(d.admin, "contacts", PROPERTY),
        lambda: d.workspace.definitions.set_property(
            d.admin, "contacts", PROPERTY.name, {"label": "Name of the boat"}
        ),
    )[1],
    "editor.add": lambda d: (
        lambda: d.workspace.editor.add(d.admin, "contacts", {"email": "a@example.org"})
    ),
    "editor.archive": _with_contact(
        lambda d, i: d.workspace.editor.archive(d.admin, "contacts", [i])
    ),
    "editor.purge": _with_contact(lambda d, i: d.workspace.editor.purge(d.admin, "contacts", [i])),
    "editor.put_back": _with_edit(
        lambda d, i, c: d.workspace.editor.put_back(d.admin, "contacts", i, "phone", c, before=True)
    ),
    "editor.unarchive": _with_contact(
        lambda d, i: d.workspace.editor.unarchive(d.admin, "contacts", [i]), in_bin=True
    ),
    "editor.update": _with_contact(
        lambda d, i: d.workspace.editor.update(d.admin, "contacts", i, {"phone": "2"})
    ),
    "jobs.recover": _interrupted,
    "jobs.request_cancel": _cancel,
    "recycle_bin.purge": _with_contact(
        lambda d, i: d.workspace.recycle_bin.purge(d.admin, [_key(d, i)]), in_bin=True
    ),
    "recycle_bin.restore": _with_contact(
        lambda d, i: d.workspace.recycle_bin.restore(d.admin, [_key(d, i)]), in_bin=True
    ),
    "run a purge": _run_bin(lambda d, i: d.workspace.recycle_bin.start_purge(d.admin, [i])),
    "run a return from the bin": _run_bin(
        lambda d, i: d.workspace.recycle_bin.start_restore(d.admin, [i])
    ),
    "imports.save_errors": _saved_errors,
    "restores.log_report": _printed_report,
    "restores.save_report": _saved_report,
    "restores.save_skipped": _saved_skipped,
    "restores.start": _restore,
    "restores.start_undo": _undo,
    "segments.add": lambda d: (
        lambda: d.workspace.segments.add(d.admin, "contacts", "Norway", members=Picked())
    ),
    "segments.add_members": _with_segment(
        lambda d, s, i: d.workspace.segments.add_members(d.admin, s, Picked([i]))
    ),
    "segments.remove": _with_segment(lambda d, s, _: d.workspace.segments.remove(d.admin, s)),
    "segments.remove_members": _with_segment(
        lambda d, s, i: d.workspace.segments.remove_members(d.admin, s, Picked([i])), filled=True
    ),
    "segments.set": _with_segment(
        lambda d, s, _: d.workspace.segments.set(d.admin, s, name="Sweden")
    ),
    "browsing.reveal": _browsed,
    "comparisons.export": _compared,
    "definition_restores.remake": _lost_definition,
    "deleted_records.start": _deleted,
    "records.reveal": _with_contact(
        lambda d, i: d.workspace.records.reveal(d.admin, "contacts", i, ["hs_object_id", "phone"])
    ),
    "run a bulk edit": _run_bulk(
        lambda d: d.workspace.bulk.plan_edit(
            d.admin,
            "contacts",
            Picked(query=RecordQuery("contacts")),
            [BulkChange("city", BulkAction.SET, "Oslo")],
        )
    ),
    "run a bulk deletion": _run_bulk(
        lambda d: d.workspace.bulk.plan_delete(
            d.admin, "contacts", Picked(query=RecordQuery("contacts"))
        )
    ),
    "undoing.undo": _with_edit(lambda d, _, c: d.workspace.undoing.undo(d.admin, c)),
    "run an undo": _with_edit(
        lambda d, _, c: d.workspace.run_job(d.workspace.undoing.start(d.admin, c))
    ),
    "run a backup": _run_backup,
    "run a restore": _run_restore,
    "run an import": _run_import,
    "run the undo of an import": _undo_import,
}
