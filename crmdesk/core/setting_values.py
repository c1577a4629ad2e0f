"""Reads a setting's value from what was typed or clicked, or says in a sentence why not."""

from __future__ import annotations

import re
import unicodedata
import zoneinfo
from collections.abc import Callable

from crmdesk.core.errors import UserError
from crmdesk.core.files.presence import is_folder, typed_path
from crmdesk.core.setting_declarations import Setting, SettingType, Value

_YES = frozenset({"true", "on", "yes", "1"})
_NO = frozenset({"false", "off", "no", "0"})
_LARGEST_DIGITS = 18
FOLLOWS_EDITION = "edition"


def parse_setting(setting: Setting, given: object) -> Value:
    """Return the value to store.

    Args:
        setting: its declaration.
        given: text as typed, or a value of the setting's own type.

    Raises:
        UserError: ``setting_invalid``, in one sentence, with the bounds or the choices.
    """
    if isinstance(given, bool):
        given = "true" if given else "false"
    return _PARSERS[setting.type](setting, str(given).strip())


def _invalid(setting: Setting, message: str, hint: str = "") -> UserError:
    return UserError("setting_invalid", message, hint, key=setting.key)


def _text(setting: Setting, given: str) -> str:
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in given):
        raise _invalid(setting, f"{setting.key} may not hold control characters.")
    if not setting.minimum <= len(given) <= setting.maximum:
        raise _invalid(
            setting,
            f"{setting.key} must have {setting.minimum} to {setting.maximum} characters.",
        )
    return given


def _integer(setting: Setting, given: str) -> int:
    digits = re.fullmatch(rf"-?[0-9]{{1,{_LARGEST_DIGITS}}}", given)
    if digits is None or not setting.minimum <= int(given) <= setting.maximum:
        raise _invalid(
            setting,
            f"{setting.key} must be a whole number from {setting.minimum} to {setting.maximum}.",
        )
    return int(given)


def _flag(setting: Setting, given: str) -> bool:
    word = given.casefold()
    if word not in _YES | _NO:
        raise _invalid(setting, f"{setting.key} must be on or off.")
    return word in _YES


def _choice(setting: Setting, given: str) -> str:
    word = given.casefold()
    if word not in setting.choices:
        raise _invalid(setting, f"{setting.key} must be one of {', '.join(setting.choices)}.")
    return word


def _time_zone(setting: Setting, given: str) -> str:
    by_folded = {name.casefold(): name for name in zoneinfo.available_timezones()}
    name = by_folded.get(given.casefold())
    if name is None:
        raise _invalid(
            setting,
            f"There is no time zone “{given}”.",
            "Give a name of the time zone database, e.g. Europe/Oslo.",
        )
    return name


def _currency(setting: Setting, given: str) -> str:
    code = given.upper()
    if re.fullmatch("[A-Z]{3}", code) is None:
        raise _invalid(setting, f"{setting.key} must be three letters, e.g. EUR.")
    return code


def _folder(setting: Setting, given: str) -> str:
    if given == "":
        return given
    folder = typed_path(given)
    if "\0" in given or not folder.is_absolute() or not is_folder(folder):
        raise _invalid(
            setting,
            f"There is no folder “{given}”.",
            "Give the whole path of a folder that exists, or nothing.",
        )
    return str(folder)


def _interval(setting: Setting, given: str) -> str:
    if given.casefold() == FOLLOWS_EDITION:
        return FOLLOWS_EDITION
    if re.fullmatch("[0-9]{1,4}", given) is None or int(given) > setting.maximum:
        raise _invalid(
            setting,
            f"{setting.key} must be “edition” or whole hours from 0 to {setting.maximum}.",
        )
    return str(int(given))


_PARSERS: dict[SettingType, Callable[[Setting, str], Value]] = {
    SettingType.TEXT: _text,
    SettingType.INTEGER: _integer,
    SettingType.FLAG: _flag,
    SettingType.CHOICE: _choice,
    SettingType.TIME_ZONE: _time_zone,
    SettingType.CURRENCY: _currency,
    SettingType.FOLDER: _folder,
    SettingType.INTERVAL: _interval,
}
