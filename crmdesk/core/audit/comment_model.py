"""The plain values of comments on entries of the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from crmdesk.core.audit.comment_text import Span

OBJECT_TYPE: Final = "audit_comment"
#: So many people are told of one comment; the rest are named in it and not told.
MOST_TOLD: Final = 50


class ThreadState(StrEnum):
    """Which threads are wanted."""

    OPEN = "open"
    ALL = "all"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment, or a reply to one.

    Attributes:
        parent_id: what it replies to; None for the first of a thread.
        author: the full name of now; ``author_email`` tells two of one name apart.
        edited_at: when its text was last changed; None for never.
        spans: its text, ready to be shown; nothing where it is deleted.
        deleted: it stands there only because others replied to it.
        resolved_at, resolved_by: of a thread's first comment: since when, and who said so.
        mine: the reader wrote it, and may edit it.
        removable: the reader may delete it.
        unread: it is newer than what the reader has seen, and by somebody else.
        replies: oldest first; of a thread's first comment alone.
    """

    id: int
    event_id: int
    parent_id: int | None
    author_id: int
    author: str
    author_email: str
    at: datetime
    edited_at: datetime | None
    spans: tuple[Span, ...]
    deleted: bool
    resolved_at: datetime | None
    resolved_by: str
    mine: bool
    removable: bool
    unread: bool
    replies: tuple[Comment, ...] = ()

    @property
    def text(self) -> str:
        """The text without what its stretches are."""
        return "".join(span.text for span in self.spans)

    @property
    def resolved(self) -> bool:
        """Whether somebody has ticked the thread off."""
        return self.resolved_at is not None


def find_thread(threads: Sequence[Comment], comment_id: int) -> Comment | None:
    """The thread that a comment belongs to."""
    return next(
        (
            thread
            for thread in threads
            if comment_id in (thread.id, *(reply.id for reply in thread.replies))
        ),
        None,
    )


@dataclass(frozen=True, slots=True)
class Threads:
    """What is said about one entry.

    Attributes:
        threads: those wanted, oldest first, each a comment with its replies.
        open, resolved: how many threads there are of each, wanted or not.
        comments: how many comments and replies there are that were not deleted.
    """

    threads: tuple[Comment, ...]
    open: int
    resolved: int
    comments: int


@dataclass(frozen=True, slots=True)
class CommentCount:
    """What a table shows beside an entry.

    Attributes:
        comments: comments and replies that were not deleted.
        unread: those of them that the reader has not seen.
    """

    comments: int
    unread: int


@dataclass(frozen=True, slots=True)
class Written:
    """What writing a comment did.

    Attributes:
        told: how many people were told that they are mentioned.
        not_told: how many are mentioned and were not told, since there are too many.
        nobody: what stands after an @ and is nobody who may see the log; some of it.
    """

    comment_id: int
    told: int = 0
    not_told: int = 0
    nobody: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that was begun and not sent.

    Attributes:
        place: ``new``, ``reply/<comment>`` or ``edit/<comment>``.
        text: as typed.
    """

    place: str
    text: str


def comment_link(event_id: int, comment_id: int) -> str:
    """Where a comment stands in the program."""
    return f"audit/{event_id}/comments/{comment_id}"
