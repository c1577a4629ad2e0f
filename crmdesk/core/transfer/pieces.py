"""Cuts a table in pieces, each a stage of its own: one is written while the next are read.

Only where nothing but its key ties a row to another. Then a row fares the same whether it is
judged among all or among those of its piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from crmdesk.core.changes.stage import Stage, create_keys, create_stage, scratch_path
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import source_records
from crmdesk.core.files.table_parts import TablePart
from crmdesk.core.transfer.fill_part import Errand
from crmdesk.core.transfer.fill_parts import read_in_turn
from crmdesk.core.transfer.fill_processes import Reader
from crmdesk.core.transfer.matching import bin_holds_records
from crmdesk.core.transfer.preparing import Prepared, fill_task
from crmdesk.core.transfer.statics import write_statics

#: SQLite attaches ten files to a connection: each piece is one, and its history another.
_MOST_PIECES = 5
#: Microseconds a row of 60 columns, measured with two processors; only how they stand to each
#: other counts. Whoever reads while this process writes shares a processor with the history.
_READING_HERE, _READING_THERE, _WRITING = 33.0, 37.0, 24.0


class TiedRows(Exception):
    """Rows of one piece turned out to hang on those of another; nothing of them may be written."""


def are_apart(tx: Tx, prepared: Prepared) -> bool:
    """Whether nothing but its key can tie a row of the table to another."""
    matching, columns = prepared.rules.matching, prepared.columns
    return (
        matching.key is not None
        and columns[matching.key].unique
        and not any(p.unique for place, p in enumerate(columns) if place != matching.key)
        and not matching.id_header
        and not matching.origin.own
        and not prepared.rules.links.columns
        and not bin_holds_records(tx, prepared.object_type)
        and not _lines_are_known(tx, prepared)
    )


def shares(helpers: int) -> list[float]:
    """How large the pieces are to each other, so that each is read when those before are written.

    Args:
        helpers: processes that read all but the first, in turns; at least one.
    """
    sizes = [1.0]
    written = _READING_HERE + _WRITING
    read = [0.0] * helpers
    for number in range(_MOST_PIECES - 1):
        sizes.append((written - read[number % helpers]) / _READING_THERE)
        read[number % helpers] = written
        written += sizes[-1] * _WRITING
    return sizes


def cut_in_pieces(prepared: Prepared, helpers: Sequence[Reader]) -> Sequence[TablePart | None]:
    """The parts of the table to be written one after the other; none where it is not cut."""
    parts = prepared.source.parts(shares(len(helpers))) if helpers else []
    return parts if len(parts) > 1 else []


@contextmanager
def filled_pieces(
    folder: Path,
    prepared: Prepared,
    parts: Sequence[TablePart | None],
    reported: Callable[[int], None],
    helpers: Sequence[Reader],
) -> Iterator[Iterator[Stage]]:
    """The pieces in their order, each as soon as it is read.

    Args:
        folder: for staging files; none is left there after the block.
        parts: of the table, see :func:`cut_in_pieces`.
        reported: told the rows read so far, while this process reads or waits; may raise to stop.

    Raises:
        UserError: what reading the table refuses, or what the disk said.
        TiedRows: a piece does not end where a row ends.
    """
    path = scratch_path(folder)
    keys = path.with_name(f"{path.name}-keys")
    places = [path.with_name(f"{path.name}-piece{number}") for number in range(len(parts))]
    try:
        create_keys(keys)
        errands = []
        for place, part in zip(places, parts, strict=True):
            stage = create_stage(place, prepared.object_type, prepared.columns, blank_keeps=True)
            errands.append(Errand(fill_task(prepared, replace(stage, keys=keys)), 0, part))
        yield _filled(prepared, errands, reported, helpers)
    finally:
        # One that is still at work would make its file behind our back.
        for helper in helpers:
            helper.end()
        for scratch in (keys, *places):
            scratch.unlink(missing_ok=True)


def _filled(
    prepared: Prepared,
    errands: Sequence[Errand],
    reported: Callable[[int], None],
    helpers: Sequence[Reader],
) -> Iterator[Stage]:
    read = read_in_turn(errands, reported, helpers)
    for errand, found in zip(errands, read, strict=True):
        if not found.cut_rightly and errand is not errands[-1]:
            raise TiedRows
        write_statics(errand.task.stage.path, errand.task.stage.columns, prepared.statics)
        yield errand.task.stage


def _lines_are_known(tx: Tx, prepared: Prepared) -> bool:
    """Whether this very file came in before, with rows that no key tells apart."""
    found = select(source_records.c.record_id).where(
        source_records.c.object_type_id == prepared.object_type.id,
        source_records.c.source == prepared.rules.matching.origin.source,
    )
    return tx.execute(found.limit(1)).first() is not None
