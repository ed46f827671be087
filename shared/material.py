"""What a committee-year's answers are made of: gathered from entries, kept in one row a year."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import msgspec

from shared.domain.base import Fact
from shared.domain.catalogue import NotUnderstood, read
from shared.domain.effective import Effective, Holding
from shared.domain.fact import Corrected, Retracted
from shared.questions import EVERY_YEAR, Key, Projection, Projections, Year

logger = logging.getLogger(__name__)

Row = tuple[int, UUID, bytes, UUID | None]
"""An entry's position, id, body and target."""
Tally = dict[bytes, int]
"""Weights by encoded key."""

# Keys stay encoded from the fact to the answer: bytes are added up and stored several times faster
# than tuples of ids, and fill a third of the memory.
encode_key = msgspec.msgpack.Encoder().encode
LIST_OF = b"\xdd"
"""MessagePack's array with a length of four bytes."""


class Kept(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A fact that is wanted whole, as it stands now, and the event that says so."""

    id: UUID
    body: bytes


class Material(msgspec.Struct, array_like=True):
    """One row: the weights of each question's keys, and the kept facts by their first positions.

    As a change, a weight is added and may be negative, and None takes the kept fact away.
    """

    tallies: dict[str, Tally]
    kept: dict[int, Kept | None]

    @classmethod
    def empty(cls) -> "Material":
        """Nothing yet."""
        return cls({}, {})

    @classmethod
    def decode(cls, body: bytes) -> "Material":
        """Read a stored row."""
        return msgspec.msgpack.decode(body, type=cls)

    def encode(self) -> bytes:
        """The same bytes for the same material, whatever the way that led to it."""
        tallies = {
            name: dict(sorted(tally.items()))
            for name, tally in sorted(self.tallies.items())
            if tally
        }
        return msgspec.msgpack.encode((tallies, dict(sorted(self.kept.items()))))

    def change(self, by: "Material") -> None:
        """Take a change in."""
        for name, weights in by.tallies.items():
            tally = self.tallies.setdefault(name, {})
            for key, weight in weights.items():
                if total := tally.get(key, 0) + weight:
                    tally[key] = total
                else:
                    tally.pop(key, None)
        for root, kept in by.kept.items():
            if kept is None:
                self.kept.pop(root, None)
            else:
                self.kept[root] = kept

    def changed(self, by: "Material") -> bytes:
        """Take a change in, and encode."""
        self.change(by)
        return self.encode()

    def holdings(self) -> list[Holding]:
        """The kept facts, in no order."""
        return [
            Holding(root, kept.id, read(kept.body))
            for root, kept in self.kept.items()
            if kept is not None
        ]


def year_of(projections: Projections, log: str, year: int, here: Material, every: Material) -> Year:
    """A year's material beside that of every year, as questions are asked of it."""
    tallies = {p.name: _counted(p, here.tallies.get(p.name, {})) for p in projections.all}
    facts = sorted([*every.holdings(), *here.holdings()])
    return Year(log, year, tallies, facts, projections.calendar)


def _counted(projection: Projection[object], tally: Mapping[bytes, int]) -> list[tuple[Key, int]]:
    """All keys of a year in one decoding: there are thousands."""
    counted = {key: weight for key, weight in tally.items() if weight > 0}
    encoded = b"".join((LIST_OF, len(counted).to_bytes(4, "big"), *counted))
    keys = msgspec.msgpack.decode(encoded, type=list[projection.key])  # type: ignore[name-defined]
    return list(zip(keys, counted.values(), strict=True))


class Gathering:
    """What a run of entries does to each year's material.

    An entry that raises is passed by: for the question that it raises in, or for all of them when
    it cannot even be read.
    """

    def __init__(self, projections: Projections) -> None:
        self._projections = projections
        self._all = [projection.question for projection in projections.all]
        self.years: defaultdict[int, Material] = defaultdict(Material.empty)
        self.not_understood = 0
        self.skipped: dict[tuple[int, str], str] = {}
        """By position and question: the name of the error."""

    def take(self, rows: Sequence[Row], families: Iterable[Row]) -> None:
        """Add what entries put in place, and take back what they replace.

        `families`: the entries that corrections among them name, and all that name those, in the
        order of the log; those before the first row have been taken earlier.
        """
        first = rows[0][0]
        effective = Effective()
        related = set()
        for position, event, body, _ in families:
            related.add(position)
            if position < first and (fact := self._read(position, body, tell=False)) is not None:
                effective.say(position, event, fact)
        for position, event, body, _ in rows:
            fact = self._read(position, body)
            if fact is None:
                continue
            if type(fact) is NotUnderstood:
                self.not_understood += 1
            if position in related:
                self._relate(effective, position, event, fact)
            else:
                self._put(position, position, event, fact)

    def _read(self, position: int, body: bytes, *, tell: bool = True) -> Fact | None:
        try:
            return read(body)
        except Exception as error:  # noqa: BLE001 - one entry never stops the others
            if tell:
                self._skip(position, self._all, error)
            return None

    def _relate(self, effective: Effective, position: int, event: UUID, fact: Fact) -> None:
        """Take a fact that names others, or is named by others, together with them."""
        root = position
        if isinstance(fact, Corrected | Retracted):
            target = effective.target(fact.target)
            before = effective.root(fact.target)
            if target is None or before is None or not target.effective:
                return
            root = before
            self._put(position, root, None, target.says)
        effective.say(position, event, fact)
        if (held := effective.at(root)) is not None:
            self._put(position, root, held.id, held.fact)

    def _put(self, position: int, root: int, event: UUID | None, fact: Fact) -> None:
        """Count and keep a fact at its root; without an event, take it back from there."""
        kind = type(fact)
        counting = self._projections.counting.get(kind, ())
        keeps = kind in self._projections.keeps
        if not counting and not keeps:
            return
        sign = -1 if event is None else 1
        try:
            change = self.years[fact.year or EVERY_YEAR]
            if keeps:
                kept = None if event is None else Kept(event, msgspec.json.encode(fact))
                change.kept[root] = kept
        except Exception as error:  # noqa: BLE001 - one entry never stops the others
            self._skip(position, self._all, error)
            return
        for projection in counting:
            try:
                said = [(encode_key(key), w) for key, w in projection.contribute(fact)]
            except Exception as error:  # noqa: BLE001 - one question never harms the others
                self._skip(position, [projection.question], error)
                continue
            tally = change.tallies.setdefault(projection.name, {})
            for key, weight in said:
                tally[key] = tally.get(key, 0) + sign * weight

    def _skip(self, position: int, questions: Iterable[str], error: Exception) -> None:
        """Remember by the error's name alone: its words may hold a fact's."""
        for question in questions:
            why = type(error).__name__
            logger.error("%s passes by the entry at %d: %s", question, position, why)
            self.skipped[position, question] = why
