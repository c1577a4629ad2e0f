"""Finds the choice a cell means: by its internal value, else by its label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from crmdesk.core.records.problems import ImportErrorType, ValueProblem
from crmdesk.core.records.types import OptionShape


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody a record can belong to: the value kept, and what a file may call the person."""

    value: str
    email: str
    name: str


class StageShape(Protocol):
    """A step of a pipeline."""

    @property
    def name(self) -> str:
        """Internal name."""

    @property
    def label(self) -> str:
        """What people read."""


class PipelineShape(Protocol):
    """A pipeline, from catalogue or workspace."""

    @property
    def name(self) -> str:
        """Internal name."""

    @property
    def label(self) -> str:
        """What people read."""

    @property
    def stages(self) -> Sequence[StageShape]:
        """Steps, in order."""


class Choices:
    """Looks a text up among values and the labels they go by.

    The exact value wins, then the exact label, then either without regard to case. A text that
    fits several values by its label is ambiguous, never guessed.
    """

    def __init__(
        self,
        choices: Iterable[tuple[str, tuple[str, ...]]],
        unknown: ValueProblem,
        ambiguous: ValueProblem,
    ) -> None:
        self._unknown = unknown
        self._ambiguous = ambiguous
        self._values: set[str] = set()
        self._labels: dict[str, set[str]] = {}
        self._folded: dict[str, set[str]] = {}
        for value, labels in choices:
            self._values.add(value)
            for label in filter(None, labels):
                self._labels.setdefault(label.strip(), set()).add(value)
            for name in filter(None, (value, *labels)):
                self._folded.setdefault(_fold(name), set()).add(value)

    def find(self, text: str) -> str:
        """The internal value meant by ``text``.

        Raises:
            ValueProblem: no choice fits, or several do.
        """
        if text in self._values:
            return text
        stripped = text.strip()
        if stripped in self._values:
            return stripped
        found = self._labels.get(stripped) or self._folded.get(_fold(stripped))
        if not found:
            raise self._unknown
        if len(found) > 1:
            raise self._ambiguous
        return next(iter(found))

    def __contains__(self, value: str) -> bool:
        """Whether this is the internal value of a choice."""
        return value in self._values


def option_choices(options: Iterable[OptionShape]) -> Choices:
    """The choices of an enumeration, without archived ones."""
    return Choices(
        ((option.value, (option.label,)) for option in options if not option.archived),
        ValueProblem(
            ImportErrorType.INVALID_ENUMERATION_OPTION,
            "This is not one of the options. Correct it, or add it to the property.",
        ),
        ValueProblem(
            ImportErrorType.AMBIGUOUS_ENUMERATION_OPTION,
            "Several options go by this label; write the internal value.",
        ),
    )


def owner_choices(owners: Iterable[Owner]) -> Choices:
    """Owners by id, e-mail address or name."""
    return Choices(
        ((owner.value, (owner.email, owner.name)) for owner in owners),
        ValueProblem(
            ImportErrorType.COULD_NOT_FIND_OWNER,
            "No user goes by this name or e-mail. Correct it, or add the user.",
        ),
        ValueProblem(
            ImportErrorType.MULTIPLE_OWNERS_FOUND,
            "Several users go by this name; write the e-mail address.",
        ),
    )


class StageFinder:
    """Finds stages by value or label, within the record's pipeline when that is known.

    Two pipelines may have stages of one label; the pipeline tells them apart.
    """

    def __init__(self, pipelines: Iterable[PipelineShape]) -> None:
        self._pipelines = tuple(pipelines)
        self._choices: dict[str | None, Choices] = {}

    def find(self, text: str, pipeline: str | None) -> str:
        """The stage a cell means.

        Raises:
            ValueProblem: the stage is unknown, of another pipeline, or ambiguous.
        """
        choices = self._choices.get(pipeline)
        if choices is None:
            choices = self._choices[pipeline] = self._choices_in(pipeline)
        return choices.find(text)

    def pipeline_of(self, stage: str) -> str | None:
        """The one pipeline that has the stage; None when none has it, or several."""
        found = [p.name for p in self._pipelines if any(s.name == stage for s in p.stages)]
        return found[0] if len(found) == 1 else None

    def _choices_in(self, pipeline: str | None) -> Choices:
        stages = [
            (stage.name, (stage.label,))
            for each in self._pipelines
            if pipeline is None or each.name == pipeline
            for stage in each.stages
        ]
        where = "in any pipeline" if pipeline is None else "in the record's pipeline"
        unknown = ValueProblem(
            ImportErrorType.INVALID_ENUMERATION_OPTION, f"There is no such stage {where}."
        )
        ambiguous = ValueProblem(
            ImportErrorType.AMBIGUOUS_ENUMERATION_OPTION,
            "Several pipelines have a stage of this name; map the pipeline too.",
        )
        return Choices(stages, unknown, ambiguous)


def find_stage(text: str, pipeline: str | None, pipelines: Iterable[PipelineShape]) -> str:
    """The stage one value means; for a column make a :class:`StageFinder` once.

    Raises:
        ValueProblem: the stage is unknown, of another pipeline, or ambiguous.
    """
    return StageFinder(pipelines).find(text, pipeline)


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()
