"""Associating records with one another: adding, removing, labelling, listing, taking back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Action
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.changes.change_set import Change, Source, open_change_set
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import change_sets
from crmdesk.core.errors import UserError
from crmdesk.core.records.association_counts import recount_after
from crmdesk.core.records.association_labels import chosen_link, labels_between, refuse_over_limit
from crmdesk.core.records.association_listing import (
    AssociatedRecord,
    AssociationGroup,
    list_associated,
    list_groups,
)
from crmdesk.core.records.association_rows import (
    KEYS,
    AssociationChange,
    End,
    Link,
    Reversed,
    links_between,
    remove_links,
    reverse_links,
    write_links,
)
from crmdesk.core.records.record import read_record
from crmdesk.core.records.schema import ObjectType, load_object_type, object_type_by_id


@dataclass(frozen=True, slots=True)
class AssociationUndo:
    """What taking a change set's associations back came to.

    Attributes:
        skipped: associations that were changed since, or whose record is gone for good.
    """

    change_id: int
    undone: int
    skipped: int


@dataclass(frozen=True, slots=True)
class _Pair:
    one: ObjectType
    other: ObjectType
    ends: tuple[End, End]

    def types_of(self, link: Link) -> tuple[ObjectType, ObjectType]:
        by_id = {self.one.id: self.one, self.other.id: self.other}
        return by_id[link.first.type_id], by_id[link.second.type_id]


class AssociationService:
    """What people do with associations. Records in the recycle bin take no part in any."""

    def __init__(self, database: Database, guard: Guard, audit_log: AuditLog) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log

    # -- reading -------------------------------------------------------------------------
    def groups(self, actor: Actor, object_name: str, record_id: int) -> list[AssociationGroup]:
        """How many live records of each object one is associated with; objects in their order."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            return list_groups(tx, load_object_type(tx, object_name), record_id)

    def list(
        self,
        actor: Actor,
        object_name: str,
        record_id: int,
        other_name: str,
        *,
        limit: int = 50,
        offset: int = 0,
    ) -> list[AssociatedRecord]:
        """One page of the records of another object that a record is associated with.

        Newest association first; records in the recycle bin are left out.
        """
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            one, other = load_object_type(tx, object_name), load_object_type(tx, other_name)
            return list_associated(tx, one, record_id, other, limit=limit, offset=offset)

    # -- changing ------------------------------------------------------------------------
    def associate(
        self,
        actor: Actor,
        object_name: str,
        record_id: int,
        other_name: str,
        other_id: int,
        label: str = "",
        *,
        source: Source = Source.CRM_UI,
    ) -> Change:
        """Associate two live records; where they are associated so already, nothing happens.

        Args:
            label: what the other record is to this one, or the label's internal name; blank for
                an association without a label.

        Raises:
            UserError: ``record_unknown``, ``record_in_recycle_bin``, ``association_self``,
                ``association_label_unknown``, ``association_limit_reached``.
        """
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.write() as tx:
            pair = _live_pair(tx, object_name, record_id, other_name, other_id)
            link = chosen_link(tx, pair.one, pair.other, pair.ends, label)
            if link in links_between(tx, *pair.ends):
                return Change(object_name, ())
            change_id = self._write(tx, actor, pair, source, adding=[link])
            self._log(tx, actor, pair, Action.CREATE, label=label)
        return Change(object_name, (record_id,), change_id)

    def dissociate(
        self,
        actor: Actor,
        object_name: str,
        record_id: int,
        other_name: str,
        other_id: int,
        label: str = "",
        *,
        source: Source = Source.CRM_UI,
    ) -> Change:
        """End the association of two records, or one label of it.

        Args:
            label: only the association with this label; blank for all that is between the two.

        Raises:
            UserError: ``not_associated``, ``association_label_unknown``.
        """
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.write() as tx:
            pair = _pair(tx, object_name, record_id, other_name, other_id)
            standing = links_between(tx, *pair.ends)
            if label:
                wanted = chosen_link(tx, pair.one, pair.other, pair.ends, label)
                standing = [link for link in standing if link == wanted]
            if not standing:
                raise _not_associated(pair, label)
            change_id = self._write(tx, actor, pair, source, removing=standing)
            self._log(tx, actor, pair, Action.DELETE, label=label)
        return Change(object_name, (record_id,), change_id)

    def relabel(
        self,
        actor: Actor,
        object_name: str,
        record_id: int,
        other_name: str,
        other_id: int,
        labels: Sequence[str],
        *,
        source: Source = Source.CRM_UI,
    ) -> Change:
        """Give the association of two records exactly these labels; none leaves it plain.

        Raises:
            UserError: ``not_associated``, and as :meth:`associate`.
        """
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.write() as tx:
            pair = _live_pair(tx, object_name, record_id, other_name, other_id)
            standing = set(links_between(tx, *pair.ends))
            if not standing:
                raise _not_associated(pair, "")
            wanted = {
                chosen_link(tx, pair.one, pair.other, pair.ends, text) for text in labels or ("",)
            }
            if wanted == standing:
                return Change(object_name, ())
            change_id = self._write(
                tx, actor, pair, source, adding=wanted - standing, removing=standing - wanted
            )
            old = labels_between(tx, pair.one, pair.other, pair.ends[0], standing)
            changed = {"old": old, "new": list(labels)}
            self._log(tx, actor, pair, Action.UPDATE, labels=changed)
        return Change(object_name, (record_id,), change_id)

    def undo(self, actor: Actor, change_id: int) -> AssociationUndo:
        """Take back what one act associated or dissociated, where it still stands so.

        Raises:
            UserError: ``change_unknown``, ``undone_already``, ``changed_since`` when nothing of
                it stands any more.
        """
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.write() as tx:
            refuse_undone(tx, change_id)
            undo_id = open_change_set(tx, actor, Source.ACTIVITY_LOG_REVERT, undoes=change_id)
            taken = undo_associations(tx, change_id, undo_id)
            if not taken.undone:
                raise changed_since()
            self._log_undo(tx, actor, change_id, undo_id, taken)
        return AssociationUndo(undo_id, taken.undone, taken.skipped)

    def _log_undo(
        self, tx: Tx, actor: Actor, change_id: int, undo_id: int, taken: Reversed
    ) -> None:
        """One act is one entry, however many associations it took back."""
        row = tx.sql(
            f"SELECT {KEYS}, kind FROM association_history WHERE change_id = ? LIMIT 1", (undo_id,)
        ).fetchone()
        pair = None if row is None else _pair_of(tx, Link.of_row(row))
        if pair is None:
            return
        removed = row[5] == AssociationChange.DISSOCIATE
        action = Action.DELETE if removed else Action.CREATE
        if taken.undone == 1:
            self._log(tx, actor, pair, action, undo_of=change_id)
            return
        self._audit_log.log(
            tx,
            actor,
            kinds.association(pair.one.name, action),
            object_type=pair.one.name,
            subjects=taken.undone,
            details={"undo_of": change_id, "skipped": taken.skipped},
        )

    # -- within --------------------------------------------------------------------------
    def _write(
        self,
        tx: Tx,
        actor: Actor,
        pair: _Pair,
        source: Source,
        *,
        adding: Iterable[Link] = (),
        removing: Iterable[Link] = (),
    ) -> int:
        """Change what is between two records in one act, within the limits."""
        change_id = open_change_set(tx, actor, source)
        remove_links(tx, change_id, removing)
        for link in adding:
            refuse_over_limit(tx, pair.types_of(link), link)
            write_links(tx, change_id, [link])
        recount_after(tx, change_id)
        return change_id

    def _log(self, tx: Tx, actor: Actor, pair: _Pair, action: Action, **facts: Any) -> None:
        """Names of records stay out of it: the entry must not outlive them with a name."""
        one, other = pair.ends
        self._audit_log.log(
            tx,
            actor,
            kinds.association(pair.one.name, action),
            object_type=pair.one.name,
            object_id=one.record_id,
            link=f"records/{pair.one.name}/{one.record_id}",
            details={
                "with_object": pair.other.name,
                "with_record": other.record_id,
                **{name: value for name, value in facts.items() if value},
            },
        )


