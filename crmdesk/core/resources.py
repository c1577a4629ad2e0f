"""Finds the files that ship beside the code: icons, fonts, translations, catalogues."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path


def resource_path(*parts: str) -> Path:
    """Path of a shipped file or folder, e.g. ``resource_path("icons", "x.svg")``.

    It says where the file has to be; whether it is there, the caller sees on opening it.
    """
    return _root().joinpath(*parts)


@cache
def _root() -> Path:
    package = Path(__file__).resolve().parents[1]
    bundle = Path(getattr(sys, "_MEIPASS", package))
    # Inside the package first, where a wheel has them: beside it, among other packages, a
    # folder of that name may be anybody's. A checkout and a frozen program have them beside.
    for candidate in (package / "resources", package.parent / "resources", bundle / "resources"):
        if candidate.is_dir():
            return candidate
    return package / "resources"
