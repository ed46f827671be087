"""The real report, read where it lies when it is there, beside the repo's own fixture."""

from difflib import SequenceMatcher
from pathlib import Path

HERE = Path(__file__).parent
SEED = next(iter(sorted((HERE.parent.parent / "shared" / "seed").glob("*.txt"))), None)
FIXTURE = HERE / "fixtures" / "form.tsv"
FORMS = [FIXTURE] if SEED is None else [FIXTURE, SEED]

ALLOWED = [
    ("6月", "", "出店"),  # あじさい祭り: the only line of the year whose count lacks 出店
    ("9月", " ", "、"),  # the meeting and 区役所販売: the only two items without 、 between them
]
"""The differences that the regenerated form may have: (row, was, is), each with its reason."""


def differences(source: str, drawn: str) -> list[tuple[str, str, str]]:
    """Where two forms differ: the row's first cell, what stood there and what stands there."""
    old, new = source.split("\n"), drawn.split("\n")
    found = [] if len(old) == len(new) else [("", f"{len(old)} rows", f"{len(new)} rows")]
    for was, is_ in zip(old, new, strict=False):
        for tag, a, b, c, d in SequenceMatcher(None, was, is_, autojunk=False).get_opcodes():
            if tag != "equal":
                found.append((was.split("\t")[0], was[a:b], is_[c:d]))
    return found
