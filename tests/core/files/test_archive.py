from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmdesk.core.backup import deflate, zip_layout
from crmdesk.core.backup.zip_writer import ZipWriter
from crmdesk.core.errors import UserError
from crmdesk.core.files.apart_reader import WrittenPiece
from crmdesk.core.files.archive import ArchiveLimits, open_archive, read_small_entry

CONTACTS = b"hs_object_id,email\r\n" + b"".join(b"%d,a%d@x.org\r\n" % (n, n) for n in range(500))
DEALS = b"hs_object_id,amount\r\n1,10\r\n"


def pack(path: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def refusal(path: Path, **options: object) -> str:
    with pytest.raises(UserError) as caught:
        read_all(path, **options)
    assert caught.value.message.endswith(".")
    return caught.value.code


def read_all(path: Path, **options: object) -> dict[str, bytes]:
    with open_archive(path, **options) as archive:  # type: ignore[arg-type]
        return {entry.name: archive.open(entry.name).read() for entry in archive.entries}


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return pack(tmp_path / "good.zip", {"contacts.csv": CONTACTS, "deals.csv": DEALS})


def test_entries_are_read_as_they_were_packed(good: Path) -> None:
    assert read_all(good) == {"contacts.csv": CONTACTS, "deals.csv": DEALS}


def test_stored_entries_folders_and_zip64_are_read(tmp_path: Path) -> None:
    path = tmp_path / "big.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.mkdir("csv") if hasattr(archive, "mkdir") else archive.writestr("csv/", b"")
        with archive.open("csv/contacts.csv", "w", force_zip64=True) as entry:
            entry.write(CONTACTS)
    assert read_all(path) == {"csv/contacts.csv": CONTACTS}


def test_an_empty_zip_is_a_zip_without_entries(tmp_path: Path) -> None:
    assert read_all(pack(tmp_path / "none.zip", {})) == {}


def test_a_zip_that_was_streamed_out_is_read(tmp_path: Path) -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            super().__init__()
            self.pieces: list[bytes] = []

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.pieces.append(bytes(data))
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        archive.writestr("contacts.csv", CONTACTS)
    path = tmp_path / "streamed.zip"
    path.write_bytes(b"".join(pipe.pieces))
    assert read_all(path) == {"contacts.csv": CONTACTS}


@pytest.mark.parametrize(
    "content",
    [b"a,b\r\n1,2\r\n", b"\x00" * 40, b"%PDF-1.7 something else entirely, long enough", b"PK"],
)
def test_a_file_that_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    assert refusal(path) == "file_not_a_zip"


def test_a_truncated_zip_is_refused_at_any_length(good: Path) -> None:
    whole = good.read_bytes()
    for length in range(1, len(whole), 37):
        good.write_bytes(whole[:length])
        assert refusal(good) in {"archive_truncated", "file_not_a_zip", "archive_trailing_bytes"}


def test_bytes_after_the_end_are_refused(good: Path) -> None:
    good.write_bytes(good.read_bytes() + b"junk")
    assert refusal(good) == "archive_trailing_bytes"


def test_bytes_before_the_start_are_refused(good: Path) -> None:
    good.write_bytes(b"#!/bin/sh\n" + good.read_bytes())
    assert refusal(good) == "archive_damaged"


def test_a_comment_is_no_reason_to_refuse(tmp_path: Path) -> None:
    path = tmp_path / "said.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", b"a\n1\n")
        archive.comment = b"made on a Tuesday PK\x05\x06"
    assert read_all(path) == {"a.csv": b"a\n1\n"}


@pytest.mark.parametrize(
    "name",
    [
        "../evil.csv",
        "a/../../evil.csv",
        "/etc/passwd",
        "..\\evil.csv",
        "C:evil.csv",
        "c:/evil.csv",
        "\\\\server\\share",
        "a//b.csv",
        "./a.csv",
        "a\x1b[2J.csv",
        "a\nb.csv",
    ],
)
def test_names_that_point_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    assert refusal(pack(tmp_path / "x.zip", {name: DEALS})) == "archive_unsafe_name"


def test_a_name_with_a_hidden_end_is_refused(good: Path) -> None:
    good.write_bytes(good.read_bytes().replace(b"deals.csv", b"deals\0csv"))
    assert refusal(good) == "archive_unsafe_name"


