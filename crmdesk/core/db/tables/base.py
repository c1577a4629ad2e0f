"""What every table shares."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Integer, MetaData, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: Tables that are views: read like any other, made by SQL of their own.
views = MetaData()

STRICT: dict[str, Any] = {"sqlite_strict": True}
NEVER_REUSED: dict[str, Any] = {"sqlite_strict": True, "sqlite_autoincrement": True}


def flag(name: str, default: int = 0) -> Column[int]:
    """A column of 0 or 1."""
    return Column(name, Integer, nullable=False, server_default=text(str(default)))
