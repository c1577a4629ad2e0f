"""The words of one workspace's log: what filter menus offer and the search language knows."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from crmdesk.core.access.actor import ActorKind
from crmdesk.core.audit.catalogue import CategoryEntry, load_audit_catalogue
from crmdesk.core.audit.imported_matching import (
    imported_objects,
    imported_strangers,
    imported_subcategories,
)
from crmdesk.core.audit.index import Facet
from crmdesk.core.audit.kinds import Result
from crmdesk.core.audit.matching import Matching, edition_of
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import object_types, teams, users


@dataclass(frozen=True, slots=True)
class Word:
    """A value that is filtered by, with what it is called where the catalogue calls it so.

    Attributes:
        categories: of a subcategory, the categories it occurs in.
    """

    code: str
    label: str
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """A user; removed ones have acted too."""

    id: int
    email: str
    name: str
    removed: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A team; removed ones were somebody's team once."""

    id: int
    name: str
    removed: bool


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All words, in the order in which menus show them.

    Attributes:
        categories: those that the edition shows.
        objects: of records, removed ones too, and what else entries are about.
        others: e-mails of those who acted in imported logs and are no users.
        subcategories: those of the catalogue, of the objects, and what else stands in the log.
        withheld: categories and subcategories that another edition shows: they can be asked for,
            and nothing is found.
    """

    categories: tuple[Word, ...]
    subcategories: tuple[Word, ...]
    actions: tuple[Word, ...]
    results: tuple[Word, ...]
    actor_kinds: tuple[Word, ...]
    objects: tuple[Word, ...]
    users: tuple[Person, ...]
    teams: tuple[Group, ...]
    others: tuple[str, ...] = ()
    withheld: tuple[Word, ...] = ()


def read_vocabulary(tx: Tx) -> Vocabulary:
    """The words as they are now."""
    catalogue = load_audit_catalogue()
    shown = catalogue.visible_in(edition_of(tx))
    hidden = tuple(each for each in catalogue.categories if each not in shown)
    objects = objects_of_records(tx)
    people = tx.execute(
        select(users.c.id, users.c.email, users.c.full_name, users.c.removed_at).order_by(
            users.c.full_name, users.c.id
        )
    )
    groups = tx.execute(select(teams.c.id, teams.c.name, teams.c.removed_at).order_by(teams.c.name))
    return Vocabulary(
        tuple(Word(each.code, each.label) for each in shown),
        _subcategories(tx, shown, objects),
        tuple(Word(code, label) for code, label in catalogue.action_labels.items()),
        tuple(Word(each.value, each.value) for each in Result),
        tuple(Word(each.value, each.value) for each in ActorKind),
        (*objects, *_other_objects(tx, objects)),
        tuple(Person(u.id, u.email, u.full_name, u.removed_at is not None) for u in people),
        tuple(Group(t.id, t.name, t.removed_at is not None) for t in groups),
        imported_strangers(tx),
        (
            *(Word(each.code, each.label) for each in hidden),
            *_subcategories(tx, hidden, objects),
        ),
    )


def objects_of_records(tx: Tx) -> tuple[Word, ...]:
    """The objects in their order, removed ones last: their entries stay and are looked for."""
    kept = select(object_types.c.name, object_types.c.plural_label)
    in_order = kept.order_by(object_types.c.archived_at.is_not(None), object_types.c.position)
    found: dict[str, str] = {}
    for row in tx.execute(in_order):
        found.setdefault(row.name, row.plural_label)
    return tuple(Word(name, label) for name, label in found.items())


def _other_objects(tx: Tx, known: tuple[Word, ...]) -> tuple[Word, ...]:
    """What else entries are about: users, settings, exports and the like."""
    in_log = Matching(tx).index.values(Facet.OBJECT_TYPE).union(imported_objects(tx))
    names = sorted(in_log.difference(word.code for word in known))
    return tuple(Word(name, name.replace("_", " ").capitalize()) for name in names)


def _subcategories(
    tx: Tx, shown: tuple[CategoryEntry, ...], objects: tuple[Word, ...]
) -> tuple[Word, ...]:
    """Codes with a label and with every category that has them."""
    found: dict[str, tuple[str, list[str]]] = {}
    for category in shown:
        own = [(each.code, each.label) for each in category.subcategories if "*" not in each.code]
        own += [(each.code.upper(), each.label) for each in objects if category.per_object]
        for code, label in own:
            found.setdefault(code, (label, []))[1].append(category.code)
    for code, label, within in _of_families(tx, shown):
        found.setdefault(code, (label, [within]))
    return tuple(Word(code, label, tuple(codes)) for code, (label, codes) in found.items())


def _of_families(tx: Tx, shown: tuple[CategoryEntry, ...]) -> list[tuple[str, str, str]]:
    """What stands in the log and is known by the family of its code only."""
    in_log = sorted(Matching(tx).index.values(Facet.SUBCATEGORY))
    found = [
        (code, entry.label, category.code)
        for category in shown
        for code in in_log
        if (entry := category.subcategory(code)) is not None and "*" in entry.code
    ]
    return found + _imported(tx, shown)


def _imported(tx: Tx, shown: tuple[CategoryEntry, ...]) -> list[tuple[str, str, str]]:
    """What imported logs hold; what the catalogue does not know goes by its own name."""
    by_code = {category.code: category for category in shown}
    found = []
    for category, code in imported_subcategories(tx):
        if code and category in by_code:
            entry = by_code[category].subcategory(code)
            label = code.replace("_", " ").capitalize() if entry is None else entry.label
            found.append((code, label, category))
    return found
