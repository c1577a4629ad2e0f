"""Deep links: ``crmdesk://<workspace>/<place>`` opens a record, setting, file or log entry.

Such a link may come from a message or a web page that somebody hostile wrote. So it names places
to look at and nothing else: no link creates, restores, imports or reads a file, and what follows
none of the forms below is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from crmdesk.core.errors import UserError, WrongUsage
from crmdesk.core.known_workspaces import KnownWorkspace, KnownWorkspaces
from crmdesk.core.workspace_folder import read_workspace_file

SCHEME = "crmdesk"
_LONGEST = 400
_WORKSPACE = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME = r"[a-z][a-z0-9_]{0,99}"
_NUMBER = r"[1-9][0-9]{0,17}"
_FILE = r"[0-9a-f]{8,64}"
#: Every place that a link may name.
_PLACES = re.compile(
    "|".join(
        (
            rf"records/{_NAME}(?:/{_NUMBER}|/segment/{_NUMBER}|/view/{_NUMBER})?",
            rf"records/recycle-bin(?:/{_NAME})?",
            rf"(?:backups|restores?|exports|imports)(?:/{_FILE})?",
            rf"audit(?:/-?{_NUMBER}(?:/comments(?:/{_NUMBER})?)?|/view/-?{_NUMBER})?",
            r"settings(?:/[a-z][a-z0-9_.-]{0,99})?",
            rf"settings/(?:users|users/teams|audit\.imported)/{_NUMBER}",
            rf"settings/objects/{_NAME}/[a-z]{{1,20}}(?:/{_NAME})?",
        )
    )
)
_LINK = re.compile(rf"{SCHEME}://({_WORKSPACE})/([^?#%\\\s]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class DeepLink:
    """A place in a workspace.

    Attributes:
        workspace_id: as the workspace's file names it.
        place: e.g. ``records/contacts/17``, ``audit/4711/comments/3``.
    """

    workspace_id: str
    place: str

    def __str__(self) -> str:
        """As it is written into messages."""
        return f"{SCHEME}://{self.workspace_id}/{self.place}"


def may_be_linked(place: str) -> bool:
    """Whether a link may name this place."""
    return len(place) <= _LONGEST and _PLACES.fullmatch(place) is not None


def parse_link(text: str) -> DeepLink:
    """Read a link.

    Raises:
        WrongUsage: ``link_invalid``; it is not repeated, since it may hold anything.
    """
    # A browser may have added the slash at the end, and case means nothing before the place.
    given = text.strip() if len(text) <= _LONGEST else ""
    head, _, place = given.partition("/")[2].removeprefix("/").partition("/")
    begun = given[: len(SCHEME) + 3].lower() == f"{SCHEME}://"
    found = _LINK.fullmatch(f"{SCHEME}://{head.lower()}/{place.rstrip('/')}") if begun else None
    if found is None or not may_be_linked(found[2]):
        raise WrongUsage(
            "link_invalid",
            "This is no link to a place in a workspace of CRM Desk.",
            f"Such a link looks like {SCHEME}://<workspace>/records/contacts/17.",
        )
    return DeepLink(found[1], found[2])


def folder_of(link: DeepLink, named: Path | None = None) -> Path:
    """The folder of the workspace that a link names.

    Args:
        named: the folder that was asked for beside the link; without it those opened before.

    Raises:
        UserError: ``link_of_other_workspace``, ``link_workspace_unknown``, or why the named
            folder is no workspace.
    """
    if named is not None:
        if read_workspace_file(named).id != link.workspace_id:
            raise UserError(
                "link_of_other_workspace",
                f"The link leads into another workspace than {named}.",
                "Leave --workspace out, or name the one that the link was made in.",
            )
        return named
    found = _known_folder(link.workspace_id, KnownWorkspaces().list())
    if found is None:
        raise UserError(
            "link_workspace_unknown",
            "The link leads into a workspace that was never opened on this computer.",
            "Open that workspace once, or name its folder with --workspace.",
        )
    return found


def _known_folder(workspace_id: str, known: Iterable[KnownWorkspace]) -> Path | None:
    for each in known:
        try:
            if read_workspace_file(each.folder).id == workspace_id:
                return each.folder
        except UserError:
            # Its folder is gone, or on a disk that is not here now.
            continue
    return None
