"""Whether a workspace is sound: its database, its files, its key, its log, its disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.permissions import Permission
from crmdesk.core.access.secrets import SecretStore, check_store
from crmdesk.core.audit.index_check import discard_index, index_agrees
from crmdesk.core.audit.verify import never
from crmdesk.core.backup.model import Backup, FileState
from crmdesk.core.backup.policy import restored_at
from crmdesk.core.clock import to_text
from crmdesk.core.damage import advice
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite_check import broken_references, integrity_problems
from crmdesk.core.db.stopping import stop_if
from crmdesk.core.db.tables import exports, imports
from crmdesk.core.errors import Cancelled, UserError
from crmdesk.core.files.atomic import free_bytes
from crmdesk.core.files.digest import sha256_of
from crmdesk.core.workspace import Workspace
from crmdesk.core.workspace_key import load_key

_SPARE_BYTES = 64 << 20
_QUICK_SECONDS = 0.2
_MOST_NAMED = 5
_ACCEPT = "If you changed them with another program on purpose, run `crmdesk check --accept`."
_WITH_FILE = frozenset({FileState.KEPT, FileState.PINNED, FileState.LAST_SAFETY_COPY})


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        detail: what was found, in a few words.
    """

    name: str
    ok: bool
    detail: str


def _unheard(_name: str, _done: int, _total: int) -> None:
    """Hears of a check that nobody watches."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Who looks on while everything is looked at, which takes minutes where much is kept.

    Attributes:
        told: takes the name of a check, and how far it is of how much; 0 of 0 where it begins
            and where nobody knows.
        cancelled: asked in between; once it says so, nothing more is looked at.
    """

    told: Callable[[str, int, int], object] = _unheard
    cancelled: Callable[[], bool] = never

    def begin(self, name: str) -> None:
        """Tell of a check that begins."""
        stop_if(self.cancelled)
        self.told(name, 0, 0)


_NOBODY = Watch()


def check_workspace(
    workspace: Workspace,
    actor: Actor,
    store: SecretStore,
    *,
    quick: bool = False,
    watch: Watch = _NOBODY,
) -> list[Check]:
    """Look at everything; nothing is changed but a scratch entry in the keyring.

    What is kept beside the log to read it faster is thrown away where it does not fit the log.

    Args:
        quick: leave out what reads every byte: indexes and the content of files.

    Raises:
        PermissionDenied: the actor is not a Super Admin.
        Cancelled: the watch said so.
    """
    workspace.guard.require(actor, Permission.SUPER_ADMIN)
    try:
        checks = _database(workspace, watch, quick=quick)
        damaged = not all(each.ok for each in checks)
        for name, look in _rest(workspace, actor, store, watch, quick=quick).items():
            watch.begin(name)
            checks += _as_far_as_possible(name, look) if damaged else look()
    except Cancelled:
        # Not "nothing was changed": seals and pieces of the index may have been thrown away.
        raise Cancelled(
            "cancelled",
            "The check was cancelled. Records, files and entries of the log are as they were.",
            "It told nothing of what it saw: run it again, or `crmdesk check --quick`.",
        ) from None
    return checks


def _database(workspace: Workspace, watch: Watch, *, quick: bool) -> list[Check]:
    path, cancelled = workspace.database.path, watch.cancelled
    fine = "pages are sound" if quick else "pages and indexes are sound"
    watch.begin("stored_bytes")
    stored_bytes = _stored_bytes(workspace, quick=quick)
    watch.begin("database")
    problems = integrity_problems(path, quick=quick, cancelled=cancelled)
    watch.begin("references")
    broken = broken_references(path, cancelled)
    checks = [stored_bytes, _listed("database", problems, fine)]
    if broken and broken == problems:
        # It could not be read for this either, and that is said.
        return checks
    return [*checks, _listed("references", broken, "every row refers to a row")]


def _rest(
    workspace: Workspace, actor: Actor, store: SecretStore, watch: Watch, *, quick: bool
) -> Mapping[str, Callable[[], list[Check]]]:
    return {
        "vault_files": lambda: _files(workspace, actor, watch, quick=quick),
        "keyring": lambda: [_keyring(workspace, store)],
        "audit_log": lambda: [_log(workspace, actor, watch)],
        **({} if quick else {"audit_index": lambda: [_log_index(workspace, watch)]}),
        "disk_space": lambda: [_room(workspace)],
    }


def _as_far_as_possible(name: str, look: Callable[[], list[Check]]) -> list[Check]:
    """What a look finds in a damaged database, where what it reads may be anything."""
    try:
        return look()
    except Cancelled:
        raise
    except (UserError, ValueError, TypeError, LookupError, SQLAlchemyError, sqlite3.Error):
        return [Check(name, False, "what it looks at cannot be read")]


