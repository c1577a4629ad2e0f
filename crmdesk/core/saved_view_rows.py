"""The rows of saved views, whatever they are views of: records of an object, or the audit log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Row, delete, func, insert, select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import saved_views, users, view_places
from crmdesk.core.errors import UserError

PRIVATE: Final = "private"
EVERYONE: Final = "everyone"


def visible_rows(tx: Tx, actor: Actor, subject: int | None) -> Sequence[Row[Any]]:
    """The views of a subject that the actor may see, in the actor's order.

    Args:
        subject: id of the object type; None for the audit log.

    Returns:
        Rows of ``saved_views`` with ``full_name`` of the owner and the actor's ``is_default``.
    """
    mine = saved_views.c.owner_id == actor.user_id
    placed = (view_places.c.view_id == saved_views.c.id) & (view_places.c.user_id == actor.user_id)
    return tx.execute(
        select(saved_views, users.c.full_name, view_places.c.is_default)
        .outerjoin(users, users.c.id == saved_views.c.owner_id)
        .outerjoin(view_places, placed)
        .where(saved_views.c.object_type_id.is_(subject))
        .where(mine | (saved_views.c.sharing == EVERYONE))
        .order_by(view_places.c.position.nulls_last(), saved_views.c.position, saved_views.c.id)
    ).all()


def visible_row(tx: Tx, actor: Actor, view_id: int, *, of_log: bool = False) -> Row[Any]:
    """One row of ``saved_views``.

    Args:
        of_log: a view of the audit log is wanted; else one of records.

    Raises:
        UserError: ``view_unknown``; somebody's private view is not even told of.
    """
    row = tx.execute(select(saved_views).where(saved_views.c.id == view_id)).first()
    if (
        row is None
        or (row.object_type_id is None) is not of_log
        or (row.owner_id != actor.user_id and row.sharing != EVERYONE)
    ):
        raise view_unknown()
    return row


def insert_view(
    tx: Tx, actor: Actor, subject: int | None, name: str, definition: str, *, shared: bool
) -> int:
    """Keep a view of the actor's, last in order, and return its id.

    Raises:
        UserError: ``name_taken``.
    """
    refuse_taken(tx, actor, subject, name)
    last = tx.scalar(
        select(func.max(saved_views.c.position)).where(saved_views.c.object_type_id.is_(subject))
    )
    return int(
        tx.execute(
            insert(saved_views).values(
                object_type_id=subject,
                name=name,
                owner_id=actor.user_id,
                sharing=EVERYONE if shared else PRIVATE,
                definition=definition,
                position=(last or 0) + 1,
                created_at=tx.now_text,
                updated_at=tx.now_text,
            )
        ).lastrowid
    )


def change_view(tx: Tx, actor: Actor, row: Row[Any], **values: str) -> None:
    """Write columns of a view of the actor's own.

    Raises:
        UserError: ``view_of_another``, ``name_taken``.
    """
    if row.owner_id != actor.user_id:
        raise view_of_another()
    if "name" in values:
        refuse_taken(tx, actor, row.object_type_id, values["name"], row.id)
    statement = update(saved_views).where(saved_views.c.id == row.id)
    tx.execute(statement.values(**values, updated_at=tx.now_text))


def delete_view(tx: Tx, view_id: int) -> None:
    """Delete a view and its places in everybody's order."""
    tx.execute(delete(view_places).where(view_places.c.view_id == view_id))
    tx.execute(delete(saved_views).where(saved_views.c.id == view_id))


def in_order(wanted: Iterable[int], known: Collection[int]) -> list[int]:
    """Those of ``wanted`` that are known, then the other known ones as they were."""
    first = [view_id for view_id in dict.fromkeys(wanted) if view_id in known]
    return [*first, *(view_id for view_id in known if view_id not in first)]


def keep_places(tx: Tx, actor: Actor, view_ids: Sequence[int], opens_first: int | None) -> None:
    """Put views in this order for the actor alone, one of them opening first."""
    for place, view_id in enumerate(view_ids):
        tx.sql(
            "INSERT INTO view_places (user_id, view_id, position, is_default) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (user_id, view_id) DO UPDATE SET position = excluded.position, "
            "is_default = excluded.is_default",
            (actor.user_id, view_id, place, int(view_id == opens_first)),
        )


def refuse_taken(
    tx: Tx, actor: Actor, subject: int | None, name: str, own: int | None = None
) -> None:
    """Refuse a name that another view of the actor's bears.

    Raises:
        UserError: ``name_taken``.
    """
    row = tx.sql(
        "SELECT 1 FROM saved_views WHERE object_type_id IS ? AND owner_id = ? "
        "AND lower(name) = lower(?) AND id IS NOT ?",
        (subject, actor.user_id, name, own),
    ).fetchone()
    if row is not None:
        raise name_taken(name)


def name_taken(name: str) -> UserError:
    """The refusal of a second view of one name."""
    return UserError("name_taken", f"You have a view “{name}” already.", "Give it another name.")


def view_unknown() -> UserError:
    """The answer for a view that is not there, or is not shown to the actor."""
    return UserError("view_unknown", "There is no such view.", "It may have been deleted.")


def view_of_another() -> UserError:
    """The refusal to change what somebody else made."""
    return UserError(
        "view_of_another",
        "Only who made a view can change it.",
        "Save it as a view of your own.",
    )
