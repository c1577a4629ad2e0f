from __future__ import annotations

from contextlib import closing

from sqlalchemy import bindparam, select
from sqlalchemy.engine.interfaces import CacheStats

from crmdesk.core.db.engine import Database
from crmdesk.core.db.tables import users
from tests.builders import Desk


def test_a_statement_is_compiled_once_for_all_databases_of_a_process(desk: Desk):
    # No other test asks for it under this name.
    statement = select(users.c.full_name.label("compiled_once")).where(users.c.id == bindparam("n"))
    path = desk.workspace.database.path
    found = []
    for _ in range(2):
        with closing(Database(path)) as database, database.read() as tx:
            asked = tx.execute(statement, {"n": 1})
            found.append((asked.context.cache_hit, asked.scalar()))

    assert found == [
        (CacheStats.CACHE_MISS, "Ingrid Solberg"),
        (CacheStats.CACHE_HIT, "Ingrid Solberg"),
    ]
