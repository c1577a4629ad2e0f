"""Which country a time zone belongs to, by the tables of the tz database (package ``tzdata``)."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

_ZONE_FOLDER = "zoneinfo/"
# Old names for a clock and no country, which the database now links to one place that keeps it:
# EST to Panama, CET to Brussels.
_NO_COUNTRY = frozenset({"CET", "EET", "EST", "HST", "MET", "MST", "WET"})
_NO_COUNTRY |= {"CST6CDT", "EST5EDT", "MST7MDT", "PST8PDT"}


@dataclass(frozen=True, slots=True)
class ZoneCountry:
    """Where a time zone is kept.

    Attributes:
        country: two letters of ISO 3166, e.g. ``"NO"``; blank when the zone has none (UTC).
        region: which part of a country with several zones, in the database's own words, e.g.
            ``"Canary Islands"``; blank when the country has one zone.
    """

    country: str = ""
    region: str = ""


def zone_country(name: str) -> ZoneCountry:
    """The country of a zone by its name, old names included; blank for an unknown one."""
    zones = _zones()
    if name in _NO_COUNTRY:
        return ZoneCountry()
    return zones.get(name) or zones.get(_present_name(name), ZoneCountry())


def local_time_zone(
    environ: Mapping[str, str] = os.environ,
    link: Path = Path("/etc/localtime"),
    text: Path = Path("/etc/timezone"),
) -> str:
    """The name of this computer's time zone, e.g. ``"Europe/Oslo"``; blank if it tells none.

    Read from ``TZ``, from where ``/etc/localtime`` leads, or from ``/etc/timezone``. Windows has
    other names for its zones and none of these: blank there.
    """
    named = environ.get("TZ", "").removeprefix(":")
    candidates = (_after_folder(named), _target(link), _content(text))
    return next((name for name in candidates if _is_zone(name)), "")


def _is_zone(name: str) -> bool:
    is_bare_clock = name.startswith("Etc/") or name == "UTC" or name in _NO_COUNTRY
    return is_bare_clock or zone_country(name) != ZoneCountry()


def _after_folder(path: str) -> str:
    return path.rpartition(_ZONE_FOLDER)[2]


def _target(link: Path) -> str:
    # One step only: where the file behind it is a link itself, it is one to another zone's name.
    try:
        return _after_folder(link.readlink().as_posix())
    except OSError:
        return ""


def _content(text: Path) -> str:
    try:
        return text.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _rows(table: str) -> Iterator[list[str]]:
    content = (files("tzdata") / "zoneinfo" / table).read_text(encoding="utf-8")
    for line in content.splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


@cache
def _zones() -> Mapping[str, ZoneCountry]:
    rows = list(_rows("zone.tab"))
    zones_of = Counter(row[0] for row in rows)
    return {
        row[2]: ZoneCountry(row[0], row[3] if len(row) > 3 and zones_of[row[0]] > 1 else "")
        for row in rows
    }


@cache
def _present_name(name: str) -> str:
    """What the database calls a zone today: its line ``L`` (link) names both."""
    for (line,) in _rows("tzdata.zi"):
        if line.startswith("L ") and line.endswith(f" {name}"):
            return line.split()[1]
    return ""
