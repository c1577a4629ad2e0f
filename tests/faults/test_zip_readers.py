"""A backup's zip is read by everybody, at any size, without a warning."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from crmdesk.core.backup.verify import verify_backup
from crmdesk.core.backup.zip_writer import ZipWriter
from tests.builders import Desk
from tests.faults.conftest import FULL, Record, effort
from tests.faults.zip_readers import Reader, install_node_packages, installed, node_readers

AT = datetime(2026, 11, 22, 9, 0)  # noqa: DTZ001 - a zip's times have no zone
MANY = effort(66_000, 70_000)
#: Bytes of the content and of the file, in full each more than 32 bits can say.
LARGE = effort(1 << 20, (1 << 32) + (1 << 26))

Asked = Callable[[Path, list[Reader]], list[str]]


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Reader], Asked]:
    """All readers; Node's, which have to be fetched, in the full run alone."""
    folder = tmp_path_factory.mktemp("node")
    found, variables = installed(), dict(os.environ)
    if FULL and install_node_packages(folder):
        found += node_readers()
        variables["NODE_PATH"] = str(folder / "node_modules")

    def ask(path: Path, asked: list[Reader]) -> list[str]:
        return [said for each in asked if (said := each.complaint(path, variables))]

    return found, ask


def able(readers: list[Reader], path: Path) -> list[Reader]:
    """Those that take a file of that size."""
    small = path.stat().st_size < 1 << 31
    return [each for each in readers if small or not each.in_memory]


def test_backups_are_read_without_a_warning(
    desk: Desk, readers: tuple[list[Reader], Asked], record: Record
) -> None:
    for number in range(effort(50, 2_000)):
        desk.contact(firstname=f"Ærøskøbing 🚢 {number}", lastname='quo"te,\r\nline')
        desk.deal(dealname=f"Order {number}")
    found, ask = readers
    plain = desk.backup_file("plain.zip")
    vault = desk.folder / "vault" / "backups"

    complaints = ask(plain, found) + ask(vault / desk.backup(complete=True).file_name, found)

    names = ", ".join(each.name for each in found)
    record(2 * len(found), f"{len(complaints)} complaints of {len(found)} readers: {names}")
    assert not complaints


def test_more_entries_than_sixteen_bits_can_count_are_read(
    readers: tuple[list[Reader], Asked], record: Record, tmp_path: Path
) -> None:
    path = tmp_path / "many.zip"
    with path.open("wb") as file:
        writer = ZipWriter(file, AT)
        for number in range(MANY):
            writer.store(f"object {number}.csv", b"hs_object_id\r\n")
        writer.close()
    found, ask = readers
    # All of them take seconds for so many.
    asked = found if FULL else found[:1]

    complaints = ask(path, asked)

    record(len(asked), f"{len(complaints)} complaints about a file of {MANY:,} entries")
    assert not complaints


def test_sizes_and_places_beyond_four_gigabytes_are_read(
    readers: tuple[list[Reader], Asked], record: Record, tmp_path: Path
) -> None:
    path = tmp_path / "large.zip"
    _write_large(path)
    assert path.stat().st_size > LARGE
    found, ask = readers

    asked, size = able(found, path), path.stat().st_size

    complaints = ask(path, asked)

    record(len(asked), f"{len(complaints)} complaints about a file of {size:,} bytes")
    path.unlink()
    assert not complaints


def test_a_backup_is_verified_at_twenty_megabytes_a_second(desk: Desk, record: Record) -> None:
    with closing(desk.workspace.database.raw()) as raw:
        raw.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO obj_contacts (created_at, updated_at, firstname, lastname, city) "
            "SELECT '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', "
            "hex(randomblob(30)), hex(randomblob(30)), 'Oslo' FROM n",
            (effort(40_000, 400_000),),
        )
    path = desk.backup_file("large.zip")
    began = time.process_time()

    verdict = verify_backup(path, desk.workspace.signing_key.public_key)

    seconds = time.process_time() - began
    speed = path.stat().st_size / 1e6 / seconds
    record(1, f"{path.stat().st_size / 1e6:.0f} MB verified at {speed:.0f} MB a processor second")
    assert verdict.ok
    assert speed > 20


def _write_large(path: Path) -> None:
    """Zeros as deflate's plain blocks, so that the file is as large as its content."""
    block = b"\x00\xff\xff\x00\x00" + bytes(65_535)
    blocks = LARGE // 65_535 + 1
    with path.open("wb") as file:
        writer = ZipWriter(file, AT)
        writer.begin("contacts.csv")
        crc = 0
        for _ in range(blocks):
            writer.append(block)
            crc = zlib.crc32(bytes(65_535), crc)
        writer.finish(crc, blocks * 65_535)
        writer.store("deals.csv", b"hs_object_id\r\n")
        writer.close()
