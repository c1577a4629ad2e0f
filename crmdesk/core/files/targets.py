"""Places that a file is to be written to: refused before anything is done for it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from crmdesk.core.errors import UserError
from crmdesk.core.files.disk_errors import (
    LONGEST_NAME,
    as_user_error,
    folder_closed,
    folder_missing,
    name_too_long,
)
from crmdesk.core.files.presence import is_folder


def refuse_closed(target: Path) -> None:
    """Refuse what :func:`check_target` refuses, and a folder that this user may not write to.

    For work that takes its time before it comes to write.

    Raises:
        UserError: as :func:`check_target`, and ``folder_read_only``.
    """
    check_target(target)
    if not os.access(target.parent, os.W_OK):
        raise folder_closed(target)


def check_target(target: Path) -> bool:
    """Whether an ordinary file is being replaced; anything else at the name is refused.

    Raises:
        UserError: ``target_is_a_folder``, ``target_is_not_a_file``, ``folder_missing``,
            ``folder_read_only`` or ``file_name_too_long``.
    """
    if len(os.fsencode(target.name)) > LONGEST_NAME:
        raise name_too_long(target)
    if not target.name or is_folder(target):
        raise UserError(
            "target_is_a_folder",
            f"{target} is a folder, not a file.",
            "Give the name of a file in it.",
            path=str(target),
        )
    try:
        found = target.lstat()
    except FileNotFoundError:
        if is_folder(target.parent):
            return False
        raise folder_missing(target) from None
    except OSError as error:
        raise as_user_error(error, target, 0) from error
    if not stat.S_ISREG(found.st_mode):
        raise UserError(
            "target_is_not_a_file",
            f"{target} is a link or a device, not an ordinary file, and was left alone.",
            "Choose another name.",
            path=str(target),
        )
    return True
