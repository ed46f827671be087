"""The one door: authority → already stored? → expected → admit → append."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from shared import driver, eventlog
from shared.domain import log, role
from shared.domain.base import JAPAN, Fact, Target
from shared.domain.catalogue import aggregate_of
from shared.domain.effective import Effective
from shared.domain.fact import Corrected, Retracted
from shared.driver import Pool
from shared.envelope import Proposal, parse
from shared.errors import Conflict, IchiError, ReusedId, Stale
from shared.eventlog import Draft, Entry, Receipt

RIGHTS = ("log", "role")
"""The subjects that authority is folded from."""


def now() -> datetime:
    """This process's clock; the database compares it with its own."""
    return datetime.now(UTC)


class AwayFromHome(Conflict):
    message = "この台帳は別のノードに移っています。移った先に記録してください"


class Door:
    """Publishes into logs, whoever asks: a form, a phone, an import, another ward's system."""

    def __init__(
        self, pool: Pool, clock: Callable[[], datetime] = now, node: str | None = None
    ) -> None:
        """`pool` connects as the writer role; `node` is ours (None: whatever the log's is)."""
        self._pool = pool
        self._clock = clock
        self._node = node

    async def publish(
        self, log: str, content_type: str, body: bytes, actor: UUID, expected: int | None = None
    ) -> list[Receipt]:
        """Admit and append one CloudEvent or a batch of them, all or nothing.

        `expected` is the position that the sender thinks the log is at. The same id and bytes again
        get the first receipt. Raises `Malformed` 400, `NotYours` 403, `NotFound` 404, `Conflict`
        409, `TooLarge` 413, `WrongMediaType` 415, `Refused` and `ReusedId` 422, `Unavailable` 503;
        each with a JSON pointer into what was sent.
        """
        return await self.admit(log, parse(log, content_type, body), actor, expected)

    async def admit(
        self, log: str, proposals: Sequence[Proposal], actor: UUID, expected: int | None = None
    ) -> list[Receipt]:
        """The same for facts from our own hand."""
        with driver.border():
            async with self._pool.acquire() as connection, connection.transaction():
                head = await eventlog.lock_head(connection, log)
                await eventlog.require_understood(connection, log)
                facts = [proposal.fact for proposal in proposals]
                known = await eventlog.read_about(
                    connection,
                    log,
                    {*RIGHTS, *(fact.subject for fact in facts)},
                    {*(p.id for p in proposals), *_named(facts)},
                )
                state = Admission(known)
                if self._node not in {None, state.home}:
                    raise AwayFromHome
                stored = {entry.id: entry for entry in known}
                drafts = self._judge(proposals, stored, state, actor, head.position, expected)
                if drafts:
                    fresh = await eventlog.append(connection, head, drafts, self._clock())
                else:
                    await eventlog.confirm_stored(connection)
                    fresh = []
        receipts = {receipt.id: receipt for receipt in fresh}
        return [receipts.get(p.id) or stored[p.id].receipt for p in proposals]

    def _judge(  # noqa: PLR0913, PLR0917 - one request's whole situation
        self,
        proposals: Sequence[Proposal],
        stored: dict[UUID, Entry],
        state: "Admission",
        actor: UUID,
        head: int,
        expected: int | None,
    ) -> list[Draft]:
        """The facts to append, after each was judged by what stands before it."""
        today = self._clock().astimezone(JAPAN).date()
        drafts: list[Draft] = []
        for proposal in proposals:
            try:
                state.authorise(proposal.fact, actor, today)
                if (entry := stored.get(proposal.id)) is not None:
                    if entry.body != proposal.body:
                        raise ReusedId
                    continue
                if expected is not None and expected != head:
                    raise Stale(expected, head)
                state.admit(proposal.fact)
                state.say(head + len(drafts) + 1, proposal.id, proposal.fact)
            except IchiError as error:
                if not isinstance(error, Stale):
                    at_data = "" if isinstance(error, ReusedId) else "/data"
                    error.pointer = f"{proposal.pointer}{at_data}{error.pointer}"
                raise
            drafts.append(Draft(proposal.id, actor, proposal.fact, proposal.body))
        return drafts


class Admission:
    """The state that decides about a request's facts, from the entries they touch."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """`entries` are closed under "names" and "is named by", in the order of the log."""
        self._effective = Effective()
        for entry in entries:
            self._effective.say(entry.position, entry.id, entry.fact)
        self._rights = role.role.initial
        self._states: dict[str, Any] = {}
        self._facts: dict[str, list[Fact]] = {}
        self._regroup()

    @property
    def home(self) -> str | None:
        """The node that the log is at home on."""
        node: str | None = log.log.fold(self._facts["log"]).node  # type: ignore[arg-type]
        return node

    def authorise(self, fact: Fact, actor: UUID, today: date) -> None:
        """Raise `NotYours` unless the actor may say it, and what it names and puts in place."""
        concerned = [fact]
        if isinstance(fact, Corrected | Retracted) and (target := self._target(fact)) is not None:
            instead = fact.fact if isinstance(fact, Corrected) else target.restores
            concerned = [each for each in (target.says, instead) if each is not None]
        for each in concerned:
            role.authorise(self._rights, actor, each, today)

    def admit(self, fact: Fact) -> None:
        """Raise `Refused` or `Conflict` where the fact cannot stand with what holds."""
        target = self._target(fact) if isinstance(fact, Corrected | Retracted) else None
        targets = {} if target is None else {target.id: target}
        kind = aggregate_of(type(fact))
        kind.admit(kind.initial if target else self._state(fact), fact, targets)
        if isinstance(fact, Corrected) and target is not None:
            self._admit_instead(fact.fact, target)

    def say(self, position: int, event: UUID, fact: Fact) -> None:
        """Take an admitted fact into the state, for the next one of the request."""
        if isinstance(fact, Corrected | Retracted):
            self._effective.say(position, event, fact)
            self._regroup()
            return
        state = self._state(fact)
        self._effective.say(position, event, fact)
        self._facts[fact.subject].append(fact)
        self._states[fact.subject] = aggregate_of(type(fact)).evolve(state, fact)
        if fact.subject in RIGHTS:
            self._rights = role.evolve(self._rights, fact)  # type: ignore[arg-type]

    def _admit_instead(self, content: Fact, target: Target) -> None:
        """Admit what a correction puts in place, by the state without what it replaces."""
        kind = aggregate_of(type(content))
        others = list(self._facts[content.subject])
        if target.says.subject == content.subject:
            others.remove(target.says)
        try:
            kind.admit(kind.fold(others), content, {})
        except IchiError as error:
            error.pointer = f"/fact{error.pointer}"
            raise

    def _target(self, fact: Corrected | Retracted) -> Target | None:
        return self._effective.target(fact.target)

    def _state(self, fact: Fact) -> Any:  # noqa: ANN401 - each aggregate's own
        if fact.subject == "role":
            return self._rights
        if fact.subject not in self._states:
            self._states[fact.subject] = aggregate_of(type(fact)).fold(self._facts[fact.subject])
        return self._states[fact.subject]

    def _regroup(self) -> None:
        self._states = {}
        self._facts = defaultdict(list)
        for holding in self._effective:
            self._facts[holding.fact.subject].append(holding.fact)
        self._rights = role.role.fold(
            holding.fact  # type: ignore[misc]
            for holding in self._effective
            if holding.fact.subject in RIGHTS
        )


def _named(facts: Iterable[Fact]) -> set[UUID]:
    return {fact.target for fact in facts if isinstance(fact, Corrected | Retracted)}
