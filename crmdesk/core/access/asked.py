"""What somebody asked for who was refused: the call of a service, and the record it was about.

The guard is asked in the first line of some three hundred calls. What they are is on the stack
already, and is looked for there only when one of them is refused.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import FrameType

from crmdesk.core.db.engine import Tx

_CORE = "crmdesk.core."


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that was refused.

    Attributes:
        call: the service and its method, e.g. ``RecordEditor.archive``; empty where none is known.
        object_name: API name of the object it was about, as it was given.
        record_id: the only record it was about.
    """

    call: str = ""
    object_name: str | None = None
    record_id: int | None = None

    def known_object(self, tx: Tx) -> str | None:
        """The object, if there is one of that name: what else was typed is never kept."""
        row = tx.sql("SELECT 1 FROM object_types WHERE name = ?", (self.object_name,)).fetchone()
        return None if row is None else self.object_name


def asked_now() -> Asked:
    """The outermost call of a service on this thread's stack that says who acts."""
    frame: FrameType | None = sys._getframe(1)
    found: FrameType | None = None
    while frame is not None:
        if _is_service_call(frame):
            found = frame
        frame = frame.f_back
    return Asked() if found is None else _told(found)


def _is_service_call(frame: FrameType) -> bool:
    code = frame.f_code
    return (
        code.co_varnames[:2] == ("self", "actor")
        and code.co_argcount >= 2
        and not code.co_name.startswith("_")
        and str(frame.f_globals.get("__name__", "")).startswith(_CORE)
    )


def _told(frame: FrameType) -> Asked:
    given = frame.f_locals
    service = type(given["self"]).__name__.removesuffix("Service")
    call = f"{service}.{frame.f_code.co_name}"
    object_name, records = given.get("object_name"), given.get("record_ids")
    record_id = given.get("record_id")
    if isinstance(records, list | tuple) and len(records) == 1:
        (record_id,) = records
    return Asked(
        call,
        object_name if isinstance(object_name, str) else None,
        record_id if isinstance(record_id, int) else None,
    )
