"""Damages files as failing disks do: one bit at a time."""

from __future__ import annotations

from pathlib import Path


def flip(path: Path, place: int, bit: int = 0) -> None:
    """Turn one bit of a file over."""
    with path.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ (1 << bit)]))


def flip_value(path: Path, value: str | bytes) -> None:
    """Turn one bit of a value over, where it is stored first in the file."""
    stored = value if isinstance(value, bytes) else value.encode()
    flip(path, path.read_bytes().index(stored) + 2)
