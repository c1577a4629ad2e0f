"""The actions every window has: places, page commands and the frame's own parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QCoreApplication

from crmdesk.ui.actions import Actions, ActionSpec, MenuName
from crmdesk.ui.frame.values import Tab

Run = Callable[[], object]


def _tr(text: str) -> str:
    return QCoreApplication.translate("FrameActions", text)


@dataclass(frozen=True, slots=True)
class FrameCommands:
    """What the frame's own actions do."""

    go_to: Callable[[str], object]
    palette: Run
    settings: Run | None
    jobs: Run
    notices: Run
    menus: Run
    next_region: Run
    previous_region: Run
    back: Run
    forward: Run
    refresh: Run
    help: Run
    keys: Run
    close: Run
    sign_out: Run


def page_specs() -> list[ActionSpec]:
    """Actions a page may offer while it is in sight (``Page.commands``)."""
    edit, view, go = MenuName.EDIT, MenuName.VIEW, MenuName.GO
    return [
        ActionSpec("new", _tr("New"), MenuName.FILE, ("Ctrl+N",), "plus"),
        ActionSpec("save", _tr("Save"), MenuName.FILE, ("Ctrl+S",), "save"),
        ActionSpec(
            "export", _tr("Export this view"), MenuName.FILE, ("Ctrl+Shift+E",), "file-down"
        ),
        ActionSpec("find", _tr("Find on this page"), edit, ("Ctrl+F",), "search"),
        ActionSpec("undo", _tr("Undo"), edit, ("Ctrl+Z",), "undo-2"),
        ActionSpec("delete", _tr("Delete"), edit, ("Del",), "trash-2", group=1),
        ActionSpec("send", _tr("Send or press the main button"), edit, ("Ctrl+Return",), group=1),
        ActionSpec("columns", _tr("Choose columns"), view, (), "columns-3", group=1),
        ActionSpec("previous", _tr("Previous entry"), go, ("Alt+Up",), "chevron-up", group=2),
        ActionSpec("next", _tr("Next entry"), go, ("Alt+Down",), "chevron-down", group=2),
    ]


def register_frame_actions(
    actions: Actions, tabs: Sequence[Tab], commands: FrameCommands, on_page: Callable[[str], object]
) -> None:
    """Register the window's own actions.

    Args:
        actions: the registry.
        tabs: the tabs; Ctrl+1 to Ctrl+5 go to them.
        commands: what the frame's actions do.
        on_page: runs a page action on the page in sight.
    """
    for spec in page_specs():
        actions.register(spec, partial(on_page, spec.key))
    for number, tab in enumerate(tabs, 1):
        keys = (f"Ctrl+{number}",) if number <= 9 else ()
        place = _tr("Tab")
        spec = ActionSpec(f"go_{tab.key}", tab.title, MenuName.GO, keys, tab.icon, place=place)
        actions.register(spec, partial(commands.go_to, tab.key))
    for spec, run in _frame_table(commands).items():
        actions.register(spec, run)


def _frame_table(commands: FrameCommands) -> Mapping[ActionSpec, Run]:
    file, view, go, helping = MenuName.FILE, MenuName.VIEW, MenuName.GO, MenuName.HELP
    table: dict[ActionSpec, Run] = {
        ActionSpec("sign_out", _tr("Sign out"), file, (), "log-out", group=8): commands.sign_out,
        ActionSpec(
            "close", _tr("Close window"), file, ("Ctrl+Q", "Ctrl+W"), "x", group=9
        ): commands.close,
        ActionSpec("refresh", _tr("Refresh"), view, ("F5",), "refresh-cw"): commands.refresh,
        ActionSpec(
            "palette",
            _tr("Search or run a command"),
            view,
            ("Ctrl+K",),
            "search",
            group=2,
            in_palette=False,
        ): commands.palette,
        ActionSpec(
            "jobs", _tr("Running jobs"), view, ("Ctrl+Shift+J",), "loader-circle", group=2
        ): commands.jobs,
        ActionSpec(
            "notices", _tr("Notifications"), view, ("Ctrl+Shift+N",), "bell", group=2
        ): commands.notices,
        ActionSpec(
            "next_region", _tr("Next region"), view, ("F6",), group=3, in_palette=False
        ): commands.next_region,
        ActionSpec(
            "previous_region",
            _tr("Previous region"),
            view,
            ("Shift+F6",),
            group=3,
            in_palette=False,
        ): commands.previous_region,
        ActionSpec("menus", _tr("Menus"), None, ("F10",), "menu", in_palette=False): commands.menus,
        ActionSpec("back", _tr("Back"), go, ("Alt+Left",), "arrow-left", group=1): commands.back,
        ActionSpec(
            "forward", _tr("Forward"), go, ("Alt+Right",), "arrow-right", group=1
        ): commands.forward,
        ActionSpec("help", _tr("Help for this page"), helping, ("F1",), "life-buoy"): commands.help,
        ActionSpec(
            "keys", _tr("List of all keys"), helping, ("Ctrl+/",), "keyboard"
        ): commands.keys,
    }
    if commands.settings is not None:
        spec = ActionSpec("settings", _tr("Settings"), go, ("Ctrl+,",), "settings", group=0)
        table[spec] = commands.settings
    return table
