"""A request at the door, its judgement by what stands before, and its flight into the log."""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from shared.admission import Admission, Standing
from shared.domain.fact import Corrected, Retracted
from shared.envelope import Proposal
from shared.errors import Conflict, IchiError, ReusedId, Stale
from shared.eventlog import Draft, Entry, Part, Receipt

MOST_FACTS = 4_000
MOST_BYTES = 4 << 20
"""Of one flush, unless a single request is larger."""


class AwayFromHome(Conflict):
    message = "この台帳は別のノードに移っています。移った先に記録してください"


class Request:
    """What one caller wants said in one log, and where the caller waits for what became of it."""

    def __init__(
        self, log: str, proposals: Sequence[Proposal], actor: UUID, expected: int | None
    ) -> None:
        """Made in the running loop."""
        self.log = log
        self.proposals = proposals
        self.actor = actor
        self.expected = expected
        self.bytes = sum(len(proposal.body) for proposal in proposals)
        self.named = {p.fact.target for p in proposals if isinstance(p.fact, Corrected | Retracted)}
        self.surely = bool(self.named)
        """Whether only the sure way can answer it."""
        self.answer: asyncio.Future[list[Receipt]] = asyncio.get_running_loop().create_future()

    def receive(self, receipts: list[Receipt]) -> None:
        """Tell the caller, if it still waits."""
        if not self.answer.done():
            self.answer.set_result(receipts)

    def refuse(self, error: Exception) -> None:
        """The same where it failed."""
        if not self.answer.done():
            self.answer.set_exception(error)


def gathered(waiting: deque[Request], most: int | None = None) -> list[Request]:
    """Take the next requests for one flush, in turn; no id twice, as it may be the same fact."""
    found: list[Request] = []
    ids: set[tuple[str, int]] = set()
    facts = size = 0
    while waiting and len(found) != most:
        request = waiting[0]
        if request.answer.done():  # its caller has gone
            waiting.popleft()
            continue
        facts += len(request.proposals)
        size += request.bytes
        own = {(request.log, proposal.id.int) for proposal in request.proposals}
        if found and (facts > MOST_FACTS or size > MOST_BYTES or ids & own):
            break
        ids |= own
        found.append(waiting.popleft())
    return found


def judge(
    trial: Admission,
    request: Request,
    today: date,
    node: str | None,
    stored: Mapping[UUID, Entry],
) -> list[Draft]:
    """The facts of a request to append, each judged by what stands before it.

    `stored` are those of its ids that stand in the log. Where it raises, the trial is as it was.
    """
    trial.begin()
    drafts: list[Draft] = []
    try:
        require_home(trial, node)
        for proposal in request.proposals:
            _judge(trial, request, proposal, today, stored, drafts)
    except Exception:
        trial.undo()
        raise
    return drafts


def require_home(trial: Admission, node: str | None) -> None:
    """Raise `AwayFromHome` where the log is at home on another node than ours (None: on any)."""
    if node not in {None, trial.home}:
        raise AwayFromHome


def _judge(  # noqa: PLR0913, PLR0917 - one fact's whole situation
    trial: Admission,
    request: Request,
    proposal: Proposal,
    today: date,
    stored: Mapping[UUID, Entry],
    drafts: list[Draft],
) -> None:
    try:
        trial.authorise(proposal.fact, request.actor, today)
        if stored and (entry := stored.get(proposal.id)) is not None:
            if entry.body != proposal.body:
                raise ReusedId
            return
        head = trial.position - len(drafts)
        if request.expected is not None and request.expected != head:
            raise Stale(request.expected, head)
        subject = proposal.fact.subject
        trial.admit(proposal.fact, subject)
        trial.say(proposal.id, proposal.fact, subject)
    except IchiError as error:
        if not isinstance(error, Stale):
            at_data = "" if isinstance(error, ReusedId) else "/data"
            error.pointer = f"{proposal.pointer}{at_data}{error.pointer}"
        raise
    drafts.append(Draft(proposal.id, request.actor, proposal.fact, subject, proposal.body))


class Flight:
    """What of one log goes with a flush: its requests, their drafts, and the trial behind them."""

    def __init__(self, log: str, standing: Standing, trial: Admission) -> None:
        """Empty."""
        self.log = log
        self.standing = standing
        self.trial = trial
        self.requests: list[Request] = []
        self._head = standing.hash  # by what it is, all that follows is judged
        self._drafts: list[Draft] = []

    @property
    def part(self) -> Part:
        """What to append."""
        return Part(self.log, self._head, self._drafts)

    def add(self, request: Request, drafts: Iterable[Draft]) -> None:
        """Take a judged request along."""
        self.requests.append(request)
        self._drafts += drafts

    def land(self, receipts: Sequence[Receipt], stored: Mapping[UUID, Entry] | None = None) -> None:
        """It is durable: the standing goes on, and every request gets its receipts."""
        if receipts and self.standing.hash == self._head:
            self.standing.keep(self.trial, bytes.fromhex(receipts[-1].hash))
        fresh = iter(receipts)
        for request in self.requests:
            request.receive(
                [
                    (stored[p.id].receipt if stored and p.id in stored else next(fresh))
                    for p in request.proposals
                ]
            )

    def fail(self, error: Exception) -> None:
        """Nothing of it is known to be stored."""
        for request in self.requests:
            request.refuse(error)