@pytest.mark.parametrize("second", ["deals.csv", "DEALS.csv"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_appears_twice_is_refused(tmp_path: Path, second: str) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("deals.csv", DEALS)
        archive.writestr(second, CONTACTS)
    assert refusal(path) == "archive_duplicate_name"


@pytest.mark.parametrize("mode", [0o120777, 0o010644, 0o060644])
def test_links_pipes_and_devices_inside_are_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo("contacts.csv")
        entry.create_system, entry.external_attr = 3, mode << 16
        archive.writestr(entry, "/etc/passwd")
    assert refusal(path) == "archive_link"


def test_a_pass_phrase_is_said(good: Path) -> None:
    content = bytearray(good.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = content.find(signature)
        while position >= 0:
            content[position + flags] |= 1
            position = content.find(signature, position + 4)
    good.write_bytes(content)
    assert refusal(good) == "archive_encrypted"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_packings_are_named(tmp_path: Path, method: int) -> None:
    assert refusal(pack(tmp_path / "x.zip", {"a.csv": CONTACTS}, method)) == "archive_compression"


def test_a_wrong_checksum_is_found_at_the_end_of_the_entry(good: Path) -> None:
    content = good.read_bytes()
    position = content.find(b"PK\x01\x02") + 16
    good.write_bytes(content[:position] + b"\x01\x02\x03\x04" + content[position + 4 :])
    assert refusal(good) == "archive_entry_damaged"


@pytest.mark.parametrize("claimed", [0, 5, len(CONTACTS) - 1, len(CONTACTS) + 1, 10**6])
def test_an_entry_that_lies_about_its_size_is_found(good: Path, claimed: int) -> None:
    content = good.read_bytes()
    position = content.find(b"PK\x01\x02") + 24
    size = struct.pack("<L", claimed)
    good.write_bytes(content[:position] + size + content[position + 4 :])
    assert refusal(good) == "archive_entry_damaged"


def test_a_bomb_by_ratio_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = pack(tmp_path / "zeros.zip", {"a.csv": b"\0" * (20 << 20)})
    assert refusal(path) == "archive_ratio_too_high"


def test_a_bomb_by_entry_count_is_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "many.zip", {f"{n}.csv": b"" for n in range(1_001)})
    assert refusal(path) == "archive_too_many_entries"
    assert len(read_all(path, limits=ArchiveLimits(entries=2_000))) == 1_001


def test_a_bomb_by_total_size_is_refused(good: Path) -> None:
    assert refusal(good, limits=ArchiveLimits(total_bytes=1_000)) == "archive_too_large"


def test_a_zip_larger_than_the_limit_is_refused(good: Path) -> None:
    assert refusal(good, limits=ArchiveLimits(file_bytes=100)) == "file_too_large"


def overlapping(path: Path, count: int) -> Path:
    """Make every entry of the directory point at the same packed bytes."""
    pack(path, {"0.csv": CONTACTS})
    content = path.read_bytes()
    start = content.find(b"PK\x01\x02")
    end = content.find(b"PK\x05\x06")
    line = content[start:end]
    lines = b"".join(line.replace(b"0.csv", b"%d.csv" % n) for n in range(count))
    record = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(lines), start, 0)
    path.write_bytes(content[:start] + lines + record)
    return path


def test_entries_that_share_bytes_are_refused(tmp_path: Path) -> None:
    assert refusal(overlapping(tmp_path / "x.zip", 9)) in {"archive_damaged", "archive_overlap"}


def test_an_entry_inside_another_is_refused(tmp_path: Path) -> None:
    inner = pack(tmp_path / "inner.zip", {"b.csv": DEALS}, zipfile.ZIP_STORED).read_bytes()
    path = pack(tmp_path / "outer.zip", {"a.csv": inner, "b.csv": DEALS}, zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    inside = content.find(b"PK\x03\x04", 4)
    last = content.rfind(b"PK\x01\x02")
    content[last + 42 : last + 46] = struct.pack("<L", inside)
    path.write_bytes(content)
    assert refusal(path) == "archive_overlap"


def test_nested_zips_are_handed_out_as_bytes_and_never_opened(tmp_path: Path) -> None:
    inner = pack(tmp_path / "inner.zip", {"../evil": b"x"}).read_bytes()
    assert read_all(pack(tmp_path / "outer.zip", {"inner.zip": inner})) == {"inner.zip": inner}


def test_declared_sizes_take_the_place_of_the_limits(tmp_path: Path) -> None:
    zeros = b"0" * (5 << 20)
    path = pack(tmp_path / "flat.zip", {"contacts.csv": zeros, "manifest.json": b"{}"})
    assert refusal(path) == "archive_ratio_too_high"
    assert read_all(path, declared={"contacts.csv": len(zeros)})["contacts.csv"] == zeros


def test_a_size_other_than_declared_is_refused(good: Path) -> None:
    assert refusal(good, declared={"contacts.csv": 1}) == "archive_size_not_declared"
    assert refusal(good, declared={"gone.csv": 1}) == "archive_entry_missing"


def test_a_manifest_is_read_before_the_limits_apply(tmp_path: Path) -> None:
    path = pack(tmp_path / "flat.zip", {"a.csv": b"0" * (5 << 20), "manifest.json": b"{}"})
    assert read_small_entry(path, "manifest.json") == b"{}"
    assert read_small_entry(path, "missing.json") is None
    with pytest.raises(UserError, match="at most 10"):
        read_small_entry(path, "a.csv", max_bytes=10)


def test_an_unknown_name_is_an_error_with_a_sentence(good: Path) -> None:
    with open_archive(good) as archive, pytest.raises(UserError, match="holds no entry"):
        archive.open("gone.csv")


def test_links_and_folders_are_no_zips(good: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.zip"
    link.symlink_to(good)
    assert refusal(link) == "file_is_a_link"
    assert refusal(tmp_path) == "file_is_a_folder"
    assert refusal(tmp_path / "none.zip") == "file_missing"


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_mutated_zip_reads_the_same_or_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "mutant.zip"
    pack(path, {"contacts.csv": CONTACTS, "deals.csv": DEALS})
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        position = data.draw(st.integers(0, len(content) - 1))
        kind = data.draw(st.sampled_from(["flip", "drop", "insert", "set"]))
        if kind == "flip":
            content[position] ^= 1 << data.draw(st.integers(0, 7))
        elif kind == "drop":
            del content[position]
        elif kind == "insert":
            content.insert(position, data.draw(st.integers(0, 255)))
        else:
            content[position] = data.draw(st.sampled_from([0, 255, 80]))
    path.write_bytes(content)
    try:
        entries = read_all(path)
    except UserError:
        return
    assert sorted(entries.values()) == sorted([CONTACTS, DEALS])


def test_an_entry_compared_with_what_was_written_is_the_same_or_refused(tmp_path: Path) -> None:
    texts = [bytes([65 + number]) * 3_000 + b'"\r\n' for number in range(19)]
    path = tmp_path / "cut.zip"
    written = []
    with path.open("wb") as file:
        writer = ZipWriter(file, datetime(2026, 3, 4, tzinfo=UTC))
        writer.begin("a.csv")
        for text in texts:
            packed = deflate.deflate_piece(text, deflate.USUAL_LEVEL)
            writer.append(packed)
            written.append(WrittenPiece(len(packed), len(text), deflate.checksum(text)))
        writer.finish(deflate.checksum(b"".join(texts)), sum(map(len, texts)))
        writer.close()
    told: list[None] = []
    with open_archive(path) as archive:
        archive.check_written("a.csv", written, deflate.END_OF_STREAM, lambda: told.append(None))
        assert b"".join(archive.pieces("a.csv")) == b"".join(texts)
    assert len(told) == 3

    first, second, *others = written
    longer = replace(first, packed_bytes=first.packed_bytes - 1)
    shifted = [longer, replace(second, packed_bytes=second.packed_bytes + 1), *others]
    at = zip_layout.LOCAL_HEADER_BYTES + len("a.csv") + zip_layout.ROOM
    for wrong in (shifted, written[:-1], [*written, first], [second, first, *others]):
        assert _refusal(path, wrong) == "archive_entry_damaged"
    sound = path.read_bytes()
    for place in (at + 5, at + sum(piece.packed_bytes for piece in written)):
        damaged = bytearray(sound)
        damaged[place] ^= 0x10
        path.write_bytes(damaged)
        assert _refusal(path, written) == "archive_entry_damaged"


def _refusal(path: Path, written: list[WrittenPiece]) -> str:
    with open_archive(path) as archive, pytest.raises(UserError) as caught:
        archive.check_written("a.csv", written, deflate.END_OF_STREAM)
    return caught.value.code
