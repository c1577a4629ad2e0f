"""What is made once."""

from __future__ import annotations

from threading import Barrier, Thread

from crmdesk.core.once import cached_property


class House:
    """Counts how often its room was made."""

    def __init__(self) -> None:
        self.made, self.asked = 0, Barrier(2)

    @cached_property
    def room(self) -> list[str]:
        """A list, which is only equal to itself."""
        self.made += 1
        return []


def test_two_threads_that_ask_at_once_get_the_same_one():
    house, found = House(), []

    def ask() -> None:
        house.asked.wait(timeout=10)
        found.append(house.room)

    threads = [Thread(target=ask) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    first, second = found
    assert first is second is house.room
    assert house.made == 1
    assert isinstance(House.room, cached_property)
