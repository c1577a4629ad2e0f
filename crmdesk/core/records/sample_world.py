"""The invented world behind the sample data: cultures, people, firms and the dice."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from crmdesk.core.resources import resource_path

Row = dict[str, str]

#: "Now" in the data: fixed, so that the same seed gives the same rows next year.
TODAY = datetime(2026, 11, 2, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Company:
    """A firm; ``trade`` is its word in the name and its industry's internal value."""

    name: str
    domain: str
    trade: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Scene:
    """What one object's rows are made from: the dice, the words, and how much there is."""

    dice: random.Random
    words: dict[str, Any]
    companies: int
    owners: Sequence[str]

    def pick(self, name: str) -> Any:
        """A random entry of a word list."""
        return self.dice.choice(self.words[name])

    def sometimes(self, chance: float, value: str) -> str:
        """The value, or a blank as real data has them."""
        return value if self.dice.random() < chance else ""

    def moment(self, first_day: int, last_day: int) -> str:
        """A minute of a working hour, so many days from "now"."""
        day = TODAY + timedelta(days=self.dice.randint(first_day, last_day))
        at = day.replace(hour=self.dice.randint(7, 17), minute=self.dice.randint(0, 59))
        return f"{at:%Y-%m-%dT%H:%M}:00.000Z"

    def owner(self) -> str:
        """One of the owners, or a blank when there are none."""
        return self.dice.choice(self.owners) if self.owners else ""


@cache
def sample_words() -> dict[str, Any]:
    """The word lists the data is made from, read once."""
    text = resource_path("samples", "words.json").read_text(encoding="utf-8")
    words: dict[str, Any] = json.loads(text)
    return words


def company_of(index: int, words: dict[str, Any]) -> Company:
    """The company of that number: every firm name goes with every trade, then they are numbered."""
    cultures = words["cultures"]
    own = index % len(cultures)
    culture, trades = cultures[own], words["trades"]
    turn = index // len(cultures)
    place = turn % len(culture["firms"])
    firm, plain = culture["firms"][place]
    turn //= len(culture["firms"])
    # 7 shares no factor with the number of trades, so that no pair of words comes twice.
    trade = trades[(turn * 7 + place * 3 + own) % len(trades)]
    number = turn // len(trades)
    form = culture["forms"][place % len(culture["forms"])]
    suffix = f" {number + 1}" if number else ""
    host = f"{plain}-{trade[0]}{suffix.strip()}".lower()
    domain = f"{host}.{culture['code']}.example"
    return Company(f"{firm} {trade[0]}{suffix} {form}", domain, (trade[0], trade[1]))


def address_in(culture: dict[str, Any], dice: random.Random) -> Row:
    """Street, city, region, postal code and country that go together."""
    city, state, code = dice.choice(culture["cities"])
    street = dice.choice(culture["streets"]).replace("#", str(dice.randint(1, 240)))
    return {
        "address": street,
        "city": city,
        "state": state,
        "zip": code,
        "country": culture["country"],
    }


def phone_in(culture: dict[str, Any], dice: random.Random) -> str:
    """A telephone number in the country's form."""
    return "".join(str(dice.randint(0, 9)) if c == "#" else c for c in culture["phone"])


def money(dice: random.Random, typical: float) -> str:
    """Amounts spread as real ones do: many small, few huge; mostly round."""
    amount = dice.lognormvariate(0, 1) * typical
    if dice.random() < 0.8:
        return str(max(10, int(round(amount, -2 if amount > 1000 else -1))))
    return f"{amount:.2f}".rstrip("0").rstrip(".")


def person_of(index: int, words: dict[str, Any]) -> tuple[dict[str, Any], str, str, str]:
    """Culture, given name, family name and the part before "@" of the contact of that number."""
    cultures = words["cultures"]
    culture = cultures[index % len(cultures)]
    turn = index // len(cultures)
    pairs = len(culture["given"]) * len(culture["family"])
    # 7919 is a prime no list is as long as: every pair comes once before any comes again.
    place = turn * 7919 % pairs
    given, plain_given = culture["given"][place // len(culture["family"])]
    family, plain_family = culture["family"][place % len(culture["family"])]
    number = turn // pairs
    local = f"{plain_given}.{plain_family}{number + 1 if number else ''}".lower()
    return culture, given, family, local
