"""How soon the first window stands, beside a bare one of the same toolkit."""

from __future__ import annotations

from shlex import quote

from benchmarks import peers
from benchmarks.measure import Contestant

TITLE = "First window: from the start of the process until it is painted"
NOTE = (
    "Whole processes without a screen (Qt's offscreen platform), each with an empty home folder; "
    "the peer shows one empty widget of the same size. The number of records plays no part. "
    "Here the target is how many times longer ours takes: at most 2.5, aim 1.8."
)


def contestants(_rows: int) -> list[Contestant]:
    """Ours and the bare window."""
    start = f"QT_QPA_PLATFORM=offscreen HOME=$(mktemp -d) {quote(peers.our_python())}"
    return [
        Contestant("CRM Desk", f"{start} -m benchmarks.do_first_window ours"),
        Contestant(
            "bare QApplication and QWidget",
            f"{start} -m benchmarks.do_first_window bare",
            target="0.4 (aim 0.56)",
        ),
    ]
