"""The tree and its proofs agree with the definition; nothing that was forged is accepted."""

import hashlib
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.proof import (
    Frontier,
    Span,
    consistency_spans,
    inclusion_spans,
    join,
    leaf_of,
    node_of,
    root_of,
    subtrees_of,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [hashlib.sha256(bytes([n])).digest() for n in range(130)]
sizes = st.integers(1, len(LEAVES))


def tree(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962, section 2.1."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = split(len(leaves))
    return hashlib.sha256(b"\1" + tree(leaves[:k]) + tree(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """Section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), tree(leaves[k:])]
    return [*path(m - k, leaves[k:]), tree(leaves[:k])]


def subproof(m: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    """Section 2.1.2."""
    if m == len(leaves):
        return [] if whole else [tree(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole=whole), tree(leaves[k:])]
    return [*subproof(m - k, leaves[k:], whole=False), tree(leaves[:k])]


def split(size: int) -> int:
    """The largest power of two below a size."""
    k = 1
    while k * 2 < size:
        k *= 2
    return k


def hashes_of(spans: list[Span]) -> list[bytes]:
    return [tree(LEAVES[begin:end]) for begin, end in spans]


def inclusion(index: int, size: int) -> list[bytes]:
    return hashes_of(inclusion_spans(index, size))


def consistency(first: int, second: int) -> list[bytes]:
    return hashes_of(consistency_spans(first, second))


def test_known_answers_of_the_empty_tree_and_of_one_empty_leaf() -> None:
    """The two that every implementation of RFC 6962 knows by heart."""
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root_of([]).hex() == empty
    one = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert root_of([b""]).hex() == leaf_of(b"").hex() == one


def test_the_seven_leaves_of_the_rfc_have_the_proofs_it_names() -> None:
    a, b, c, d, e, f, j = (leaf_of(leaf) for leaf in LEAVES[:7])
    g, h, i = node_of(a, b), node_of(c, d), node_of(e, f)
    k, l = node_of(g, h), node_of(i, j)  # noqa: E741 - as the RFC has it
    assert root_of(LEAVES[:7]) == node_of(k, l)
    assert inclusion(0, 7) == [b, h, l]
    assert inclusion(3, 7) == [c, g, l]
    assert inclusion(4, 7) == [f, j, k]
    assert inclusion(6, 7) == [i, k]
    assert consistency(3, 7) == [c, d, g, l]
    assert consistency(4, 7) == [l]
    assert consistency(6, 7) == [i, j, k]


@given(sizes)
def test_a_root_is_the_definition_s(size: int) -> None:
    assert root_of(LEAVES[:size]) == tree(LEAVES[:size])


@given(sizes, st.data())
def test_an_inclusion_proof_is_the_definition_s_and_is_accepted(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion(index, size)
    assert proof == path(index, LEAVES[:size])
    assert verify_inclusion(LEAVES[index], index, size, proof, tree(LEAVES[:size]))


@given(sizes, st.data())
def test_a_consistency_proof_is_the_definition_s_and_is_accepted(
    second: int, data: st.DataObject
) -> None:
    first = data.draw(st.integers(1, second))
    proof = consistency(first, second)
    assert proof == subproof(first, LEAVES[:second], whole=True)
    roots = tree(LEAVES[:first]), tree(LEAVES[:second])
    assert verify_consistency(first, second, proof, *roots)


@given(sizes, st.data())
def test_a_part_of_the_tree_is_joined_from_complete_subtrees(
    size: int, data: st.DataObject
) -> None:
    spans = [(0, size), *inclusion_spans(data.draw(st.integers(0, size - 1)), size)]
    for span in spans:
        parts = [
            tree(LEAVES[index << height : index + 1 << height])
            for height, index in subtrees_of(span)
        ]
        assert join(parts) == tree(LEAVES[slice(*span)])


def test_a_frontier_has_the_root_of_every_size_on_its_way() -> None:
    growing = Frontier()
    for size, digest in enumerate(LEAVES, 1):
        growing.add(leaf_of(digest))
        assert (growing.size, growing.root) == (size, root_of(LEAVES[:size]))


ROOTS = [tree(LEAVES[:size]) for size in range(40)]
STRANGE = [b"", bytes(31), bytes(33), bytes(32), "x" * 32, None, 7]
NUMBERS = [-1, 0, 2**31, 2**63 - 1, 2**63, 2**64, 10**30]


def altered(proof: list[bytes], chance: Random) -> Iterator[list[bytes]]:
    """Proofs near to one that holds; those of a sound proof itself are left out by the caller."""
    for at, hash_ in enumerate(proof):
        bit = chance.randrange(256)
        flipped = int.from_bytes(hash_) ^ 1 << bit
        yield [*proof[:at], flipped.to_bytes(32), *proof[at + 1 :]]
        yield proof[:at] + proof[at + 1 :]
        yield [*proof[:at], hash_, *proof[at:]]
        yield [*proof[:at], hash_[:-1], *proof[at + 1 :]]
        yield [*proof[:at], hash_ + b"\0", *proof[at + 1 :]]
        yield [*proof[:at], leaf_of(hash_), *proof[at + 1 :]]
        for other in range(at):
            swapped = [*proof]
            swapped[at], swapped[other] = swapped[other], swapped[at]
            yield swapped
        for value in STRANGE:
            yield [*proof[:at], value, *proof[at + 1 :]]  # type: ignore[list-item]
    yield []
    yield proof[::-1]
    yield [*proof, bytes(32)]
    yield [bytes(32), *proof]
    yield [*proof, *proof]


SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 33]


@pytest.mark.parametrize("size", SIZES)
def test_no_forged_inclusion_proof_is_accepted(size: int) -> None:
    chance = Random(size)
    root = ROOTS[size]
    tried = 0
    for index in range(size):
        digest, proof = LEAVES[index], inclusion(index, size)
        forged = [(digest, index, size, each, root) for each in altered(proof, chance)]
        forged += [(other, index, size, proof, root) for other in LEAVES if other != digest]
        forged += [(digest, other, size, proof, root) for other in (*range(size), *NUMBERS)]
        forged += [(digest, index, other, proof, root) for other in (*range(40), *NUMBERS)]
        forged += [(digest, index, size, proof, other) for other in ROOTS]
        forged += [(digest, index, n, inclusion(index, n), root) for n in range(index + 1, 40, 3)]
        forged += [(value, index, size, proof, root) for value in STRANGE]  # type: ignore[misc]
        forged += [(digest, index, size, proof, value) for value in STRANGE]  # type: ignore[misc]
        for each in forged:
            true = each[:2] == (digest, index) and (each[3], each[4]) == (proof, root)
            if not (true and same_shape(index, size, each[2])):
                tried += 1
                assert not verify_inclusion(*each)
    assert tried > 100


def same_shape(index: int, size: int, other: int) -> bool:
    """Whether a tree of another size takes the same way up from this leaf."""
    return index < other < 2**63 and turns(index, size) == turns(index, other)


def turns(index: int, size: int) -> list[bool]:
    return [begin < index for begin, _ in inclusion_spans(index, size)]


@pytest.mark.parametrize("second", SIZES)
def test_no_forged_consistency_proof_is_accepted(second: int) -> None:
    chance = Random(second)
    tried = 0
    new = ROOTS[second]
    for first in range(1, second + 1):
        old, proof = ROOTS[first], consistency(first, second)
        forged = [(first, second, each, old, new) for each in altered(proof, chance)]
        forged += [(first, second, proof, other, new) for other in ROOTS]
        forged += [(first, second, proof, old, other) for other in ROOTS]
        forged += [(first, second, proof, new, old)] * (first != second)
        forged += [(number, second, proof, old, new) for number in NUMBERS]
        forged += [(number, second, [], old, new) for number in NUMBERS]
        forged += [(first, second, proof, value, new) for value in STRANGE]  # type: ignore[misc]
        forged += [(first, second, proof, old, value) for value in STRANGE]  # type: ignore[misc]
        forged += [(0, second, each, ROOTS[0], new) for each in ([], proof, [new])]
        for each in forged:
            if each != (first, second, proof, old, new):
                tried += 1
                assert not verify_consistency(*each)
    assert tried > 100


def test_a_node_does_not_pass_for_a_leaf() -> None:
    """The two prefixes keep a tree of four from being told as a tree of two."""
    inner = [leaf_of(LEAVES[0]) + leaf_of(LEAVES[1]), leaf_of(LEAVES[2]) + leaf_of(LEAVES[3])]
    root = tree(LEAVES[:4])
    right = node_of(leaf_of(LEAVES[2]), leaf_of(LEAVES[3]))
    assert root_of(inner) != root
    for leaf in (inner[0], hashlib.sha256(b"\1" + inner[0]).digest()):
        assert not verify_inclusion(leaf, 0, 2, [right], root)
