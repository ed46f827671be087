"""The Merkle tree of RFC 6962 over a log's digests: its root, its proofs, and their check.

A leaf is an entry's 32-byte `digest`, its index the entry's position less one::

    leaf = SHA-256( 0x00, digest )      node = SHA-256( 0x01, left, right )

The tree over n leaves splits after the largest power of two below n, so every part to the left of
a split is complete: 2^height leaves that begin at a multiple of 2^height.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

HASH_BYTES = 32
MOST_LEAVES = 2**63 - 1

Span = tuple[int, int]
"""The leaves from an index up to, not including, another."""


def leaf_of(digest: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + digest).digest()


def node_of(left: bytes, right: bytes) -> bytes:
    """The hash of what joins two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that grows leaf by leaf: only its complete subtrees are kept, the largest first."""

    def __init__(self) -> None:
        """Begin with no leaf."""
        self.size = 0
        self._subtrees: list[bytes] = []

    def add(self, hash_: bytes) -> None:
        """Put the hash of one more leaf to the right."""
        full = self.size
        while full & 1:
            hash_ = node_of(self._subtrees.pop(), hash_)
            full >>= 1
        self._subtrees.append(hash_)
        self.size += 1

    @property
    def root(self) -> bytes:
        """The hash of the whole tree."""
        return join(self._subtrees)


def root_of(digests: Iterable[bytes]) -> bytes:
    """The hash of the tree over these leaves."""
    return merge(leaf_of(digest) for digest in digests)


def merge(hashes: Iterable[bytes]) -> bytes:
    """The hash over leaves, or over complete subtrees of one size, from their hashes."""
    tree = Frontier()
    for hash_ in hashes:
        tree.add(hash_)
    return tree.root


def join(subtrees: Sequence[bytes]) -> bytes:
    """The hash over complete subtrees from left to right, each smaller than the one before."""
    if not subtrees:
        return hashlib.sha256().digest()
    *rest, hash_ = subtrees
    for left in reversed(rest):
        hash_ = node_of(left, hash_)
    return hash_


def subtrees_of(span: Span) -> Iterator[tuple[int, int]]:
    """The complete subtrees that `join` makes a part of the tree from: (height, index)."""
    begin, end = span
    while begin < end:
        height = (end - begin).bit_length() - 1
        yield height, begin >> height
        begin += 1 << height


def inclusion_spans(index: int, size: int) -> list[Span]:
    """The parts of the tree whose hashes prove that a leaf is in it, in the order of a proof."""
    return [beside for _, beside in _descent(index, size)][::-1]


def consistency_spans(first: int, second: int) -> list[Span]:
    """The parts whose hashes prove that the larger tree begins with the smaller one.

    In the order of a proof; 0 < first <= second.
    """
    part, steps = _last_part(first, second)
    found = [beside for _, beside in steps]
    return [part, *found] if part[0] else found


def _last_part(first: int, second: int) -> tuple[Span, list[tuple[Span, Span]]]:
    """The last complete subtree of the first tree, and the way up from it in the second.

    Where it is the whole first tree, the reader of a proof has its hash: the root.
    """
    part, steps = (0, second), []
    for step in _descent(first - 1, second):
        if part[1] == first:
            break
        steps.append(step)
        part = step[0]
    return part, steps[::-1]


def _descent(index: int, size: int) -> Iterator[tuple[Span, Span]]:
    """From the root down to a leaf: the half that holds it, and the half beside it."""
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + (1 << ((end - begin - 1).bit_length() - 1))
        if index < middle:
            yield (begin, middle), (middle, end)
            end = middle
        else:
            yield (middle, end), (begin, middle)
            begin = middle


def verify_inclusion(
    digest: bytes, index: int, size: int, hashes: Sequence[bytes], root: bytes
) -> bool:
    """Whether the proof shows the leaf at this index of the tree with this size and root."""
    if not 0 <= index < size <= MOST_LEAVES or not _are_hashes(digest, root, *hashes):
        return False
    steps = list(_descent(index, size))[::-1]
    if len(hashes) != len(steps):
        return False
    found = leaf_of(digest)
    for (inner, beside), hash_ in zip(steps, hashes, strict=True):
        found = node_of(found, hash_) if inner < beside else node_of(hash_, found)
    return found == root


def verify_consistency(
    first: int, second: int, hashes: Sequence[bytes], first_root: bytes, second_root: bytes
) -> bool:
    """Whether the proof shows that the second tree begins with the first; neither is empty."""
    if not 0 < first <= second <= MOST_LEAVES:
        return False
    if not _are_hashes(first_root, second_root, *hashes):
        return False
    part, steps = _last_part(first, second)
    given = [*hashes] if part[0] else [first_root, *hashes]
    if len(given) != len(steps) + 1:
        return False
    before = after = given[0]
    for (inner, beside), hash_ in zip(steps, given[1:], strict=True):
        if beside < inner:
            before, after = node_of(hash_, before), node_of(hash_, after)
        else:
            after = node_of(after, hash_)
    return before == first_root and after == second_root


def _are_hashes(*values: bytes) -> bool:
    return all(isinstance(value, bytes) and len(value) == HASH_BYTES for value in values)
