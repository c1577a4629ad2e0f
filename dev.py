#!/usr/bin/env python3
"""Sets up, runs, tests and measures CRM Desk with nothing but the standard library.

python3 dev.py run [demo options]     set up what the program needs, then the demo
python3 dev.py test [pytest options]  set up what the tests need, then the tests
python3 dev.py test --full            also those with LibreOffice, PostgreSQL, Node, wine
python3 dev.py setup                  what `run` and `test` do first, alone
python3 dev.py lint                   style, formatting, types, layers
python3 dev.py bench                  speed beside the peers
python3 dev.py faults                 kills, full disks, tampering: the long runs
python3 dev.py shots [folder]         pictures of every page
python3 dev.py lock                   pin the dependencies anew
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
CRMDESK = BIN / ("crmdesk.exe" if os.name == "nt" else "crmdesk")
STAMP = VENV / "set-up"
LOCK = ROOT / "requirements.lock"

# Debian package -> the file that proves it is there. These lists are the only place that
# names system packages; everything else comes from requirements.lock.
LIBRARIES = {
    "libegl1": "libEGL.so.1",
    "libgl1": "libGL.so.1",
    "libglib2.0-0": "libglib-2.0.so.0",
    "libdbus-1-3": "libdbus-1.so.3",
    "libfontconfig1": "libfontconfig.so.1",
    "libxkbcommon-x11-0": "libxkbcommon-x11.so.0",
    "libxcb-cursor0": "libxcb-cursor.so.0",
    "libxcb-icccm4": "libxcb-icccm.so.4",
    "libxcb-keysyms1": "libxcb-keysyms.so.1",
    "libxcb-shape0": "libxcb-shape.so.0",
    "libgssapi-krb5-2": "libgssapi_krb5.so.2",
    "libbrotli1": "libbrotlidec.so.1",
}
RUN: dict[str, str] = {}
TEST = {
    "dbus": "dbus-daemon",
    "gnome-keyring": "gnome-keyring-daemon",
    "xvfb": "Xvfb",
    "oathtool": "oathtool",
    "zbar-tools": "zbarimg",
    "unzip": "unzip",
    "p7zip-full": "7z",
    "sqlite3": "sqlite3",
    "strace": "strace",
    "faketime": "faketime",
}
FULL = TEST | {
    "libreoffice-calc-nogui": "soffice",
    "postgresql": "pg_lsclusters",
    "nodejs": "node",
    "npm": "npm",
    "wine": "wine",
}
BENCH = {
    "gcc": "cc",
    "libc6-dev": "/usr/include/stdio.h",
    "libsqlite3-dev": "/usr/include/sqlite3.h",
    "zip": "zip",
    "sqlite3": "sqlite3",
}
FAULTS = TEST | {
    "e2fsprogs": "mkfs.ext4",
    "libreoffice-calc-nogui": "soffice",
    "mount": "mount",
}
SHOTS = {"xvfb": "Xvfb"}

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
MEMORY, MEMORY_NEEDED = Path("/dev/shm"), 4 << 30  # noqa: S108 - no file is made there by name


class SetupError(Exception):
    """Something the person at the keyboard has to do; the text says what."""


def missing_packages(programs: dict[str, str]) -> list[str]:
    """Name the Debian packages whose library, program or file is not on this machine."""
    missing = []
    if importlib.util.find_spec("ensurepip") is None:
        missing.append("python3-venv")
    if shutil.which("dpkg") and not CERTIFICATES.exists():
        missing.append("ca-certificates")
    if sys.platform == "linux":
        missing += [package for package, name in LIBRARIES.items() if not _loads(name)]
    missing += [package for package, proof in programs.items() if not _is_there(proof)]
    return missing


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _is_there(proof: str) -> bool:
    # An ordinary user's PATH leaves out the folders of system programs such as mkfs.
    path = os.environ.get("PATH", os.defpath) + os.pathsep + "/usr/sbin:/sbin"
    return Path(proof).exists() if proof.startswith("/") else bool(shutil.which(proof, path=path))


def install_packages(programs: dict[str, str]) -> None:
    """Install what is missing when we may, else say the one line that does it.

    Raises:
        SetupError: packages are missing and cannot be installed from here.
    """
    missing = missing_packages(programs)
    if not missing:
        return
    if shutil.which("apt-get") is None:
        raise SetupError(
            "These are missing (by their Debian names); install what your system calls them: "
            + " ".join(missing)
        )
    install = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if os.name == "nt" or os.geteuid() != 0:
        line = f"sudo apt-get update && sudo {shlex.join(install)}"
        raise SetupError(f"Packages are missing. Run this line, then try again:\n\n  {line}\n")
    print(f"Installing {len(missing)} Debian packages: {' '.join(missing)}", flush=True)
    wait = ["-o", "DPkg::Lock::Timeout=300", "-q"]
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", *wait, "update"], ["apt-get", *wait, *install[1:]]):
        done = subprocess.run(command, env=quiet, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SetupError(f"`{shlex.join(command)}` failed:\n{done.stdout}{done.stderr}")
    if left := missing_packages(programs):
        raise SetupError(f"Installed, but still not found: {' '.join(left)}")


def setup(programs: dict[str, str]) -> None:
    """Bring packages and ``.venv`` to what the lock says; under a second when they are.

    Raises:
        SetupError: see ``install_packages``; or pip failed.
    """
    install_packages(programs)
    wanted = _fingerprint()
    if CRMDESK.exists() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        return
    if VENV.is_symlink():
        raise SetupError(
            f"`{VENV}` is a link, and setting up would change the environment of "
            f"`{VENV.resolve().parent}`. Remove the link and try again."
        )
    print("Setting up .venv from requirements.lock (a minute or so) ...", flush=True)
    STAMP.unlink(missing_ok=True)
    if not _venv_is_sound():
        _run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "-q"]
    _run([*pip, "--require-hashes", "-r", str(LOCK)])
    # The project itself, in place; setuptools is in the lock, so that nothing else is fetched.
    _run([*pip, "--no-deps", "--no-build-isolation", "--no-index", "-e", str(ROOT)])
    STAMP.write_text(wanted, encoding="utf-8")


def _fingerprint() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for name in ("requirements.lock", "pyproject.toml", "setup.py"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _venv_is_sound() -> bool:
    """Tell whether ``.venv`` works, belongs to this folder and to this Python."""
    if not PYTHON.exists():
        return False
    question = "import pip, sys; print(sys.version_info[:2], sys.prefix)"
    answer = subprocess.run(
        [str(PYTHON), "-c", question], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() == f"{sys.version_info[:2]} {VENV}"


def _run(command: list[str]) -> None:
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode:
        raise SetupError(f"`{shlex.join(command)}` failed (exit code {done.returncode}).")


def _call(command: list[str], environment: dict[str, str] | None = None) -> int:
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | (environment or {}), check=False
    ).returncode


def run(rest: list[str]) -> int:
    """Open the demo: in a window where there is a screen, else in the terminal."""
    setup(RUN)
    return _call([str(CRMDESK), "demo", *rest])


def test(rest: list[str]) -> int:
    """Run the tests; with ``--full`` also those that need large outside programs."""
    full = "--full" in rest
    setup(FULL if full else TEST)
    chosen = ["-m", "full or not full"] if full else []
    # One more than there are processors: a test often waits for a process, a lock or a disk.
    workers = os.environ.get("CRMDESK_TEST_WORKERS", str((os.cpu_count() or 2) + 1))
    # Work stealing: the slow tests sit together, and one worker would get them all.
    command = [str(PYTHON), "-m", "pytest", "-n", workers, "--dist", "worksteal", *chosen]
    # Compiled once: hundreds of processes would do it each for itself where nobody keeps it.
    _call([str(PYTHON), "-m", "compileall", "-q", "-j", "0", "crmdesk", "tests"])
    keeping = {"PYTHONDONTWRITEBYTECODE": ""}
    return _call([*command, *(word for word in rest if word != "--full")], keeping | _scratch())


def _scratch() -> dict[str, str]:
    """Where the tests keep their files: in memory, where there is plenty and nobody said where.

    Hundreds of databases that nobody wants tomorrow wait for a disk otherwise. Tests of what a
    disk does bring one of their own.
    """
    if "TMPDIR" in os.environ or not MEMORY.is_dir():
        return {}
    is_runnable = not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC
    has_room = shutil.disk_usage(MEMORY).free >= MEMORY_NEEDED
    return {"TMPDIR": str(MEMORY)} if is_runnable and has_room else {}


def lint(rest: list[str]) -> int:
    """Check style, formatting, types and layers; every check runs, any failure counts."""
    setup(RUN)
    checks = [
        ["ruff", "check", *rest],
        ["ruff", "format", "--check", *rest],
        ["mypy"],
        ["lint-imports"],
    ]
    # Side by side: the types take as long as all others together.
    started = [
        subprocess.Popen(
            [str(BIN / check[0]), *check[1:]],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for check in checks
    ]
    for process in started:
        sys.stdout.buffer.write(process.communicate()[0])
        sys.stdout.flush()
    return 1 if any(process.returncode for process in started) else 0


def bench(rest: list[str]) -> int:
    """Measure speed beside the peers."""
    setup(BENCH)
    return _call([str(PYTHON), "benchmarks/run.py", *rest])


def faults(rest: list[str]) -> int:
    """Run the long tests of kills, full disks and tampering."""
    setup(FAULTS)
    return _call([str(PYTHON), "-m", "tests.faults.run", *rest])


def shots(rest: list[str]) -> int:
    """Take pictures of every page, on a screen of our own where there is none."""
    setup(SHOTS)
    command = [str(PYTHON), "-m", "tests.shots", *rest]
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform != "linux":
        return _call(command)
    ours, theirs = os.pipe()
    screen = ["Xvfb", "-displayfd", str(theirs), "-screen", "0", "2560x1600x24", "-nolisten", "tcp"]
    server = subprocess.Popen(screen, pass_fds=[theirs], stderr=subprocess.DEVNULL)
    os.close(theirs)
    try:
        with os.fdopen(ours) as answer:
            display = answer.readline().strip()
        return _call(command, {"DISPLAY": f":{display}", "QT_QPA_PLATFORM": "xcb"})
    finally:
        server.terminate()
        server.wait()


def lock(rest: list[str]) -> int:
    """Pin the dependencies anew, with hashes and for every platform."""
    setup(RUN)
    tools = ROOT / ".tools"
    environment = {"PYTHONPATH": str(tools)}
    if not (tools / "uv").exists():
        # Only who changes the dependencies needs it: it stays out of .venv and of the lock.
        _run([str(PYTHON), "-m", "pip", "install", "-q", "--target", str(tools), "uv"])
    command = ["uv", "pip", "compile", "-q", "pyproject.toml", "--universal", "--group", "dev"]
    written = ["--generate-hashes", "--custom-compile-command", "make lock", "-o", LOCK.name]
    return _call([str(PYTHON), "-m", *command, *written, *rest], environment)


COMMANDS = {"run": run, "test": test, "lint": lint, "bench": bench, "faults": faults}
COMMANDS |= {"shots": shots, "lock": lock}


def main(words: list[str]) -> int:
    """Carry out one command.

    Returns:
        the exit code: the command's own, 1 when set-up failed, 2 for wrong usage.
    """
    if sys.version_info < (3, 11):  # noqa: UP036 - this file meets Pythons the project does not run on
        print(f"CRM Desk needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
        return 1
    command, rest = (words[0], words[1:]) if words else ("", [])
    try:
        if command == "setup":
            setup(RUN | TEST)
            return 0
        if command in COMMANDS:
            return COMMANDS[command](rest)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    print(__doc__)
    return 0 if command in ("-h", "--help", "help") else 2


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main(sys.argv[1:]))
    sys.exit(130)
