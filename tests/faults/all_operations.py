"""Everything that a child of the nursery can be asked to do."""

from __future__ import annotations

from tests.faults.operation import ACTIONS, Operation
from tests.faults.small_disk import SMALL_DISK
from tests.faults.writers import WRITERS

OPERATIONS: dict[str, Operation] = {**ACTIONS, **SMALL_DISK, **WRITERS}
