"""Browsing a backup file: its tables, their records page by page, and a look at one value."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.backup.browsed import (
    BrowsedBackup,
    BrowsedColumn,
    BrowsedPage,
    BrowsedRow,
    BrowsedTable,
)
from crmdesk.core.backup.cancel import never
from crmdesk.core.backup.model import Backup
from crmdesk.core.backup.open_tables import (
    OpenTables,
    columns_of,
    open_cursor,
    open_tables,
    record_id_place,
    stamp_of,
)
from crmdesk.core.backup.policy import read_backups
from crmdesk.core.backup.table_cursor import CursorShelf, RawRow, TableCursor, TablePlace
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.errors import Cancelled, UserError
from crmdesk.core.files.invalid_bytes import readable
from crmdesk.core.records.record import MASKED
from crmdesk.core.records.schema import load_object_types

MOST_ROWS = 1_000
_PAGE_CHARACTERS = 8 << 20
_FILES_KNOWN = 4


@dataclass(frozen=True, slots=True)
class _Reading:
    """A table that is being read, and how its columns are shown."""

    table: BrowsedTable
    columns: tuple[BrowsedColumn, ...]
    cursor: TableCursor

    def shown(self, cells: Sequence[str], *, damaged: bool) -> BrowsedRow:
        """A row as it may be seen."""
        width = len(self.columns)
        place = record_id_place(self.columns)
        if damaged and any(column.sensitive for column in self.columns):
            return BrowsedRow(self.cursor.position, None, (None,) * width, damaged=True)
        fitted = [*cells, *[""] * width][:width]
        values = tuple(
            MASKED if cell and column.sensitive else readable(cell) or None
            for cell, column in zip(fitted, self.columns, strict=True)
        )
        record_id = None if place is None or damaged else values[place]
        return BrowsedRow(self.cursor.position, record_id, values, damaged)


class BrowsingService:
    """Reads backups without changing or unpacking them. Super Admins only.

    A file is read as it streams out of the zip, and never as a whole; its place is remembered,
    so that the page after the last one read costs as much as the first.

    Args:
        vault: the folder of the workspace's backups.
        public_key: the key that this workspace's backups are signed with.
    """

    def __init__(
        self,
        database: Database,
        guard: Guard,
        audit_log: AuditLog,
        vault: Path,
        public_key: bytes,
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._vault = vault
        self._public_key = public_key
        self._shelf = CursorShelf()
        self._known: OrderedDict[TablePlace, OpenTables] = OrderedDict()

    def tables(self, actor: Actor, reference: str) -> BrowsedBackup:
        """What can be browsed of a backup of the vault, by its id, or of any file, by its path.

        Raises:
            UserError: ``backup_unknown``, ``backup_without_file``, ``file_missing``, or why the
                file cannot be read as a zip.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            opened = self._open(tx, reference)
        manifest = opened.file.manifest
        return BrowsedBackup(
            reference=reference,
            name=opened.file.path.name,
            ours=opened.trusted,
            snapshot_at=None if manifest is None else manifest.snapshot_at,
            tables=opened.tables,
        )

    def browse(
        self,
        actor: Actor,
        reference: str,
        object_or_file: str,
        *,
        search: str = "",
        after_row: int = 0,
        limit: int = 200,
        cancelled: Callable[[], bool] = never,
    ) -> BrowsedPage:
        """A page of records, sensitive values masked.

        Args:
            object_or_file: name of an object, or of a file inside the zip.
            search: only rows with a cell that holds this text, whatever its capitals; cells of
                sensitive columns are left out, since finding would tell what they are.
            after_row: 0 for the first page, then :attr:`BrowsedPage.next`; any number will do.
            limit: rows at most; never more than :data:`MOST_ROWS`, and fewer of long ones.

        Raises:
            UserError: as :meth:`tables`, ``backup_object_missing``, or where it is damaged.
            Cancelled: ``cancelled`` said so.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._reading(reference, object_or_file, after_row, cancelled) as reading:
            rows = _take(reading, search, min(max(limit, 1), MOST_ROWS), cancelled)
            cursor, total = reading.cursor, reading.table.rows
            ended = cursor.ended
            if ended and total is None:
                total = cursor.position
            return BrowsedPage(
                table=reading.table,
                columns=reading.columns,
                rows=tuple(rows),
                total=None if search.strip() else total,
                next=None if ended else cursor.position,
            )

    def reveal(
        self,
        actor: Actor,
        reference: str,
        object_or_file: str,
        row: int,
        names: Sequence[str],
        *,
        cancelled: Callable[[], bool] = never,
    ) -> Mapping[str, str | None]:
        """Show sensitive values of one row; it is logged who saw which.

        Args:
            row: as in :attr:`BrowsedRow.row`.
            names: names of columns.

        Raises:
            PermissionDenied: the actor is no Super Admin, or may not see sensitive values.
            UserError: as :meth:`browse`, ``backup_row_missing``, ``backup_row_damaged``,
                ``backup_column_missing``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        self._guard.require(actor, Permission.VIEW_SENSITIVE)
        with self._reading(reference, object_or_file, max(row, 1) - 1, cancelled) as reading:
            found = reading.cursor.take()
            values = _values_of(reading, found, names)
            table = reading.table
            id_place = record_id_place(reading.columns)
            record_id = None if id_place is None or found is None else found[0][id_place]
        with self._database.write() as tx:
            of_vault = bool(read_backups(tx, self._vault, reference))
            self._audit_log.log(
                tx,
                actor,
                kinds.SENSITIVE_REVEALED,
                object_type=table.object or None,
                object_id=record_id,
                link=f"backups/{reference}" if of_vault else None,
                details={
                    "properties": list(names),
                    "backup": reference if of_vault else Path(reference).name,
                    "file": table.file,
                    "row": row,
                },
            )
        return values

    def leave(self) -> None:
        """Close the files that were kept open for the next page."""
        self._shelf.close_all()

    @contextmanager
    def _reading(
        self, reference: str, object_or_file: str, after_row: int, cancelled: Callable[[], bool]
    ) -> Iterator[_Reading]:
        with self._database.read() as tx:
            opened = self._open(tx, reference)
            object_types = load_object_types(tx)
        table = opened.table(object_or_file)
        place = replace(opened.place, file=table.file)
        closings = self._shelf.closings
        cursor = self._shelf.take(place, after_row)
        cursor = cursor or open_cursor(opened, table, place, cancelled)
        try:
            columns = columns_of(opened, table, cursor.heading, object_types)
            cursor.skip_to(after_row, cancelled)
            yield _Reading(table, columns, cursor)
        except Cancelled:
            self._shelf.put(cursor, closings)
            raise
        except BaseException:
            cursor.close()
            raise
        self._shelf.put(cursor, closings)

    def _open(self, tx: Tx, reference: str) -> OpenTables:
        place = stamp_of(self._path(tx, reference))
        known = self._known.get(place)
        if known is None:
            known = self._known[place] = open_tables(place, self._public_key)
            while len(self._known) > _FILES_KNOWN:
                self._known.popitem(last=False)
        return known

    def _path(self, tx: Tx, reference: str) -> Path:
        found = read_backups(tx, self._vault, reference)
        if found:
            return self._path_in_vault(found[0])
        path = Path(reference)
        if path.suffix or len(path.parts) > 1:
            return path
        raise UserError(
            "backup_unknown",
            f"There is no backup “{reference}”.",
            "Give an id from the list of backups, or the path of a backup file.",
        )

    def _path_in_vault(self, found: Backup) -> Path:
        path = self._vault / found.file_name
        if not found.file_name or not path.is_file():
            raise UserError(
                "backup_without_file",
                "The file of this backup is not in the vault, so there is nothing to browse.",
                "Open a saved copy of it instead.",
            )
        return path


