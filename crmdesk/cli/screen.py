"""Whether there is a screen that a window could be shown on."""

from __future__ import annotations

import os
import sys


def has_screen() -> bool:
    """Whether this session has one; elsewhere than on Linux it always has."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
