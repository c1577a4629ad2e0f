"""Whether a column holds a part of a text, upper and lower case being one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func

from crmdesk.core.db.engine import Tx


def holds(tx: Tx, column: ColumnElement[Any], part: str) -> ColumnElement[bool]:
    """SQL that is true where ``part`` stands in ``column``, in whatever case.

    Args:
        tx: the transaction the SQL is run in.
        column: texts, never NULL.
    """
    if part.isascii():
        return func.instr(func.lower(column), part.lower()) > 0
    # SQLite itself knows the cases of ASCII alone: "Åse" would not be found by "åse".
    tx.driver.create_function("crmdesk_casefold", 1, str.casefold, deterministic=True)
    return func.instr(func.crmdesk_casefold(column), part.casefold()) > 0