def _take(
    reading: _Reading, search: str, limit: int, cancelled: Callable[[], bool]
) -> list[BrowsedRow]:
    cursor, needle = reading.cursor, search.strip().casefold()
    searched = [not column.sensitive for column in reading.columns]
    all_searched = all(searched)
    rows: list[BrowsedRow] = []
    characters = 0
    while len(rows) < limit and characters < _PAGE_CHARACTERS:
        found = cursor.take()
        if found is None:
            break
        cells, damaged = found
        if needle:
            cursor.stop_if(cancelled)
            if damaged and not all_searched:
                continue
            # One search a row: no cell holds the mark that parts them.
            looked_at = cells if all_searched else compress(cells, searched)
            if needle not in "\0".join(looked_at).casefold():
                continue
        characters += sum(map(len, cells))
        rows.append(reading.shown(cells, damaged=damaged))
    return rows


def _values_of(
    reading: _Reading, found: RawRow | None, names: Sequence[str]
) -> dict[str, str | None]:
    if found is None:
        raise UserError(
            "backup_row_missing",
            f"{reading.table.file} has no such row.",
            "Open the backup again: the file may have changed.",
        )
    cells, damaged = found
    if damaged:
        raise UserError(
            "backup_row_damaged",
            "This row is damaged: its values may stand in the wrong columns.",
            "Look at the file itself, or use another backup.",
        )
    places = {column.name: place for place, column in enumerate(reading.columns)}
    for name in names:
        if name not in places:
            raise UserError(
                "backup_column_missing",
                f"{reading.table.file} has no column {name}.",
                "Choose one of the columns of the table.",
                property=name,
            )
    return {name: readable(cells[places[name]]) or None for name in names}
