"""Digests of pages: damage is found, and nothing that is lawful is taken for it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Database
from crmdesk.core.db.page_digests import DigestFile, PageFindings, digests_path
from crmdesk.core.db.page_keeper import can_keep
from crmdesk.core.db.schema import upgrade
from crmdesk.core.db.sqlite_log import log_path
from tests.damaging import flip

pytestmark = pytest.mark.skipif(not can_keep(), reason="neither this SQLite nor Windows can")
PAGE = 4096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database that was filled, digested and closed."""
    found = tmp_path / "crm.sqlite3"
    found.touch()
    database = Database(found, keeps_digests=True)
    upgrade(database)
    with closing(database.raw()) as raw:
        raw.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT) STRICT")
    write(database, 400)
    database.close()
    return found


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    """The database, open."""
    opened = Database(path, keeps_digests=True)
    yield opened
    opened.close()


def write(database: Database, rows: int) -> None:
    """Add rows of 600 letters."""
    chance = random.Random(rows)
    with database.write() as tx:
        tx.driver.executemany(
            "INSERT INTO notes (text) VALUES (?)",
            [(chance.randbytes(300).hex(),) for _ in range(rows)],
        )


def look(database: Database, seconds: float | None = None) -> PageFindings:
    """Look at pages, the first thing or between other things."""
    assert database.pages is not None
    return database.pages.look(seconds)


def looked_at(path: Path) -> PageFindings:
    """Open, look and close."""
    opened = Database(path, keeps_digests=True)
    try:
        return look(opened)
    finally:
        opened.close()


def test_every_page_that_was_written_has_a_digest(path: Path) -> None:
    found = looked_at(path)

    assert found.looked_at == found.pages == path.stat().st_size // PAGE
    assert not found.damaged


