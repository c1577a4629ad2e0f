"""Rows of users, and the rules that hold for them, inside the transactions of the service."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import delete, func, insert, select, update

from crmdesk.core.access import readable
from crmdesk.core.access.permissions import GRANTABLE, Permission
from crmdesk.core.access.recovery_codes import hash_recovery_code
from crmdesk.core.access.user import NewUser, User
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import one_time_codes, user_permissions, users
from crmdesk.core.errors import UserError
from crmdesk.core.files.plain_line import is_one_line
from crmdesk.core.records.addresses import is_email

ONE_TIME_CODE_LASTS = timedelta(days=7)
_ONE_TIME_BYTES = 10
_LONGEST_NAME = 100


def insert_user(tx: Tx, new: NewUser, hashed: str | None) -> int:
    """Add a row and its permissions; returns the id."""
    inserted = tx.execute(
        insert(users).values(
            email=new.email,
            full_name=new.full_name,
            password_hash=hashed,
            super_admin=int(new.super_admin),
            created_at=tx.now_text,
        )
    )
    user_id = int(inserted.lastrowid)
    grant(tx, user_id, new.permissions)
    return user_id


def grant(tx: Tx, user_id: int, permissions: Iterable[Permission]) -> None:
    """Give permissions that the user does not have yet."""
    for permission in dict.fromkeys(permissions):
        tx.execute(insert(user_permissions).values(user_id=user_id, permission=permission.value))


def make_one_time_code(tx: Tx, user_id: int) -> str:
    """Put a new one-time code in place of an earlier one; only its hash is kept."""
    code = readable.grouped(readable.encode(os.urandom(_ONE_TIME_BYTES)))
    tx.execute(delete(one_time_codes).where(one_time_codes.c.user_id == user_id))
    tx.execute(
        insert(one_time_codes).values(
            user_id=user_id,
            code_hash=hash_recovery_code(code),
            expires_at=to_text(tx.steady_now + ONE_TIME_CODE_LASTS),
        )
    )
    return code


def update_user(tx: Tx, user_id: int, **values: object) -> None:
    """Write columns of a user."""
    tx.execute(update(users).where(users.c.id == user_id).values(**values))


def refuse_last(tx: Tx, user: User) -> None:
    """Raise ``last_super_admin`` if nobody else could manage the workspace."""
    others = tx.scalar(
        select(func.count())
        .select_from(users)
        .where(
            users.c.super_admin == 1,
            users.c.active == 1,
            users.c.removed_at.is_(None),
            users.c.kind == "user",
            users.c.id != user.id,
        )
    )
    if user.super_admin and user.active and not others:
        raise UserError(
            "last_super_admin",
            f"{user.name} is the last active Super Admin and has to stay one.",
            "Make somebody else a Super Admin first.",
        )


def refuse_taken(tx: Tx, email: str) -> None:
    """Raise ``email_taken`` if a user who was not removed has the address."""
    taken = tx.scalar(
        select(users.c.id).where(
            func.lower(users.c.email) == func.lower(email), users.c.removed_at.is_(None)
        )
    )
    if taken is not None:
        raise UserError(
            "email_taken", f"There is a user “{email}” already.", "Choose another address."
        )


def checked(new: NewUser) -> NewUser:
    """Return a new user without outer spaces.

    Raises:
        UserError: ``email_invalid``, ``name_invalid``, ``permission_not_grantable``.
    """
    email = new.email.strip()
    if not is_email(email):
        raise UserError(
            "email_invalid", "That is no e-mail address.", "Give one such as ann@example.org."
        )
    refuse_ungrantable(new.permissions)
    return replace(new, email=email, full_name=checked_name(new.full_name))


def checked_name(name: str) -> str:
    """Return a person's name without outer spaces, or raise ``name_invalid``."""
    plain = name.strip()
    if plain and len(plain) <= _LONGEST_NAME and is_one_line(plain):
        return plain
    raise UserError(
        "name_invalid",
        f"A person's name has 1 to {_LONGEST_NAME} characters and no line breaks.",
        "Type it again.",
    )


def refuse_ungrantable(permissions: Iterable[Permission]) -> None:
    """Raise ``permission_not_grantable`` for rights that are not given one by one."""
    for permission in permissions:
        if permission not in GRANTABLE:
            raise UserError(
                "permission_not_grantable",
                f"The permission “{permission}” is not given one by one.",
                f"These are: {', '.join(each.value for each in GRANTABLE)}.",
            )
