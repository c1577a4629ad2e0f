"""Files as nobody meant them, imported from end to end: refused clearly, or every row told."""

from __future__ import annotations

import io
import random
import resource
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import JobState
from tests.builders import Desk
from tests.faults.conftest import Record, effort

SEED = 20261122
LONGEST_SECONDS = 10.0
MOST_BYTES = 500 << 20
TRIALS = effort(6, 500)
ODD = (
    b"\x00",
    b'"',
    b"\r",
    b"\n\n\n",
    b",,,,,,,,",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xc3",
    b"=HYPERLINK(1)",
    b";",
    b"\x1b[31m",
    "\u202e\u2028".encode(),
    b"x" * 70_000,
    b"<!DOCTYPE a>",
    b"PK\x03\x04",
)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "zip"])
def test_a_mutilated_file_is_refused_or_every_row_of_it_is_told(
    kind: str, desk: Desk, tmp_path: Path, record: Record
) -> None:
    chance, good = random.Random(f"{SEED} {kind}"), GOOD[kind](tmp_path / f"good.{kind}")
    refused = done = 0
    longest, most = 0.0, 0
    for trial in range(TRIALS):
        path = tmp_path / f"contacts.{kind}"
        # Half of the archives are sound ones around a part that is not.
        mutilate = _repacked if kind != "csv" and trial % 2 else _mutilated
        path.write_bytes(mutilate(good, chance))
        before = _contents(desk)
        began = time.process_time()
        tracemalloc.start()
        ended = _imported(desk, path)
        most = max(most, tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        longest = max(longest, time.process_time() - began)
        if ended == "refused":
            refused += 1
            assert _contents(desk) == before, f"{trial}: refused, and something was written"
        else:
            done += 1
            assert not ended, f"{trial}: {ended}"
    record(
        TRIALS,
        f"{kind}: {refused:,} refused in a sentence, {done:,} imported with every row told; at "
        f"most {longest:.1f} processor seconds and {most / 1e6:.0f} MB",
    )
    assert longest < LONGEST_SECONDS
    assert most < MOST_BYTES
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 < 2 * MOST_BYTES


def _imported(desk: Desk, path: Path) -> str:
    """``refused``, or what is wrong with how the import counts its rows; empty when it is right."""
    imports = desk.workspace.imports
    try:
        request = imports.inspect(desk.admin, path).request(create_properties=False)
        import_id = imports.start(desk.admin, request)
        desk.workspace.run_job(str(imports.show(desk.admin, import_id).job_id))
    except UserError as refusal:
        return "refused" if refusal.message else "refused without a word"
    ended = imports.show(desk.admin, import_id)
    told = ended.created + ended.updated + ended.unchanged + ended.failed
    if ended.state is not JobState.SUCCEEDED or told != ended.rows:
        return f"{ended.state}: {ended.rows} rows, {told} told"
    return ""


def _contents(desk: Desk) -> list[tuple[object, ...]]:
    return desk.sql("SELECT * FROM obj_contacts ORDER BY id")


def _mutilated(good: bytes, chance: random.Random) -> bytes:
    content = bytearray(good)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(content) + 1)
        match chance.randrange(5):
            case 0:
                content[at:at] = chance.choice(ODD)
            case 1:
                del content[at : at + chance.choice((1, 2, 50, 5_000))]
            case 2:
                content[at : at + 1] = bytes([chance.randrange(256)])
            case 3:
                content[at:at] = content[: chance.randrange(2_000)]
            case _:
                content = bytearray(content[: max(at, 1)])
    return bytes(content)


def _repacked(good: bytes, chance: random.Random) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as source, zipfile.ZipFile(packed, "w") as target:
        names = source.namelist()
        hit = chance.choice([name for name in names if "sheet" in name.casefold()] or names)
        for name in names:
            content = source.read(name)
            target.writestr(name, _mutilated(content, chance) if name == hit else content)
    return packed.getvalue()


ROWS = [
    ["Email", "First name", "Last name", "City", "Birthday"],
    *[
        [f"{n}@example.org", f"Ann {n}", 'quo"te, and\nline', "Ærø", "1990-02-03"]
        for n in range(30)
    ],
]


def _csv(path: Path) -> bytes:
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in ROWS]
    path.write_text("\r\n".join(lines), encoding="utf-8", newline="")
    return path.read_bytes()


def _xlsx(path: Path) -> bytes:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("contacts")
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
    return path.read_bytes()


def _zip(path: Path) -> bytes:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("contacts.csv", _csv(path.with_suffix(".csv")))
    return path.read_bytes()


GOOD = {"csv": _csv, "xlsx": _xlsx, "zip": _zip}
