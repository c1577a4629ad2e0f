"""What the peers need: an environment of their own and a compiled C program."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".venv"


def python_with(module: str, package: str = "") -> str | None:
    """The peers' own Python with ``module`` in it; None where it cannot be installed.

    Args:
        package: how the package that brings it is called, where it has another name.
    """
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
    there = subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False)
    if there.returncode:
        command = [python, "-m", "pip", "install", "--quiet", package or module]
        if subprocess.run(command, check=False).returncode:
            return None
    return str(python)


def compiled_c(folder: Path) -> str | None:
    """The plain C program, compiled with -O2; None without a compiler or SQLite's header."""
    target = folder / "peer"
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    command = [compiler, "-O2", "-o", str(target), str(HERE / "peer.c"), "-lsqlite3"]
    done = subprocess.run(command, capture_output=True, check=False)
    return None if done.returncode else str(target)


def our_python() -> str:
    """The Python that runs the product."""
    return sys.executable
