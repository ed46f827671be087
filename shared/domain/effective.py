"""Which facts hold: what is said, corrected and retracted, replayed in the order of a log."""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from shared.domain.base import Fact, Target
from shared.domain.fact import Corrected, Retracted


class Holding(NamedTuple):
    """A fact that holds, the event that put it there, and the position (`root`) it stands at."""

    root: int
    id: UUID
    fact: Fact


class _Said(NamedTuple):
    id: UUID
    fact: Fact


class Effective:
    """Replays any part of a log that is closed under "names" and "is named by"."""

    def __init__(self) -> None:
        """Nothing said yet."""
        self._root_of: dict[UUID, int] = {}
        self._stacks: dict[int, list[_Said]] = {}
        self._says: dict[UUID, Fact] = {}

    def say(self, position: int, event: UUID, fact: Fact) -> None:
        """Take the next fact in; one that names what no longer holds changes nothing."""
        match fact:
            case Corrected(target=target, fact=content):
                if (stack := self._stack_under(target)) is not None:
                    self._root_of[event] = self._root_of[target]
                    self._says[event] = content
                    stack.append(_Said(event, content))
            case Retracted(target=target):
                self._says[event] = fact
                if (stack := self._stack_under(target)) is not None:
                    stack.pop()
            case _:
                self._root_of[event] = position
                self._says[event] = fact
                self._stacks[position] = [_Said(event, fact)]

    def target(self, event: UUID) -> Target | None:
        """What a fact about this event has to know; None where it is not in this part."""
        if event not in self._says:
            return None
        if event not in self._root_of:  # a retraction
            return Target(event, self._says[event], effective=False, now=None)
        stack = self._stacks[self._root_of[event]]
        effective = bool(stack) and stack[-1].id == event
        return Target(
            event,
            self._says[event],
            effective,
            now=stack[-1].fact if stack else None,
            restores=stack[-2].fact if effective and len(stack) > 1 else None,
        )

    def at(self, root: int) -> Holding | None:
        """What holds today in the place of the fact first said at this position."""
        stack = self._stacks.get(root)
        return Holding(root, *stack[-1]) if stack else None

    def root(self, event: UUID) -> int | None:
        """The position of the fact at the bottom of this event's corrections."""
        return self._root_of.get(event)

    def __iter__(self) -> Iterator[Holding]:
        """Everything that holds, by the position of its first saying."""
        for root in sorted(self._stacks):
            if self._stacks[root]:
                yield Holding(root, *self._stacks[root][-1])

    def _stack_under(self, event: UUID) -> list[_Said] | None:
        root = self._root_of.get(event)
        stack = None if root is None else self._stacks[root]
        return stack if stack and stack[-1].id == event else None
