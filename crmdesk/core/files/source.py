"""One way to read a table, whatever file it comes in.

The import opens a file twice: once to show what is in it, once to take it in. In between it may
grow, shrink or be replaced; a fingerprint taken at the opening tells.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from crmdesk.core.errors import UserError
from crmdesk.core.files import text_table, workbook
from crmdesk.core.files.archive import ArchiveEntry, ArchiveLimits, open_archive, open_entry
from crmdesk.core.files.dialect import HEAD_BYTES, CsvDialect, choose_dialect
from crmdesk.core.files.encodings import UTF_8, EncodingProbe
from crmdesk.core.files.fingerprint import Fingerprint, Known, take_fingerprint
from crmdesk.core.files.formula_guard import unguarded
from crmdesk.core.files.ordinary import open_ordinary
from crmdesk.core.files.sheet_table import sheet_batches, sheet_headers, sheet_rows
from crmdesk.core.files.table import Batch, Headers, Row, TableLimits, name_columns
from crmdesk.core.files.table_parts import LineCounter, TablePart, cut_table, open_part
from crmdesk.core.files.workbook import TableKind

_PIECE = 1 << 20
_ANY_SIZE = 1 << 62
_TABLE_ENDINGS = (".csv", ".tsv", ".tab", ".txt")


@dataclass(frozen=True, slots=True)
class TableSource:
    """A table in a file, opened for reading as often as needed.

    ``dialect`` is None for workbooks. A workbook of several sheets comes without a chosen
    ``sheet`` and without headers until :meth:`choose_sheet`. ``entry`` names the file inside a
    zip. ``size`` is that of the file on the disk.
    """

    path: Path
    kind: TableKind
    size: int
    sha256: str
    headers: Headers
    limits: TableLimits
    dialect: CsvDialect | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    entry: str | None = None
    taken: Fingerprint | None = None
    declared: Mapping[str, int] | None = None
    has_header: bool = True
    guarded: bool = False
    lines: LineCounter = field(default_factory=LineCounter, compare=False, repr=False)

    @property
    def needs_sheet(self) -> bool:
        """Whether the workbook has several sheets and none is chosen yet."""
        return self.kind in _WORKBOOKS and self.sheet is None

    def choose_sheet(self, sheet: str, has_header: bool | None = None) -> TableSource:
        """Return the same source with one of its sheets chosen.

        Raises:
            UserError: ``sheet_missing``, ``table_empty`` or what reading the sheet refuses.
        """
        headers = sheet_headers(self.path, sheet, self.limits, has_header)
        return replace(self, sheet=sheet, headers=headers, has_header=headers.line is not None)

    def unguarded(self) -> TableSource:
        """The same source, read without the apostrophes that an export for spreadsheets put."""
        headers = self.headers
        if headers.line is not None:
            headers = name_columns([*map(unguarded, headers.originals)], headers.line)
        return replace(self, headers=headers, guarded=True)

    def rows(self) -> Iterator[Row]:
        """Read every row below the header, good and bad ones, in the order of the file.

        Raises:
            UserError: ``sheet_not_chosen``, ``file_changed``, or what reading refuses.
        """
        self._refuse_change()
        if self.dialect is None:
            found = sheet_rows(self.path, self._sheet(), self.headers, self.limits)
        else:
            found = text_table.read_rows(self._bytes(), self.dialect, self.limits)
        if self.guarded:
            found = (replace(row, cells=tuple(map(unguarded, row.cells))) for row in found)
        yield from found
        self._refuse_change()

    def parts(self, shares: Sequence[float], lead: int = 0) -> Sequence[TablePart | None]:
        """Cut the table in parts of these sizes to each other; ``None`` is all of it.

        Args:
            lead: so many bytes more for the first.
        """
        dialect = self.dialect
        if dialect is None or not dialect.proven or self.entry is not None or len(shares) < 2:
            return [None]
        is_row = partial(text_table.is_row, dialect=dialect, width=len(self.headers))
        return cut_table(self.path, self.size, shares, lead, is_row)

    def batches(self, size: int = 1_000, *, part: TablePart | None = None) -> Iterator[Batch]:
        """Read ``size`` rows at once, for speed.

        Args:
            part: what to read, of several :meth:`parts`. One that does not end at the end of the
                table was cut rightly unless its last row has a quote that is never closed.

        Raises:
            UserError: as :meth:`rows`.
        """
        self._refuse_change()
        if self.dialect is None:
            found = sheet_batches(self.path, self._sheet(), self.headers, self.limits, size)
        else:
            found = text_table.read_batches(
                self._bytes(part),
                self.dialect,
                self.limits,
                size,
                lines_before=0 if part is None else self.lines.before(self.path, part),
                width=len(self.headers),
            )
        yield from map(_unguarded_batch, found) if self.guarded else found
        self._refuse_change()

    def _refuse_change(self) -> None:
        """Compare size, time and place with the opening, which costs nothing."""
        try:
            now = self.path.lstat()
        except OSError as error:
            raise _changed(self.path) from error
        then = self.taken
        if then is None:
            return
        if (now.st_size, now.st_mtime_ns, now.st_ino) != (then.size, then.modified_ns, then.inode):
            raise _changed(self.path)

    def _sheet(self) -> str:
        if self.sheet is None:
            raise UserError(
                "sheet_not_chosen",
                f"{self.path.name} has {len(self.sheets)} sheets, and one has to be chosen.",
                "Choose one of: " + ", ".join(self.sheets) + ".",
                sheets=self.sheets,
            )
        return self.sheet

    def _bytes(self, part: TablePart | None = None) -> Callable[[], BinaryIO]:
        def opened() -> BinaryIO:
            file = _open_table_bytes(self.path, self.entry, self.limits, self.declared)
            return file if part is None else open_part(file, part)

        return opened


def _unguarded_batch(batch: Batch) -> Batch:
    rows = [(line, *map(unguarded, cells)) for line, *cells in batch.rows]  # type: ignore[arg-type]
    return Batch(rows, batch.rejected)


_WORKBOOKS = frozenset({TableKind.XLSX, TableKind.XLS, TableKind.ODS})


def open_table(
    path: str | os.PathLike[str],
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    entry: str | None = None,
    has_header: bool | None = None,
    max_bytes: int | None = None,
    declared: Mapping[str, int] | None = None,
) -> TableSource:
    """Open a table; what is not given is found out and can be read from the result.

    Args:
        path: CSV or its kin, XLSX, XLS, ODS, or a zip of CSV files; an ordinary file.
        encoding: of a CSV; guessed when None.
        delimiter: of a CSV; guessed when None.
        sheet: of a workbook; needed when it has several.
        entry: the file inside a zip; needed when it holds several, see :func:`list_tables`.
        has_header: whether the first row holds names; guessed when None.
        max_bytes: largest file accepted, 2 GB when None.
        declared: bytes by entry name from a verified backup's table, which then takes the place
            of the limits for zips; ``entry`` has to be one of them.

    Raises:
        UserError: its code says what is wrong; nothing was written anywhere.
    """
    limits = TableLimits() if max_bytes is None else TableLimits(file_bytes=max_bytes)
    place = Path(path)
    if declared is not None and entry is not None:
        limits = TableLimits(file_bytes=_ANY_SIZE)
        return _open_text(place, entry, limits, (encoding, delimiter, has_header), declared)
    with open_ordinary(place, limits.file_bytes):
        kind = workbook.recognise(place)
    if kind in _WORKBOOKS:
        return _open_workbook(place, kind, sheet, has_header, limits)
    if kind is TableKind.ZIP:
        entry = entry or _only_table(place, limits)
        _refuse_nested(entry)
    return _open_text(place, entry, limits, (encoding, delimiter, has_header))


def open_known(path: Path, known: Known, max_bytes: int | None = None) -> TableSource:
    """Open a plain text table without reading all of it to find out how it is written.

    Raises:
        UserError: as :func:`open_table`.
    """
    limits = TableLimits() if max_bytes is None else TableLimits(file_bytes=max_bytes)
    return _text_source(path, None, limits, known)


def list_tables(
    path: str | os.PathLike[str], max_bytes: int | None = None
) -> tuple[ArchiveEntry, ...]:
    """Name the CSV files in a zip, in its order; other files in it are passed over.

    Raises:
        UserError: any refusal of the zip.
    """
    limits = ArchiveLimits() if max_bytes is None else ArchiveLimits(file_bytes=max_bytes)
    with open_archive(path, limits) as archive:
        return tuple(
            entry for entry in archive.entries if entry.name.lower().endswith(_TABLE_ENDINGS)
        )


def _open_workbook(
    place: Path, kind: TableKind, sheet: str | None, has_header: bool | None, limits: TableLimits
) -> TableSource:
    taken = take_fingerprint(place, limits.file_bytes)
    sheets = workbook.sheet_names(place, limits)
    if not sheets:
        raise UserError("table_empty", f"{place.name} has no sheet with cells.")
    source = TableSource(
        path=place,
        kind=kind,
        size=taken.size,
        sha256=taken.sha256,
        headers=Headers((), (), None),
        limits=limits,
        sheets=sheets,
        taken=taken,
    )
    chosen = sheet if sheet is not None or len(sheets) > 1 else sheets[0]
    return source if chosen is None else source.choose_sheet(chosen, has_header)


def _open_text(
    place: Path,
    entry: str | None,
    limits: TableLimits,
    told: tuple[str | None, str | None, bool | None],
    declared: Mapping[str, int] | None = None,
) -> TableSource:
    def opened() -> BinaryIO:
        return _open_table_bytes(place, entry, limits, declared)

    encoding, delimiter, has_header = told
    _refuse_early(opened, limits, told)
    probe, head, taken = _examine(opened, place, entry, limits)
    dialect = choose_dialect(head, probe.guess(), encoding, delimiter, has_header)
    dialect = replace(dialect, proven=dialect.encoding == UTF_8 and probe.is_utf_8())
    return _text_source(place, entry, limits, Known(taken, dialect), declared)


def _text_source(
    place: Path,
    entry: str | None,
    limits: TableLimits,
    known: Known,
    declared: Mapping[str, int] | None = None,
) -> TableSource:
    def opened() -> BinaryIO:
        return _open_table_bytes(place, entry, limits, declared)

    taken, dialect = known.taken, known.dialect
    headers = text_table.read_header(opened, dialect, limits)
    return TableSource(
        path=place,
        kind=TableKind.CSV,
        size=taken.size,
        sha256=taken.sha256,
        headers=headers,
        limits=limits,
        dialect=dialect,
        entry=entry,
        taken=taken,
        declared=declared,
        has_header=dialect.has_header,
    )


def _refuse_early(
    opened: Callable[[], BinaryIO],
    limits: TableLimits,
    told: tuple[str | None, str | None, bool | None],
) -> None:
    """Refuse what the first bytes already show, before gigabytes are read for the rest."""
    with opened() as file:
        head = file.read(HEAD_BYTES)
    probe = EncodingProbe()
    probe.feed(head)
    dialect = choose_dialect(head, probe.guess(), *told)
    if b"\n" not in head and b"\r" not in head:
        text_table.read_header(opened, dialect, limits)


def _examine(
    opened: Callable[[], BinaryIO], place: Path, entry: str | None, limits: TableLimits
) -> tuple[EncodingProbe, bytes, Fingerprint]:
    """Read everything once: for the encoding, and for the fingerprint."""
    probe, digest = EncodingProbe(), hashlib.sha256()
    with opened() as file:
        head = piece = file.read(HEAD_BYTES)
        while piece:
            probe.feed(piece)
            digest.update(piece)
            piece = file.read(_PIECE)
        if entry is not None:
            return probe, head, take_fingerprint(place, limits.file_bytes)
        found = os.fstat(file.fileno())
    return probe, head, Fingerprint.of(found, digest.hexdigest())


def _open_table_bytes(
    place: Path, entry: str | None, limits: TableLimits, declared: Mapping[str, int] | None
) -> BinaryIO:
    if entry is None:
        return open_ordinary(place, limits.file_bytes)
    return open_entry(place, entry, ArchiveLimits(file_bytes=limits.file_bytes), declared)


def _only_table(place: Path, limits: TableLimits) -> str:
    names = [found.name for found in list_tables(place, limits.file_bytes)]
    if len(names) == 1:
        return names[0]
    raise UserError(
        "entry_not_chosen" if names else "archive_without_tables",
        f"The zip file {place.name} holds {len(names) or 'no'} tables.",
        "Choose one of: " + ", ".join(names) + "." if names else "Choose a zip of CSV files.",
        entries=tuple(names),
    )


def _refuse_nested(entry: str) -> None:
    if not entry.lower().endswith(_TABLE_ENDINGS):
        raise UserError(
            "entry_not_a_table",
            f"{entry} inside the zip file is no CSV file; zips and workbooks in it stay closed.",
            "Unpack it and choose the file itself.",
            entry=entry,
        )


def _changed(path: Path) -> UserError:
    return UserError(
        "file_changed",
        f"{path.name} has changed since it was opened; nothing of it was taken.",
        "Open it again and look at the preview once more.",
        path=str(path),
    )
