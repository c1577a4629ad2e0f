"""The report of a restore as a PDF to be signed and filed; the CSV has every value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import QObject

from crmdesk.core.errors import UserError
from crmdesk.core.restore.model import ChangedValue, Restore
from crmdesk.ui import words
from crmdesk.ui.access.keeping import write_pdf
from crmdesk.ui.desk import Desk
from crmdesk.ui.restore.values import ShownValues
from crmdesk.ui.restore.words import say, skip_reason, state_word

#: Values that are listed; more pages than these nobody reads.
MOST_VALUES = 400
_LONGEST = 120


def save_report(
    desk: Desk,
    owner: QObject,
    restore: Restore,
    values: ShownValues,
    target: Path,
    failed: Callable[[Exception], object],
) -> None:
    """Write the report off the GUI thread: as PDF where the file is called so, else as CSV."""
    restores, as_pdf = desk.workspace.restores, target.suffix.lower() == ".pdf"

    def write() -> Sequence[ChangedValue]:
        if as_pdf:
            restores.log_report(desk.actor, restore.id, target)
            return restores.changes(desk.actor, restore.id, limit=MOST_VALUES)
        restores.save_report(desk.actor, restore.id, target)
        return ()

    def written(changes: Sequence[ChangedValue]) -> None:
        if as_pdf:
            try:
                write_pdf(target, report_html(desk, restore, values, changes))
            except UserError as error:
                failed(error)
                return
        desk.toast(say("Saved"), str(target))

    desk.run_write(owner, write, written, failed)


def report_html(
    desk: Desk, restore: Restore, values: ShownValues, changes: Sequence[ChangedValue]
) -> str:
    """What was done, by whom, from which backup, and the first of the values."""
    parts = [
        _heading(restore.name, 16),
        _table(_facts(desk, restore, values)),
        _skipped(restore),
        _heading(say("Changed values"), 11),
        _changes(values, changes),
    ]
    more = restore.values_written - len(changes)
    if more > 0:
        parts.append(f"<p>{escape(say('%Ln more: the CSV report has them all.', more))}</p>")
    parts.append(f"<p><br/><br/>{escape(say('Date and signature'))} ____________________</p>")
    return f"<html><body style='font-size: 9pt'>{''.join(parts)}</body></html>"


def _heading(text: str, points: int) -> str:
    # Headings of HTML are sized relative to the body, which the PDF writer takes as nothing.
    return f"<p style='font-size: {points}pt'><b>{escape(text)}</b></p>"


def _facts(desk: Desk, restore: Restore, values: ShownValues) -> list[tuple[str, str]]:
    finished = "" if restore.finished_at is None else desk.exact(restore.finished_at)
    return [
        (say("Workspace"), desk.workspace.file.name),
        (say("State"), state_word(restore.state)),
        (say("Started"), desk.exact(restore.created_at)),
        (say("Finished"), finished),
        (say("By"), restore.user_name),
        (say("Backup"), restore.source),
        (say("Object"), values.object_type.plural_label),
        (say("Properties"), ", ".join(values.label(name) for name in restore.properties)),
        (say("Records changed"), words.number(restore.records_changed)),
        (say("Values written"), words.number(restore.values_written)),
        (say("Plan"), restore.plan_hash),
        (say("Restore"), restore.id),
    ]


def _table(facts: Sequence[tuple[str, str]]) -> str:
    rows = [
        f"<tr><td><b>{escape(name)}</b>&nbsp;&nbsp;</td><td>{escape(value)}</td></tr>"
        for name, value in facts
        if value
    ]
    return f"<table>{''.join(rows)}</table>"


def _skipped(restore: Restore) -> str:
    if not restore.skipped:
        return f"<p>{escape(say('Nothing was skipped.'))}</p>"
    lines = [
        f"<li>{escape(skip_reason(reason, count))}</li>"
        for reason, count in restore.skipped.items()
    ]
    return f"{_heading(say('Skipped'), 11)}<ul>{''.join(lines)}</ul>"


def _changes(values: ShownValues, changes: Sequence[ChangedValue]) -> str:
    titles = (values.object_type.label, say("Property"), say("Before"), say("After the restore"))
    head = "".join(f"<th align='left'>{escape(title)}</th>" for title in titles)
    rows = [
        "<tr>"
        + "".join(
            f"<td>{escape(_short(text))}</td>"
            for text in (
                each.name or f"#{each.record_id}",
                values.label(each.property),
                values.show(each.property, each.old),
                values.show(each.property, each.new),
            )
        )
        + "</tr>"
        for each in changes
    ]
    return (
        f"<table width='100%' cellpadding='2' border='0.5'><tr>{head}</tr>{''.join(rows)}</table>"
    )


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 1]}…"
