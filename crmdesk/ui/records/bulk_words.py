"""Bulk actions in words: what becomes of a property, the plan in numbers, samples, undo."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from crmdesk.core.changes.rules import Reason
from crmdesk.core.records.bulk_model import BulkAction, BulkPlan
from crmdesk.core.records.undo_acts import Act, ActKind
from crmdesk.ui import words
from crmdesk.ui.records.showing import Showing

_SAMPLES, _LONGEST = 3, 60
Line = tuple[str, str]


def action_words(action: BulkAction) -> str:
    """What becomes of one property."""
    return {
        BulkAction.SET: _say("Set to"),
        BulkAction.CLEAR: _say("Clear"),
        BulkAction.ADD_OPTIONS: _say("Add these options"),
        BulkAction.REMOVE_OPTIONS: _say("Remove these options"),
    }[action]


def plan_lines(plan: BulkPlan, showing: Showing) -> list[Line]:
    """A line for each property, and one for each reason why values are left alone."""
    lines: list[Line] = []
    for name, counts in plan.properties.items():
        found = showing.object_type.by_name.get(name)
        parts = [
            (_say("%1 filled in"), counts.set),
            (_say("%1 overwritten"), counts.overwrite),
            (_say("%1 cleared"), counts.clear),
            (_say("%1 not touched"), counts.unchanged),
        ]
        shown = ", ".join(t.replace("%1", words.number(n)) for t, n in parts if n)
        label = found.label if found is not None else name
        # Red means loss.
        lines.append((f"{label}: {shown}.", "danger" if counts.clear else "text"))
    lines += [(skip_words(reason, count), "text2") for reason, count in plan.skipped.items()]
    return lines


def sample_lines(plan: BulkPlan, showing: Showing) -> list[Line]:
    """Some values from old to new."""
    lines = []
    names = _names(plan, showing)
    for sample in plan.samples[:_SAMPLES]:
        found = showing.object_type.by_name.get(sample.property)
        if found is None:
            continue
        sides = [
            (showing.text(found, value) or _say("no value"))[:_LONGEST]
            for value in (sample.old, sample.new)
        ]
        name = names.get(sample.record_id, f"#{sample.record_id}")
        text = f"{name}: {sides[0]} \N{RIGHTWARDS ARROW} {sides[1]}"
        lines.append((text, "text2"))
    return lines


def _names(plan: BulkPlan, showing: Showing) -> dict[int, str]:
    """What the records of the samples are called."""
    desk, own = showing.desk, showing.object_type
    wanted = dict.fromkeys((*own.display_properties, "email"))
    columns = [name for name in wanted if name in own.by_name]
    ids = [sample.record_id for sample in plan.samples[:_SAMPLES]]
    rows = desk.workspace.records.rows(desk.actor, own.name, ids, columns)
    return {
        row_id: showing.name({"hs_object_id": str(row_id), **dict(zip(columns, row, strict=True))})
        for row_id, row in rows.items()
    }


def skip_words(reason: str, count: int) -> str:
    """Why something is left alone, with how often."""
    sentences = {
        Reason.REQUIRED: _say("%Ln value{|s} left: required, cannot be cleared.", count),
        Reason.STAGE_GONE: _say("%Ln value{|s} left: no stage of that pipeline.", count),
        Reason.OPTION_GONE: _say("%Ln value{|s} left: the option is gone.", count),
        Reason.OWNER_GONE: _say("%Ln value{|s} left: the owner is gone.", count),
        Reason.CHANGED_SINCE: _say("%Ln left: changed since.", count),
        Reason.NOT_UNIQUE: _say("%Ln left: another record has the value.", count),
        Reason.IN_RECYCLE_BIN: _say("%Ln left: in the recycle bin.", count),
    }
    known = {str(key): text for key, text in sentences.items()}
    return known.get(reason, _say("%Ln left alone.", count))


def undone_words(act: Act, records: int) -> str:
    """What was taken back."""
    return {
        ActKind.EDIT: _say("Edit of %Ln record{|s} undone", records),
        ActKind.ADD: _say("Adding of %Ln record{|s} undone", records),
        ActKind.DELETE: _say("Deletion of %Ln record{|s} undone", records),
        ActKind.BRING_BACK: _say("Bringing back of %Ln record{|s} undone", records),
        ActKind.ASSOCIATE: _say("Association undone"),
        ActKind.MERGE: _say("Merge undone"),
    }[act.kind]


def _say(text: str, count: int = -1) -> str:
    return QCoreApplication.translate("Bulk", text, "", count)
