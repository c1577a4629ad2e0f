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


class HeadNotSaved(UserError):
    """The copy of a report stands and is counted; only the signed head beside it does not.

    Args:
        copy: where the copy is.
        why: what kept the head from being written.
    """

    def __init__(self, copy: Path, why: UserError) -> None:
        super().__init__(
            "anchor_not_saved",
            f"The copy is saved: {copy}. Only the signed head of the log is not. {why.message}",
            "Run `crmdesk audit anchor --out FILE` and keep that file with the copy.",
            path=str(copy),
        )
        self.copy = copy


def save_anchor(keeper: AnchorKeeper, anchor: Path | None, copy: Path) -> None:
    """Sign the log as it is now, with the report's own entries in it.

    Raises:
        HeadNotSaved: why the file cannot be written; the copy is saved.
    """
    if anchor is None:
        return
    try:
        keeper.write_anchor(anchor)
    except UserError as error:
        raise HeadNotSaved(copy, error) from error
