"""Files that come in are kept, and nothing that was read of one counts before it is."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from crmdesk.core.errors import UserError
from crmdesk.core.files.atomic import atomic_write, partial_path
from crmdesk.core.transfer.writing import ImportWriter
from tests.core.transfer.conftest import Bench, numbers

TEXT = "Email,First name\nann@example.org,Ann\n"


def kept_as(bench: Bench, text: str = TEXT) -> Path:
    """Where the copy of a file of that text lies once it is kept."""
    folder = bench.desk.workspace.vault / "imports"
    return folder / f"{hashlib.sha256(text.encode()).hexdigest()}.csv"


def test_an_import_waits_for_another_one_that_copies_the_same_file(bench: Bench) -> None:
    path = bench.file(TEXT)
    with ThreadPoolExecutor(1) as pool:
        with atomic_write(kept_as(bench)) as other:
            other.write(TEXT.encode())
            done = pool.submit(bench.run, path)
            with pytest.raises(TimeoutError):
                done.result(timeout=0.5)
        assert numbers(done.result(timeout=60)) == (1, 0, 0, 0)
    assert kept_as(bench).read_text(encoding="utf-8") == TEXT


def test_an_import_copies_the_file_itself_when_the_other_one_gives_up(bench: Bench) -> None:
    path = bench.file(TEXT)
    other = ExitStack()
    other.enter_context(atomic_write(kept_as(bench)))

    def give_up() -> None:
        with other:
            raise InterruptedError

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(bench.run, path)
        with pytest.raises(TimeoutError):
            done.result(timeout=0.5)
        with pytest.raises(InterruptedError):
            give_up()
        assert numbers(done.result(timeout=60)) == (1, 0, 0, 0)
    assert kept_as(bench).read_text(encoding="utf-8") == TEXT


def test_an_import_without_the_folder_of_copies_reads_nothing(bench: Bench) -> None:
    (bench.desk.workspace.vault / "imports").rmdir()

    with pytest.raises(UserError, match="vault/imports is gone"):
        bench.run(bench.file(TEXT))


def test_a_copy_that_turns_out_to_be_another_file_takes_the_import_back(bench: Bench) -> None:
    path = bench.file(TEXT)
    imports = bench.desk.workspace.imports
    request = imports.inspect(bench.desk.admin, path).request()
    import_id = imports.start(bench.desk.admin, request)
    # The heading stays, so that only the digest tells.
    path.write_text(TEXT.replace("Ann", "Bob"), encoding="utf-8")

    with pytest.raises(UserError) as refused:
        bench.done(import_id)

    assert refused.value.code == "file_changed"
    assert bench.desk.sql("SELECT count(*) FROM obj_contacts") == [(0,)]
    assert list(kept_as(bench).parent.iterdir()) == []


def test_the_copy_has_its_name_before_the_import_stands(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    tell = ImportWriter._tell

    def told(*given: Any) -> None:
        seen.append(kept_as(bench).is_file() and not partial_path(kept_as(bench)).exists())
        tell(*given)

    monkeypatch.setattr(ImportWriter, "_tell", told)
    bench.run(bench.file(TEXT))

    assert seen == [True]
