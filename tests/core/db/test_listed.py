"""Texts of which most are NULL are put side by side alike by any SQLite."""

from __future__ import annotations

import random
from contextlib import closing

import pytest

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite import listed

#: The way of any SQLite, and that of this one where it has another.
WAYS = sorted({False, sqlite3.sqlite_version_info >= (3, 44)})


@pytest.mark.parametrize("newest", WAYS)
@pytest.mark.parametrize("many", [1, 2, 90, 91, 200, 1_500])
def test_only_what_is_not_null_stands_between_commas(many: int, newest: bool) -> None:
    chance = random.Random(many)
    with closing(sqlite3.connect(":memory:")) as connection:
        for given in (0, 1, many // 9, many):
            texts: list[str | None] = [None] * many
            for place in chance.sample(range(many), min(given, many)):
                texts[place] = f'[{place},"a,\'%s"]'
            parts = [f"?{place + 1}" for place in range(many)]
            found = connection.execute(f"SELECT {listed(parts, newest)}", texts).fetchone()[0]
            assert found == ",".join(text for text in texts if text is not None)
