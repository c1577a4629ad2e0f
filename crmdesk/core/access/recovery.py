"""The workspace key and where it is kept: looked at, brought back, moved to an encrypted file."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from crmdesk.core.access import keys, recovery_key
from crmdesk.core.access.accounts import Account, find_account, read_account
from crmdesk.core.access.actor import Actor, ActorKind, Place
from crmdesk.core.access.keys import KeyPurpose
from crmdesk.core.access.permissions import Permission
from crmdesk.core.access.second_factor import SecondFactor
from crmdesk.core.access.secrets import SecretStore, check_store
from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Result
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db import schema
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import users, workspace
from crmdesk.core.errors import PermissionDenied, SecondFactorRefused, UserError
from crmdesk.core.workspace import Workspace
from crmdesk.core.workspace_folder import DATABASE_NAME, read_workspace_file, write_workspace_file
from crmdesk.core.workspace_key import KEY_NAME, load_key

if TYPE_CHECKING:
    from crmdesk.core.clock import Clock


@dataclass(frozen=True, slots=True)
class KeyringStatus:
    """Whether a store gives the workspace's key.

    Attributes:
        backend: ``"keyring"`` or ``"file"``.
        detail: which keyring or file it is.
        ok: whether it holds the right key.
        problem: why not, with what to do; None when all is well.
    """

    backend: str
    detail: str
    ok: bool
    problem: UserError | None


def keyring_status(folder: Path, store: SecretStore) -> KeyringStatus:
    """Look whether a store holds the key of the workspace in ``folder``.

    Raises:
        UserError: ``workspace_missing``, ``not_a_database``.
    """
    problem = None
    try:
        key = load_key(folder, store)
        with _opened(folder) as database, database.read() as tx:
            _refuse_other_key(tx, key)
    except UserError as error:
        if error.code == "workspace_missing":
            raise
        problem = error
    return KeyringStatus(store.backend, store.detail, problem is None, problem)


def recover_key(
    folder: Path,
    typed: str,
    store: SecretStore,
    place: Place,
    *,
    email: str | None = None,
    code: str | None = None,
    clock: Clock | None = None,
) -> Actor:
    """Put the workspace key back into a store with the recovery key; returns who did it.

    A store of another kind than before becomes the workspace's.

    Args:
        typed: the recovery key as typed from the sheet.
        email: which Super Admin recovers it; may be left out where there is only one.
        code: their two-factor code or one of their recovery codes, if they have it set up.

    Raises:
        UserError: ``recovery_key_mistyped`` and kin, ``recovery_key_wrong``, ``admin_to_name``,
            or what is wrong with the store.
        PermissionDenied: whoever was named is no active Super Admin.
        SecondFactorRefused: ``code_missing``, ``code_wrong``, ``wait``.
    """
    file = read_workspace_file(folder)
    given = recovery_key.parse(typed)
    with _opened(folder, clock) as database:
        with database.read() as tx:
            wrapped = tx.scalar(select(workspace.c.wrapped_key))
            key = recovery_key.unwrap(wrapped, given)
            _refuse_other_key(tx, key)
            actor = _actor(_named_admin(tx, email), place)
        # Asked before a code is used up; a keyring that wants to be unlocked asks here.
        check_store(store)
        audit_log = AuditLog(keys.derive(key, KeyPurpose.AUDIT_CHAIN))
        with database.write() as tx:
            refusal = _refused_code(tx, audit_log, actor, SecondFactor(key), code)
            if refusal is None:
                store.set(f"{file.id}/{KEY_NAME}", keys.key_to_text(key))
                details = {"store": store.backend, "detail": store.detail}
                audit_log.log(tx, actor, kinds.KEY_RECOVERED, details=details)
                if store.backend != file.secret_store:
                    _log_store(tx, audit_log, actor, file.secret_store, store)
    if refusal is not None:
        raise refusal
    write_workspace_file(folder, replace(file, secret_store=store.backend))
    return actor


def use_store(opened: Workspace, actor: Actor, old: SecretStore | None, new: SecretStore) -> None:
    """Keep the workspace key in another store from now on, e.g. an encrypted file.

    Args:
        opened: the workspace; it holds the key already.
        actor: a Super Admin.
        old: the store so far, from which the key is removed; None when it cannot be reached.

    Raises:
        PermissionDenied: the actor is not a Super Admin.
        UserError: what is wrong with the new store; everything is as it was.
    """
    opened.guard.require(actor, Permission.SUPER_ADMIN)
    file = read_workspace_file(opened.folder)
    name = f"{file.id}/{KEY_NAME}"
    check_store(new)
    with opened.database.write() as tx:
        new.set(name, keys.key_to_text(opened.key))
        _log_store(tx, opened.audit_log, actor, file.secret_store, new)
    opened.file = replace(file, secret_store=new.backend)
    write_workspace_file(opened.folder, opened.file)
    if old is not None and old.backend != new.backend:
        old.delete(name)


@contextmanager
def _opened(folder: Path, clock: Clock | None = None) -> Iterator[Database]:
    database = Database(folder / DATABASE_NAME, clock, keeps_digests=True)
    try:
        schema.prepare(database)
        yield database
    finally:
        database.close()


def _refuse_other_key(tx: Tx, key: bytes) -> None:
    expected = bytes(tx.scalar(select(workspace.c.key_check)))
    if not hmac.compare_digest(keys.derive(key, KeyPurpose.KEY_CHECK), expected):
        raise UserError(
            "wrong_key",
            "The key is not the key of this workspace.",
            "Run `crmdesk keyring recover` and give the recovery key.",
        )


def _named_admin(tx: Tx, email: str | None) -> Account:
    admins = [
        row.id
        for row in tx.execute(
            select(users.c.id).where(
                users.c.super_admin == 1, users.c.active == 1, users.c.removed_at.is_(None)
            )
        )
    ]
    if email is None and len(admins) != 1:
        raise UserError(
            "admin_to_name",
            "Several people are Super Admins here, and one of them has to answer for this.",
            "Say who you are: `crmdesk --as EMAIL keyring recover`.",
        )
    found = read_account(tx, admins[0]) if email is None else find_account(tx, email)
    if found is None or found.user_id not in admins:
        raise PermissionDenied(
            "permission_denied",
            "Only an active Super Admin brings the key of a workspace back.",
            "Name one: `crmdesk --as EMAIL keyring recover`.",
        )
    return found


def _actor(account: Account, place: Place) -> Actor:
    """The person, who has no session: without the key nobody can sign in."""
    return Actor(ActorKind.USER, account.user_id, account.email, account.full_name, place=place)


def _refused_code(
    tx: Tx, audit_log: AuditLog, actor: Actor, second_factor: SecondFactor, code: str | None
) -> SecondFactorRefused | None:
    """Why the person's code is not taken; None also where they have no second factor."""
    user_id = actor.user_id or 0
    if not second_factor.is_enrolled(tx, user_id):
        return None
    check = second_factor.check(tx, user_id, code)
    if check.refusal is not None and check.refusal.code != "code_missing":
        audit_log.log(
            tx,
            actor,
            kinds.TWO_FACTOR_CODE_REFUSED,
            result=Result.REFUSED,
            details={"purpose": StepUpPurpose.RECOVER_KEY.value, "reason": check.refusal.code},
        )
    return check.refusal


def _log_store(tx: Tx, audit_log: AuditLog, actor: Actor, old: str, new: SecretStore) -> None:
    details = {"old": old, "new": new.backend, "detail": new.detail}
    audit_log.log(tx, actor, kinds.KEYRING_FILE_CHOSEN, details=details)
