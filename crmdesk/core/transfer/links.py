"""The other records that rows name: read beside the stage, found set by set, associated last.

The stage holds them in a table ``links``: one row for each record that a row names. Nothing wrong
with one fails its row; it is a problem of its own beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from crmdesk.core.changes.stage import Stage
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import explain_errors, quoted, unique_expression
from crmdesk.core.errors import UserError
from crmdesk.core.files.source import TableSource
from crmdesk.core.records.association_bulk import associate_many
from crmdesk.core.records.association_labels import label_choices
from crmdesk.core.records.problems import ImportErrorType
from crmdesk.core.records.schema import ObjectType, Property, load_object_type
from crmdesk.core.transfer.column_plan import RECORD_ID, MappedAssociation
from crmdesk.core.transfer.model import Trust

_BATCH = 5_000
_LIVE = "('create', 'update', 'unchanged')"


@dataclass(frozen=True, slots=True)
class LinkColumn:
    """One column that names records.

    Attributes:
        by: the property that its cells give; ``None`` for record ids.
    """

    place: int
    mapped: MappedAssociation
    other: ObjectType
    by: Property | None


@dataclass(frozen=True, slots=True)
class LinkRules:
    """All such columns, and whether record ids are those of this workspace."""

    columns: tuple[LinkColumn, ...]
    own_ids: bool


@dataclass(frozen=True, slots=True)
class Linked:
    """What associating came to: associations that are new, and records that were not found."""

    added: int = 0
    failed: int = 0


def load_links(
    tx: Tx, object_type: ObjectType, mapped: Sequence[MappedAssociation], trust: Trust
) -> LinkRules:
    """Settle what each column names.

    Raises:
        UserError: ``object_unknown``, ``property_unknown``, ``association_key_not_usable``.
    """
    columns = []
    for place, each in enumerate(mapped):
        same = each.asked.object_name == object_type.name
        other = object_type if same else load_object_type(tx, each.asked.object_name)
        by = None if each.asked.property == RECORD_ID else _key(other, each.asked.property)
        columns.append(LinkColumn(place, each, other, by))
    return LinkRules(tuple(columns), trust is Trust.OURS)


def collect_links(
    stage: Path,
    source: TableSource,
    mapped: Sequence[MappedAssociation],
    limit: int | None,
) -> None:
    """Read the cells that name records; only an import that has some reads its file for them."""
    if not mapped:
        return
    with explain_errors(stage), closing(sqlite3.connect(stage)) as connection, connection:
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute(
            "CREATE TABLE links (row INTEGER, place INTEGER, value TEXT, label TEXT, "
            "other_id INTEGER, state TEXT)"
        )
        connection.execute("CREATE TABLE unknown_labels (label TEXT PRIMARY KEY)")
        connection.execute(
            "CREATE TABLE targets (value TEXT PRIMARY KEY, id INTEGER, many INTEGER)"
        )
        rows = _named(source, mapped, limit)
        while batch := list(islice(rows, _BATCH)):
            connection.executemany(
                "INSERT INTO links (row, place, value, label) VALUES (?, ?, ?, ?)", batch
            )


def find_links(tx: Tx, stage: Stage, rules: LinkRules) -> None:
    """Find the record that each link names.

    Called before the import writes, records that it is going to make count as found.
    """
    for column in rules.columns:
        tx.sql("DELETE FROM stage.targets")
        _find_targets(tx, stage, column, rules.own_ids)
        value = "l.value" if column.by is None else "lower(l.value)"
        tx.sql(
            "UPDATE stage.links AS l SET other_id = t.id, "
            "state = CASE WHEN t.many = 1 THEN 'found' ELSE 'several' END "
            f"FROM stage.targets t WHERE l.place = ? AND t.value = {value}",
            (column.place,),
        )


def count_found(tx: Tx) -> int:
    """Links whose record is known, in rows that are in."""
    row = tx.sql(
        "SELECT count(*) FROM stage.links l JOIN stage.verdicts v ON v.row = l.row "
        f"WHERE l.state = 'found' AND v.outcome IN {_LIVE}"
    ).fetchone()
    return int(row[0])


def write_links_found(tx: Tx, stage: Stage, rules: LinkRules, change_id: int) -> Linked:
    """Associate the records that an import wrote or found with those that its rows name."""
    if not rules.columns:
        return Linked()
    find_links(tx, stage, rules)
    tell_missing(tx, stage, rules)
    added = 0
    for column in rules.columns:
        for label in _labels(tx, column):
            pairs = tx.sql(
                "SELECT coalesce(n.record_id, v.record_id) AS own, l.other_id, l.rowid "
                "FROM stage.links l JOIN stage.verdicts v ON v.row = l.row "
                "LEFT JOIN temp.created n ON n.row = v.row "
                f"WHERE l.place = ? AND l.label = ? AND l.state = 'found' "
                f"AND v.outcome IN {_LIVE} ORDER BY l.rowid",
                (column.place, label),
            ).fetchall()
            if pairs:
                added += _associate(tx, stage, column, label, pairs, change_id)
    failed = tx.sql("SELECT count(*) FROM stage.links WHERE state = 'told'").fetchone()[0]
    return Linked(added, int(failed))


def tell_missing(tx: Tx, stage: Stage, rules: LinkRules) -> None:
    """Note labels that nobody knows and records that were not found, each beside its row."""
    for column in rules.columns:
        _keep_unknown_labels(tx, stage.object_type, column)
        _tell(
            tx,
            column,
            "l.label IN (SELECT label FROM stage.unknown_labels)",
            ImportErrorType.ASSOCIATION_LABEL_NOT_FOUND,
            f"There is no such label between {stage.object_type.plural_label} and "
            f"{column.other.plural_label}; nothing was associated.",
        )
        _tell(
            tx,
            column,
            "l.state IS NULL",
            ImportErrorType.ASSOCIATION_RECORD_NOT_FOUND,
            f"{column.other.label} not found; nothing was associated.",
        )
        _tell(
            tx,
            column,
            "l.state = 'several'",
            ImportErrorType.ASSOCIATION_RECORD_AMBIGUOUS,
            f"Several {column.other.plural_label.lower()} are called so; nothing was associated.",
        )


def names_records(other: ObjectType, found: Property) -> bool:
    """Whether a column may name records by the property: a unique one, the name or the domain."""
    shown = found.name in other.display_properties or found.name in ("domain", "name")
    return (found.unique or shown) and not found.sensitive and not found.calculated


def _key(other: ObjectType, name: str) -> Property:
    found = other.property(name)
    if names_records(other, found):
        return found
    raise UserError(
        "association_key_not_usable",
        f"{other.plural_label} cannot be found by {found.label}.",
        "Use the record ID, a unique property or the name.",
        property=name,
    )


def _named(
    source: TableSource, mapped: Sequence[MappedAssociation], limit: int | None
) -> Iterator[tuple[int, int, str, str]]:
    """Row, place of the column, the text that names a record, and its label."""
    for row in islice(source.rows(), limit):
        if row.problem is not None:
            continue
        for place, each in enumerate(mapped):
            label = each.asked.label
            if each.label_index is not None:
                label = row.cells[each.label_index].strip() or label
            for text in dict.fromkeys(row.cells[each.index].split(";")):
                if text.strip():
                    yield row.line, place, text.strip(), label


def _find_targets(tx: Tx, stage: Stage, column: LinkColumn, own_ids: bool) -> None:
    wanted = f"(SELECT value FROM stage.links WHERE place = {column.place})"
    table = f"main.{quoted(column.other.table)}"
    live = "o.archived_at IS NULL"
    if column.by is None and own_ids:
        tx.sql(
            f"INSERT INTO stage.targets SELECT CAST(o.id AS TEXT), o.id, 1 FROM {table} o "
            f"WHERE {live} AND CAST(o.id AS TEXT) IN {wanted}"
        )
    elif column.by is None:
        # Ids of another place: what earlier imports made of them, where that is beyond doubt.
        source = column.mapped.asked.source
        tx.sql(
            "INSERT INTO stage.targets SELECT s.source_record_id, min(o.id), "
            f"count(DISTINCT o.id) FROM main.source_records s JOIN {table} o "
            f"ON o.id = s.record_id WHERE {live} AND s.object_type_id = ? "
            f"AND s.source_record_id IN {wanted} AND ? IN ('', s.source) GROUP BY 1",
            (column.other.id, source),
        )
    else:
        shown = (
            unique_expression(column.by.column, "o")
            if column.by.unique
            else f"lower(o.{quoted(column.by.column)})"
        )
        tx.sql(
            f"INSERT INTO stage.targets SELECT {shown}, min(o.id), count(*) FROM {table} o "
            f"WHERE {live} AND o.{quoted(column.by.column)} IS NOT NULL AND {shown} IN "
            f"(SELECT lower(value) FROM stage.links WHERE place = {column.place}) GROUP BY 1"
        )
        _expect_own(tx, stage, column)


def _expect_own(tx: Tx, stage: Stage, column: LinkColumn) -> None:
    """Before it is written, a record that the same file makes is found in the stage."""
    position = next(
        (i for i, each in enumerate(stage.columns) if column.by and each.id == column.by.id), None
    )
    if position is None or stage.object_type.id != column.other.id:
        return
    tx.sql(
        f"INSERT OR IGNORE INTO stage.targets SELECT lower(c.c{position}), NULL, count(*) "
        "FROM stage.cells c JOIN stage.verdicts v ON v.row = c.row "
        f"WHERE v.outcome = 'create' AND c.c{position} IS NOT NULL AND lower(c.c{position}) IN "
        f"(SELECT lower(value) FROM stage.links WHERE place = {column.place}) GROUP BY 1"
    )


def _labels(tx: Tx, column: LinkColumn) -> list[str]:
    """Labels of what was found; they are known, and so they are few."""
    rows = tx.sql(
        "SELECT DISTINCT label FROM stage.links WHERE place = ? AND state = 'found'",
        (column.place,),
    )
    return [row[0] for row in rows]


def _keep_unknown_labels(tx: Tx, one: ObjectType, column: LinkColumn) -> None:
    """Of a column that was taken for labels by mistake, every cell may be another one."""
    choices = label_choices(tx, one, column.other)
    names = {choice.label.name for choice in choices if not choice.backwards}
    texts = {choice.text.casefold() for choice in choices}
    rows = tx.sql(
        "SELECT DISTINCT label FROM stage.links WHERE place = ? AND label <> ''", (column.place,)
    ).fetchall()
    tx.sql("DELETE FROM stage.unknown_labels")
    tx.driver.executemany(
        "INSERT INTO stage.unknown_labels VALUES (?)",
        [row for row in rows if row[0] not in names and row[0].casefold() not in texts],
    )


def _tell(
    tx: Tx, column: LinkColumn, condition: str, error_type: ImportErrorType, message: str
) -> None:
    """Note the links that meet ``condition``, SQL over ``l``, once each."""
    of_label = error_type is ImportErrorType.ASSOCIATION_LABEL_NOT_FOUND
    header = column.mapped.asked.header
    shown = (column.mapped.asked.label_header or header) if of_label else header
    told = tx.sql(
        "INSERT INTO stage.problems SELECT l.row, l.row, ?, ?, ?, "
        f"substr(l.{'label' if of_label else 'value'}, 1, 1000) FROM stage.links l "
        "JOIN stage.verdicts v ON v.row = l.row "
        f"WHERE l.place = ? AND coalesce(l.state, '') <> 'told' AND v.outcome IN {_LIVE} "
        f"AND ({condition})",
        (shown, error_type.value, message, column.place),
    ).rowcount
    if told:
        tx.sql(
            f"UPDATE stage.links AS l SET state = 'told' WHERE l.place = ? AND ({condition}) "
            f"AND row IN (SELECT row FROM stage.verdicts WHERE outcome IN {_LIVE})",
            (column.place,),
        )


def _associate(
    tx: Tx,
    stage: Stage,
    column: LinkColumn,
    label: str,
    pairs: Sequence[tuple[int, int, int]],
    change_id: int,
) -> int:
    selves = [rowid for own, other, rowid in pairs if _is_self(stage, column, own, other)]
    good = [pair for pair in pairs if not _is_self(stage, column, pair[0], pair[1])]
    done = associate_many(
        tx, change_id, stage.object_type, column.other, [pair[:2] for pair in good], label
    )
    tell = _teller(tx, column)
    tell(
        selves,
        ImportErrorType.FAILED_VALIDATION,
        "A record cannot be associated with itself.",
    )
    tell(
        [good[place][2] for place in done.over_limit],
        ImportErrorType.LIMIT_EXCEEDED,
        "One of the two records has as many associations as it may have.",
    )
    return done.added


def _is_self(stage: Stage, column: LinkColumn, own: int, other: int) -> bool:
    return stage.object_type.id == column.other.id and own == other


def _teller(tx: Tx, column: LinkColumn) -> Callable[[Sequence[int], ImportErrorType, str], None]:
    def tell(rowids: Sequence[int], error_type: ImportErrorType, message: str) -> None:
        for rowid in rowids:
            _tell(tx, column, f"l.rowid = {int(rowid)}", error_type, message)

    return tell
