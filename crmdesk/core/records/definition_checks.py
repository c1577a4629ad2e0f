"""What a definition may be, asked before it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crmdesk.core.errors import UserError
from crmdesk.core.records.catalogue import OptionDefinition, PropertyDefinition
from crmdesk.core.records.names import validate_label, validate_property_name
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyFormat

_FROM_PIPELINES = (PropertyFormat.PIPELINE, PropertyFormat.STAGE)
MOST_OPTIONS = 5_000


def refuse_calculated(found: Property) -> None:
    """Raise ``property_calculated`` for what CRM Desk fills in itself."""
    if found.calculated:
        raise UserError(
            "property_calculated",
            f"{found.label} is calculated by CRM Desk and cannot be changed or put away.",
            "Choose a property that people fill in.",
        )


def check_definition(definition: PropertyDefinition) -> None:
    """Check a new property.

    Raises:
        UserError: what is wrong with a name, a label or an option; ``options_missing``.
    """
    validate_property_name(definition.name)
    validate_label(definition.label)
    if definition.type.has_options and not definition.options:
        raise options_missing(definition.label)
    check_options(definition.options)


def options_missing(label: str) -> UserError:
    """The refusal of a choice between nothing."""
    return UserError(
        "options_missing",
        f"{label} is a choice and has no options yet.",
        "Give it at least one option.",
    )


def check_options(options: Sequence[OptionDefinition]) -> None:
    """Check options by themselves.

    Raises:
        UserError: ``option_invalid``, ``option_twice``, ``too_many_options``, ``label_blank``.
    """
    if len(options) > MOST_OPTIONS:
        raise UserError(
            "too_many_options",
            f"A property has {MOST_OPTIONS:,} options at most.",
            "Use a text instead of a choice.",
        )
    seen: set[str] = set()
    for option in options:
        if ";" in option.value or not option.value.strip() or "\x00" in option.value:
            raise UserError(
                "option_invalid",
                "An option's internal value cannot be blank or contain “;”.",
                "The label may; choose another internal value.",
            )
        validate_label(option.label)
        if option.value in seen:
            raise UserError(
                "option_twice",
                f"The option “{option.value}” is there twice.",
                "Remove one of them.",
            )
        seen.add(option.value)


def check_new_options(found: Property, options: Sequence[OptionDefinition]) -> None:
    """Check the options that a property shall have from now on.

    Raises:
        UserError: as :func:`check_options`; ``options_elsewhere``, ``options_missing``,
            ``options_not_possible``.
    """
    if found.format in _FROM_PIPELINES:
        raise UserError(
            "options_elsewhere",
            f"The options of {found.label} are the pipelines and their stages.",
            "Change them where pipelines are edited.",
        )
    if not found.type.has_options:
        raise UserError(
            "options_not_possible",
            f"{found.label} is not a choice and has no options.",
            "Change its type first.",
        )
    if not options:
        raise options_missing(found.label)
    check_options(options)


def check_display(object_type: ObjectType, names: Sequence[str]) -> None:
    """Check the properties that name a record.

    Raises:
        UserError: ``property_unknown``, ``display_missing``, ``display_sensitive``.
    """
    if not names:
        raise UserError(
            "display_missing",
            "A record needs a property that it is called by.",
            "Choose one to three properties.",
        )
    for name in names:
        if object_type.property(name).sensitive:
            raise UserError(
                "display_sensitive",
                f"{object_type.property(name).label} is sensitive and cannot name a record.",
                "Choose a property that everybody may see.",
                property=name,
            )


def refuse_unknown(changes: Mapping[str, object], known: set[str], what: str) -> None:
    """Raise ``setting_unknown`` for a setting that a definition does not have."""
    unknown = set(changes) - known
    if unknown:
        raise UserError(
            "setting_unknown",
            f"{what} has no setting “{min(unknown)}”.",
            f"Known are: {', '.join(sorted(known))}.",
        )
