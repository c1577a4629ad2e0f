"""What is compared with what, and the choice of one property whose values differ."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from crmdesk.core.compare.model import Comparison, ObjectDifference
from crmdesk.ui import words
from crmdesk.ui.backup.words import say
from crmdesk.ui.desk import Desk

ANOTHER_FILE = "?"
"""Stands for a file that is still to be chosen; no path is called so."""


def offer_others(box: QComboBox, desk: Desk, reference: str) -> None:
    """Offer now, every other backup that can be read, and any file."""
    box.addItem(say("With now"), "")
    for backup in desk.workspace.backups.list(desk.actor):
        if backup.restorable and backup.id != reference:
            at = desk.exact(backup.snapshot_at or backup.created_at)
            box.addItem(say("With %1").replace("%1", at), backup.id)
    box.addItem(say("With a file…"), ANOTHER_FILE)


def offer_file(box: QComboBox, path: Path) -> None:
    """Offer a chosen file and choose it."""
    place = box.findData(str(path))
    if place < 0:
        place = box.count() - 1
        box.insertItem(place, say("With %1").replace("%1", path.name), str(path))
    box.setCurrentIndex(place)


def ask_for_file(over: QWidget, chosen: Callable[[Path], object]) -> QFileDialog:
    """Ask for a backup file with the system's own dialog."""
    dialog = QFileDialog(over, say("Compare with a file"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters([say("Backup files (*.zip)")])
    dialog.fileSelected.connect(lambda name: chosen(Path(name)))
    dialog.open()
    return dialog


def offer_properties(
    box: QComboBox,
    found: Comparison | None,
    known: ObjectDifference | None,
    *,
    of_records: bool,
) -> None:
    """Offer the properties whose values differ; where there are none, the box says why.

    Args:
        known: the chosen object; without one, the properties of all objects are offered.
        of_records: what is shown are records that may have changed values.
    """
    chosen = box.currentData()
    box.clear()
    box.addItem(say("All properties"), "")
    objects = [known] if known is not None else [] if found is None else found.objects
    for each in objects if of_records else ():
        for name, count in each.properties.items():
            label = each.labels.get(name, name)
            text = f"{label} ({words.number(count)})"
            if known is None:
                box.addItem(f"{each.label}: {text}", f"{each.name}.{name}")
            else:
                box.addItem(text, name)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    _say_why(box, _reason(box.count() > 1, of_records))


def _reason(any_differs: bool, of_records: bool) -> str:
    if not of_records:
        return say("Only changed records differ in single properties")
    return "" if any_differs else say("No property differs")


def _say_why(box: QComboBox, reason: str) -> None:
    """A box that cannot be used reads as the reason, and tells it to a screen reader."""
    if reason:
        box.setItemText(0, reason)
    box.setToolTip(reason)
    box.setAccessibleDescription(reason)
    box.setEnabled(not reason)
