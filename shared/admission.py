"""What decides about a log's next facts: its state so far, and a trial of what follows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from shared.chain import BEFORE_THE_FIRST, hash_of
from shared.domain import log, role
from shared.domain.base import NO_TARGETS, Fact, Target
from shared.domain.catalogue import GOVERNING, NotUnderstood, aggregate_of
from shared.domain.effective import Effective
from shared.domain.fact import CORRECTING, Corrected, Retracted
from shared.errors import Diverged, IchiError
from shared.eventlog import Entry, governed

RIGHTS = frozenset({"log", "role"})
"""The subjects that authority is folded from; their facts are never corrected."""
NOTHING = object()


class Standing:
    """One log's admission state, folded up to a position and kept in memory.

    Of a subject that is still in its initial state nothing is kept: most stalls are never
    cancelled, most sales never merged.
    """

    def __init__(self, name: str) -> None:
        """Nothing read yet."""
        self.log = name
        self.position = 0
        self.hash = BEFORE_THE_FIRST
        self.rights = role.role.initial
        self.states: dict[str, Any] = {}

    def take(self, entries: Iterable[Entry]) -> None:
        """Fold the next entries; `refold` is to follow for what they correct or retract.

        Raises `NotUnderstoodHere`; `Diverged` where they do not follow what was folded before.
        """
        for entry in entries:
            if entry.position <= self.position:
                continue  # a flush that landed meanwhile has brought us there
            if hash_of(self.hash, self.log, entry.position, entry.digest) != entry.hash:
                raise Diverged
            fact = (governed(entry) if entry.type.startswith(GOVERNING) else entry).fact
            if not isinstance(fact, Corrected | Retracted | NotUnderstood):
                self._evolve(entry.subject, fact)
            self.position, self.hash = entry.position, entry.hash

    def refold(self, about: Sequence[Entry]) -> None:
        """Fold anew the subjects of these entries, which are all that there is about them."""
        families = Families(about)
        for subject in families.subjects - RIGHTS:
            self.states.pop(subject, None)
            for fact in families.facts(subject):
                self._evolve(subject, fact)

    def keep(self, admission: "Admission", entry_hash: bytes) -> None:
        """Go on to where a trial has got, once that is stored and its last entry has this hash."""
        self.position, self.hash = admission.position, entry_hash
        self.rights = admission.rights
        for subject, state in admission.states.items():
            self._put(subject, state)

    def _evolve(self, subject: str, fact: Fact) -> None:
        if subject in RIGHTS:
            self.rights = role.evolve(self.rights, fact)  # type: ignore[arg-type]
        if subject != "role":
            kind = aggregate_of(type(fact))
            before = self.states.get(subject, kind.initial)
            after = kind.evolve(before, fact)
            if after is not before:
                self._put(subject, after)

    def _put(self, subject: str, state: Any) -> None:  # noqa: ANN401 - each aggregate's own
        if state is None or state == type(state)():
            self.states.pop(subject, None)
        else:
            self.states[subject] = state


class Admission:
    """A trial of what may follow a standing: requests in turn, each wholly or not at all."""

    def __init__(self, standing: Standing, about: Sequence[Entry] | None = None) -> None:
        """`about`: every entry on the subjects that the trial's facts touch, and their kin.

        That is closed under "names", "is named by" and "is about the same subject". None where
        nothing will be corrected or retracted.
        """
        self._standing = standing
        self._corrects = about is not None
        self._families = Families(about or ())
        self._undo: list[tuple[str, Any]] = []
        self._held: dict[tuple[UUID, date], role.Held] = {}
        self.position = standing.position
        self.rights = standing.rights
        self.states: dict[str, Any] = {}

    @property
    def home(self) -> str | None:
        """The node that the log is at home on."""
        state: log.State = self._state("log", log.log.initial)
        return state.node

    def begin(self) -> None:
        """Begin a request: `undo` comes back to here."""
        self._undo = []
        self._began = self.position, self.rights

    def undo(self) -> None:
        """Take back what the request has said so far."""
        for subject, before in reversed(self._undo):
            if before is NOTHING:
                del self.states[subject]
            else:
                self.states[subject] = before
        self.position, self.rights = self._began
        self._held.clear()
        self._families.take_back(self.position)

    def authorise(self, fact: Fact, actor: UUID, today: date) -> None:
        """Raise `NotYours` unless the actor may say it, and what it names and puts in place."""
        held = self._held.get((actor, today))
        if held is None:
            held = self._held[actor, today] = role.held_by(self.rights, actor, today)
        if isinstance(fact, Corrected | Retracted):
            target = self._families.target(fact.target)
            if target is not None:
                instead = fact.fact if isinstance(fact, Corrected) else target.restores
                for each in (target.says, instead):
                    if each is not None:
                        role.authorise(self.rights, held, each)
                return
        role.authorise(self.rights, held, fact)

    def admit(self, fact: Fact, subject: str) -> None:
        """Raise `Refused` or `Conflict` where the fact cannot stand with what holds."""
        kind = aggregate_of(type(fact))
        if not isinstance(fact, Corrected | Retracted):
            kind.admit(self._state(subject, kind.initial), fact, NO_TARGETS)
            return
        target = self._families.target(fact.target)
        kind.admit(kind.initial, fact, {} if target is None else {target.id: target})
        if isinstance(fact, Corrected) and target is not None:
            self._admit_instead(fact.fact, target)

    def say(self, event: UUID, fact: Fact, subject: str) -> None:
        """Take an admitted fact in."""
        self.position += 1
        if type(fact) in CORRECTING:
            for touched in self._families.say(self.position, event, fact):
                self._put(touched, self._fold(touched))
            return
        if self._corrects:
            self._families.say(self.position, event, fact)
        kind = aggregate_of(type(fact))
        if subject in RIGHTS:
            self.rights = role.evolve(self.rights, fact)  # type: ignore[arg-type]
            self._held.clear()
        if subject != "role":
            before = self._state(subject, kind.initial)
            after = kind.evolve(before, fact)
            if after is not before:
                self._put(subject, after)

    def _admit_instead(self, content: Fact, target: Target) -> None:
        """Admit what a correction puts in place, by the state without what it replaces."""
        kind = aggregate_of(type(content))
        others = self._families.facts(content.subject)
        if target.says.subject == content.subject:
            others.remove(target.says)
        try:
            kind.admit(kind.fold(others), content, {})
        except IchiError as error:
            error.pointer = f"/fact{error.pointer}"
            raise

    def _fold(self, subject: str) -> Any:  # noqa: ANN401 - each aggregate's own
        facts = self._families.facts(subject)
        return aggregate_of(type(facts[0])).fold(facts) if facts else None

    def _state(self, subject: str, initial: Any) -> Any:  # noqa: ANN401 - each aggregate's own
        if subject == "role":
            return self.rights
        found = self.states.get(subject, NOTHING)
        if found is NOTHING:
            found = self._standing.states.get(subject)
        return initial if found is None else found

    def _put(self, subject: str, state: Any) -> None:  # noqa: ANN401 - each aggregate's own
        self._undo.append((subject, self.states.get(subject, NOTHING)))
        self.states[subject] = state


class Families:
    """Facts with all that corrects and retracts them: what holds, by subject."""

    def __init__(self, about: Iterable[Entry]) -> None:
        """`about` is in the order of the log."""
        said = ((entry.position, entry.id, entry.fact) for entry in about)
        self._said = [each for each in said if not isinstance(each[2], NotUnderstood)]
        self._replay()

    @property
    def subjects(self) -> frozenset[str]:
        """All that anything was ever said about."""
        return frozenset(self._roots)

    def say(self, position: int, event: UUID, fact: Fact) -> set[str]:
        """Take the next fact in; returns the subjects of which now something else holds."""
        self._said.append((position, event, fact))
        return self._take(position, event, fact)

    def take_back(self, position: int) -> None:
        """Forget what was said after a position."""
        if self._said and self._said[-1][0] > position:
            self._said = [said for said in self._said if said[0] <= position]
            self._replay()

    def target(self, event: UUID) -> Target | None:
        """What a correction of this event has to know; None where it is not among the facts."""
        return self._effective.target(event)

    def facts(self, subject: str) -> list[Fact]:
        """What holds about a subject, in the order of first positions."""
        held = (self._effective.at(root) for root in sorted(self._roots.get(subject, ())))
        return [h.fact for h in held if h is not None and h.fact.subject == subject]

    def _replay(self) -> None:
        self._effective = Effective()
        self._roots: dict[str, set[int]] = defaultdict(set)
        for said in self._said:
            self._take(*said)

    def _take(self, position: int, event: UUID, fact: Fact) -> set[str]:
        root = position
        before = None
        if isinstance(fact, Corrected | Retracted):
            named = self._effective.root(fact.target)
            if named is None:
                self._effective.say(position, event, fact)
                return set()
            root = named
            before = self._effective.at(root)
        self._effective.say(position, event, fact)
        after = self._effective.at(root)
        touched = {held.fact.subject for held in (before, after) if held is not None}
        if after is not None:
            self._roots[after.fact.subject].add(root)
        return touched
