"""Typed texts of one record, checked and made canonical before they are written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import settings, users
from crmdesk.core.errors import UserError
from crmdesk.core.records.choices import Owner, find_stage
from crmdesk.core.records.problems import ImportErrorType, ValueProblem
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyFormat
from crmdesk.core.records.values import ValueContext, parse


def workspace_zone(tx: Tx) -> tzinfo:
    """The time zone in which typed times are meant."""
    text = tx.scalar(select(settings.c.value).where(settings.c.key == "workspace.time_zone"))
    try:
        return UTC if text is None else ZoneInfo(json.loads(text))
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def owners(tx: Tx) -> tuple[Owner, ...]:
    """Every user who may own records; the value kept is the user's id."""
    rows = tx.execute(
        select(users.c.id, users.c.email, users.c.full_name).where(users.c.removed_at.is_(None))
    )
    return tuple(Owner(str(row.id), row.email, row.full_name) for row in rows)


def value_context(tx: Tx) -> ValueContext:
    """How typed values are meant in this workspace."""
    return ValueContext(time_zone=workspace_zone(tx), owners=owners(tx))


def checked_values(
    tx: Tx,
    object_type: ObjectType,
    values: Mapping[str, str],
    current: Mapping[str, str | None],
) -> dict[str, str | None]:
    """Canonical values by property name.

    Raises:
        UserError: ``value_invalid``, ``property_unknown``, ``property_calculated``.
    """
    context = value_context(tx)
    canonical: dict[str, str | None] = {}
    columns = {name: object_type.property(name) for name in values}
    # The pipeline is read before its stage, whose label may mean one in several pipelines.
    for name in sorted(columns, key=lambda name: columns[name].format == PropertyFormat.STAGE):
        column, text = columns[name], values[name]
        if column.calculated:
            raise UserError(
                "property_calculated",
                f"{column.label} is calculated by CRM Desk and cannot be edited.",
                "Edit another property.",
                property=name,
            )
        canonical[name] = _parsed(column, text, context, object_type, {**current, **canonical})
    _refuse_stage_of_another_pipeline(object_type, current, canonical)
    return canonical


def _refuse_stage_of_another_pipeline(
    object_type: ObjectType, current: Mapping[str, str | None], given: Mapping[str, str | None]
) -> None:
    """A record moves to another pipeline together with its stage."""
    pipeline = object_type.with_format(PropertyFormat.PIPELINE)
    stage = object_type.with_format(PropertyFormat.STAGE)
    if pipeline is None or stage is None or stage.name in given:
        return
    kept, chosen = current.get(stage.name), given.get(pipeline.name)
    if kept is None or chosen in (None, current.get(pipeline.name)):
        return
    if not any(
        p.name == chosen and kept in {s.name for s in p.stages} for p in object_type.pipelines
    ):
        raise UserError(
            "value_invalid",
            f"{stage.label}: the stage that the record is in is not one of that pipeline.",
            f"Choose {pipeline.label} and {stage.label} together.",
            property=stage.name,
            type=ImportErrorType.INVALID_ENUMERATION_OPTION.value,
        )


def _parsed(
    column: Property,
    text: str,
    context: ValueContext,
    object_type: ObjectType,
    known: Mapping[str, str | None],
) -> str | None:
    try:
        if column.format == PropertyFormat.STAGE and text.strip() and object_type.pipelines:
            pipeline = object_type.with_format(PropertyFormat.PIPELINE)
            chosen = None if pipeline is None else known.get(pipeline.name)
            return find_stage(text, chosen, object_type.pipelines)
        return parse(text, column, context)
    except ValueProblem as problem:
        raise UserError(
            "value_invalid",
            f"{column.label}: {problem.message}",
            "Correct the value and save again.",
            property=column.name,
            type=problem.error_type.value,
        ) from problem
