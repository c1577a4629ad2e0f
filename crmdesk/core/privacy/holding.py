"""Files of the vault that hold a person: those that go with them, and backups, which stay."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from crmdesk.core.clock import from_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.privacy.model import FileKind, HoldingBackup, HoldingFile
from crmdesk.core.privacy.person import Person, jobs_that_wrote
from crmdesk.core.privacy.searching import Traces, names_person

_CONTACTS = "contacts"


def files_kept(tx: Tx) -> frozenset[str]:
    """The names of all files of imports and exports."""
    rows = tx.sql(
        "SELECT stored_file FROM main.imports UNION SELECT error_file FROM main.imports "
        "UNION SELECT file_name FROM main.exports"
    )
    return frozenset(str(row[0]) for row in rows if row[0] is not None)


def holding_files(
    tx: Tx,
    vault: Path,
    person: Person,
    stop: Callable[[], None],
    besides: Collection[str] = (),
) -> Iterator[HoldingFile]:
    """Files of imports and exports that hold the person.

    Args:
        besides: names of files that were looked through before.

    An import that made or changed one of the records had them in its file, whatever stands there
    to know them by.
    """
    traces = Traces(person.addresses, person.record_ids)
    yield from _of_imports(tx, vault / "imports", person, traces, stop, besides)
    yield from _of_exports(tx, vault / "exports", person, traces, stop, besides)


def holding_backups(
    tx: Tx, vault: Path, person: Person, stop: Callable[[], None]
) -> Iterator[HoldingBackup]:
    """Backups in the vault that hold the person, newest first."""
    traces = Traces(person.addresses, person.record_ids)
    rows = tx.sql(
        "SELECT b.id, b.file_name, b.created_at, b.expires_at, b.completed_at, "
        "b.completed_steady, b.pinned, b.second_copy, "
        "(SELECT count(*) FROM main.audit_events e WHERE e.object_type = 'backup' "
        "AND e.object_id = b.id AND e.subcategory = 'DATA_BACKUP_DOWNLOADED') "
        "FROM main.backups b WHERE b.file_name IS NOT NULL AND b.expired_at IS NULL "
        "ORDER BY b.created_at DESC, b.id DESC"
    ).fetchall()
    for backup_id, file, created, expires, completed, steady, pinned, copy, downloads in rows:
        if not names_person(vault / "backups" / file, traces, by_id=_is_contacts, stop=stop):
            continue
        lasts = None if expires is None or pinned else from_text(expires) - from_text(steady)
        yield HoldingBackup(
            id=backup_id,
            created_at=from_text(created),
            expires_at=None if lasts is None else from_text(completed) + lasts,
            pinned=bool(pinned),
            second_copy=_place(copy),
            downloads=int(downloads),
        )


def _of_imports(
    tx: Tx,
    folder: Path,
    person: Person,
    traces: Traces,
    stop: Callable[[], None],
    besides: Collection[str],
) -> Iterator[HoldingFile]:
    wrote = jobs_that_wrote(tx, person)
    rows = tx.sql(
        "SELECT id, name, kind, object_name, job_id, stored_file, error_file FROM main.imports "
        "WHERE stored_file IS NOT NULL OR error_file IS NOT NULL ORDER BY created_at, id"
    ).fetchall()
    known: dict[str, bool] = {}
    for import_id, name, kind, object_name, job_id, stored, errors in rows:
        if stored is not None and stored not in besides:
            if stored not in known:
                held = names_person(folder / stored, traces, by_id=_never, stop=stop)
                known[stored] = held
            # The record may have been known to the file by its id alone.
            if known[stored] or job_id in wrote:
                yield HoldingFile(FileKind.IMPORT, import_id, name, stored)
        # What a restore left out stands by record id.
        skipped = kind != "import" and object_name == _CONTACTS
        if errors is None or errors in besides:
            continue
        by_id = _always if skipped else _never
        if names_person(folder / errors, traces, by_id=by_id, stop=stop):
            yield HoldingFile(FileKind.IMPORT_ERRORS, import_id, name, errors)


def _of_exports(
    tx: Tx,
    folder: Path,
    person: Person,
    traces: Traces,
    stop: Callable[[], None],
    besides: Collection[str],
) -> Iterator[HoldingFile]:
    rows = tx.sql(
        "SELECT id, name, object_name, format, request, file_name, "
        "(SELECT count(*) FROM main.export_downloads d WHERE d.export_id = e.id) "
        "FROM main.exports e WHERE file_name IS NOT NULL AND expired_at IS NULL "
        "ORDER BY created_at, id"
    ).fetchall()
    for export_id, name, object_name, form, request, file, downloads in rows:
        if file in besides or not (folder / file).is_file():
            continue
        of_contacts = object_name == _CONTACTS
        # Of a workbook only the text is looked through: without addresses nobody is told apart.
        unread = of_contacts and form == "xlsx" and bool(person.record_ids)
        held = (
            (unread and "email" not in _columns(request))
            or _is_history_of(request, person)
            or names_person(
                folder / file, traces, by_id=_always if of_contacts else _never, stop=stop
            )
        )
        if held:
            yield HoldingFile(FileKind.EXPORT, export_id, name, file, int(downloads))


def _columns(request: str) -> frozenset[str]:
    """Columns by name; every property, the address among them, where none are named."""
    named = json.loads(request).get("columns")
    return frozenset({"email"} if named is None else named)


def _is_history_of(request: str, person: Person) -> bool:
    subject = json.loads(request).get("subject")
    return (
        isinstance(subject, dict)
        and subject.get("object_name") == _CONTACTS
        and subject.get("record_id") in person.record_ids
    )


def _place(second_copy: str | None) -> str:
    """Where a second copy lies, as its row tells."""
    told = json.loads(second_copy) if second_copy else {}
    return str(told.get("file") or told.get("path") or "")


def _is_contacts(name: str) -> bool:
    return name.rpartition("/")[2] == f"{_CONTACTS}.csv"


def _always(_name: str) -> bool:
    return True


def _never(_name: str) -> bool:
    return False
