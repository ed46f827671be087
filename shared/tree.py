"""The Merkle tree over a stored log: derived from its digests, and rebuilt from them at any time.

Only complete subtrees of 256, 65 536, 16 777 216, ... leaves are stored. What lies below one, or to
the right of the last, is computed from at most 256 digests or nodes a level.
"""

from collections.abc import Sequence

from shared import eventlog
from shared.driver import Pool, border
from shared.errors import Diverged
from shared.proof import (
    Span,
    consistency_spans,
    inclusion_spans,
    join,
    leaf_of,
    merge,
    subtrees_of,
)

LEVEL = 8
FAN_OUT = 1 << LEVEL
AT_ONCE = 16
"""Nodes grown at once: hashing the 4096 leaves below them takes 10 ms, and stops all else."""

LAST_NODES = "SELECT height, max(index) AS index FROM tree_node WHERE log = $1 GROUP BY height"

# The log is named in an outer row, as in eventlog.READ_PAGE.
READ_NODES = """
SELECT n.index, n.hash
FROM set_config('ichi.logs', $1, true) named
CROSS JOIN LATERAL (
    SELECT index, hash FROM tree_node
    WHERE log = $1 AND height = $2 AND index >= $3 AND index < $4 AND named IS NOT NULL
    OFFSET 0
) n
"""

STORE_NODES = """
INSERT INTO tree_node (log, height, index, hash)
SELECT $1, $2, n.index, n.hash FROM unnest($3::bigint[], $4::bytea[]) n (index, hash)
ON CONFLICT DO NOTHING
"""

DROP_NODES = "DELETE FROM tree_node WHERE log = $1"


async def grow(projector: Pool, log: str) -> None:
    """Store what has become complete up to the log's head; several may do it at once."""
    head = await eventlog.read_head(projector, log)
    with border():
        last = {row["height"]: row["index"] for row in await projector.fetch(LAST_NODES, log)}
    height = LEVEL
    while complete := head.position >> height:
        for first in range(last.get(height, -1) + 1, complete, AT_ONCE):
            indices = range(first, min(first + AT_ONCE, complete))
            hashes = await _computed(projector, log, height, indices)
            with border():
                await projector.execute(STORE_NODES, log, height, [*indices], hashes)
        height += LEVEL


async def rebuild(projector: Pool, log: str) -> None:
    """Forget what is stored of the tree and derive it again."""
    with border():
        await projector.execute(DROP_NODES, log)
    await grow(projector, log)


async def root_at(pool: Pool, log: str, size: int) -> bytes:
    """The root of the tree over the first entries; raises `Diverged` where there are fewer."""
    (root,) = await _hashes_of(pool, log, [(0, size)])
    return root


async def inclusion(pool: Pool, log: str, position: int, size: int) -> list[bytes]:
    """The proof that an entry is one of the first `size`; raises `Diverged`."""
    return await _hashes_of(pool, log, inclusion_spans(position - 1, size))


async def consistency(pool: Pool, log: str, first: int, second: int) -> list[bytes]:
    """The proof that the first `second` entries begin with the first `first`; raises `Diverged`."""
    return await _hashes_of(pool, log, consistency_spans(first, second))


async def _hashes_of(pool: Pool, log: str, spans: Sequence[Span]) -> list[bytes]:
    """Parts of the tree, from one read for each block of 256 that they touch."""
    parts = [[_below(place) for place in subtrees_of(span)] for span in spans]
    blocks: dict[tuple[int, int], range] = {}
    for height, indices in (each for part in parts for each in part):
        block = height, indices.start >> LEVEL
        other = blocks.get(block, indices)
        blocks[block] = range(min(indices.start, other.start), max(indices.stop, other.stop))
    known: dict[tuple[int, int], bytes] = {}
    for (height, _), indices in blocks.items():
        found = await _read(pool, log, height, indices)
        known |= {(height, index): found[index] for index in indices}
    return [
        join([merge(known[height, index] for index in indices) for height, indices in part])
        for part in parts
    ]


def _below(place: tuple[int, int]) -> tuple[int, range]:
    """What a complete subtree is merged from: leaves, or nodes of the nearest height stored."""
    height, index = place
    stored = height - height % LEVEL
    return stored, range(index << height % LEVEL, (index + 1) << height % LEVEL)


async def _read(pool: Pool, log: str, height: int, indices: range) -> dict[int, bytes]:
    """Hashes by index; what is not stored yet is computed."""
    if height == 0:
        digests = await eventlog.read_digests(pool, log, indices.start, indices.stop)
        if len(digests) != len(indices):
            raise Diverged
        return dict(zip(indices, map(leaf_of, digests), strict=True))
    with border():
        rows = await pool.fetch(READ_NODES, log, height, indices.start, indices.stop)
    found = {row["index"]: row["hash"] for row in rows}
    for index in indices:
        if index not in found:
            (found[index],) = await _computed(pool, log, height, range(index, index + 1))
    return found


async def _computed(pool: Pool, log: str, height: int, indices: range) -> list[bytes]:
    """Nodes of a height from what is stored below them."""
    below = range(indices.start << LEVEL, indices.stop << LEVEL)
    found = await _read(pool, log, height - LEVEL, below)
    return [
        merge(found[each] for each in range(index << LEVEL, (index + 1) << LEVEL))
        for index in indices
    ]
