"""Founding a workspace: its keys, its first Super Admin, its folder; all of it or nothing."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import insert

from crmdesk.core.access import keys, recovery_key
from crmdesk.core.access.actor import SYSTEM
from crmdesk.core.access.keys import KeyPurpose, SigningKey
from crmdesk.core.access.own_password import refuse_weak
from crmdesk.core.access.passwords import hash_password
from crmdesk.core.access.user import NewUser
from crmdesk.core.access.user_rules import checked as checked_user
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db import schema, tables
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.errors import UserError
from crmdesk.core.files.plain_line import is_one_line
from crmdesk.core.records.catalogue import load_catalogue
from crmdesk.core.records.definition_rows import create_object
from crmdesk.core.reserve import keep_reserve
from crmdesk.core.setting_declarations import SETTINGS
from crmdesk.core.setting_values import parse_setting
from crmdesk.core.workspace_folder import (
    DATABASE_NAME,
    WorkspaceFile,
    claim_folder,
    write_workspace_file,
)
from crmdesk.core.workspace_key import KEY_NAME

if TYPE_CHECKING:
    from crmdesk.core.access.secrets import SecretStore
    from crmdesk.core.clock import Clock


@dataclass(frozen=True, slots=True)
class NewWorkspace:
    """What the first run asks for.

    Attributes:
        settings: further settings by key, e.g. time zone, currency, edition; JSON-able.
    """

    name: str
    email: str
    full_name: str
    password: str
    settings: dict[str, object]


@dataclass(frozen=True, slots=True)
class Founded:
    """What a new workspace has, beside its folder; the recovery key is kept nowhere."""

    key: bytes = field(repr=False)
    recovery_key: str = field(repr=False)
    user_id: int


@dataclass(frozen=True, slots=True)
class _Secrets:
    """Made once for a workspace."""

    key: bytes
    signing: SigningKey
    recovery: recovery_key.RecoveryKey


def found_workspace(
    folder: Path, wanted: NewWorkspace, store: SecretStore, clock: Clock | None
) -> Founded:
    """Make a workspace that can be opened; see ``create_workspace``, which opens it."""
    wanted = _checked(wanted)
    workspace_id = str(uuid.uuid4())
    claimed = claim_folder(folder, workspace_id)
    try:
        founded = _found(folder, workspace_id, wanted, store, clock)
    except BaseException:
        _forget_keys(store, (workspace_id,))
        claimed.leave()
        raise
    claimed.settle()
    _forget_keys(store, claimed.left_over)
    return founded


def _forget_keys(store: SecretStore, workspace_ids: Iterable[str]) -> None:
    """Remove keys of workspaces that never came to be; a store that refuses keeps them."""
    for workspace_id in workspace_ids:
        with suppress(UserError):
            store.delete(f"{workspace_id}/{KEY_NAME}")


def _checked_name(name: str) -> str:
    longest = SETTINGS["workspace.name"].maximum
    if 1 <= len(name) <= longest and is_one_line(name):
        return name
    raise UserError(
        "workspace_name_invalid",
        f"The name of a workspace has 1 to {longest} characters and no line breaks.",
        "Choose another one.",
    )


def _checked(wanted: NewWorkspace) -> NewWorkspace:
    """What was wished for, without outer spaces and fit to be kept."""
    name = _checked_name(wanted.name.strip())
    person = checked_user(NewUser(wanted.email, wanted.full_name))
    refuse_weak(wanted.password, False, (person.full_name, person.email, name))
    settings = {
        key: parse_setting(SETTINGS[key], value)
        for key, value in wanted.settings.items()
        if key in SETTINGS
    }
    return NewWorkspace(name, person.email, person.full_name, wanted.password, dict(settings))


def _found(
    folder: Path, workspace_id: str, wanted: NewWorkspace, store: SecretStore, clock: Clock | None
) -> Founded:
    made = _Secrets(keys.new_workspace_key(), SigningKey.generate(), recovery_key.generate())
    database = Database(folder / DATABASE_NAME, clock, keeps_digests=True)
    schema.upgrade(database)
    audit_log = AuditLog(keys.derive(made.key, KeyPurpose.AUDIT_CHAIN))
    with database.write() as tx:
        _insert_workspace(tx, workspace_id, wanted, made)
        user_id = _insert_super_admin(tx, wanted)
        _log_beginning(tx, audit_log, wanted, user_id, store)
    database.close()
    keep_reserve(folder)
    store.set(f"{workspace_id}/{KEY_NAME}", keys.key_to_text(made.key))
    write_workspace_file(folder, WorkspaceFile(workspace_id, wanted.name, store.backend))
    return Founded(made.key, made.recovery.text, user_id)


def _insert_workspace(tx: Tx, workspace_id: str, wanted: NewWorkspace, made: _Secrets) -> None:
    tx.execute(
        insert(tables.workspace).values(
            id=workspace_id,
            name=wanted.name,
            created_at=tx.now_text,
            wrapped_key=recovery_key.wrap(made.key, made.recovery),
            key_check=keys.derive(made.key, KeyPurpose.KEY_CHECK),
            signing_key=made.signing.wrap(made.key),
            public_key=made.signing.public_key,
        )
    )
    for setting, value in {"workspace.name": wanted.name, **wanted.settings}.items():
        text = json.dumps(value, ensure_ascii=False)
        tx.execute(insert(tables.settings).values(key=setting, value=text))
    for definition in load_catalogue().objects:
        create_object(tx, definition, custom=False)


def _insert_super_admin(tx: Tx, wanted: NewWorkspace) -> int:
    return int(
        tx.execute(
            insert(tables.users).values(
                email=wanted.email,
                full_name=wanted.full_name,
                password_hash=hash_password(wanted.password),
                super_admin=1,
                created_at=tx.now_text,
            )
        ).lastrowid
    )


def _log_beginning(
    tx: Tx, audit_log: AuditLog, wanted: NewWorkspace, user_id: int, store: SecretStore
) -> None:
    audit_log.log(tx, SYSTEM, kinds.WORKSPACE_CREATED, details={"name": wanted.name})
    if store.backend == "file":
        chosen = {"old": None, "new": "file"}
        audit_log.log(tx, SYSTEM, kinds.KEYRING_FILE_CHOSEN, details=chosen)
    audit_log.log(
        tx,
        SYSTEM,
        kinds.ADD_ADMIN_USER,
        object_type="user",
        object_id=user_id,
        details={"email": wanted.email, "name": wanted.full_name},
    )
