"""The decisions of the Backup tab: make one, save a copy, delete one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from crmdesk.core.backup.model import Backup, BackupEstimate
from crmdesk.ui import words
from crmdesk.ui.backup.words import say
from crmdesk.ui.desk import Desk
from crmdesk.ui.widgets.check_row import CheckRow
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog, Effect


class CreateDialog(DecisionDialog):
    """Asks whether to make a backup, and whether a complete one."""

    def __init__(self, decision: Decision, estimate: BackupEstimate, over: QWidget) -> None:
        super().__init__(decision, over, closes=False)
        self.setObjectName("create_dialog")
        note = say(
            "Also associations, definitions, segments and views, users without their "
            "passwords, history, imported files, the recycle bin and the audit log: about %1. With "
            "the recovery key the whole workspace can be brought back from it."
        )
        self.complete = CheckRow(
            say("Complete backup"), note.replace("%1", words.size(estimate.complete_bytes))
        )
        self.complete.box.setObjectName("complete_backup")
        self.body.addWidget(self.complete)


def create_dialog(estimate: BackupEstimate, desk: Desk, over: QWidget) -> CreateDialog:
    """Ask whether to make a backup, with what would be in it and what would not."""
    held = [item for item in estimate.objects if item.records]
    records = sum(item.records for item in held)
    sentence = say("It saves all %1 records of %Ln object{|s} in one file, about %2.", len(held))
    effects = [
        Effect(
            "database",
            ", ".join(f"{item.label} {words.number(item.records)}" for item in held)
            or say("No object has records yet: the file will hold only its manifest."),
        ),
        Effect("clock", _edition_effect(estimate, desk)),
    ]
    if estimate.sensitive:
        effects.append(Effect("lock", _sensitive(estimate.sensitive), "warn_icon"))
    effects.append(
        Effect("monitor", say("You can go on working: it shows the data of one instant."))
    )
    return CreateDialog(
        Decision(
            title=say("Create backup"),
            heading=say("Create a backup now?"),
            sentence=sentence.replace("%1", words.number(records)).replace(
                "%2", words.size(estimate.bytes)
            ),
            safe=say("Not now"),
            deed=say("Create backup"),
            icon="archive",
            effects=effects,
        ),
        estimate,
        over.window(),
    )


def _edition_effect(estimate: BackupEstimate, desk: Desk) -> str:
    kept = words.day(estimate.kept_until.astimezone(desk.zone).date())
    file = say("The file can be downloaded for %Ln day{|s}, until %1.", estimate.keep_days)
    file = file.replace("%1", kept)
    if not estimate.interval_hours:
        return file
    wait = words.duration(round(estimate.interval_hours * 3600))
    after = say("The next one is possible %1 after this one.").replace("%1", wait)
    return f"{file} {after}"


def _sensitive(labels: Sequence[str]) -> str:
    text = say("Sensitive values are readable in it: %1. Keep the file in a safe place.")
    return text.replace("%1", ", ".join(labels))


def download_dialog(backup: Backup, over: QWidget) -> DecisionDialog:
    """Warn, before a copy is saved, of the sensitive values in it."""
    dialog = DecisionDialog(
        Decision(
            title=say("Save a copy"),
            heading=say("This file holds sensitive values"),
            sentence=say(
                "Values of %Ln sensitive propert{y|ies} can be read by whoever opens it.",
                len(backup.sensitive),
            ),
            safe=say("Do not save"),
            deed=say("Choose where to save it"),
            icon="lock",
            effects=(
                Effect("list", ", ".join(backup.sensitive)),
                Effect("shield", say("Keep it in a safe place, and delete it when done.")),
                Effect("scroll-text", say("Saving a copy is written to the audit log.")),
            ),
        ),
        over.window(),
    )
    dialog.setObjectName("download_dialog")
    return dialog


def delete_dialog(backup: Backup, others: int, desk: Desk, over: QWidget) -> DecisionDialog:
    """Ask whether to delete a backup's file; the last one asks for its date to be typed."""
    at = desk.exact(backup.snapshot_at or backup.created_at)
    sentence = say(
        "It holds %1 records of %Ln object{|s} in %2. It cannot be brought back.",
        len(backup.objects),
    )
    stays = (
        Effect("archive", say("%Ln other backup{|s} stay{s|}.", others))
        if others
        else Effect(
            "triangle-alert", say("It is the only one: nothing could be restored."), "danger"
        )
    )
    dialog = DecisionDialog(
        Decision(
            title=say("Delete backup"),
            heading=say("Delete the backup of %1?").replace("%1", at),
            sentence=sentence.replace("%1", words.number(backup.records)).replace(
                "%2", words.size(backup.bytes)
            ),
            safe=say("Keep backup"),
            deed=say("Delete permanently"),
            icon="triangle-alert",
            effects=(
                stays,
                Effect("hard-drive", say("Copies saved elsewhere stay as they are.")),
                Effect(
                    "scroll-text",
                    say("The row stays in the list, and the audit log says who deleted it."),
                ),
            ),
            destructive=True,
            typed_name="" if others else at,
        ),
        over.window(),
        closes=False,
    )
    dialog.setObjectName("delete_dialog")
    return dialog
