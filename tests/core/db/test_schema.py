"""Two processes that bring one file up to date at the same moment: one does it."""

from __future__ import annotations

import multiprocessing
from contextlib import closing
from pathlib import Path

from crmdesk.core.db import schema
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Database


def _upgrade(path: str, ready: object, answers: object) -> None:
    database = Database(Path(path))
    ready.wait()  # type: ignore[attr-defined]
    try:
        schema.upgrade(database)
    except Exception as error:  # noqa: BLE001 - the other process must hear of whatever it is
        answers.put(repr(error))  # type: ignore[attr-defined]
    else:
        answers.put("")  # type: ignore[attr-defined]
    finally:
        database.close()


def test_of_two_processes_that_upgrade_at_once_both_end_with_one_schema(tmp_path: Path) -> None:
    path = tmp_path / "crm.sqlite3"
    path.touch()
    context = multiprocessing.get_context("spawn")
    ready, answers = context.Barrier(2), context.Queue()
    both = [
        context.Process(target=_upgrade, args=(str(path), ready, answers), daemon=True)
        for _ in range(2)
    ]
    for each in both:
        each.start()

    said = [answers.get(timeout=60) for _ in both]

    for each in both:
        each.join(60)
    assert said == ["", ""]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [
            (schema.CURRENT,)
        ]
