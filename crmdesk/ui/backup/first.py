"""What the tab shows before there is any backup."""

from __future__ import annotations

from dataclasses import dataclass

from crmdesk.core.backup.model import BackupEstimate
from crmdesk.ui import words
from crmdesk.ui.backup.words import say
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.empty_state import EmptyState, Fact


@dataclass(frozen=True, slots=True)
class NoBackups:
    """The empty page and its two ways on."""

    whole: EmptyState
    create: Button
    other: Button


def no_backups(estimate: BackupEstimate) -> NoBackups:
    """Say what a first backup would hold, with numbers."""
    create = Button(say("Create first backup"), ButtonKind.PRIMARY, "plus")
    create.setObjectName("create_first")
    other = Button(say("Open a backup file"), ButtonKind.SECONDARY, "folder-open")
    text = say(
        "A backup saves all %Ln record{|s} of this workspace in one file, about %1. You can "
        "restore chosen values from it later.",
        estimate.records,
    )
    if not estimate.records:
        text = say(
            "There are no records yet. A backup saves them all in one file, and you can restore "
            "chosen values from it later."
        )
    # A number and its unit stay on one line.
    size = words.size(estimate.bytes).replace(" ", "\u00a0")
    whole = EmptyState(
        "archive",
        say("No backups yet"),
        text.replace("%1", size),
        buttons=(create, other),
        facts=_facts(estimate),
    )
    return NoBackups(whole, create, other)


def _facts(estimate: BackupEstimate) -> tuple[Fact, ...]:
    objects = sum(bool(item.records) for item in estimate.objects)
    inside = say(
        "All records and properties of %Ln object{|s}, as they are at one instant.", objects
    )
    if not objects:
        inside = say("All records and all their properties, as they are at one instant.")
    sensitive = (
        say(
            "Values of %Ln sensitive propert{y|ies}, readable. Keep the file in a safe place.",
            len(estimate.sensitive),
        )
        if estimate.sensitive
        else say("Definitions, and a signature that shows any later change.")
    )
    return (
        Fact("database", say("In the file"), inside),
        Fact("lock", say("Also in the file"), sensitive),
        Fact(
            "layers",
            say("If you wish"),
            say("A complete backup: with associations, definitions, history and log."),
        ),
    )
