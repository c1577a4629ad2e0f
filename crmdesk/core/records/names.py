"""Which names objects and properties may bear; a name becomes a table or a column."""

from __future__ import annotations

import re
import unicodedata

from crmdesk.core.errors import UserError
from crmdesk.core.files.plain_line import is_one_line

MAX_LABEL = 255

#: Columns every object table has, and the names SQLite itself gives the row id.
RESERVED_PROPERTY_NAMES = frozenset(
    {
        "id",
        "created_at",
        "updated_at",
        "archived_at",
        "archived_by",
        "version",
        "rowid",
        "oid",
    }
)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
_RULE = "Use 1 to 100 of a-z, 0-9 and _, beginning with a letter; the label may be anything."


def validate_property_name(name: str) -> str:
    """Return ``name`` when a property may bear it.

    Raises:
        UserError: ``property_name_invalid`` or ``property_name_reserved``.
    """
    if _NAME.fullmatch(name) is None:
        raise UserError(
            "property_name_invalid", f"{_shown(name)} cannot name a property.", _RULE, name=name
        )
    if name in RESERVED_PROPERTY_NAMES:
        raise UserError(
            "property_name_reserved",
            f"{_shown(name)} is a name every record already uses.",
            "Choose another internal name; the label may stay as it is.",
            name=name,
        )
    return name


def validate_object_name(name: str) -> str:
    """Return ``name`` when an object may bear it.

    Raises:
        UserError: ``object_name_invalid``.
    """
    if _NAME.fullmatch(name) is None:
        raise UserError(
            "object_name_invalid", f"{_shown(name)} cannot name an object.", _RULE, name=name
        )
    return name


def validate_label(label: str) -> str:
    """Return ``label`` without outer spaces when people may read it as a name.

    Raises:
        UserError: ``label_blank``, ``label_too_long`` or ``label_unprintable``.
    """
    text = label.strip()
    if not text:
        raise UserError("label_blank", "A label cannot be blank.", "Give it a name people know.")
    if len(text) > MAX_LABEL:
        raise UserError(
            "label_too_long",
            f"The label has {len(text)} characters; at most {MAX_LABEL} are possible.",
            "Shorten it.",
            length=len(text),
        )
    if not is_one_line(text):
        raise UserError(
            "label_unprintable",
            "The label holds a control character, such as a line break or an order of direction.",
            "Remove it.",
        )
    return text


def name_from_label(label: str, taken: frozenset[str] | set[str] = frozenset()) -> str:
    """Derive an internal name from a label, unlike every name in ``taken``.

    "Größe (cm)" becomes ``grosse_cm``; a label without Latin letters becomes ``property``.
    """
    folded = unicodedata.normalize("NFKD", label.casefold())
    words = re.findall(r"[a-z0-9]+", folded.encode("ascii", "ignore").decode())
    stem = "_".join(words)[:90].strip("_") or "property"
    if not stem[0].isalpha():
        stem = f"property_{stem}"
    if stem in RESERVED_PROPERTY_NAMES:
        stem = f"{stem}_value"
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    return name


def _shown(name: str) -> str:
    """The name in quotes, short and without anything a terminal would obey."""
    return repr(name if len(name) <= 60 else f"{name[:57]}...")
