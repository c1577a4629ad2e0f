"""Templates of imports: what was chosen for a file, offered when its headings come again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, desc, func, insert, select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.clock import from_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import import_templates, users
from crmdesk.core.errors import UserError
from crmdesk.core.records.headers import fold
from crmdesk.core.records.names import validate_label
from crmdesk.core.records.schema import ObjectType, load_object_type
from crmdesk.core.transfer.column_plan import RECORD_ID
from crmdesk.core.transfer.model import ImportRequest
from crmdesk.core.transfer.request_json import request_from_json, request_to_json

#: What belongs to one file and not to the next one like it.
_OF_ONE_FILE: dict[str, Any] = {"path": "", "options": {}, "sha256": None, "new_properties": []}


@dataclass(frozen=True, slots=True)
class ImportTemplate:
    """What was chosen for a file of certain headings.

    Attributes:
        columns: how many columns it maps.
    """

    id: int
    name: str
    object_name: str
    columns: int
    user_id: int | None
    user_name: str
    used_at: datetime


class ImportTemplates:
    """Everybody who imports uses all of them; one's own can be deleted, by a Super Admin all."""

    def __init__(self, database: Database, guard: Guard) -> None:
        self._database = database
        self._guard = guard

    def list(self, actor: Actor) -> list[ImportTemplate]:
        """All of them, the last used first."""
        self._guard.require(actor, Permission.IMPORT)
        with self._database.read() as tx:
            return [_template(row) for row in tx.execute(_statement())]

    def fitting(
        self, actor: Actor, object_name: str, headers: Sequence[str]
    ) -> Sequence[ImportTemplate]:
        """Those that were made for a file of the same headings, in whatever order of columns."""
        self._guard.require(actor, Permission.IMPORT)
        wanted = _statement().where(
            import_templates.c.object_name == object_name,
            import_templates.c.header_digest == header_digest(headers),
        )
        with self._database.read() as tx:
            return [_template(row) for row in tx.execute(wanted)]

    def save(self, actor: Actor, name: str, headers: Sequence[str], request: ImportRequest) -> int:
        """Keep what was chosen for a file, under a name, and return the template's id.

        One's own template of that name is replaced. Fixed values of sensitive properties are not
        kept.

        Raises:
            UserError: ``name_taken`` by somebody else's, ``label_invalid``, ``object_unknown``.
        """
        self._guard.require(actor, Permission.IMPORT)
        with self._database.write() as tx:
            object_type = load_object_type(tx, request.object_name)
            name = validate_label(name)
            self._make_room(tx, actor, object_type.name, name)
            return int(
                tx.execute(
                    insert(import_templates).values(
                        name=name,
                        object_name=object_type.name,
                        header_digest=header_digest(headers),
                        mapping=json.dumps(_kept(request, object_type)),
                        user_id=actor.user_id,
                        created_at=tx.now_text,
                        used_at=tx.now_text,
                    )
                ).lastrowid
            )

    def apply(self, actor: Actor, template_id: int, request: ImportRequest) -> ImportRequest:
        """The request with what the template says; columns and properties that are gone stay out.

        Raises:
            UserError: ``template_unknown``, ``template_of_another_object``.
        """
        self._guard.require(actor, Permission.IMPORT)
        with self._database.write() as tx:
            row = _row(tx, template_id)
            if row.object_name != request.object_name:
                raise UserError(
                    "template_of_another_object",
                    f"The template “{row.name}” is for {row.object_name}.",
                    "Choose another template, or another object.",
                )
            object_type = load_object_type(tx, request.object_name)
            tx.execute(
                update(import_templates)
                .where(import_templates.c.id == template_id)
                .values(used_at=tx.now_text)
            )
        kept = request_from_json({**json.loads(row.mapping), **_OF_ONE_FILE})
        known = {p.name for p in object_type.writable} | {RECORD_ID}
        return replace(
            kept,
            path=request.path,
            options=request.options,
            sha256=request.sha256,
            mapping={h: name for h, name in (kept.mapping or {}).items() if name in known},
            static={name: value for name, value in kept.static.items() if name in known},
        )

    def delete(self, actor: Actor, template_id: int) -> None:
        """Forget a template of one's own; a Super Admin any.

        Raises:
            UserError: ``template_unknown``, ``template_of_another``.
        """
        self._guard.require(actor, Permission.IMPORT)
        admin = self._guard.allows(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            row = _row(tx, template_id)
            if row.user_id != actor.user_id and not admin:
                raise UserError(
                    "template_of_another",
                    f"The template “{row.name}” is another user's.",
                    "Ask who made it, or a Super Admin, to delete it.",
                )
            tx.execute(delete(import_templates).where(import_templates.c.id == template_id))

    def _make_room(self, tx: Tx, actor: Actor, object_name: str, name: str) -> None:
        row = tx.execute(
            select(import_templates).where(
                import_templates.c.object_name == object_name,
                func.lower(import_templates.c.name) == name.lower(),
            )
        ).first()
        if row is None:
            return
        if row.user_id != actor.user_id:
            raise UserError(
                "name_taken",
                f"Somebody else has a template “{row.name}”.",
                "Choose another name.",
            )
        tx.execute(delete(import_templates).where(import_templates.c.id == row.id))


def header_digest(headers: Sequence[str]) -> str:
    """SHA-256 over the folded headings, whatever their order."""
    folded = sorted(fold(header) or header for header in headers)
    return hashlib.sha256("\0".join(folded).encode()).hexdigest()


def _kept(request: ImportRequest, object_type: ObjectType) -> dict[str, Any]:
    sensitive = {p.name for p in object_type.properties if p.sensitive}
    static = {name: value for name, value in request.static.items() if name not in sensitive}
    facts = request_to_json(replace(request, static=static))
    return {key: value for key, value in facts.items() if key not in _OF_ONE_FILE}


def _statement() -> Any:
    return (
        select(import_templates, users.c.full_name)
        .outerjoin(users, users.c.id == import_templates.c.user_id)
        .order_by(desc(import_templates.c.used_at), desc(import_templates.c.id))
    )


def _row(tx: Tx, template_id: int) -> Row[Any]:
    row = tx.execute(select(import_templates).where(import_templates.c.id == template_id)).first()
    if row is None:
        raise UserError(
            "template_unknown", "There is no such template.", "Look at the list of templates."
        )
    return row


def _template(row: Row[Any]) -> ImportTemplate:
    return ImportTemplate(
        row.id,
        row.name,
        row.object_name,
        len(json.loads(row.mapping)["mapping"] or {}),
        row.user_id,
        row.full_name or "",
        from_text(row.used_at),
    )
