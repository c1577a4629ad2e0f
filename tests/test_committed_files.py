"""What no file may say: where it was made, where packages come from, and anything secret."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

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

# What opens something; in parts as above. A word in quotes counts when it is no word.
_SECRETS = {
    "private key": r"-----BEGIN [A-Z ]*PRIVATE" + r" KEY-----",
    "cloud key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{35}\b",
    "access token": r"\b(?:gh[opsur]_[0-9A-Za-z]{36}|github_pat_\w{60,}|glpat-[\w-]{20,}"
    r"|xox[abeprs]-[\w-]{10,}|[rs]k_live_\w{20,}|npm_[0-9A-Za-z]{36}|pypi-Ag[\w-]{50,})",
    "signed token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "password in an address": r"\b[a-z][a-z+]{2,9}://[^\s/:@\"'<>{}]{1,40}:[^\s/:@\"'<>{}]{3,80}@",
    "two-factor secret": r"otpauth://[^\s\"']*secret=[A-Z2-7]{16,}",
    "value of a secret": r"(?i)(?:password|passwd|secret|token|api_?key|private_?key)\w*"
    r"[\"']?\s*[:=]\s*[\"'](?=[^\"'\s]*[0-9])(?=[^\"'\s]*[a-z])[^\"'\s{}<>()]{16,}[\"']",
}
#: Made up for tests and for the guide: each opens nothing that was ever anybody's.
_SHOWN = {b"canary-in-the-fjord-4711-quite-unlikely"}


def test_no_file_names_a_registry_host():
    hosts = re.compile("|".join(map(re.escape, _HOSTS)).encode(), re.IGNORECASE)

    assert _files_with(hosts) == []


def test_no_file_names_a_folder_of_the_machine_it_was_made_on():
    # Not Path.home(): the tests run in a home of their own.
    home = pwd.getpwuid(os.getuid()).pw_dir
    folders = {str(folder) + "/" for folder in (ROOT, Path(home)) if len(folder.parts) > 1}
    paths = re.compile("|".join(map(re.escape, sorted(folders))).encode())

    assert _files_with(paths) == []


def test_no_file_holds_a_secret():
    files = ((str(path.relative_to(ROOT)), path.read_bytes()) for path in _project_files(ROOT))

    assert _secrets_in(files) == []


def test_no_pattern_repeats_a_group_possessively():
    """Python before 3.11.5, which Debian 12 has, loses matches of such groups."""
    possessive = re.compile(rb"\)[*+?]\+")
    found = [
        path for path in (ROOT / "crmdesk").rglob("*.py") if possessive.search(path.read_bytes())
    ]

    assert found == []


def test_a_secret_would_be_found():
    planted = {
        "key": b"-----BEGIN RSA PRIVATE" + b" KEY-----",
        "token": b"ghp_" + b"aB3" * 12,
        "address": b"smtp" + b"://ann:hunter2@mail.example.org",
        "word": b"smtp_password = '" + b"x1y2z3" * 4 + b"'",
        "code": b"otpauth" + b"://totp/CRM?secret=" + b"ABCD2345" * 4,
    }

    assert len(_secrets_in(planted.items())) == len(planted)


@pytest.mark.full
def test_the_package_that_is_given_away_holds_no_secret(tmp_path: Path):
    source = tmp_path / "source"
    for path in _project_files(ROOT):
        target = source / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "-w", str(tmp_path), str(source)], check=True, timeout=300)

    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        files = [(name, archive.read(name)) for name in archive.namelist()]
    assert len(files) > 300
    assert _secrets_in(files) == []


def _secrets_in(files: Iterable[tuple[str, bytes]]) -> list[str]:
    patterns = {kind: re.compile(text.encode()) for kind, text in _SECRETS.items()}
    return [
        f"{name}: {kind}"
        for name, content in files
        if b"\0" not in content  # fonts and pictures
        for kind, pattern in patterns.items()
        for found in pattern.finditer(content)
        if not any(shown in found.group() for shown in _SHOWN)
    ]


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
