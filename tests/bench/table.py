"""The table and the plot: medians, ratios within the run, and the goal beside each."""

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

OURS = ("ours, one log", "ours, 18 logs")
LOSSLESS = ("eventsourcing", "message-db")
"""The peers that lose nothing."""

PEERS = (*LOSSLESS, "emmett")

Rates = Mapping[tuple[str, str], Sequence[float]]
"""Figures per second, one a round, by work and lane."""


@dataclass(frozen=True)
class Goal:
    """`least` times the best of other lanes or, without any, so many a second."""

    work: str
    least: float
    beside: tuple[str, ...] = ()
    of: str | None = None
    """The work of those lanes, where it is another."""
    lanes: tuple[str, ...] = OURS


WORKS = {
    "a": "one fact a request, 32 callers",
    "b": "one fact a request, 128 callers",
    "c": "as a, each flush 1 ms slower",
    "d": "one fact a request, 1 caller",
    "e": "1000 facts a request, 8 callers",
    "f": "feed read and decoded, pages of 1000",
    "g": "every question's answers, 10,000 new facts",
    "h": "one fact a request over HTTP, 64 connections",
    "i": "answers over HTTP, 8 connections",
}

WITH_PEERS = "abcdef"

GOALS = (
    Goal("a", 4, LOSSLESS),
    Goal("a", 0.6, ("bare function",)),
    Goal("b", 1.5, OURS[:1], of="a", lanes=OURS[:1]),
    Goal("b", 1.5, OURS[1:], of="a", lanes=OURS[1:]),
    Goal("c", 3, PEERS),
    Goal("d", 1, PEERS),
    Goal("e", 0.7, ("COPY",)),
    Goal("f", 0.8, ("bare read",), lanes=OURS[:1]),
    Goal("g", 30_000, lanes=("ours, catching up",)),
    Goal("g", 100_000, lanes=("ours, rebuilding",)),
    Goal("h", 2, ("plain insert",), lanes=OURS[:1]),
)


def table(rates: Rates, missing: Mapping[str, str]) -> str:
    """Every lane of every work, and how the goals were met."""
    return "\n\n".join("\n".join(_work(work, rates, missing)) for work in _works(rates)) + "\n"


def _works(rates: Rates) -> list[str]:
    return list(dict.fromkeys(work for work, _ in rates))


def _work(work: str, rates: Rates, missing: Mapping[str, str]) -> Iterator[str]:
    yield f"{f'{work}. {WORKS[work]}':50}per second  spread  to ours"
    lanes = {lane: each for (of, lane), each in rates.items() if of == work}
    ours = statistics.median(next(iter(lanes.values())))
    for lane, each in lanes.items():
        median = statistics.median(each)
        spread = (max(each) - min(each)) / median
        yield f"   {lane:47}{median:10,.0f}  {spread:6.0%}  {median / ours:7.2f}"
    if work in WITH_PEERS:
        for peer, reason in missing.items():
            yield f"   {peer:47}not measured: {reason}"
    for goal in GOALS:
        if goal.work == work:
            yield from _judged(goal, rates)


def _judged(goal: Goal, rates: Rates) -> Iterator[str]:
    of = goal.of or goal.work
    medians = [statistics.median(rates[of, lane]) for lane in goal.beside if (of, lane) in rates]
    beside = " or ".join(goal.beside) + (f" in {goal.of}" if goal.of else "")
    wanted = f"{goal.least:g} x {beside}" if beside else f"{goal.least:,.0f} a second"
    for lane in goal.lanes:
        if (goal.work, lane) not in rates:
            continue
        if beside and not medians:
            yield f"   goal: {lane} >= {wanted}: not judged, as none was measured"
            continue
        found = statistics.median(rates[goal.work, lane]) / max(medians, default=1.0)
        verdict = "met" if found >= goal.least else "NOT MET"
        figure = f"{found:.2f}" if beside else f"{found:,.0f}"
        yield f"   goal: {lane} >= {wanted}: {figure}, {verdict}"


def plot(rates: Rates, file: Path) -> None:
    """One panel a work, logarithmic bars of the medians."""
    from matplotlib import pyplot as plt  # noqa: PLC0415 - make bench installs it

    works = _works(rates)
    rows = math.ceil(len(works) / 2)
    figure, axes = plt.subplots(rows, 2, figsize=(15, 2.7 * rows), squeeze=False)
    for axis in axes.flat[len(works) :]:
        axis.remove()
    for work, axis in zip(works, axes.flat, strict=False):
        lanes = [
            (lane, statistics.median(each)) for (of, lane), each in rates.items() if of == work
        ]
        names, medians = zip(*reversed(lanes), strict=True)
        colours = ["tab:red" if name.startswith("ours") else "tab:gray" for name in names]
        bars = axis.barh(names, medians, color=colours)
        axis.bar_label(bars, [f" {median:,.0f}" for median in medians])
        axis.set_xscale("log")
        axis.set_xlim(10 ** math.floor(math.log10(min(medians) / 2)), max(medians) * 4)
        axis.xaxis.set_major_formatter("{x:,.0f}")
        axis.xaxis.set_minor_formatter("")
        axis.set_title(f"{work}. {WORKS[work]}, per second", loc="left")
    figure.tight_layout()
    figure.savefig(file, dpi=100)
