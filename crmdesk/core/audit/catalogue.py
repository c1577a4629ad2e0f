"""What the audit log records: its categories, subcategories and actions, as data.

Kinds without a source in this program stay in the catalogue, so that a log imported from
elsewhere finds its words here and the page "What is recorded" says what is not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from crmdesk.core.resources import resource_path
from crmdesk.core.setting_declarations import Edition


@dataclass(frozen=True, slots=True)
class SubcategoryEntry:
    """One subcategory.

    Attributes:
        code: as stored; a ``*`` stands for any letters, where a family of codes is known.
        actions: codes of the actions that occur; empty without a source.
        has_source: whether this program writes such entries.
    """

    code: str
    label: str
    actions: tuple[str, ...]
    has_source: bool


@dataclass(frozen=True, slots=True)
class CategoryEntry:
    """One category.

    Attributes:
        edition: the lowest edition that shows it; every edition records it.
        per_object: its subcategories are the names of the objects, in capitals.
        actions: codes of the actions that occur in it.
    """

    code: str
    label: str
    edition: Edition
    description: str
    has_source: bool
    per_object: bool
    actions: tuple[str, ...]
    subcategories: tuple[SubcategoryEntry, ...]

    def subcategory(self, code: str) -> SubcategoryEntry | None:
        """The entry that describes a stored code."""
        for found in self.subcategories:
            if found.code == code:
                return found
        families = (found for found in self.subcategories if "*" in found.code)
        return next((found for found in families if fnmatchcase(code, found.code)), None)


@dataclass(frozen=True, slots=True)
class AuditCatalogue:
    """All of it, in the order in which pickers and pages show it."""

    categories: tuple[CategoryEntry, ...]
    action_labels: dict[str, str]

    def category(self, code: str) -> CategoryEntry | None:
        """The category with a stored code."""
        return next((found for found in self.categories if found.code == code), None)

    def visible_in(self, edition: Edition) -> tuple[CategoryEntry, ...]:
        """The categories that an edition shows."""
        order = list(Edition)
        shown = order.index(edition)
        return tuple(found for found in self.categories if order.index(found.edition) <= shown)


@cache
def load_audit_catalogue() -> AuditCatalogue:
    """Read ``catalogue/audit.json``, once."""
    data = json.loads(resource_path("catalogue", "audit.json").read_text(encoding="utf-8"))
    return AuditCatalogue(
        tuple(_category(entry) for entry in data["categories"]),
        {action["code"]: action["label"] for action in data["actions"]},
    )


def _category(entry: dict[str, Any]) -> CategoryEntry:
    subcategories = tuple(
        SubcategoryEntry(sub["code"], sub["label"], tuple(sub["actions"]), sub["has_source"])
        for sub in entry["subcategories"]
    )
    return CategoryEntry(
        entry["code"],
        entry["label"],
        Edition(entry["edition"]),
        entry["description"],
        entry["has_source"],
        entry.get("per_object", False),
        _distinct(entry.get("actions", []), subcategories),
        subcategories,
    )


def _distinct(own: Sequence[str], subcategories: Sequence[SubcategoryEntry]) -> tuple[str, ...]:
    below = [action for found in subcategories for action in found.actions]
    return tuple(dict.fromkeys([*own, *below]))
