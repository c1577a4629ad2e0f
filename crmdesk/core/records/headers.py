"""Header texts, folded so that case, spaces and punctuation do not matter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_NOT_WORD = re.compile(r"[\W_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SUFFIX = re.compile(r"^(?P<head>.+?)\s*(?:\[(?P<a>[^\]]+)\]|\((?P<b>[^)]+)\)|\s[-–—]\s(?P<c>.+))$")
_STAGE_HISTORY = frozenset({"dateenteredstage", "dateleftstage", "dateexitedstage"})
_KIND_OF_ACTIVITY = frozenset({"activitytype", "engagementtype"})


def fold(text: str) -> str:
    """Letters and digits of a header in lower case: ``"Country/Region "`` → ``countryregion``."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text.lstrip("\ufeff")).casefold())


def words(text: str) -> str:
    """A header as words: ``"CompanyName"`` and ``"company_name"`` → ``"Company name"``."""
    spaced = _CAMEL.sub(" ", text.strip("\ufeff \t\r\n")).replace("_", " ")
    kept = [word if word.isupper() else word.lower() for word in spaced.split()]
    joined = " ".join(kept)
    return joined[:1].upper() + joined[1:]


def split_object(header: str) -> tuple[str, str | None]:
    """Take the object off a header: ``"Amount [Deal]"`` or ``"Record ID - Contact"``.

    Returns the rest and the object's text; None when the header has no such ending.
    """
    match = _SUFFIX.match(header.strip("\ufeff \t\r\n"))
    if match is None:
        return header, None
    return match["head"], match["a"] or match["b"] or match["c"]


def is_association(header: str) -> bool:
    """Whether the column names other records, such as "Associated Company IDs"."""
    folded = fold(header)
    return folded.startswith("associated") or folded.endswith("associations")


def is_stage_history(header: str) -> bool:
    """Whether the column belongs to an export with a row for each stage a record went through."""
    return fold(header) in _STAGE_HISTORY


def is_kind_of_activity(header: str) -> bool:
    """Whether the column says if a row is a call, a task or something else."""
    return fold(header) in _KIND_OF_ACTIVITY


def folded_set(texts: Iterable[str]) -> frozenset[str]:
    """The folded texts, without blank ones."""
    return frozenset(filter(None, map(fold, texts)))
