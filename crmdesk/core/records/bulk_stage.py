"""Fills and settles the stage of a bulk action; nobody is held up, nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crmdesk.core.changes.plan import PlanCounts, count, find_records, settle
from crmdesk.core.changes.rules import (
    Rule,
    options_exist,
    owners_exist,
    required_present,
    stages_exist,
)
from crmdesk.core.changes.stage import Stage, create_stage, scratch_path
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.errors import UserError
from crmdesk.core.records.bulk_model import BulkAction, BulkChange
from crmdesk.core.records.picking import Picked, picked_condition
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.single import checked_values
from crmdesk.core.records.types import PropertyType

RULES: tuple[Rule, ...] = (options_exist, owners_exist, required_present, stages_exist)
_OPTIONS = (BulkAction.ADD_OPTIONS, BulkAction.REMOVE_OPTIONS)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One column: SQL for its wanted value over the record ``o``, and the SQL's parameters."""

    property: Property
    expression: str
    values: tuple[str, ...] = ()


def stage_edit(
    database: Database,
    folder: Path,
    object_type: ObjectType,
    picked: Picked,
    changes: Sequence[BulkChange],
) -> tuple[Stage, PlanCounts]:
    """What the picked live records would hold, compared with what they hold.

    Raises:
        UserError: ``value_invalid``, ``property_unknown``, ``property_calculated``,
            ``property_unique``, ``property_without_options``, ``nothing_chosen``.
    """
    with database.read() as tx:
        wanted = _wanted(tx, object_type, changes)
    columns = [each.property for each in wanted]
    stage = create_stage(scratch_path(folder), object_type, columns, blank_keeps=False)
    try:
        with database.staging(stage.path) as tx:
            _pick(tx, stage, picked)
            find_records(tx, stage)
            _fill(tx, stage, wanted)
            return stage, settle(tx, stage, RULES)
    except BaseException:
        stage.path.unlink(missing_ok=True)
        raise


def stage_deletion(
    database: Database, folder: Path, object_type: ObjectType, picked: Picked
) -> tuple[Stage, PlanCounts]:
    """The picked live records, to be deleted."""
    stage = create_stage(scratch_path(folder), object_type, (), blank_keeps=False)
    try:
        with database.staging(stage.path) as tx:
            _pick(tx, stage, picked)
            find_records(tx, stage)
            return stage, count(tx, stage, sample_size=0)
    except BaseException:
        stage.path.unlink(missing_ok=True)
        raise


def _pick(tx: Tx, stage: Stage, picked: Picked) -> None:
    object_type = stage.object_type
    where, values = picked_condition(tx, object_type, picked)
    tx.sql(
        "INSERT INTO stage.verdicts (row, line, record_id) "
        f"SELECT id, id, id FROM main.{quoted(object_type.table)} "
        f"WHERE {where} AND archived_at IS NULL ORDER BY id",
        values,
    )


def _fill(tx: Tx, stage: Stage, wanted: Sequence[_Wanted]) -> None:
    _teach_options(tx.driver)
    expressions = "".join(f", {each.expression}" for each in wanted)
    tx.sql(
        f"INSERT INTO stage.cells SELECT v.row{expressions} FROM stage.verdicts v "
        f"JOIN main.{quoted(stage.object_type.table)} o ON o.id = v.record_id ORDER BY v.row",
        [value for each in wanted for value in each.values],
    )


def _wanted(tx: Tx, object_type: ObjectType, changes: Sequence[BulkChange]) -> list[_Wanted]:
    if not changes:
        raise UserError(
            "nothing_chosen", "No property was chosen.", "Choose at least one property to change."
        )
    _refuse_impossible(object_type, changes)
    typed = {
        each.property: each.value for each in changes if each.action in (BulkAction.SET, *_OPTIONS)
    }
    canonical = checked_values(tx, object_type, typed, current={})
    wanted = []
    for change in changes:
        found = object_type.property(change.property)
        value = canonical.get(found.name)
        if change.action in _OPTIONS and value is not None:
            expression = f"{change.action.value}(o.{quoted(found.column)}, ?)"
            wanted.append(_Wanted(found, expression, (value,)))
        elif value is None:
            wanted.append(_Wanted(found, "NULL"))
        else:
            wanted.append(_Wanted(found, "?", (value,)))
    return wanted


def _refuse_impossible(object_type: ObjectType, changes: Sequence[BulkChange]) -> None:
    names = [change.property for change in changes]
    for change in changes:
        found = object_type.property(change.property)
        if found.calculated:
            raise UserError(
                "property_calculated",
                f"{found.label} is calculated by CRM Desk and cannot be edited.",
                "Choose another property.",
                property=found.name,
            )
        if names.count(found.name) > 1:
            raise UserError(
                "property_twice",
                f"{found.label} was chosen twice.",
                "Choose each property once.",
                property=found.name,
            )
        if found.unique and change.action is not BulkAction.CLEAR:
            raise UserError(
                "property_unique",
                f"{found.label} must be unique, so that many records cannot be given one value.",
                "Edit the records one by one, or import a file.",
                property=found.name,
            )
        if change.action in _OPTIONS and found.type is not PropertyType.MULTI_ENUMERATION:
            raise UserError(
                "property_without_options",
                f"{found.label} holds one value, so that options cannot be added or removed.",
                "Set or clear it instead.",
                property=found.name,
            )
        if change.action is not BulkAction.CLEAR and not change.value.strip():
            raise UserError(
                "value_missing",
                f"No value was given for {found.label}.",
                "Give it a value, or choose to clear it.",
                property=found.name,
            )


def _teach_options(driver: sqlite3.Connection) -> None:
    """Two SQL functions for sets of options, named as their actions."""
    teach: dict[BulkAction, Callable[[str | None, str], str | None]] = {
        BulkAction.ADD_OPTIONS: _with_options,
        BulkAction.REMOVE_OPTIONS: _without_options,
    }
    for action, function in teach.items():
        driver.create_function(action.value, 2, function, deterministic=True)


def _with_options(value: str | None, more: str) -> str | None:
    return ";".join(dict.fromkeys([*(value.split(";") if value else []), *more.split(";")]))


def _without_options(value: str | None, less: str) -> str | None:
    gone = set(less.split(";"))
    return ";".join(one for one in (value or "").split(";") if one not in gone) or None
