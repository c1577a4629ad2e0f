"""What one operating system does otherwise.

The branches for Windows and macOS are unit-tested by naming the system, but were not run there.
"""

from __future__ import annotations

from crmdesk.core.platform.files import (
    config_folder,
    data_folder,
    exclusive_lock,
    fsync_folder,
    replace,
    restrict,
    set_private_umask,
)
from crmdesk.core.platform.locks import command_of, lock_owner, process_name
from crmdesk.core.platform.places import PlaceProblem, UnsafePlace, is_network_or_sync_folder
from crmdesk.core.platform.processes import (
    boot_id,
    disable_core_dumps,
    give_way,
    give_way_in_thread,
    keep_freed_memory,
    process_alive,
    process_started_at,
    processors,
    terminate,
)
from crmdesk.core.platform.system import System, current_system, run_program

__all__ = [
    "PlaceProblem",
    "System",
    "UnsafePlace",
    "boot_id",
    "command_of",
    "config_folder",
    "current_system",
    "data_folder",
    "disable_core_dumps",
    "exclusive_lock",
    "fsync_folder",
    "give_way",
    "give_way_in_thread",
    "is_network_or_sync_folder",
    "keep_freed_memory",
    "lock_owner",
    "process_alive",
    "process_name",
    "process_started_at",
    "processors",
    "replace",
    "restrict",
    "run_program",
    "set_private_umask",
    "terminate",
]