def test_any_flipped_bit_is_found_on_its_page(path: Path) -> None:
    chance, original = random.Random(7), path.read_bytes()
    for _ in range(25):
        place = chance.randrange(len(original))
        flip(path, place, chance.randrange(8))

        found = looked_at(path)

        assert found.is_damaged
        assert found.damaged == (place // PAGE + 1,)
        path.write_bytes(original)


def test_a_file_that_lost_its_end_is_found(path: Path) -> None:
    os.truncate(path, path.stat().st_size - PAGE)

    assert looked_at(path).is_damaged


def test_two_pages_that_changed_places_are_found(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[5 * PAGE : 6 * PAGE], content[6 * PAGE : 7 * PAGE] = (
        content[6 * PAGE : 7 * PAGE],
        content[5 * PAGE : 6 * PAGE],
    )
    path.write_bytes(content)

    assert looked_at(path).damaged == (6, 7)


def test_damage_of_a_page_that_is_written_afterwards_elsewhere_stays_known(
    path: Path, database: Database
) -> None:
    flip(path, path.stat().st_size - 20 * PAGE + 3000)
    write(database, 50)
    database.close()

    assert len(looked_at(path).damaged) == 1


def test_what_still_lies_in_the_log_is_no_damage(database: Database) -> None:
    write(database, 1)

    assert not look(database).damaged


def test_a_long_log_is_moved_while_the_database_is_open(database: Database) -> None:
    write(database, 8000)

    assert database.pages is not None
    assert not look(database).damaged
    assert database.path.stat().st_size > 8000 * 600


def test_a_log_that_a_reader_holds_is_moved_later(database: Database) -> None:
    with closing(sqlite3.connect(database.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM notes").fetchone()
        write(database, 3000)
        assert not look(database).damaged
    write(database, 3000)

    assert not look(database).damaged


def test_two_who_write_find_no_damage(path: Path) -> None:
    first, second = (Database(path, keeps_digests=True) for _ in range(2))
    for _ in range(3):
        write(first, 700)
        write(second, 700)
        assert not look(first).damaged
        assert not look(second).damaged
    first.close()
    write(second, 700)
    second.close()

    assert not looked_at(path).damaged


def test_the_log_is_empty_once_the_last_has_closed(path: Path) -> None:
    opened = Database(path, keeps_digests=True)
    write(opened, 10)
    assert log_path(path).stat().st_size

    opened.close()

    assert log_path(path).stat().st_size == 0


def test_a_program_killed_after_a_commit_leaves_no_false_alarm(path: Path) -> None:
    kill_after_commit(path)
    assert log_path(path).stat().st_size

    assert not looked_at(path).damaged


def test_a_log_of_a_killed_program_that_another_one_moved_is_no_damage(path: Path) -> None:
    kill_after_commit(path)
    with closing(sqlite3.connect(path)) as foreign:
        foreign.execute("SELECT count(*) FROM notes").fetchone()
    assert not log_path(path).exists()

    found = looked_at(path)

    assert not found.damaged
    assert looked_at(path).looked_at == found.pages


def test_what_another_program_wrote_is_told_from_damage(path: Path) -> None:
    with closing(sqlite3.connect(path)) as foreign, foreign:
        foreign.execute("UPDATE notes SET text = 'theirs' WHERE id = 9")

    found = looked_at(path)

    assert found.damaged
    assert found.is_doubtful
    assert not found.is_damaged


def test_pages_that_were_accepted_are_sound(path: Path, database: Database) -> None:
    flip(path, path.stat().st_size - 20 * PAGE + 3000)
    assert look(database).damaged
    assert database.pages is not None

    database.pages.accept()

    assert not look(database).damaged


def test_another_program_that_only_read_raises_no_doubt(path: Path) -> None:
    with closing(sqlite3.connect(path)) as foreign:
        foreign.execute("SELECT count(*) FROM notes").fetchone()

    assert not looked_at(path).is_doubtful


def test_short_looks_go_round_and_find_everything(path: Path) -> None:
    with closing(Database(path, keeps_digests=True)) as opened:
        write(opened, 3000)
    flip(path, path.stat().st_size - 2 * PAGE + 100)
    with closing(Database(path, keeps_digests=True)) as opened:
        looks = [look(opened, 0.0) for _ in range(8)]

    assert not looks[0].damaged
    assert any(each.is_damaged for each in looks)


def test_damage_stays_known_to_the_next_short_look(path: Path) -> None:
    flip(path, 3 * PAGE + 100)
    assert looked_at(path).is_damaged

    with closing(Database(path, keeps_digests=True)) as opened:
        write_nothing = look(opened, 0.0)

    assert write_nothing.is_damaged


def test_digests_that_were_torn_are_forgotten_and_learnt_anew(path: Path) -> None:
    flip(digests_path(path), PAGE + 30)
    assert not looked_at(path).damaged

    found = looked_at(path)

    assert found.looked_at == found.pages


def test_a_head_that_was_torn_forgets_all(path: Path) -> None:
    flip(digests_path(path), 30)

    assert not looked_at(path).damaged


def test_a_database_without_digests_learns_them(path: Path) -> None:
    digests_path(path).unlink()
    assert looked_at(path).looked_at == 0

    found = looked_at(path)

    assert found.looked_at == found.pages


def test_digests_are_for_the_user_alone(path: Path) -> None:
    assert digests_path(path).stat().st_mode & 0o777 == 0o600


def test_a_full_disk_costs_the_digests_and_not_the_commit(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(DigestFile, "sync", refuse)
        write(database, 3000)
    write(database, 1)

    assert not look(database).damaged


def test_a_commit_stands_whatever_happens_to_the_digests_afterwards(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    write(database, 1)
    with monkeypatch.context() as patched:
        patched.setattr(DigestFile, "head", fail)
        write(database, 3000)

    with database.read() as tx:
        assert tx.sql("SELECT count(*) FROM notes").fetchone()[0] == 3401
    assert not look(database).damaged


def test_a_full_disk_at_the_start_costs_the_digests_and_not_the_start(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    digests_path(path).unlink()
    with monkeypatch.context() as patched:
        patched.setattr(DigestFile, "write_head", refuse)
        opened = Database(path, keeps_digests=True)
        write(opened, 3000)
        assert look(opened).looked_at == 0
        opened.close()

    assert not looked_at(path).damaged


def test_a_page_that_the_disk_does_not_give_is_damaged(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = os.pread

    def fail(descriptor: int, count: int, offset: int) -> bytes:
        here = os.fstat(descriptor).st_ino == path.stat().st_ino
        if here and offset <= 40 * PAGE < offset + count:
            raise OSError(5, "Input/output error")
        return given(descriptor, count, offset)

    monkeypatch.setattr(os, "pread", fail)

    assert looked_at(path).damaged == (41,)


def kill_after_commit(path: Path) -> None:
    """Write in a process of its own, which is killed with its log full."""
    program = f"""
        import os, signal
        from pathlib import Path
        from crmdesk.core.db.engine import Database
        database = Database(Path({str(path)!r}), keeps_digests=True)
        with database.write() as tx:
            tx.sql("UPDATE notes SET text = 'killed' WHERE id < 50")
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=False)
    assert done.returncode == -signal.SIGKILL
