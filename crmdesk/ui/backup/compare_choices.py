"""The choice of one property whose values differ."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox

from crmdesk.core.compare.model import Comparison, ObjectDifference
from crmdesk.ui import words
from crmdesk.ui.backup.words import say


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
