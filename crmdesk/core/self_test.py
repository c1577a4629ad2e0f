"""Whether an installation is complete and works: the main job in a scratch folder, and more."""

from __future__ import annotations

import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

from crmdesk.core.access.actor import Place
from crmdesk.core.access.keyring_store import KeyringStore
from crmdesk.core.access.secrets import check_store
from crmdesk.core.check import Check
from crmdesk.core.demo import Demo
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.worker import Watcher
from crmdesk.core.records.catalogue import load_catalogue
from crmdesk.core.resources import resource_path

_RECORDS = 60
_SEED = 7


def run_self_test(place: Place, watcher: Watcher | None = None) -> list[Check]:
    """Do everything once; what it made is removed again."""
    return [*_main_job(place, watcher), _catalogue(), _icons(), _translations(), _keyring()]


def _main_job(place: Place, watcher: Watcher | None) -> list[Check]:
    checks: list[Check] = []
    with tempfile.TemporaryDirectory(prefix="crmdesk-self-test-") as scratch:
        demo = Demo(Path(scratch) / "workspace", _RECORDS, _SEED, place, watcher)
        try:
            for steps in (demo.prepare(), demo.repair()):
                checks += [Check(step.name, step.ok, step.detail) for step in steps]
        except UserError as error:
            checks.append(Check("main_job", False, error.message))
        finally:
            demo.close()
    return checks


def _catalogue() -> Check:
    objects = load_catalogue().objects
    return Check("catalogue", bool(objects), f"{len(objects)} objects")


def _icons() -> Check:
    paths = sorted(resource_path("icons").glob("*.svg"))
    broken = [path.name for path in paths if not _is_drawing(path)]
    detail = ", ".join(broken) if broken else f"{len(paths)} icons can be read"
    return Check("icons", bool(paths) and not broken, detail)


def _is_drawing(path: Path) -> bool:
    try:
        # These files are our own, shipped with the program.
        return ET.parse(path).getroot().tag.endswith("svg")  # noqa: S314
    except (OSError, ET.ParseError):
        return False


def _translations() -> Check:
    paths = sorted(resource_path("i18n").glob("*.qm"))
    empty = [path.name for path in paths if not path.stat().st_size]
    detail = ", ".join(empty) if empty else f"English, and {len(paths)} translations"
    return Check("translations", not empty, detail)


def _keyring() -> Check:
    try:
        store = KeyringStore.open()
        check_store(store)
    except UserError as error:
        return Check("keyring", False, error.message)
    return Check("keyring", True, f"{store.detail} keeps and gives back")
