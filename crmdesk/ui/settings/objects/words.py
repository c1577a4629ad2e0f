"""Words that the pages of an object share."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from crmdesk.core.records.types import PropertyType


def say(text: str) -> str:
    """A sentence of these pages in the language of the window."""
    return QCoreApplication.translate("Objects", text)


def type_words(kind: PropertyType) -> str:
    """What a type is called."""
    return dict(type_choices())[kind]


def type_choices() -> Sequence[tuple[PropertyType, str]]:
    """Every type with what it is called."""
    return (
        (PropertyType.STRING, say("Text")),
        (PropertyType.NUMBER, say("Number")),
        (PropertyType.DATE, say("Date")),
        (PropertyType.DATETIME, say("Date and time")),
        (PropertyType.BOOL, say("Yes or no")),
        (PropertyType.ENUMERATION, say("One of several options")),
        (PropertyType.MULTI_ENUMERATION, say("Several options")),
        (PropertyType.PHONE, say("Phone number")),
    )
