"""Says of each deleted record how it can come back, and with which values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from crmdesk.core.changes.change_set import RecordChange, Source
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted, unique_expression
from crmdesk.core.db.tables import source_records, tombstones
from crmdesk.core.errors import UserError
from crmdesk.core.records.association_rows import End
from crmdesk.core.records.conversion import converter
from crmdesk.core.records.merge_rows import winner_of
from crmdesk.core.records.problems import ValueProblem
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.records.single import checked_values
from crmdesk.core.records.single_rows import tombstone_hash
from crmdesk.core.records.types import PropertyType
from crmdesk.core.restore.deleted_model import Comeback, DeletedRecord, Refusal
from crmdesk.core.restore.deleted_rows import Found, Values
from crmdesk.core.restore.sources import TrustedBackup, match_columns


@dataclass(frozen=True, slots=True)
class Judged:
    """One record with what is to be written of it; ``values`` only where it comes anew."""

    end: End
    object_type: ObjectType
    told: DeletedRecord
    values: Mapping[str, str | None]


class Judge:
    """Judges inside one transaction, so that what it says holds when it is written.

    Args:
        source: what the backup's record ids are known under: the workspace's own id.
    """

    def __init__(
        self, tx: Tx, backup: TrustedBackup, found: Found, source: str, tombstone_key: bytes
    ) -> None:
        self._tx = tx
        self._backup = backup
        self._found = found
        self._source = source
        self._tombstone_key = tombstone_key
        self._converters: dict[int, dict[str, Callable[[str], str]]] = {}
        self._claimed: set[tuple[int, str, str]] = set()

    def judge(self) -> list[Judged]:
        """Every record, in order of objects and ids; without those that are live by now."""
        each = (self._one(end, values) for end, values in sorted(self._found.values.items()))
        return [judged for judged in each if judged is not None]

    def _one(self, end: End, backup_values: Values) -> Judged | None:
        object_type = self._found.types[end.type_id]
        row = self._tx.sql(
            f"SELECT archived_at FROM {quoted(object_type.table)} WHERE id = ?", (end.record_id,)
        ).fetchone()
        if row is not None and row[0] is None:
            return None
        values, left_out = self._values(object_type, backup_values)
        comeback = Comeback.ANEW if row is None else Comeback.FROM_BIN
        if row is not None:
            values = self._binned(object_type, end.record_id)
        refusal = self._refusal(end, object_type, values, comeback)
        told = DeletedRecord(
            object_type.name,
            end.record_id,
            _name(object_type, backup_values, refusal),
            Comeback.REFUSED if refusal else comeback,
            refusal,
            end not in self._found.chosen,
            left_out if comeback is Comeback.ANEW and refusal is None else (),
        )
        return Judged(end, object_type, told, values)

    def _refusal(
        self,
        end: End,
        object_type: ObjectType,
        values: Mapping[str, str | None],
        comeback: Comeback,
    ) -> Refusal | None:
        if winner_of(self._tx, object_type, end.record_id) is not None:
            return Refusal.MERGED
        if comeback is Comeback.ANEW:
            if self._is_back(end):
                return Refusal.BACK_ALREADY
            if self._is_erased(end, object_type, values):
                return Refusal.ERASED
            if any(c.required and values.get(c.name) is None for c in object_type.writable):
                return Refusal.REQUIRED
        return Refusal.TAKEN if self._is_taken(object_type, values) else None

    def _is_back(self, end: End) -> bool:
        found = self._tx.scalar(
            select(source_records.c.record_id).where(
                source_records.c.object_type_id == end.type_id,
                source_records.c.source == self._source,
                source_records.c.source_record_id == str(end.record_id),
            )
        )
        return found is not None

    def _is_erased(
        self, end: End, object_type: ObjectType, values: Mapping[str, str | None]
    ) -> bool:
        """Whether somebody deleted this person for good, under whatever address."""
        if object_type.name != "contacts":
            return False
        purged = self._tx.sql(
            "SELECT 1 FROM record_history h JOIN change_sets s ON s.id = h.change_id "
            "WHERE h.object_type_id = ? AND h.record_id = ? AND h.kind = ? AND s.source = ?",
            (end.type_id, end.record_id, RecordChange.PURGE.value, Source.DELETE_OBJECTS.value),
        ).fetchone()
        email = values.get("email")
        if purged is not None or not email:
            return purged is not None
        digest = tombstone_hash(self._tombstone_key, email)
        found = select(tombstones.c.purged_at).where(tombstones.c.email_hash == digest)
        return self._tx.scalar(found) is not None

    def _is_taken(self, object_type: ObjectType, values: Mapping[str, str | None]) -> bool:
        """Whether a live record, or one that comes back before it, holds a unique value."""
        mine: set[tuple[int, str, str]] = set()
        for column in object_type.unique_properties:
            value = values.get(column.name)
            if value is None:
                continue
            row = self._tx.sql(
                f"SELECT 1, lower(?1) FROM {quoted(object_type.table)} WHERE archived_at IS NULL "
                f"AND {quoted(column.column)} IS NOT NULL "
                f"AND {unique_expression(column.column)} = lower(?1)",
                (value,),
            ).fetchone()
            folded = "".join(c.lower() if c.isascii() else c for c in value)
            claim = (object_type.id, column.name, folded)
            if row is not None or claim in self._claimed:
                return True
            mine.add(claim)
        self._claimed |= mine
        return False

    def _binned(self, object_type: ObjectType, record_id: int) -> dict[str, str | None]:
        """The unique values that a record in the bin holds."""
        names = [each.column for each in object_type.unique_properties]
        if not names:
            return {}
        row = self._tx.sql(
            f"SELECT {','.join(map(quoted, names))} FROM {quoted(object_type.table)} WHERE id = ?",
            (record_id,),
        ).fetchone()
        found = (each.name for each in object_type.unique_properties)
        return dict(zip(found, row, strict=True))

    def _values(
        self, object_type: ObjectType, backup_values: Values
    ) -> tuple[dict[str, str | None], tuple[str, ...]]:
        """The values that can stand today, and the names of those that cannot."""
        converters = self._converters_of(object_type)
        given: dict[str, str] = {}
        left_out: list[str] = []
        for name, value in backup_values.items():
            convert = converters.get(name)
            if convert is None:
                continue
            try:
                given[name] = convert(value)
            except ValueProblem:
                left_out.append(name)
        while True:
            try:
                return checked_values(self._tx, object_type, given, {}), tuple(left_out)
            except UserError as error:
                name = str(error.values.get("property", ""))
                if name not in given:
                    raise
                left_out.append(name)
                del given[name]

    def _converters_of(self, object_type: ObjectType) -> dict[str, Callable[[str], str]]:
        kept = self._converters.get(object_type.id)
        if kept is None:
            entry = self._backup.file.entry_of(object_type.name)
            kept = {
                column.name: (
                    converter(PropertyType(column.backup_type), column.target)
                    if column.type_changed
                    else str
                )
                for column in match_columns(entry, object_type)
                if column.target is not None and not column.target.calculated
            }
            self._converters[object_type.id] = kept
        return kept


def _name(object_type: ObjectType, values: Values, refusal: Refusal | None) -> str:
    """What it was called; nothing is told of a person who was erased."""
    if refusal is Refusal.ERASED:
        return ""
    known = object_type.by_name
    names = [n for n in object_type.display_properties if n in known and not known[n].sensitive]
    return " ".join(values[name] for name in names if name in values)
