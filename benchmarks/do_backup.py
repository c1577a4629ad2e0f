"""One backup by the product's engine, started by ``ours.py``: ``do_backup DATABASE TARGET``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks import data
from crmdesk.core.backup.engine import write_backup
from crmdesk.core.backup.shapes import BackupContext, Progress


def main(database: str, target: str, *options: str) -> None:
    """Write the backup; with ``--engine-only`` leave when the last byte is written."""
    key = Ed25519PrivateKey.generate()
    context = BackupContext("w-1", "Benchmark", "0", key.public_key().public_bytes_raw())

    def leave_when_written(step: Progress) -> None:
        if "--engine-only" in options and step.objects_done == step.objects:
            os._exit(0)

    result = write_backup(
        Path(database),
        [data.shape()],
        Path(target),
        manifest_context=context,
        sign=key.sign,
        progress=leave_when_written,
    )
    sys.stdout.write(f"{result.records} records, {result.bytes} bytes\n")
