"""The files that came in, kept by their content so that they can be shown later."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, update

from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import imports
from crmdesk.core.errors import Busy, UserError
from crmdesk.core.files.copying import Copying, copied_meanwhile
from crmdesk.core.files.fingerprint import Fingerprint, take_fingerprint
from crmdesk.core.jobs.worker import JobContext
from crmdesk.core.transfer.model import ImportRequest
from crmdesk.core.workspace_folder import refuse_lost

_LOOK_SECONDS = 0.1


class KeptFile:
    """A file of the vault that is read, and may not be proven yet.

    Attributes:
        taken: what it holds.
    """

    def __init__(self, taken: Fingerprint, path: Path, copying: Copying | None = None) -> None:
        self.taken = taken
        self._path = path
        self._copying = copying

    @property
    def path(self) -> Path:
        """Where it lies by now."""
        return self._path if self._copying is None else self._copying.path

    def settle(self) -> None:
        """Wait until it is proven, on the disk, and has its name; whoever reads it has ended.

        Raises:
            UserError: it cannot be kept; nothing that was read of it counts.
        """
        if self._copying is not None:
            self._copying.finish()


class FileKeeper:
    """Keeps imported files.

    Args:
        vault: the folder that holds them, and the error files.
    """

    def __init__(self, database: Database, vault: Path) -> None:
        self._database = database
        self._vault = vault

    @contextmanager
    def kept(
        self, context: JobContext, import_id: str, request: ImportRequest
    ) -> Iterator[KeptFile]:
        """Copy the file into the vault, named by its content, for a block that reads the copy.

        The copy is proven and put on the disk while the block goes on: nothing that was read of
        it may count before :meth:`KeptFile.settle`. A block that fails before leaves no copy.

        Raises:
            UserError: ``folder_missing``, ``file_changed``, or what copying refuses.
            Cancelled: nothing is left behind.
        """
        refuse_lost(self._vault)
        path = Path(request.path)
        ending = path.suffix.lower()[:12]
        name = f"{request.sha256}{ending if ending.isascii() else ''}"
        target = self._vault / name
        with self._database.write() as tx:
            tx.execute(update(imports).where(imports.c.id == import_id).values(stored_file=name))
        context.report("copying")
        sha256 = str(request.sha256)
        with _explained(path), ExitStack() as stack:
            copying = _begun(context, path, target, sha256, stack)
            if copying is None:
                yield KeptFile(take_fingerprint(target), target)
            else:
                yield KeptFile(Fingerprint.of(copying.path.lstat(), sha256), target, copying)

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


def _begun(
    context: JobContext, path: Path, target: Path, sha256: str, stack: ExitStack
) -> Copying | None:
    """Begin to copy a file, unless it is there: perhaps another import has just read it."""
    while not target.is_file():
        try:
            return stack.enter_context(
                copied_meanwhile(
                    path,
                    target,
                    sha256,
                    progress=lambda done, total: context.report("copying", done, total),
                    cancelled=context.cancelled,
                )
            )
        except Busy:
            # Another import copies the same file; one writes after the other in any case.
            context.stop_if_cancelled()
            time.sleep(_LOOK_SECONDS)
    return None


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except UserError as error:
        if error.code != "source_changed":
            raise
        raise UserError(
            "file_changed",
            f"{path.name} is no longer the file that was looked at.",
            "Nothing was imported. Open it again and look at the preview once more.",
            path=str(path),
        ) from error