def _files(workspace: Workspace, actor: Actor, watch: Watch, *, quick: bool) -> list[Check]:
    backups = workspace.backups.list(actor)
    vault = workspace.folder / "vault"
    exported = _exported_files(workspace)
    missing = _missing_files(workspace, backups, vault)
    missing += [name for name in exported if not (vault / "exports" / name).is_file()]
    fine = f"{_counted(len(_kept(backups)))} and all files of imports and exports are there"
    checks = [_listed("vault_files", missing, fine)]
    if not quick:
        written = {vault / "backups" / each.file_name: each.sha256 for each in _kept(backups)}
        written |= {
            vault / "exports" / name: digest
            for name, digest in exported.items()
            if name not in missing
        }
        changed = []
        for number, (path, digest) in enumerate(written.items()):
            stop_if(watch.cancelled)
            watch.told("content_digests", number, len(written))
            changed += [path.name] if _is_changed(path, digest) else []
        checks.append(_listed("content_digests", changed, "every file is as it was written"))
    return checks


def _stored_bytes(workspace: Workspace, *, quick: bool) -> Check:
    """Whether every page is as this program wrote it."""
    pages = workspace.database.pages
    if pages is None:
        return Check("stored_bytes", True, "no digests are kept on this computer")
    found = pages.look(_QUICK_SECONDS if quick else None)
    if not found.damaged:
        return Check("stored_bytes", True, f"{found.looked_at:,} pages are as they were written")
    numbers = ", ".join(map(str, found.damaged[:_MOST_NAMED]))
    if len(found.damaged) > _MOST_NAMED:
        numbers += f" and {len(found.damaged) - _MOST_NAMED:,} more"
    what = f"pages that are not as written: {numbers}. {advice(workspace.database)}"
    if found.is_doubtful:
        what += f" {_ACCEPT}"
    return Check("stored_bytes", False, what)


def _listed(name: str, problems: Sequence[str], fine: str) -> Check:
    return Check(name, not problems, "; ".join(problems) if problems else fine)


def _counted(backups: int) -> str:
    return f"{backups:,} backup{'' if backups == 1 else 's'}"


def _kept(backups: Sequence[Backup]) -> list[Backup]:
    return [each for each in backups if each.file_state in _WITH_FILE]


def _missing_files(workspace: Workspace, backups: Sequence[Backup], vault: Path) -> list[str]:
    with workspace.database.read() as tx:
        # What was backed up before the workspace was restored from a backup lies elsewhere.
        since = restored_at(tx)
        lost = [
            each.file_name
            for each in backups
            if each.file_state is FileState.MISSING
            and each.completed_at is not None
            and to_text(each.completed_at) > since
        ]
        stored = tx.execute(select(imports.c.stored_file, imports.c.error_file)).all()
    names = [name for row in stored for name in row if name]
    return lost + [name for name in names if not (vault / "imports" / name).is_file()]


def _exported_files(workspace: Workspace) -> dict[str, str]:
    """The files of exports that can still be saved, and the digest of each."""
    with workspace.database.read() as tx:
        rows = tx.execute(
            select(exports.c.file_name, exports.c.sha256).where(
                exports.c.file_name.is_not(None),
                exports.c.sha256.is_not(None),
                exports.c.expired_at.is_(None),
                # Files of exports are not carried into a workspace that is rebuilt elsewhere.
                exports.c.finished_at > restored_at(tx),
            )
        ).all()
    return {row.file_name: row.sha256 for row in rows}


def _is_changed(path: Path, sha256: str) -> bool:
    try:
        with path.open("rb") as file:
            return sha256_of(file) != sha256
    except OSError:
        return True


def _keyring(workspace: Workspace, store: SecretStore) -> Check:
    try:
        check_store(store)
        holds_key = load_key(workspace.folder, store) == workspace.key
    except UserError as error:
        return Check("keyring", False, error.message)
    detail = f"{store.detail} gives the workspace's key"
    return Check("keyring", holds_key, detail if holds_key else "it holds another key")


def _log(workspace: Workspace, actor: Actor, watch: Watch) -> Check:
    progress = partial(watch.told, "audit_log")
    found = workspace.audit.verify(actor, progress=progress, cancelled=watch.cancelled)
    if found.ok:
        unbroken = f"{found.events:,} entries, unbroken"
        if found.misfits and workspace.damage is None:
            workspace.seals.discard()
            unbroken += "; seals did not fit them, and are made anew"
        return Check("audit_log", True, unbroken)
    reason = "unknown" if found.reason is None else found.reason.value
    return Check("audit_log", False, f"entry {found.first_bad}: {reason}")


def _log_index(workspace: Workspace, watch: Watch) -> Check:
    """What was altered is thrown away: all of it can be made from the log again."""
    with workspace.database.read() as tx:
        agrees = index_agrees(tx, partial(watch.told, "audit_index"), watch.cancelled)
    if agrees:
        return Check("audit_index", True, "what the log is searched by agrees with it")
    if workspace.damage is None:
        discard_index(workspace.database)
    return Check("audit_index", False, "it did not agree with the log, and is made anew")


def _room(workspace: Workspace) -> Check:
    needed = workspace.database.path.stat().st_size + _SPARE_BYTES
    free = free_bytes(workspace.folder)
    # A restore writes at most the database once more before the old pages are free again.
    return Check("disk_space", free >= needed, f"{free:,} bytes free, {needed:,} wanted")
