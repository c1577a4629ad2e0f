"""A table that is written piece by piece comes in as it would as a whole."""

from __future__ import annotations

import json
import multiprocessing
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crmdesk.core.changes import apply
from crmdesk.core.changes.change_set import history_digest
from crmdesk.core.errors import Cancelled, UserError
from crmdesk.core.jobs.job import JobState
from crmdesk.core.transfer import fill_processes, work
from crmdesk.core.transfer.model import Import, ImportMode
from crmdesk.core.transfer.pieces import shares
from crmdesk.core.transfer.writing import ImportWriter
from tests.builders import Desk
from tests.core.transfer.conftest import Bench, numbers

ROWS = 1_500
HEADER = "Email,First name,Phone,Close Date\n"
#: Longer than what is looked at around a cut.
NOTE = "x" * 400


@pytest.fixture
def cuts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Small tables are cut for another process; in how many pieces each was."""
    found: list[int] = []
    cut = work.cut_in_pieces

    def counted(*given: Any) -> Any:
        parts = cut(*given)
        found.append(len(parts))
        return parts

    monkeypatch.setattr(fill_processes, "WORTH_A_PROCESS", 100_000)
    monkeypatch.setattr(fill_processes, "processors", lambda: 2)
    monkeypatch.setattr(apply, "_ROWS_AT_ONCE", 100)
    monkeypatch.setattr(work, "cut_in_pieces", counted)
    return found


@pytest.fixture
def other(workspace_template: tuple[Path, bytes], tmp_path: Path) -> Iterator[Bench]:
    """Another desk with the same records."""
    template, key = workspace_template
    shutil.copytree(template, tmp_path / "other")
    (tmp_path / "others").mkdir()
    made = Desk(tmp_path / "other", key)
    yield Bench(made, tmp_path / "others")
    made.workspace.close()


def test_pieces_write_what_the_whole_would(
    other: Bench, bench: Bench, cuts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = HEADER + "".join(f"p{n}@example.org,{NOTE},9,\n" for n in range(0, ROWS, 3))
    text = HEADER + "".join(map(_row, range(ROWS)))

    apart = [bench.run(bench.file(each)) for each in (there, text, text)]
    # The last time rows without an address are known by their lines.
    assert cuts == [5, 5]
    monkeypatch.setattr(fill_processes, "processors", lambda: 1)
    whole = [other.run(other.file(each)) for each in (there, text, text)]

    assert min(numbers(apart[1])) >= 20
    assert [numbers(done) for done in apart] == [numbers(done) for done in whole]
    assert _everything(bench, apart) == _everything(other, whole)
    assert _left(bench) == []


def test_what_helping_processes_did_not_read_is_read_here(bench: Bench, cuts: list[int]) -> None:
    known = (0, 1, ROWS - 1)
    bench.run(bench.file(HEADER + "".join(f"p{n}@example.org,Ann,-,\n" for n in known)))

    def kill() -> None:
        for process in multiprocessing.active_children():
            process.kill()

    done = _run_and(bench, kill)

    assert cuts == [0, 5]
    assert numbers(done) == (ROWS - 3, 3, 0, 0)
    # Each piece tells of its own values, also where they are too few for another thread.
    assert _details(bench)[-1]["values_written"] == 6
    assert _left(bench) == []


def test_a_cancel_while_pieces_are_written_leaves_nothing(bench: Bench, cuts: list[int]) -> None:
    def cancel() -> None:
        raise Cancelled("cancelled", "It was cancelled. Nothing was changed.")

    with pytest.raises(Cancelled):
        _run_and(bench, cancel)

    assert cuts == [5]
    assert bench.desk.sql("SELECT count(*) FROM obj_contacts") == [(0,)]
    assert _left(bench) == []
    assert multiprocessing.active_children() == []


def test_an_import_that_ends_at_its_commit_has_what_was_refused_without_the_values(
    bench: Bench, cuts: list[int]
) -> None:
    bench.desk.contact(email="p0@example.org")

    def lose() -> None:
        for kept in (bench.desk.workspace.folder / "vault" / "imports").glob("*.csv"):
            if not kept.name.endswith("-errors.csv"):
                kept.unlink()

    with pytest.raises(UserError) as refusal:
        _run_and(bench, lose, when="_tell", mode=ImportMode.CREATE)

    assert cuts == [5]
    assert refusal.value.code == "error_file_not_written"
    (done,) = bench.desk.workspace.imports.list(bench.desk.admin)
    assert done.state is JobState.SUCCEEDED
    assert [row[0] for row in bench.error_rows(done)] == ["Row", "2"]
    assert "has their numbers" in refusal.value.message
    assert numbers(done) == (ROWS - 1, 0, 0, 1)
    assert _left(bench) == []


def test_an_interrupt_behind_the_commit_leaves_the_list_of_refused_rows(
    bench: Bench, cuts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.desk.contact(email="p0@example.org")
    pages = bench.desk.workspace.database.pages
    assert pages is not None
    committed = pages.committed

    def interrupt() -> None:
        committed()
        if bench.desk.sql("SELECT 1 FROM imports WHERE state = 'succeeded'"):
            raise KeyboardInterrupt

    monkeypatch.setattr(pages, "committed", interrupt)
    with pytest.raises(KeyboardInterrupt):
        _run_and(bench, lambda: None, mode=ImportMode.CREATE)
    monkeypatch.setattr(pages, "committed", committed)

    (done,) = bench.desk.workspace.imports.list(bench.desk.admin)
    assert done.state is JobState.SUCCEEDED
    assert len(bench.problems(done)) == 1


def test_a_record_that_is_edited_before_the_lock_is_taken_is_read_anew(
    bench: Bench, cuts: list[int]
) -> None:
    ann = bench.desk.contact(email="p0@example.org", phone="9")

    done = _run_and(bench, lambda: bench.desk.edit(ann, phone="10") and None, when="_settle")

    assert cuts == [5]
    assert numbers(done) == (ROWS - 1, 1, 0, 0)
    phones = [v.old for r in bench.changed(done) for v in r.values if v.property == "phone"]
    assert phones == ["10"]


def test_a_cut_inside_of_a_cell_is_noticed_and_the_table_read_as_a_whole(
    bench: Bench, cuts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[bool] = []
    write = ImportWriter.write

    def counted(*given: Any, apart: bool, **named: Any) -> None:
        written.append(apart)
        write(*given, apart=apart, **named)

    monkeypatch.setattr(ImportWriter, "write", counted)
    # The lone quote makes an even number of what is odd inside of the long cell.
    cell = '"' + "one, two\n" * 100_000 + '"'
    text = f'{HEADER}a@example.org,5" {"x" * 300_000},,\nb@example.org,{cell},,\n'

    done = bench.run(bench.file(text))

    assert cuts[0] > 1
    assert written == [True, False]
    assert numbers(done) == (2, 0, 0, 0)


def test_what_ties_rows_to_each_other_keeps_them_together(bench: Bench, cuts: list[int]) -> None:
    text = HEADER + "".join(f"p{n}@example.org,{NOTE},{n},\n" for n in range(1_000))

    bench.run(bench.file(text), key="phone")
    gone = bench.desk.contact(email="gone@example.org")
    bench.desk.delete(gone)
    bench.run(bench.file(text))

    assert cuts == []


@pytest.mark.parametrize("helpers", [1, 2, 3])
def test_each_piece_is_read_by_the_time_those_before_it_are_written(helpers: int) -> None:
    sizes = shares(helpers)

    assert len(sizes) == 5
    assert all(size > 0 for size in sizes)


def _row(number: int) -> str:
    """Rows of every fate; some have the address of one far away, or none."""
    match number % 50:
        case 7:
            return f"P{number * 7919 % ROWS}@Example.org,repeated{NOTE},,\n"
        case 11:
            return f",no address {number},{number},\n"
        case 13:
            return f"p{number}@example.org,{NOTE},,no date\n"
        case 17:
            return f"not an address,{NOTE},,\n"
        case 19:
            return f"p{number}@example.org,too,few\n"
        case 23:
            return f'p{number}@example.org,"two\nlines {NOTE}",,2026-01-02\n'
        case 29 | 30:
            return f"p{number - number % 3}@example.org,{NOTE},9,\n"
    return f"p{number}@example.org,{NOTE},{number},31.12.2026\n"


def _run_and(
    bench: Bench,
    act: Callable[[], None],
    when: str = "_apply",
    mode: ImportMode = ImportMode.UPSERT,
) -> Import:
    """Import rows of new contacts; do something once, behind the first step of that name."""
    waiting = [act]
    step = getattr(ImportWriter, when)

    def stepped(*given: object, **named: object) -> object:
        result = step(*given, **named)
        if waiting:
            waiting.pop()()
        return result

    text = HEADER + "".join(f"p{n}@example.org,{NOTE},{n},\n" for n in range(ROWS))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ImportWriter, when, stepped)
        return bench.run(bench.file(text), mode=mode)


def _left(bench: Bench) -> list[str]:
    return [path.name for path in bench.desk.workspace.staging.iterdir()]


def _details(bench: Bench) -> list[dict[str, object]]:
    """What the log says of each import."""
    entries = bench.desk.sql(
        "SELECT d.payload FROM audit_events e JOIN audit_details d ON d.event_id = e.id "
        "WHERE e.subcategory = 'IMPORT' ORDER BY e.id"
    )
    return [json.loads(body) for (body,) in entries]


def _everything(bench: Bench, done: list[Import]) -> list[object]:
    """All that imports wrote, but for times and their own ids."""
    desk = bench.desk
    columns = [
        row[1]
        for row in desk.sql("PRAGMA table_info(obj_contacts)")
        if row[1] not in ("created_at", "updated_at")
    ]
    found: list[object] = [
        desk.sql(f"SELECT {', '.join(columns)} FROM obj_contacts ORDER BY id"),
        desk.sql("SELECT * FROM value_history ORDER BY change_id, record_id"),
        desk.sql("SELECT * FROM record_history ORDER BY change_id, record_id"),
        desk.sql("SELECT * FROM source_records ORDER BY 1, 2, 3"),
        [bench.problems(each) for each in done],
        bench.error_rows(done[1]),
    ]
    details = _details(bench)
    with desk.workspace.database.read() as tx:
        for change_id, detail in enumerate(details, start=1):
            assert detail["history_digest"] == history_digest(tx, change_id)
    return [*found, [{**detail, "import_id": ""} for detail in details]]
