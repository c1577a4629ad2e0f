"""The files that came in, kept by their content so that they can be shown later."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, update

from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import imports
from crmdesk.core.errors import UserError
from crmdesk.core.files.atomic import copy_file
from crmdesk.core.files.fingerprint import Fingerprint, take_fingerprint
from crmdesk.core.jobs.worker import JobContext
from crmdesk.core.transfer.model import ImportRequest


class FileKeeper:
    """Keeps imported files.

    Args:
        vault: the folder that holds them, and the error files.
    """

    def __init__(self, database: Database, vault: Path) -> None:
        self._database = database
        self._vault = vault

    def keep(
        self, context: JobContext, import_id: str, request: ImportRequest
    ) -> tuple[Path, Fingerprint]:
        """Copy the file into the vault, named by its content; the copy, and what it holds.

        Raises:
            UserError: ``file_changed``, or what copying refuses.
            Cancelled: nothing is left behind.
        """
        path = Path(request.path)
        ending = path.suffix.lower()[:12]
        name = f"{request.sha256}{ending if ending.isascii() else ''}"
        target = self._vault / name
        with self._database.write() as tx:
            tx.execute(update(imports).where(imports.c.id == import_id).values(stored_file=name))
        context.report("copying")
        if target.is_file():
            return target, take_fingerprint(target)
        try:
            copied = copy_file(
                path,
                target,
                progress=lambda done, total: context.report("copying", done, total),
                cancelled=context.cancelled,
                sha256=request.sha256,
            )
        except UserError as error:
            if error.code != "source_changed":
                raise
            raise UserError(
                "file_changed",
                f"{path.name} is no longer the file that was looked at.",
                "Nothing was imported. Open it again and look at the preview once more.",
                path=str(path),
            ) from error
        return target, Fingerprint.of(target.lstat(), copied.sha256)

    def forget(self, tx: Tx, row: Row[Any]) -> None:
        """Remove what an import put in the vault, unless another one keeps the same file."""
        self._unlink_after(tx, f"{row.id}-errors.csv")
        if row.stored_file is None:
            return
        kept = tx.scalar(
            select(imports.c.id).where(
                imports.c.stored_file == row.stored_file, imports.c.id != row.id
            )
        )
        if kept is None:
            self._unlink_after(tx, row.stored_file)

    def _unlink_after(self, tx: Tx, name: str) -> None:
        tx.after_commit(lambda: (self._vault / name).unlink(missing_ok=True))
