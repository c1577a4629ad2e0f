"""``python -m tests.shots FOLDER``."""

from __future__ import annotations

from tests.shots.main import main

main()
