"""What is remembered is told at once and written elsewhere."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from crmdesk.ui.remembered import remembered


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "window.ini"


def _settings(file: Path) -> QSettings:
    return QSettings(str(file), QSettings.Format.IniFormat)


def test_everyone_who_names_the_same_place_hears_the_same_at_once(file: Path):
    one, other = remembered(_settings(file)), remembered(_settings(file))

    one.set("window/tab", "backup")

    assert other.value("window/tab") == "backup"
    assert other.value("window/size", "usual") == "usual"


def test_what_was_kept_before_is_read(file: Path):
    _settings(file).setValue("look/theme", "dark")

    assert remembered(_settings(file)).value("look/theme") == "dark"


def test_another_thread_writes_it_and_always_the_same(file: Path, qtbot):
    kept = remembered(_settings(file))
    before = _writers()
    kept.set("window/tab", "first tab")
    qtbot.waitUntil(lambda: "first tab" in _content(file))
    for number in range(50):
        kept.set("window/tab", f"tab {number}")

    qtbot.waitUntil(lambda: "tab 49" in _content(file))

    assert len(_writers() - before) == 1


def _content(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _writers() -> set[int | None]:
    named = "crmdesk-remember"
    return {each.ident for each in threading.enumerate() if each.name.startswith(named)}


def test_it_is_written_before_the_program_ends(file: Path):
    program = (
        "import sys; from PySide6.QtCore import QSettings; "
        "from crmdesk.ui.remembered import remembered; "
        "settings = QSettings(sys.argv[1], QSettings.Format.IniFormat); "
        "remembered(settings).set('window/tab', 'audit')"
    )

    subprocess.run([sys.executable, "-c", program, str(file)], check=True)

    assert _settings(file).value("window/tab") == "audit"
