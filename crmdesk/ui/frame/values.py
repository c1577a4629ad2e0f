"""What the frame of the window shows: plain values, made elsewhere and handed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from crmdesk.ui.tables.cells import Tone

if TYPE_CHECKING:
    from crmdesk.ui.frame.page import Page


class HealthLevel(StrEnum):
    """How fresh the last backup is."""

    OK = "ok"
    WARN = "warn"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Health:
    """Backup health: "Backed up 3 h ago", with the exact time in the tooltip."""

    level: HealthLevel
    text: str
    exact: str = ""


@dataclass(frozen=True, slots=True)
class JobLine:
    """One running job.

    Attributes:
        id: the job's id, given back when it is cancelled or opened.
        name: "Backup", or ``Export "Contacts, all properties"``.
        doing: what is being done, per cent and time left, already worded.
        share: 0.0 to 1.0, or None while unknown.
        percent: "62 %" for the button, or empty.
        cancellable: whether a Cancel is offered.
    """

    id: str
    name: str
    doing: str
    share: float | None = None
    percent: str = ""
    cancellable: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification.

    Attributes:
        id: given back when its link is pressed or it is read.
        title: one strong line.
        text: one or two plain sentences.
        time: "09:36", already worded.
        icon: name of its icon.
        tone: colour of the icon.
        link: words of its link, or empty.
        act: words of something that can be done at once, or empty.
        unread: whether it counts.
    """

    id: int
    title: str
    text: str = ""
    time: str = ""
    icon: str = "bell"
    tone: Tone = Tone.PLAIN
    link: str = ""
    act: str = ""
    unread: bool = True


@dataclass(frozen=True, slots=True)
class WorkspaceChoice:
    """One workspace a person can switch to."""

    key: str
    name: str
    place: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in, as the account popover says it."""

    name: str
    email: str = ""
    role: str = ""
    sign_in: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """One top-level place; a tab the person may not see is simply not given.

    Attributes:
        key: its name in code and in what is remembered.
        title: the word on it, already translated.
        icon: name of its icon.
        make: builds the page when it is shown for the first time.
    """

    key: str
    title: str
    icon: str
    make: Callable[[], Page]


@dataclass(frozen=True, slots=True)
class PaletteLine:
    """One thing the command palette offers.

    Attributes:
        text: what is found.
        run: opens or does it.
        detail: said beside it in grey: where it belongs, or the reason it cannot be run.
        icon: name of its icon.
        keys: its shortcut as shown on a key cap, or empty.
        enabled: whether Enter runs it.
    """

    text: str
    run: Callable[[], object]
    detail: str = ""
    icon: str = ""
    keys: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class PaletteGroup:
    """Lines under one heading."""

    title: str
    lines: Sequence[PaletteLine]


@dataclass(frozen=True, slots=True)
class PaletteSource:
    """A search the palette asks, off the GUI thread.

    Attributes:
        key: its name; a newer search of the same source makes the older one void.
        find: given the words, what was found (plain data); runs in another thread.
        show: makes the group from what was found; runs in the GUI thread.
        prefix: "" for ordinary words, "#" for record ids.
    """

    key: str
    find: Callable[[str], object]
    show: Callable[[object], PaletteGroup]
    prefix: str = ""


def _nothing(*_: object) -> None:
    """Do nothing; the default of a hook nobody set."""


@dataclass(frozen=True, slots=True)
class FrameHooks:
    """What the frame calls when a person presses something in it."""

    open_workspace: Callable[[str], object] = _nothing
    add_workspace: Callable[[], object] = _nothing
    cancel_job: Callable[[str], object] = _nothing
    open_notice: Callable[[int], object] = _nothing
    act_on_notice: Callable[[int], object] = _nothing
    read_all_notices: Callable[[], object] = _nothing
    set_theme: Callable[[str], object] = _nothing
    sign_out: Callable[[], object] = _nothing
    help: Callable[[str], object] = _nothing
    closing: Callable[[], object] = _nothing


@dataclass(frozen=True, slots=True)
class FrameContent:
    """What the window is made of; it looks nothing up by itself.

    Attributes:
        workspaces: the ones to choose from; exactly one is current.
        account: who is signed in.
        tabs: the tabs this person may see.
        settings: builds the settings page, or None when there is none to see.
        theme: "light", "dark" or "system", as it is set now.
        hooks: what to call.
        palette: searches of the command palette beside the commands.
    """

    workspaces: Sequence[WorkspaceChoice]
    account: Account
    tabs: Sequence[Tab]
    settings: Callable[[], Page] | None = None
    theme: str = "system"
    hooks: FrameHooks = field(default_factory=FrameHooks)
    palette: Sequence[PaletteSource] = ()
