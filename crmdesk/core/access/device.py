"""The computer an action comes from, by its own account; nothing is asked of any network."""

from __future__ import annotations

import ctypes
import os
import platform
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import crmdesk
from crmdesk.core.access.actor import Place
from crmdesk.core.access.time_zones import ZoneCountry, local_time_zone, zone_country
from crmdesk.core.platform import System, current_system
from crmdesk.core.platform.processes import load_kernel32

# Addresses for documentation (RFC 5737, RFC 3849), which belong to nobody.
_ELSEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
_DISCARD_PORT = 9
_LOCALE = re.compile(r"[a-z]{2,3}_([A-Z]{2})([.@].*)?")
_LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


@dataclass(frozen=True, slots=True)
class Device:
    """What this computer says of itself; blank where it does not know.

    Attributes:
        address: the address it would use to reach others.
        host: its name.
        agent: program, operating system, Python and, in the window, Qt.
        country: two letters of ISO 3166, from time zone or language settings.
        region: part of that country, for countries with several time zones.
        time_zone: e.g. ``"Europe/Oslo"``.
    """

    address: str
    host: str
    agent: str
    country: str
    region: str
    time_zone: str

    @property
    def place(self) -> Place:
        """The same as an actor carries it."""
        return Place(self.address, self.host, self.agent, self.country, self.region)


def describe_device(
    qt_version: str = "",
    time_zone: str | None = None,
    environ: Mapping[str, str] = os.environ,
    system: System | None = None,
) -> Device:
    """Describe this computer.

    Args:
        qt_version: Qt's version where a window is open, e.g. ``"6.11.0"``.
        time_zone: the zone, where the caller knows it better (Qt does on Windows).
        environ: tells time zone and language.
        system: the operating system; this one unless said otherwise.
    """
    zone = local_time_zone(environ) if time_zone is None else time_zone
    where = zone_country(zone)
    if not where.country:
        where = ZoneCountry(_country_of_settings(environ, system or current_system()))
    return Device(
        address=own_address(),
        host=socket.gethostname(),
        agent=_agent(qt_version, system or current_system()),
        country=where.country,
        region=where.region,
        time_zone=zone,
    )


def own_address(elsewhere: Sequence[tuple[socket.AddressFamily, str]] = _ELSEWHERE) -> str:
    """The address this computer would send from; blank when it is on no network.

    Connecting a datagram socket only makes the system choose a route: no packet is sent.

    Args:
        elsewhere: families and addresses beyond this computer, tried in turn.
    """
    for family, address in elsewhere:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as chooser:
                chooser.connect((address, _DISCARD_PORT))
                return str(chooser.getsockname()[0])
        except OSError:
            continue
    return ""


def windows_country(kernel32: Any = None) -> str:
    """The country chosen in the settings of Windows, e.g. ``"NO"``; not run here."""
    name = ctypes.create_unicode_buffer(16)
    library = kernel32 if kernel32 is not None else load_kernel32()
    library.GetUserDefaultGeoName(name, len(name))
    # Regions larger than a country have numbers there.
    return name.value if re.fullmatch("[A-Z]{2}", name.value) else ""


def _country_of_settings(environ: Mapping[str, str], system: System) -> str:
    if system is System.WINDOWS:
        return windows_country()
    locale = next((environ[name] for name in _LOCALE_VARIABLES if environ.get(name)), "")
    found = _LOCALE.fullmatch(locale)
    return found[1] if found else ""


def _agent(qt_version: str, system: System) -> str:
    parts = [_system_name(system), f"Python {platform.python_version()}"]
    if qt_version:
        parts.append(f"Qt {qt_version}")
    return f"CRM Desk/{crmdesk.__version__} ({'; '.join(parts)})"


def _system_name(system: System) -> str:
    if system is System.MACOS:
        return f"macOS {platform.mac_ver()[0]}".strip()
    if system is System.WINDOWS:
        return f"Windows {platform.release()}".strip()
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return f"{platform.system()} {platform.release()}"
