"""Properties that an import makes for columns that had none."""

from __future__ import annotations

from sqlalchemy import select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.db.tables import properties
from crmdesk.core.jobs.job import Job
from crmdesk.core.records.catalogue import PropertyDefinition
from crmdesk.core.records.definition_rows import add_property
from crmdesk.core.records.names import validate_label, validate_property_name
from crmdesk.core.records.schema import Property, load_object_type
from crmdesk.core.transfer.model import ImportRequest


class NewProperties:
    """Makes them before the rows are read, and takes unused ones back when the import fails."""

    def __init__(self, database: Database, audit_log: AuditLog) -> None:
        self._database = database
        self._audit_log = audit_log

    def make(self, actor: Actor, job_id: str, request: ImportRequest) -> None:
        """Add the properties that are asked for and not there yet, each with its audit entry.

        Raises:
            UserError: ``property_name_invalid``, ``too_many_properties`` and their kin; then
                none is added.
        """
        if not request.new_properties:
            return
        with self._database.write() as tx:
            for definition in request.new_properties:
                object_type = load_object_type(tx, request.object_name)
                if definition.name in object_type.by_name:
                    continue
                validate_property_name(definition.name)
                validate_label(definition.label)
                added = add_property(tx, object_type, definition)
                self._log(tx, actor, job_id, request.object_name, added, definition)

    def take_back(self, tx: Tx, actor: Actor, job: Job, request: ImportRequest) -> None:
        """Archive the properties that this job made, since no value of it was kept."""
        if not request.new_properties or job.started_at is None:
            return
        object_type = load_object_type(tx, request.object_name)
        wanted = {definition.name for definition in request.new_properties}
        made = tx.execute(
            select(properties.c.id).where(
                properties.c.object_type_id == object_type.id,
                properties.c.name.in_(wanted),
                properties.c.archived_at.is_(None),
                properties.c.created_at >= to_text(job.started_at),
            )
        ).scalars()
        by_id = {p.id: p for p in object_type.properties}
        for property_id in list(made):
            found = by_id[property_id]
            if not _used(tx, object_type.table, found):
                self._archive(tx, actor, job, object_type.name, found)

    def _archive(self, tx: Tx, actor: Actor, job: Job, object_name: str, found: Property) -> None:
        tx.execute(
            update(properties)
            .where(properties.c.id == found.id)
            .values(archived_at=tx.now_text, version=found.version + 1)
        )
        self._audit_log.log(
            tx,
            actor,
            kinds.PROPERTY_ARCHIVED,
            object_type=object_name,
            object_id=found.name,
            job_id=job.id,
            details={"label": found.label, "reason": "import_not_completed"},
        )

    def _log(
        self,
        tx: Tx,
        actor: Actor,
        job_id: str,
        object_name: str,
        added: Property,
        definition: PropertyDefinition,
    ) -> None:
        self._audit_log.log(
            tx,
            actor,
            kinds.SENSITIVE_CREATED if added.sensitive else kinds.PROPERTY_CREATED,
            object_type=object_name,
            object_id=added.name,
            job_id=job_id,
            details={
                "label": added.label,
                "type": added.type.value,
                "options": [option.value for option in definition.options],
            },
        )


def _used(tx: Tx, table: str, found: Property) -> bool:
    row = tx.sql(
        f"SELECT 1 FROM {quoted(table)} WHERE {quoted(found.column)} IS NOT NULL LIMIT 1"
    ).fetchone()
    return row is not None
