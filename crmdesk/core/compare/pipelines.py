"""How the pipelines of an object differ between two states, and their stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from crmdesk.core.compare.model import DefinitionChange, DefinitionDifference


@dataclass(frozen=True, slots=True)
class StageThere:
    """A stage as one state defines it.

    Attributes:
        probability: canonical text from 0 to 1; None where there is none, or where an old backup
            does not tell.
    """

    name: str
    label: str
    closed: bool
    probability: str | None


@dataclass(frozen=True, slots=True)
class PipelineThere:
    """A pipeline as one state defines it, its stages in order."""

    name: str
    label: str
    stages: Mapping[str, StageThere]


class HasPipelines(Protocol):
    """An object of one state."""

    @property
    def name(self) -> str:
        """Its API name."""

    @property
    def pipelines(self) -> Mapping[str, PipelineThere]:
        """Its pipelines in order."""


def pipeline_of(told: Mapping[str, Any]) -> PipelineThere:
    """A pipeline as a manifest tells it; the first backups told no probability."""
    stages = {
        name: StageThere(name, label, bool(closed), probability[0] if probability else None)
        for name, label, closed, *probability in told["stages"]
    }
    return PipelineThere(told["name"], told["label"], stages)


def compare_pipelines(
    before: HasPipelines, after: HasPipelines, recreatable: bool
) -> Iterator[DefinitionDifference]:
    """Every difference of the pipelines of an object that is on both sides."""
    for name in [*before.pipelines, *(n for n in after.pipelines if n not in before.pipelines)]:
        then, now = before.pipelines.get(name), after.pipelines.get(name)
        if now is None and then is not None:
            change = DefinitionChange.PIPELINE_REMOVED
            yield DefinitionDifference(
                before.name, change, name, then.label, then=then.label, recreatable=recreatable
            )
        elif then is None and now is not None:
            change = DefinitionChange.PIPELINE_ADDED
            yield DefinitionDifference(before.name, change, name, now.label, now=now.label)
        elif then is not None and now is not None:
            if then.label != now.label:
                change = DefinitionChange.PIPELINE_RENAMED
                yield DefinitionDifference(
                    before.name, change, name, now.label, "", then.label, now.label, recreatable
                )
            yield from _stages(before.name, then, now, recreatable)


def _stages(
    object_name: str, before: PipelineThere, after: PipelineThere, recreatable: bool
) -> Iterator[DefinitionDifference]:
    def told(
        change: DefinitionChange, item: str, then: str = "", now: str = ""
    ) -> DefinitionDifference:
        can = recreatable and change is not DefinitionChange.STAGE_ADDED
        return DefinitionDifference(
            object_name, change, after.name, after.label, item, then, now, can
        )

    for name, then in before.stages.items():
        now = after.stages.get(name)
        if now is None:
            yield told(DefinitionChange.STAGE_REMOVED, name, then.label)
            continue
        if then.label != now.label:
            yield told(DefinitionChange.STAGE_RENAMED, name, then.label, now.label)
        if then.closed != now.closed:
            words = ["closed" if each.closed else "open" for each in (then, now)]
            yield told(DefinitionChange.STAGE_CLOSED, name, *words)
    for name, now in after.stages.items():
        if name not in before.stages:
            yield told(DefinitionChange.STAGE_ADDED, name, now=now.label)
