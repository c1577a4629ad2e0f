"""How much memory a child process took, measured in the child itself."""

from __future__ import annotations

import re
from pathlib import Path


def peak_bytes() -> int:
    """Largest resident size of this program since it was started, in bytes.

    Not ``getrusage``: its maximum is handed on over ``exec``, so that a child of a large
    test process seems as large as its parent (both tests passed alone and failed in company).
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    assert found is not None
    return int(found.group(1)) * 1024
