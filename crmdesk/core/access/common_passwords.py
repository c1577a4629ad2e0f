"""The passwords that everybody tries first."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import cache

from crmdesk.core.resources import resource_path


@cache
def common_passwords() -> Mapping[str, int]:
    """Case-folded common passwords with their rank, 1 for the most frequent; read once."""
    path = resource_path("passwords", "common.txt.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        ranks: dict[str, int] = {}
        for rank, line in enumerate(lines, start=1):
            ranks.setdefault(line.rstrip("\n").casefold(), rank)
    return ranks
