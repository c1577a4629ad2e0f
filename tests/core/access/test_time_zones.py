from __future__ import annotations

import zoneinfo
from pathlib import Path

import pytest

from crmdesk.core.access.time_zones import (
    ZoneCountry,
    local_time_zone,
    zone_country,
)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Europe/Oslo", ZoneCountry("NO")),
        ("Asia/Tokyo", ZoneCountry("JP")),
        ("Atlantic/Canary", ZoneCountry("ES", "Canary Islands")),
        ("America/New_York", ZoneCountry("US", "Eastern (most areas)")),
        ("Asia/Calcutta", ZoneCountry("IN")),
        ("Japan", ZoneCountry("JP")),
        ("UTC", ZoneCountry()),
        ("Etc/GMT+3", ZoneCountry()),
        ("CET", ZoneCountry()),
        ("EST", ZoneCountry()),
        ("nonsense", ZoneCountry()),
        ("", ZoneCountry()),
    ],
)
def test_a_zone_tells_its_country_and_a_region_only_where_there_are_several(
    zone: str, expected: ZoneCountry
):
    assert zone_country(zone) == expected


def test_most_of_the_worlds_zones_have_a_country():
    with_country = [name for name in zoneinfo.available_timezones() if zone_country(name).country]

    assert len(with_country) > 500


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("Europe/Oslo", "Europe/Oslo"),
        (":America/New_York", "America/New_York"),
        ("/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"),
        ("Etc/UTC", "Etc/UTC"),
        ("EST5EDT", "EST5EDT"),
        ("CET-1CEST,M3.5.0,M10.5.0/3", ""),
    ],
)
def test_the_environment_may_name_the_zone(tmp_path: Path, variable: str, expected: str):
    nothing = tmp_path / "nothing"

    assert local_time_zone({"TZ": variable}, nothing, nothing) == expected


def test_the_link_of_the_system_names_the_zone(tmp_path: Path):
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/Europe/Oslo")

    assert local_time_zone({}, link, tmp_path / "nothing") == "Europe/Oslo"


def test_where_there_is_no_link_the_text_names_the_zone(tmp_path: Path):
    (tmp_path / "localtime").write_bytes(b"TZif2")
    (tmp_path / "timezone").write_text("Europe/Oslo\n")

    found = local_time_zone({}, tmp_path / "localtime", tmp_path / "timezone")

    assert found == "Europe/Oslo"


def test_a_computer_that_tells_nothing_has_a_blank_zone(tmp_path: Path):
    (tmp_path / "timezone").write_bytes(b"\xff\xfe")

    assert local_time_zone({}, tmp_path / "nothing", tmp_path / "timezone") == ""