def undo_associations(tx: Tx, change_id: int, undo_id: int) -> Reversed:
    """Take a change set's associations back under ``undo_id``, and count anew."""
    taken = reverse_links(tx, change_id, undo_id)
    recount_after(tx, undo_id)
    return taken


def changed_since() -> UserError:
    """The refusal of an undo that would take nothing back."""
    return UserError(
        "changed_since",
        "Nothing was undone: what was written has been changed since.",
        "Look at the history of the record, and put back what you want to have.",
    )


def refuse_undone(tx: Tx, change_id: int) -> None:
    """Raise ``change_unknown``, or ``undone_already``."""
    if tx.scalar(select(change_sets.c.id).where(change_sets.c.id == change_id)) is None:
        raise UserError("change_unknown", "There is no such change.", "Look at the history again.")
    if tx.scalar(select(change_sets.c.id).where(change_sets.c.undoes == change_id)) is not None:
        raise UserError(
            "undone_already", "This has been taken back already.", "Look at the history again."
        )


def _pair(tx: Tx, object_name: str, record_id: int, other_name: str, other_id: int) -> _Pair:
    one, other = load_object_type(tx, object_name), load_object_type(tx, other_name)
    for object_type, each in ((one, record_id), (other, other_id)):
        read_record(tx, object_type, each)
    ends = End(one.id, record_id), End(other.id, other_id)
    if ends[0] == ends[1]:
        raise UserError(
            "association_self",
            f"A {one.label.lower()} cannot be associated with itself.",
            "Choose another record.",
        )
    return _Pair(one, other, ends)


def _live_pair(tx: Tx, object_name: str, record_id: int, other_name: str, other_id: int) -> _Pair:
    pair = _pair(tx, object_name, record_id, other_name, other_id)
    for object_type, end in zip((pair.one, pair.other), pair.ends, strict=True):
        if read_record(tx, object_type, end.record_id).archived_at is not None:
            raise UserError(
                "record_in_recycle_bin",
                f"{object_type.label} {end.record_id} is in the recycle bin and cannot be "
                "associated.",
                "Restore it first.",
                object=object_type.name,
                record_id=end.record_id,
            )
    return pair


def _pair_of(tx: Tx, link: Link) -> _Pair | None:
    one = object_type_by_id(tx, link.first.type_id)
    other = object_type_by_id(tx, link.second.type_id)
    return None if one is None or other is None else _Pair(one, other, (link.first, link.second))


def _not_associated(pair: _Pair, label: str) -> UserError:
    as_what = f" as “{label}”" if label else ""
    one, other = pair.ends
    return UserError(
        "not_associated",
        f"{pair.one.label} {one.record_id} and {pair.other.label.lower()} {other.record_id} are "
        f"not associated{as_what}.",
        "Look at the record again.",
    )
