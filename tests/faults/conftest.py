"""What the fault tests share: how hard to try, one scene to copy, one warm process."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.nursery import Nursery
from tests.faults.scene import Scene, make_scene

#: Set by ``python3 dev.py faults``; otherwise every goal is sampled.
FULL = os.environ.get("CRMDESK_TEST_FAULTS") == "full"

Record = Callable[[int, str], None]


def effort(sampled: int, full: int) -> int:
    """How many trials: a sample in the normal run, all of them under ``dev.py faults``."""
    return full if FULL else sampled


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """A warm process to fork children from."""
    made = Nursery()
    yield made
    made.close()


@pytest.fixture(scope="session")
def scene(
    workspace_template: tuple[Path, bytes], tmp_path_factory: pytest.TempPathFactory
) -> Scene:
    """A workspace with something to back up, restore, undo and import; tests copy it."""
    return make_scene(tmp_path_factory.mktemp("scene") / "made", workspace_template)


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that other users of the computer can look into, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    """Tell a figure: the number of trials, and what came out of them."""

    def tell(trials: int, figure: str) -> None:
        target = os.environ.get("CRMDESK_TEST_FIGURES")
        if target:
            line = {"test": request.node.name, "file": request.path.name}
            line |= {"trials": trials, "figure": figure}
            with Path(target).open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    return tell
