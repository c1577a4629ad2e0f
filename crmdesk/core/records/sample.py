"""Believable CRM data for the demonstration: people and firms of many countries, all invented.

The same number and seed give the same data, row by row; nothing is held in memory. Addresses
end in ``.example``, which nobody can own (RFC 2606), so that no message ever reaches anyone.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from crmdesk.core.records.catalogue import PropertyDefinition, load_catalogue
from crmdesk.core.records.multi import SEPARATOR
from crmdesk.core.records.sample_records import ROW_MAKERS
from crmdesk.core.records.sample_world import Row, Scene, sample_words
from crmdesk.core.records.types import PropertyType

#: How many records of each object go with so many contacts.
_PROPORTIONS: dict[str, Callable[[int], int]] = {
    "companies": lambda contacts: max(1, contacts // 4),
    "contacts": lambda contacts: contacts,
    "products": lambda contacts: max(6, min(192, contacts // 20)),
    "deals": lambda contacts: max(1, contacts // 2),
    "tickets": lambda contacts: max(1, contacts // 3),
    "calls": lambda contacts: max(1, contacts // 2),
    "conversations": lambda contacts: max(1, contacts // 4),
    "tasks": lambda contacts: max(1, contacts // 2),
}


def believable_data(
    records: int, seed: int, owners: Sequence[str] = ()
) -> dict[str, Iterator[Row]]:
    """Rows of every standard object, as internal names to canonical values; blanks left out.

    Args:
        records: how many contacts; the other objects follow in proportion (about three times
            as many records in all).
        seed: another seed, other people.
        owners: values of owners to share the records out to, e.g. e-mail addresses.
    """
    words = sample_words()
    companies = _PROPORTIONS["companies"](records)
    return {
        name: _rows(name, count(records), _scene(name, seed, words, companies, owners))
        for name, count in _PROPORTIONS.items()
    }


def write_sample_files(
    folder: Path, records: int, seed: int, owners: Sequence[str] = ()
) -> list[Path]:
    """Write one CSV for each object, with the labels and value forms CRM exports have.

    Args:
        folder: is made when it is missing; files of the same names are replaced.
        records: how many contacts, see :func:`believable_data`.
        seed: another seed, other people.
        owners: e-mail addresses of owners; without them the owner column is left out.

    Returns:
        The files, in an order in which they can be imported.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, rows in believable_data(records, seed, owners).items():
        path = folder / f"{name}.csv"
        _write(path, _columns(name, bool(owners)), rows)
        paths.append(path)
    return paths


def _scene(
    name: str, seed: int, words: dict[str, Any], companies: int, owners: Sequence[str]
) -> Scene:
    # Not for secrets: the demonstration has to come out the same every time.
    return Scene(random.Random(f"{seed}/{name}"), words, companies, owners)  # noqa: S311


def _rows(name: str, count: int, scene: Scene) -> Iterator[Row]:
    make = ROW_MAKERS[name]
    for index in range(count):
        row = make(index, scene)
        yield {key: value for key, value in row.items() if value}


def _columns(name: str, has_owners: bool) -> list[PropertyDefinition]:
    """The properties that rows of an object use, in the catalogue's order."""
    scene = _scene(name, 0, sample_words(), 1, ("owner",) if has_owners else ())
    used = set(ROW_MAKERS[name](1, scene))
    if name == "products":
        used.add("recurringbillingfrequency")
    if not has_owners:
        used.discard("hubspot_owner_id")
    return [p for p in load_catalogue().object(name).properties if p.name in used]


def _write(path: Path, columns: Sequence[PropertyDefinition], rows: Iterator[Row]) -> None:
    names = [p.name for p in columns]
    forms = [_exported_form(p) for p in columns]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([p.label for p in columns])
        for row in rows:
            writer.writerow(
                [
                    form(row[name]) if name in row else ""
                    for name, form in zip(names, forms, strict=True)
                ]
            )


def _exported_form(column: PropertyDefinition) -> Callable[[str], str]:
    """How exports write a value: labels for choices, minutes for moments."""
    if column.type is PropertyType.DATETIME:
        return lambda text: f"{text[:10]} {text[11:16]}"
    labels = {option.value: option.label for option in column.options}
    if column.type is PropertyType.MULTI_ENUMERATION:
        return lambda text: SEPARATOR.join(labels[value] for value in text.split(SEPARATOR))
    return lambda text: labels.get(text, text)
