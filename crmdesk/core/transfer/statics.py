"""Values that every row of an import gets although its file does not have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite import explain_errors
from crmdesk.core.errors import UserError
from crmdesk.core.records.problems import ValueProblem
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyFormat
from crmdesk.core.records.values import ValueContext
from crmdesk.core.transfer.column_plan import ColumnPlan
from crmdesk.core.transfer.columns import refuse_static
from crmdesk.core.transfer.filling import parse_one


def static_values(
    plan: ColumnPlan, given: Mapping[str, str], object_type: ObjectType, context: ValueContext
) -> dict[int, str]:
    """Canonical values by property id.

    Raises:
        UserError: ``static_value_invalid``; a blank one too, since it would say nothing.
    """
    read = read_statics(given, object_type, context)
    return {column.id: read[column.name] for column in plan.statics}


def read_statics(
    given: Mapping[str, str], object_type: ObjectType, context: ValueContext
) -> dict[str, str]:
    """Canonical values by internal name of their properties.

    Raises:
        UserError: ``static_value_invalid``, or that the property takes no fixed value.
    """
    found: dict[str, str] = {}
    pipeline = None
    columns = [object_type.property(name) for name in given]
    # A stage is read in the pipeline that stands beside it.
    for column in sorted(columns, key=lambda each: each.format == PropertyFormat.STAGE):
        refuse_static(column)
        try:
            value = parse_one(column, given[column.name], context, object_type, pipeline)
        except ValueProblem as problem:
            raise _invalid(column, problem.message) from problem
        if value is None or not value.strip():
            raise _invalid(column, "It is blank.")
        if column.format == PropertyFormat.PIPELINE:
            pipeline = value
        found[column.name] = value
    return found


def write_statics(stage: Path, columns: Sequence[Property], values: Mapping[int, str]) -> None:
    """Put the values into every row of a filled stage."""
    places = [place for place, column in enumerate(columns) if column.id in values]
    if not places:
        return
    settings = ", ".join(f"c{place} = ?" for place in places)
    with explain_errors(stage), closing(sqlite3.connect(stage)) as connection, connection:
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute(
            f"UPDATE cells SET {settings}", [values[columns[place].id] for place in places]
        )


def _invalid(column: Property, why: str) -> UserError:
    return UserError(
        "static_value_invalid",
        f"The fixed value of {column.label} cannot be used: {why}",
        "Give another value, or leave the property out.",
        property=column.name,
    )
