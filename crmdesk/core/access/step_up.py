"""Re-authentication: a code given for one act, spent in the transaction that does it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import insert, select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.clock import from_text, to_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import step_ups
from crmdesk.core.errors import SecondFactorRefused

STEP_UP_LASTS = timedelta(minutes=5)


class StepUpPurpose(StrEnum):
    """What a code may be asked for."""

    RESTORE = "restore"
    RESTORE_UNDO = "restore_undo"
    REMOVE_TWO_FACTOR = "remove_two_factor"
    GRANT_SUPER_ADMIN = "grant_super_admin"
    REVOKE_SUPER_ADMIN = "revoke_super_admin"
    RESET_TWO_FACTOR = "reset_two_factor"
    NEW_RECOVERY_KEY = "new_recovery_key"
    RECOVER_KEY = "recover_key"
    DOWNLOAD_SENSITIVE = "download_sensitive"


def record_step_up(tx: Tx, actor: Actor, purpose: StepUpPurpose, binding: str, method: str) -> str:
    """Keep that the actor proved who they are, for one act within five minutes.

    Args:
        binding: what exactly it was given for, e.g. a plan's hash.
        method: ``code``, ``recovery_code`` or ``sso``.
    """
    step_up_id = secrets.token_hex(16)
    tx.execute(
        insert(step_ups).values(
            id=step_up_id,
            user_id=actor.user_id,
            session_id=actor.session_id,
            purpose=purpose.value,
            binding=binding,
            method=method,
            expires_at=to_text(tx.steady_now + STEP_UP_LASTS),
        )
    )
    return step_up_id


def spend_step_up(
    tx: Tx, actor: Actor, step_up_id: str, purpose: StepUpPurpose, binding: str
) -> str:
    """Use a proof up, and return by which method it was given.

    Raises:
        SecondFactorRefused: ``step_up_invalid``: none, used, lapsed, another's, another session's,
            or given for something else.
    """
    row = tx.execute(select(step_ups).where(step_ups.c.id == step_up_id)).first()
    good = (
        row is not None
        and row.used_at is None
        and row.user_id == actor.user_id
        and row.session_id == actor.session_id
        and row.purpose == purpose.value
        and row.binding == binding
        and from_text(row.expires_at) > tx.steady_now
    )
    if row is None or not good:
        raise SecondFactorRefused(
            "step_up_invalid",
            "This needs a two-factor code given for exactly this, within the last five minutes.",
            "Enter a new code.",
        )
    tx.execute(update(step_ups).where(step_ups.c.id == step_up_id).values(used_at=tx.now_text))
    return str(row.method)
