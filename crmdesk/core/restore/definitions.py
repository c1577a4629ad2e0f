"""Makes definitions again that a backup knows and the workspace has lost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.db.engine import Database
from crmdesk.core.errors import UserError
from crmdesk.core.records.catalogue import OptionDefinition, PropertyDefinition
from crmdesk.core.records.definitions import Definitions
from crmdesk.core.records.schema import Property
from crmdesk.core.records.types import PropertyFormat, PropertyType
from crmdesk.core.restore.sources import TrustedBackup, open_source


class DefinitionRestores:
    """Brings properties and options back. Super Admins only; each change is an entry of its own.

    Args:
        vault: the folder of the workspace's backups.
        verify_key: public key that this workspace's backups are signed with.
    """

    def __init__(
        self,
        database: Database,
        guard: Guard,
        definitions: Definitions,
        vault: Path,
        verify_key: bytes,
    ) -> None:
        self._database = database
        self._guard = guard
        self._definitions = definitions
        self._vault = vault
        self._verify_key = verify_key

    def property(self, actor: Actor, source: str, object_name: str, name: str) -> Property:
        """Make a property again as the backup defines it; returns it.

        One that was only archived comes back itself, with its values. One that is gone is made
        anew: its values can then be restored from the backup.

        Raises:
            UserError: what is wrong with the backup; ``definition_unknown``,
                ``property_exists``, ``object_unknown``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        backup = self._open(source)
        facts = _facts(backup, object_name, name)
        archived = self._definitions.archived_properties(actor, object_name)
        if any(each.id == facts.get("id") for each in archived):
            return self._definitions.restore_property(actor, object_name, int(facts["id"]))
        return self._definitions.add_property(actor, object_name, _definition(name, facts))

    def option(
        self, actor: Actor, source: str, object_name: str, name: str, value: str
    ) -> Property:
        """Add an option again that a property had in the backup; returns the property.

        Raises:
            UserError: as :meth:`property`; ``property_unknown``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        told = {
            option[0]: option[1]
            for option in _facts(self._open(source), object_name, name)["options"]
        }
        if value not in told:
            raise _unknown(name)
        found = self._definitions.object(actor, object_name).property(name)
        options = [OptionDefinition(o.value, o.label) for o in found.options if not o.archived]
        if value in {option.value for option in options}:
            return found
        options.append(OptionDefinition(value, told[value]))
        return self._definitions.set_property(actor, object_name, name, {"options": options})

    def _open(self, source: str) -> TrustedBackup:
        with self._database.read() as tx:
            return open_source(tx, source, self._vault, self._verify_key)


def _facts(backup: TrustedBackup, object_name: str, name: str) -> Mapping[str, Any]:
    """What the manifest says of a property; backups of the first format tell its type aside."""
    definitions: Mapping[str, Any] = backup.manifest.definitions
    facts = definitions.get(object_name, {}).get("properties", {}).get(name)
    if facts is None:
        raise _unknown(name)
    if facts.get("type"):
        return dict(facts)
    entry = backup.manifest.entry(object_name)
    column = next((c for c in (entry.columns if entry else ()) if c.name == name), None)
    if column is None:
        raise _unknown(name)
    return {
        **facts,
        "type": column.type,
        "label": column.label,
        "id": column.definition_id,
    }


def _definition(name: str, facts: Mapping[str, Any]) -> PropertyDefinition:
    gone = facts.get("archived_options", ())
    return PropertyDefinition(
        name,
        str(facts["label"]),
        PropertyType(facts["type"]),
        group=str(facts["group"]),
        format=PropertyFormat(facts["format"]),
        options=tuple(
            OptionDefinition(value, label)
            for value, label, *_ in facts["options"]
            if value not in gone
        ),
        sensitive=bool(facts["sensitive"]),
        unique=bool(facts["unique"]),
        required=bool(facts["required"]),
        hidden=bool(facts.get("hidden")),
    )


def _unknown(name: str) -> UserError:
    return UserError(
        "definition_unknown",
        f"The backup does not define “{name}”.",
        "Compare the backup with now to see what it defines.",
    )
