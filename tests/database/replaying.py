"""The log as judge of the door: replayed by the domain's rules alone, without the door's memory."""

from collections import defaultdict
from datetime import date
from typing import Any
from uuid import UUID

from shared import eventlog
from shared.domain import role
from shared.domain.base import JAPAN, Fact
from shared.domain.catalogue import aggregate_of
from shared.domain.effective import Effective
from shared.domain.fact import Corrected, Retracted
from shared.driver import Pool
from shared.eventlog import Entry
from shared.publishing import Door
from shared.verifying import verify

WITHOUT_STATE = frozenset({"role"})
"""A role is the rights' own fold."""


class Replay:
    """What holds in a log after each entry, from all that was said, position by position."""

    def __init__(self) -> None:
        self.position = 0
        self.rights = role.role.initial
        self._effective = Effective()
        self._roots: dict[str, set[int]] = defaultdict(set)

    def take(self, entry: Entry) -> None:
        """Go on to the next entry; raises what the door had to raise if it stands there wrongly."""
        fact = entry.fact
        assert entry.position == self.position + 1
        if entry.position > 2:  # whoever opened the log stood outside it
            self._admit(fact, entry.actor, entry.recorded_at.astimezone(JAPAN).date())
        self.position = entry.position
        self._effective.say(entry.position, entry.id, fact)
        if isinstance(fact, Retracted):
            return
        named = fact.target if isinstance(fact, Corrected) else entry.id
        root = self._effective.root(named)
        assert root is not None
        self._roots[fact.subject].add(root)
        if entry.type.startswith(("log.", "role.")):
            self.rights = role.evolve(self.rights, fact)  # type: ignore[arg-type]

    @property
    def states(self) -> dict[str, Any]:
        """Each subject's state, where it is not as at the beginning."""
        found = {}
        for subject in self._roots.keys() - WITHOUT_STATE:
            if facts := self._facts(subject):
                kind = aggregate_of(type(facts[0]))
                if (state := kind.fold(facts)) != kind.initial:
                    found[subject] = state
        return found

    def _admit(self, fact: Fact, actor: UUID, today: date) -> None:
        held = role.held_by(self.rights, actor, today)
        kind = aggregate_of(type(fact))
        if not isinstance(fact, Corrected | Retracted):
            role.authorise(self.rights, held, fact)
            state = self.rights if fact.subject == "role" else kind.fold(self._facts(fact.subject))
            kind.admit(state, fact, {})
            return
        target = self._effective.target(fact.target)
        assert target is not None
        instead = fact.fact if isinstance(fact, Corrected) else target.restores
        for each in (target.says, instead):
            if each is not None:
                role.authorise(self.rights, held, each)
        kind.admit(kind.initial, fact, {target.id: target})
        if isinstance(fact, Corrected):
            others = self._facts(fact.subject, but=self._effective.root(fact.target))
            content = aggregate_of(type(fact.fact))
            content.admit(content.fold(others), fact.fact, {})

    def _facts(self, subject: str, but: int | None = None) -> list[Fact]:
        held = (self._effective.at(root) for root in sorted(self._roots[subject]))
        return [h.fact for h in held if h and h.root != but and h.fact.subject == subject]


async def replayed(reader: Pool, log: str) -> Replay:
    """Replay a log whose chain holds; each fact was admissible where it stands."""
    assert (await verify(reader, log)).why is None
    replay = Replay()
    async for entry in eventlog.read_all(reader, log):
        replay.take(entry)
    return replay


async def require_sound(reader: Pool, log: str, *doors: Door) -> Replay:
    """The log replays, and what the doors keep of it is what the replay says; at its head."""
    replay = await replayed(reader, log)
    for door in doors:
        kept = door._standings.get(log)  # noqa: SLF001 - its memory is what is proved
        assert kept is not None
        assert (kept.position, kept.rights, kept.states) == (
            replay.position,
            replay.rights,
            replay.states,
        )
    return replay
