from __future__ import annotations

import ctypes
import ipaddress
import platform
import socket
import subprocess
import sys

import pytest

from crmdesk.core.access.device import describe_device, own_address, windows_country
from crmdesk.core.platform import System


def test_a_device_tells_what_it_knows():
    device = describe_device("6.11.0", environ={"TZ": "Europe/Oslo", "LANG": "en_US.UTF-8"})

    assert device.host == socket.gethostname()
    assert device.agent.startswith("CRM Desk/")
    assert device.agent.endswith(f"; Python {platform.python_version()}; Qt 6.11.0)")
    assert (device.country, device.region, device.time_zone) == ("NO", "", "Europe/Oslo")


def test_without_a_window_no_qt_is_named():
    assert "Qt" not in describe_device().agent


def test_an_actor_carries_the_same():
    device = describe_device(environ={"TZ": "Atlantic/Canary"})

    assert device.place.country == "ES"
    assert device.place.region == "Canary Islands"
    assert device.place.agent == device.agent
    assert device.place.host == device.host
    assert device.place.address == device.address


@pytest.mark.parametrize(
    ("environ", "country"),
    [
        ({"TZ": "UTC", "LANG": "nb_NO.UTF-8"}, "NO"),
        ({"TZ": "UTC", "LC_ALL": "C.UTF-8", "LANG": "nb_NO"}, ""),
        ({"TZ": "UTC", "LANG": "de_AT@euro"}, "AT"),
        ({"TZ": "UTC", "LANG": "en"}, ""),
        ({"TZ": "UTC"}, ""),
    ],
)
def test_language_settings_stand_in_where_the_zone_has_no_country(
    environ: dict[str, str], country: str
):
    assert describe_device(environ=environ).country == country


def test_a_caller_who_knows_the_zone_better_is_believed():
    device = describe_device(time_zone="Asia/Tokyo", environ={})

    assert (device.country, device.time_zone) == ("JP", "Asia/Tokyo")


def test_the_address_is_one_of_this_computer_or_blank():
    address = own_address()

    if address:
        assert not ipaddress.ip_address(address).is_unspecified
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as own:
            own.bind((address, 0))


def test_no_packet_is_sent_to_learn_the_address():
    """strace sees the socket connected and closed, and nothing sent on it."""
    program = "from crmdesk.core.access.device import own_address; own_address()"
    traced = subprocess.run(
        ["strace", "-f", "-e", "trace=network", sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert "connect(" in traced.stderr
    assert not [line for line in traced.stderr.splitlines() if "send" in line.split("(")[0]]


def test_a_computer_that_reaches_nobody_has_a_blank_address():
    """No socket may be connected to the broadcast address, as to none without a network."""
    assert own_address([(socket.AF_INET, "255.255.255.255")]) == ""


class WindowsSettings:
    """Answers as kernel32 does, by the documentation of that call."""

    def __init__(self, name: str) -> None:
        self.name = name

    def GetUserDefaultGeoName(self, buffer: ctypes.Array[ctypes.c_wchar], size: int) -> int:
        assert size == 16
        buffer.value = self.name
        return len(self.name) + 1


@pytest.mark.parametrize(("name", "country"), [("NO", "NO"), ("150", ""), ("", "")])
def test_windows_tells_the_country_of_its_settings(name: str, country: str):
    assert windows_country(WindowsSettings(name)) == country


def test_the_systems_are_named_as_people_know_them():
    zone = {"TZ": "Europe/Oslo"}

    assert "macOS" in describe_device(environ=zone, system=System.MACOS).agent
    assert "Windows" in describe_device(environ=zone, system=System.WINDOWS).agent
