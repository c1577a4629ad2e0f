"""Everything that a child of the nursery can be asked to do."""

from __future__ import annotations

from tests.faults.first_run import FIRST_RUN
from tests.faults.operation import ACTIONS, Operation
from tests.faults.power import POWER
from tests.faults.small_disk import SMALL_DISK
from tests.faults.writers import WRITERS

OPERATIONS: dict[str, Operation] = {**ACTIONS, **FIRST_RUN, **POWER, **SMALL_DISK, **WRITERS}
