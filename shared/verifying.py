"""Is a log what its publishers said? Recomputes its chain and tree, and asks what was signed."""

from collections.abc import AsyncIterator, Callable, Iterable

import msgspec

from shared import eventlog, tree
from shared.chain import BEFORE_THE_FIRST, digest_of, hash_of
from shared.checkpoint import Checkpoint
from shared.domain.catalogue import NotUnderstood, tag_of
from shared.driver import Pool
from shared.errors import NotFound
from shared.eventlog import Entry, Head
from shared.notary import Notary
from shared.proof import Frontier, leaf_of
from shared.signing import BadNote

UNREADABLE = (OverflowError, ValueError)
"""What the driver raises for a time or a day that Python cannot hold."""


class Verdict(msgspec.Struct, frozen=True):
    """`bad` is the first position that does not hold, `why` in Japanese; None where all holds.

    `signed` is the position of the newest checkpoint. A `why` without `bad` is not about an entry.
    """

    log: str
    position: int
    hash: str
    signed: int | None = None
    bad: int | None = None
    why: str | None = None


class Examination:
    """One pass over a log's entries, each with all that can be said of it by itself or so far."""

    def __init__(self, log: str, head: Head | None, signed: Checkpoint | None) -> None:
        """`head` is None where the log is gone, `signed` where nothing was signed yet."""
        self.log = log
        self.head = head
        self.position = 0
        self.hash = BEFORE_THE_FIRST
        self.tree = Frontier()
        self.why: str | None = None
        self._signed = signed
        self._last: Entry | None = None

    def take(self, entry: Entry) -> bool:
        """Go on to the next entry; False, and `why`, where it is not what it should be."""
        self.why = self._misplaced(entry) or self._altered(entry)
        if self.why is None:
            self.tree.add(leaf_of(entry.digest))
            self.why = self._not_as_signed(entry)
        if self.why is not None:
            return False
        self.position = entry.position
        self.hash = entry.hash
        self._last = entry
        return True

    def verdict(self) -> Verdict:
        """What holds, after the last entry or the first that does not."""
        if self.why is None:
            self.why = self._ends_elsewhere()
        bad = None if self.why is None else self.position + 1
        signed = None if self._signed is None else self._signed.size
        return Verdict(self.log, self.position, self.hash.hex(), signed, bad, self.why)

    def _misplaced(self, entry: Entry) -> str | None:
        if (entry.log, entry.position) != (self.log, self.position + 1):
            return "記録が抜けています"
        if self.head is not None and entry.position > self.head.position:
            return f"台帳の先頭は {self.head.position} 件目なのに、その後にも記録があります"
        return None

    def _altered(self, entry: Entry) -> str | None:
        if None in (entry.id, entry.recorded_at, entry.actor, entry.salt, entry.body):
            return "記録の内容が抜けています"
        digest = digest_of(entry.salt, entry.id, entry.recorded_at, entry.actor, entry.body)
        if digest != entry.digest:
            return "記録の内容が書き換えられています"
        if hash_of(self.hash, self.log, entry.position, digest) != entry.hash:
            return "前の記録とのつながりが合いません"
        if not _read_out_of_the_body(entry):
            return "索引の列が記録の内容と違います"
        return None

    def _not_as_signed(self, entry: Entry) -> str | None:
        signed = self._signed
        if signed is None or signed.size != entry.position:
            return None
        if (signed.chain, signed.root) == (entry.hash, self.tree.root):
            return None
        return "署名付きの控えにある記録と違います"

    def _ends_elsewhere(self) -> str | None:
        head, last, signed = self.head, self._last, self._signed
        if head is None:
            return "署名付きの控えがあるのに、台帳がありません"
        if (self.position, self.hash) != (head.position, head.hash):
            return (
                f"台帳の先頭は {head.position} 件目ですが、{self.position} 件目までしか合いません"
            )
        if last is not None and last.recorded_at != head.recorded_at:
            return "台帳の先頭の時刻が、最後の記録の時刻と違います"
        if signed is not None and signed.size > self.position:
            return f"署名付きの控えでは {signed.size} 件あったのに、後ろが切り取られています"
        return None


def _read_out_of_the_body(entry: Entry) -> bool:
    """Whether the index columns say what the body says; of a fact not understood only the type."""
    fact = entry.fact
    if isinstance(fact, NotUnderstood):
        return entry.type == fact.type
    _, *read_out = eventlog.columns_of(fact)
    return [tag_of(entry.body), *read_out] == [*entry.columns]


def examine(
    log: str, head: Head | None, entries: Iterable[Entry], signed: Checkpoint | None
) -> Verdict:
    """Judge a whole log."""
    examination = Examination(log, head, signed)
    all(examination.take(entry) for entry in entries)
    return examination.verdict()


async def verify(
    reader: Pool,
    log: str,
    notary: Notary | None = None,
    progress: Callable[[int, int], None] | None = None,
    keep: Callable[[Entry], None] | None = None,
) -> Verdict:
    """Check a whole log up to its head, and against what the notary signed last.

    `progress` is told (position, head); `keep` is given each entry that holds. Raises `NotFound`
    for a log of which nothing was ever signed.
    """
    signed, unreadable = _signed(notary, log)
    examination = Examination(log, None, signed)
    try:
        examination.head = await eventlog.read_head(reader, log)
        async for page in _pages(reader, examination.head):
            for entry in page:
                if not examination.take(entry):
                    return examination.verdict()
                if keep is not None:
                    keep(entry)
            if progress is not None:
                progress(examination.position, examination.head.position)
    except NotFound:
        if signed is None and unreadable is None:
            raise
    except UNREADABLE:
        examination.why = "時刻や日付が、ありえない値に書き換えられています"
    verdict = examination.verdict()
    if verdict.why is not None:
        return verdict
    why = unreadable or await _fault_of_the_tree(reader, log, examination.tree)
    return msgspec.structs.replace(verdict, why=why)


async def _pages(reader: Pool, head: Head) -> AsyncIterator[list[Entry]]:
    """Every entry up to the head, and one beyond it that nobody has just published.

    Raises `UNREADABLE` for one whose time or day is nothing that Python can hold, after those
    before it.
    """
    after, most = 0, eventlog.PAGE
    while after < head.position:
        try:
            limit = min(most, head.position - after)
            page = await eventlog.read_page(reader, head.log, after, limit)
        except UNREADABLE:
            if most == 1:
                raise
            most = 1
            continue
        if not page:
            return
        yield page
        after = page[-1].position
    beyond = await eventlog.read_page(reader, head.log, head.position, 1)
    if beyond and await eventlog.read_head(reader, head.log) == head:
        yield beyond


async def _fault_of_the_tree(reader: Pool, log: str, computed: Frontier) -> str | None:
    if await tree.root_at(reader, log, computed.size) == computed.root:
        return None
    return "証明のための木が台帳と違います。「ichi rebuild」で作り直してください"


def _signed(notary: Notary | None, log: str) -> tuple[Checkpoint | None, str | None]:
    """What was signed last, or why that cannot be told."""
    try:
        return None if notary is None else notary.newest(log), None
    except BadNote as error:
        return None, error.message
