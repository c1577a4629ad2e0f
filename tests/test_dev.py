from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import dev

ROOT = Path(__file__).resolve().parents[1]


def test_a_program_that_is_not_there_is_named_by_its_debian_package():
    assert dev.missing_packages({"tools": "no-such-program", "base": "sh"}) == ["tools"]


def test_a_library_that_is_not_there_is_named_by_its_debian_package(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setitem(dev.LIBRARIES, "libnowhere1", "libnowhere.so.1")

    assert dev.missing_packages({}) == ["libnowhere1"]


def test_who_may_not_install_gets_the_one_line_that_does(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(dev.SetupError) as told:
        dev.install_packages({"tools": "no-such-program"})

    assert (
        "sudo apt-get update && "
        "sudo apt-get install -y --no-install-recommends tools" in str(told.value).splitlines()[2]
    )


def test_without_apt_the_missing_things_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(dev.SetupError, match="no-such-package"):
        dev.install_packages({"no-such-package": "no-such-program"})


def test_the_environment_of_another_folder_is_never_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "theirs").mkdir()
    link = tmp_path / ".venv"
    link.symlink_to(tmp_path / "theirs")
    for name, path in (("VENV", link), ("CRMDESK", link / "crmdesk"), ("STAMP", link / "stamp")):
        monkeypatch.setattr(dev, name, path)

    with pytest.raises(dev.SetupError, match="is a link"):
        dev.setup({})

    assert list((tmp_path / "theirs").iterdir()) == []


@pytest.mark.parametrize(("words", "code"), [([], 2), (["sing"], 2), (["help"], 0)])
def test_a_word_it_does_not_know_gets_the_list_of_those_it_knows(words: list[str], code: int):
    told = subprocess.run(
        [sys.executable, "dev.py", *words], cwd=ROOT, capture_output=True, text=True
    )

    assert told.returncode == code
    assert "python3 dev.py test" in told.stdout


def test_the_makefile_has_a_name_for_each_command():
    names = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert names is not None
    assert set(names.group(1).split()) == {"setup", *dev.COMMANDS}


def test_the_readme_gives_the_two_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert "\npython3 dev.py run\n" in readme
    assert "\npython3 dev.py test\n" in readme


def test_every_requirement_in_the_lock_is_pinned_and_hashed():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z])", lock, flags=re.MULTILINE)[1:]

    assert len(entries) > 40
    for entry in entries:
        assert re.match(r"[a-z0-9.-]+==\S+", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]
    assert "://" not in lock
