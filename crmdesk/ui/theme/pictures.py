"""Small tinted pictures that a style sheet can only take from files: ticks, dots and chevrons.

They are SVG, so that they stay sharp at 2x, and carry their colour in the name, so that the two
schemes live side by side in the cache folder and a half-made theme never shows the other's.
"""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path

from crmdesk.core.resources import resource_path
from crmdesk.ui.theme.tokens import Tokens

_DOT = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'
    '<circle cx="12" cy="12" r="5" fill="currentColor"/></svg>'
)
# name in the sheet: (icon, token, stroke width)
_PICTURES = {
    "mark_check": ("check", "on_fill", "3"),
    "mark_check_off": ("check", "disabled", "3"),
    "mark_check_text": ("check", "text2", "2"),
    "mark_minus": ("minus", "on_fill", "3"),
    "mark_minus_off": ("minus", "disabled", "3"),
    "mark_dot": ("", "on_fill", ""),
    "mark_dot_off": ("", "disabled", ""),
    "mark_chevron": ("chevron-down", "text2", "2"),
    "mark_chevron_off": ("chevron-down", "disabled", "2"),
    "mark_up": ("chevron-up", "text2", "2"),
    "mark_down": ("chevron-down", "text2", "2"),
    "mark_left": ("chevron-left", "text2", "2"),
    "mark_right": ("chevron-right", "text2", "2"),
    "mark_left_off": ("chevron-left", "disabled", "2"),
    "mark_right_off": ("chevron-right", "disabled", "2"),
}


def pictures(tokens: Tokens) -> dict[str, str]:
    """Write the pictures of a scheme and return their paths, with slashes, by name in the sheet."""
    folder = _folder()
    return {
        name: _written(folder, icon, tokens.color(role).name(), stroke).as_posix()
        for name, (icon, role, stroke) in _PICTURES.items()
    }


def _written(folder: Path, icon: str, color: str, stroke: str) -> Path:
    path = folder / f"{icon or 'dot'}-{stroke or '0'}-{color[1:]}.svg"
    if not path.exists():
        text = _DOT if not icon else resource_path("icons", f"{icon}.svg").read_text("utf-8")
        text = text.replace('stroke-width="2"', f'stroke-width="{stroke}"')
        # Another window may be reading: a file appears whole or not at all.
        partial = path.with_suffix(f".{os.getpid()}.partial")
        partial.write_text(text.replace("currentColor", color), encoding="utf-8")
        partial.replace(path)
    return path


@cache
def _folder() -> Path:
    folder = user_cache_path("crmdesk", appauthor=False) / "theme"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "writable").touch()
    except OSError:
        # A home that cannot be written is no reason to show empty check boxes.
        return Path(tempfile.mkdtemp(prefix="crmdesk-theme-"))
    return folder
