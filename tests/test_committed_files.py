"""What no file of the project may say: where it was made, and where packages come from."""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Made on this machine and never committed; .gitignore has the same list.
_MADE_HERE = {"__pycache__", "build", "dist", "shots"}
_KEPT_HIDDEN = {".ci", ".gitattributes", ".gitignore"}

# Any mirror must do: a host written down is one that somebody cannot reach. Written in
# parts, so that this file may be looked at like every other.
_HOSTS = [
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "npmjs" + ".org",
    "npmjs" + ".com",
    "deb.debian" + ".org",
    "snapshot.debian" + ".org",
    "crates" + ".io",
    "conda" + ".anaconda",
]


def test_no_file_names_a_registry_host():
    hosts = re.compile("|".join(map(re.escape, _HOSTS)).encode(), re.IGNORECASE)

    assert _files_with(hosts) == []


def test_no_file_names_a_folder_of_the_machine_it_was_made_on():
    # Not Path.home(): the tests run in a home of their own.
    home = pwd.getpwuid(os.getuid()).pw_dir
    folders = {str(folder) + "/" for folder in (ROOT, Path(home)) if len(folder.parts) > 1}
    paths = re.compile("|".join(map(re.escape, sorted(folders))).encode())

    assert _files_with(paths) == []


def _files_with(pattern: re.Pattern[bytes]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: {found.group().decode()}"
        for path in _project_files(ROOT)
        if (found := pattern.search(path.read_bytes()))
    ]


def _project_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        hidden = path.name.startswith(".") and path.name not in _KEPT_HIDDEN
        if hidden or path.is_symlink() or path.name in _MADE_HERE or path.suffix == ".egg-info":
            continue
        if path.is_dir():
            yield from _project_files(path)
        elif path.is_file():
            yield path
