"""The signed head of the log that is saved beside a copy of its report.

The report's entry holds the digest of its file, the chain covers the entry, and the head signs the
chain: who keeps both files can show years later that neither log nor report was rewritten.
"""

from __future__ import annotations

from pathlib import Path

from crmdesk.core.audit.anchors import AnchorKeeper
from crmdesk.core.audit.heads import read_head_file
from crmdesk.core.errors import UserError
from crmdesk.core.exports.model import ExportSource
from crmdesk.core.files.disk_errors import as_user_error

_ENDING = ".anchor.json"


def anchor_beside(source: ExportSource, copy: Path) -> Path | None:
    """Where the head is saved that belongs to a copy; only reports of the log have one."""
    return copy.with_name(copy.name + _ENDING) if source is ExportSource.AUDIT_LOG else None


def refuse_other_file(anchor: Path | None) -> None:
    """An earlier head there is replaced, and nothing else.

    Raises:
        UserError: ``anchor_in_the_way``, ``file_name_too_long``.
    """
    if anchor is None:
        return
    try:
        anchor.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        # Its name is longer than the report's: said before the report is saved, not after.
        raise as_user_error(error, anchor, 0) from error
    try:
        is_head = bool(read_head_file(anchor).heads)
    except UserError:
        is_head = False
    if not is_head:
        raise UserError(
            "anchor_in_the_way",
            f"{anchor.name} would be saved beside the report, and another file has that name.",
            "Save the report under another name, or move that file away.",
            path=str(anchor),
        )


def save_anchor(keeper: AnchorKeeper, anchor: Path | None) -> None:
    """Sign the log as it is now, with the report's own entries in it.

    Raises:
        UserError: why the file cannot be written.
    """
    if anchor is not None:
        keeper.write_anchor(anchor)
