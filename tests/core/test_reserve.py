"""The reserve of room on the disk."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from crmdesk.core.reserve import SIZE, keep_reserve, release_reserve, reserve_path


def test_of_programs_that_start_at_once_none_takes_the_reserve_that_another_makes(
    tmp_path: Path,
) -> None:
    with ThreadPoolExecutor(4) as pool:
        for _ in range(50):
            list(pool.map(keep_reserve, [tmp_path] * 4))
            assert reserve_path(tmp_path).stat().st_size == SIZE
            release_reserve(tmp_path)
