"""``restore definition``: definitions that a backup has and the workspace lost or changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from crmdesk.cli.output import plural
from crmdesk.cli.session import seat
from crmdesk.core.compare.model import DefinitionChange, DefinitionDifference
from crmdesk.core.errors import UserError, WrongUsage
from crmdesk.core.files.presence import is_file
from crmdesk.core.restore.definition_plan import DefinitionStep, LostDefinition

_OPTIONS = {DefinitionChange.OPTION_REMOVED, DefinitionChange.OPTION_RENAMED}
_STAGES = {
    DefinitionChange.STAGE_REMOVED,
    DefinitionChange.STAGE_RENAMED,
    DefinitionChange.STAGE_CLOSED,
}
_PIPELINES = {DefinitionChange.PIPELINE_REMOVED, DefinitionChange.PIPELINE_RENAMED, *_STAGES}


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Which differences were named; what is None does not narrow."""

    object: str
    property: str | None
    option: str | None
    setting: str | None
    pipeline: str | None
    stage: str | None
    all: bool

    def refuse_nonsense(self) -> None:
        """Raise for a choice that names too little or too much."""
        named = [each for each in (self.property, self.pipeline) if each is not None]
        if len(named) + self.all != 1:
            raise WrongUsage(
                "definition_not_chosen",
                "It was not said which one definition is meant.",
                "Name it with --property or with --pipeline, or put everything back with --all.",
            )
        inner = [self.option, self.setting] if self.property is None else []
        inner += [self.stage] if self.pipeline is None else []
        if any(each is not None for each in inner) or None not in (self.option, self.setting):
            raise WrongUsage(
                "definition_not_chosen",
                "These choices do not go together.",
                "--option or --setting goes with --property, and --stage with --pipeline.",
            )

    def meets(self, found: DefinitionDifference) -> bool:
        """Whether this difference was chosen."""
        if not found.recreatable or found.object != self.object:
            return False
        if self.all:
            return True
        if (found.change in _PIPELINES) != (self.pipeline is not None):
            return False
        if found.name != (self.property if self.pipeline is None else self.pipeline):
            return False
        if self.option is not None:
            return found.change in _OPTIONS and found.item == self.option
        if self.setting is not None:
            return _setting_of(found) == self.setting
        return self.stage is None or (found.change in _STAGES and found.item == self.stage)


def restore_definition(
    context: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="ID_OR_FILE", help="Id of a backup, or its file.")
    ],
    *,
    object_name: Annotated[str, typer.Option("--object", metavar="O", help="Which object.")],
    name: Annotated[
        str | None, typer.Option("--property", metavar="P", help="A property of it.")
    ] = None,
    option: Annotated[
        str | None, typer.Option("--option", metavar="V", help="Only this option of the property.")
    ] = None,
    setting: Annotated[
        str | None,
        typer.Option("--setting", metavar="S", help="Only its label, group, sensitive, …"),
    ] = None,
    pipeline: Annotated[
        str | None, typer.Option("--pipeline", metavar="L", help="A pipeline of it.")
    ] = None,
    stage: Annotated[
        str | None, typer.Option("--stage", metavar="S", help="Only this stage of the pipeline.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Everything of the object that can be put back.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be put back.")
    ] = False,
) -> None:
    """Put objects, properties, types, options, pipelines … back as a backup defines them."""
    chosen = _Chosen(object_name, name, option, setting, pipeline, stage, everything)
    chosen.refuse_nonsense()
    path = Path(source)
    reference = str(path.absolute()) if is_file(path) else source
    with seat(context) as here:
        restores = here.workspace.definition_restores
        found = restores.differences(here.actor, reference)
        wanted = [LostDefinition.of(each) for each in found if chosen.meets(each)]
        if not wanted:
            raise _nothing()
        do = restores.plan if dry_run else restores.remake
        steps = do(here.actor, reference, wanted)
        document = {"steps": [_document(step) for step in steps]}
        here.output.result(document, *_told(steps, dry_run=dry_run))


def _nothing() -> UserError:
    return UserError(
        "definition_there",
        "Nothing of what was named can be put back: it is as the backup defines it, or the "
        "backup does not define it.",
        "Run `crmdesk backup compare` to see what differs.",
    )


def _setting_of(found: DefinitionDifference) -> str:
    if found.change is DefinitionChange.LABEL_CHANGED:
        return "label"
    return found.item if found.change is DefinitionChange.SETTING_CHANGED else ""


def _document(step: DefinitionStep) -> dict[str, Any]:
    return {
        "object": step.lost.object,
        "change": step.lost.change.value,
        "name": step.lost.name,
        "item": step.lost.item or None,
        "label": step.label,
        "now": step.now or None,
        "then": step.then or None,
        "parts": list(step.parts),
        "records": step.records,
        "unconverted": step.unconverted,
    }


def _told(steps: Sequence[DefinitionStep], *, dry_run: bool) -> Iterator[str]:
    for step in steps:
        what = step.lost.change.value.replace("_", " ")
        item = f" “{step.lost.item}”" if step.lost.item else ""
        change = f"{step.now or '(none)'} → {step.then or '(none)'}"
        yield f"{step.lost.object}: {what}: {step.label}{item}: {change}"
        if step.parts:
            yield f"  with {', '.join(step.parts)}"
        if step.records:
            named = step.lost.change is not DefinitionChange.OBJECT_REMOVED
            yield f"  {'already named by' if named else 'with'} {plural(step.records, 'record')}"
        if step.unconverted:
            values = plural(step.unconverted, "value")
            yield f"  {values} not of that type: kept with the definition that is put away"
    done = plural(len(steps), "definition")
    yield f"{done} would be put back." if dry_run else f"{done} put back."
