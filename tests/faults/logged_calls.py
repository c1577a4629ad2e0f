"""Every call that changes something: how to come to it, and the call itself.

A preparation is done while the log can be written; what it returns is then done while it cannot.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crmdesk.core.access.proofs import person_binding
from crmdesk.core.access.step_up import StepUpPurpose, record_step_up
from crmdesk.core.access.user import NewUser, UserChange
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
from tests.builders import PASSWORD, PLACE, Desk
from tests.core.access.people import Phone, enrolled
from tests.faults.logged_exports import EXPORT_READS, EXPORTS
from tests.faults.logged_shaping import SHAPING, SHAPING_READS

Act = Callable[[], object]
Preparation = Callable[[Desk], Act]

PROPERTY = PropertyDefinition("boat_name", "Boat name", PropertyType.STRING)
NEW_PASSWORD = "nine grey seals under the pier"
MARC = "marc@northwind.example"


def _with_user(act: Callable[[Desk], object]) -> Preparation:
    def prepare(desk: Desk) -> Act:
        desk.workspace.users.add(desk.admin, NewUser(MARC, "Marc Dubois", password=PASSWORD))
        return lambda: act(desk)

    return prepare


def _remembered(desk: Desk) -> Act:
    token = desk.workspace.sign_in.sign_in(desk.admin.email, PASSWORD, None, PLACE).token
    return lambda: desk.workspace.sign_in.resume(token, PLACE)


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


def _left(desk: Desk) -> Act:
    desk.workspace.users.add(desk.admin, NewUser(MARC, "Marc Dubois", password=PASSWORD))
    desk.workspace.users.deactivate(desk.admin, MARC)
    return lambda: desk.workspace.users.reactivate(desk.admin, MARC)


def _with_team(act: Callable[[Desk], object]) -> Preparation:
    def prepare(desk: Desk) -> Act:
        desk.workspace.users.add(desk.admin, NewUser(MARC, "Marc Dubois", password=PASSWORD))
        desk.workspace.teams.add(desk.admin, "Harbour")
        desk.workspace.teams.add(desk.admin, "Pier")
        desk.workspace.teams.add_member(desk.admin, "Pier", MARC)
        return lambda: act(desk)

    return prepare


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
    desk.workspace.backups.sweep()
    return desk.workspace.backups.sweep


def _password_of_a_new_user(desk: Desk) -> Act:
    added = desk.workspace.users.add(desk.admin, NewUser(MARC, "Marc Dubois"))
    code = str(added.one_time_code)
    return lambda: desk.workspace.passwords.set_first(MARC, code, NEW_PASSWORD, PLACE)


def _enrolment(desk: Desk) -> Act:
    phone = Phone(desk, desk.workspace.two_factor.begin_enrolment(desk.admin).secret)
    return lambda: desk.workspace.two_factor.confirm_enrolment(desk.admin, phone.code())


def _with_phone(act: Callable[[Desk, str], object]) -> Preparation:
    def prepare(desk: Desk) -> Act:
        code = enrolled(desk, desk.admin).next_code()
        return lambda: act(desk, code)

    return prepare


def _lost_phone(desk: Desk) -> Act:
    users, two_factor = desk.workspace.users, desk.workspace.two_factor
    users.add(desk.admin, NewUser(MARC, "Marc Dubois", password=PASSWORD))
    enrolled(desk, desk.workspace.sign_in.sign_in(MARC, PASSWORD, None, PLACE).actor)
    code = enrolled(desk, desk.admin).next_code()
    purpose = StepUpPurpose.RESET_TWO_FACTOR
    proof = two_factor.step_up(desk.admin, purpose, person_binding(MARC), code)
    return lambda: two_factor.reset(desk.admin, MARC, proof)


def _new_recovery_key(desk: Desk) -> Act:
    code = enrolled(desk, desk.admin).next_code()
    service, purpose = desk.workspace.recovery_keys, StepUpPurpose.NEW_RECOVERY_KEY
    binding = service.binding(desk.admin)
    proof = desk.workspace.two_factor.step_up(desk.admin, purpose, binding, code)
    return lambda: service.renew(desk.admin, proof)


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
    **SHAPING,
    "backups.delete": _with_backup(lambda d, i: d.workspace.backups.delete(d.admin, i)),
    "backups.download": _with_backup(
        lambda d, i: d.workspace.backups.download(d.admin, i, d.folder.parent / "saved.zip")
    ),
    "backups.pin": _with_backup(lambda d, i: d.workspace.backups.pin(d.admin, i)),
    "backups.sweep": _expiry,
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
    "passwords.change": lambda d: (
        lambda: d.workspace.passwords.change(d.admin, PASSWORD, NEW_PASSWORD)
    ),
    "passwords.set_first": _password_of_a_new_user,
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
    "settings.set": lambda d: lambda: d.workspace.settings.set(d.admin, "backup.keep_days", 20),
    "sign_in.lock": lambda d: lambda: d.workspace.sign_in.lock(d.admin),
    "sign_in.sign_in": lambda d: (
        lambda: d.workspace.sign_in.sign_in(d.admin.email, PASSWORD, None, PLACE)
    ),
    "sign_in.sign_out": lambda d: lambda: d.workspace.sign_in.sign_out(d.admin),
    "sign_in.unlock": lambda d: (
        d.workspace.sign_in.lock(d.admin),
        lambda: d.workspace.sign_in.unlock(d.admin, PASSWORD),
    )[1],
    "sign_in.resume": _remembered,
    "teams.add": lambda d: lambda: d.workspace.teams.add(d.admin, "Harbour"),
    "teams.add_member": _with_team(
        lambda d: d.workspace.teams.add_member(d.admin, "Harbour", MARC)
    ),
    "teams.remove": _with_team(lambda d: d.workspace.teams.remove(d.admin, "Pier")),
    "teams.remove_member": _with_team(
        lambda d: d.workspace.teams.remove_member(d.admin, "Pier", MARC)
    ),
    "two_factor.confirm_enrolment": _enrolment,
    "two_factor.remove": _with_phone(lambda d, c: d.workspace.two_factor.remove(d.admin, c)),
    "two_factor.renew_recovery_codes": _with_phone(
        lambda d, c: d.workspace.two_factor.renew_recovery_codes(d.admin, c)
    ),
    "two_factor.reset": _lost_phone,
    "recovery_keys.renew": _new_recovery_key,
    "two_factor.step_up": _with_phone(
        lambda d, c: d.workspace.two_factor.step_up(d.admin, StepUpPurpose.RESTORE, "plan", c)
    ),
    "users.add": lambda d: (
        lambda: d.workspace.users.add(d.admin, NewUser(MARC, "Marc Dubois", password=PASSWORD))
    ),
    "users.deactivate": _with_user(lambda d: d.workspace.users.deactivate(d.admin, MARC)),
    "users.make_one_time_code": _with_user(
        lambda d: d.workspace.users.make_one_time_code(d.admin, MARC)
    ),
    "users.reactivate": _left,
    "users.remove": _with_user(lambda d: d.workspace.users.remove(d.admin, MARC)),
    "users.set": _with_user(
        lambda d: d.workspace.users.set(d.admin, MARC, UserChange(full_name="Marc D."))
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

#: Calls that write, and are not entries of their own in the log.
UNLOGGED = {
    "backups.create": "the job that it queues is logged when it ends, however it ends",
    "drills.start": "as with backups",
    "drills.start_if_due": "as with backups",
    "bulk.plan_delete": "a plan changes no record; the job's entry has its numbers",
    "bulk.plan_edit": "as with deleting",
    "bulk.start": "as with backups",
    "imports.start": "as with backups",
    "imports.start_together": "as with backups",
    "import_templates.apply": "when a template was used last",
    "import_templates.delete": "how a file is read changes no record",
    "import_templates.save": "as with deleting",
    "import_undos.start": "as with backups",
    "inbox.mark_read": "whether a notice was read concerns its reader alone",
    "recovery_keys.await_confirmation": "whether a sheet is kept; the key's making is logged",
    "recovery_keys.confirm": "as with awaiting it",
    "restores.plan": "a plan changes no record; starting it is logged with the plan's numbers",
    "restores.undo_plan": "as with plans",
    "sign_in.touch": "that a person is still there",
    "recycle_bin.start_purge": "as with backups",
    "recycle_bin.start_restore": "as with backups",
    "undoing.start": "as with backups",
    "views.add": "how a person looks at records changes none of them",
    "views.remove": "as with adding",
    "views.rename": "as with adding",
    "views.reorder": "as with adding",
    "views.save": "as with adding",
    "views.set_default": "as with adding",
    "views.share": "as with adding",
    "two_factor.begin_enrolment": "a secret that counts for nothing until a code confirms it",
}

READS = frozenset(
    {
        *EXPORT_READS,
        *SHAPING_READS,
        "audit.anchor",
        "audit.catalogue",
        "audit.check_entry",
        "audit.verify",
        "audit_reader.event",
        "audit_reader.events",
        "audit_reader.ids",
        "audit_reader.rows",
        "backups.estimate",
        "backups.health",
        "backups.list",
        "backups.open_file",
        "backups.show",
        "backups.verify_file",
        "browsing.browse",
        "browsing.tables",
        "comparisons.compare",
        "definition_restores.differences",
        "definition_restores.plan",
        "deleted_records.plan",
        "drills.list",
        "comparisons.numbers",
        "comparisons.records",
        "definitions.counts",
        "definitions.object",
        "definitions.objects",
        "import_undos.plan",
        "import_templates.fitting",
        "import_templates.list",
        "imports.changes",
        "imports.dry_run",
        "imports.dry_run_together",
        "imports.errors",
        "imports.fixed_values",
        "imports.inspect",
        "imports.inspect_tables",
        "imports.list",
        "imports.preflight",
        "imports.preflight_together",
        "imports.requests",
        "imports.save_errors",
        "imports.show",
        "inbox.list",
        "inbox.unread_count",
        "jobs.job",
        "jobs.jobs",
        "jobs.lock_holder",
        "sign_in.is_usable",
        "records.count",
        "recovery_keys.binding",
        "recovery_keys.is_confirmed",
        "records.deletions",
        "records.get",
        "records.history",
        "records.ids",
        "records.owners",
        "records.rows",
        "editor.purge_plan",
        "recycle_bin.deleters",
        "recycle_bin.keys",
        "recycle_bin.purge_plan",
        "recycle_bin.restore_plan",
        "recycle_bin.rows",
        "restores.changes",
        "restores.differences",
        "restores.list",
        "restores.objects",
        "restores.open",
        "restores.read_plan",
        "restores.read_differences",
        "restores.show",
        "restores.skipped",
        "restores.sources",
        "restores.survey",
        "segments.list",
        "segments.show",
        "settings.all",
        "settings.one",
        "teams.list",
        "two_factor.attempts",
        "two_factor.status",
        "undoing.act",
        "undoing.last",
        "users.grant_needs_code",
        "users.list",
        "users.me",
        "users.names",
        "users.show",
        "views.list",
    }
)
