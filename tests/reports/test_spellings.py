"""However it is spelled, it says the same."""

from collections.abc import Callable
from datetime import date

import pytest

from shared.domain.stall import Dates, DayCount, Run, Span, When
from shared.reports.form import Form, Guest, Item, Partner, SaleItem

Reader = Callable[[str], Form]


def october(*days: int) -> tuple[date, ...]:
    return tuple(date(2025, 10, day) for day in days)


def span(first: int, last: int) -> Span:
    return Span(*october(first, last))


def items(form: Form) -> tuple[Item, ...]:
    return form.months[0].items


def sale(reading: Reader, details: str) -> SaleItem:
    """Read a sale of October with these details; nothing of it may be left unread."""
    form = reading(f"10月|星川駅出張販売（{details}）")
    (item,) = items(form)
    assert isinstance(item, SaleItem)
    assert form.remarks == () == item.remarks
    return item


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("14日間", DayCount(14)),
        ("１４日間", DayCount(14)),
        ("計14日間", DayCount(14)),
        ("16日", Dates(october(16))),
        ("１６日", Dates(october(16))),
        ("08日", Dates(october(8))),
        ("20日(月)", Dates(october(20))),
        ("20日（月）", Dates(october(20))),
        ("20日㈪", Dates(october(20))),
        ("20日㊊", Dates(october(20))),
        ("20日月曜日", Dates(october(20))),
        ("20日（月曜）", Dates(october(20))),
        ("13日（月・祝）", Dates(october(13))),
        ("10月20日", Dates(october(20))),
        ("10月20日(月)", Dates(october(20))),
        ("10/20", Dates(october(20))),
        ("2025/10/20", Dates(october(20))),
        ("2025年10月20日", Dates(october(20))),
        ("令和7年10月20日", Dates(october(20))),
        ("Ｒ７年10月20日", Dates(october(20))),
        ("16日・23日", Dates(october(16, 23))),
        ("16日･23日", Dates(october(16, 23))),
        ("16日、23日", Dates(october(16, 23))),
        ("16日､23日", Dates(october(16, 23))),
        ("16、23日", Dates(october(16, 23))),
        ("9、16、23日", Dates(october(9, 16, 23))),
        ("16・23日", Dates(october(16, 23))),
        ("16,23日", Dates(october(16, 23))),
        ("15日(水)と17日(金)", Dates(october(15, 17))),
        ("20日と23日", Dates(october(20, 23))),
        ("23日・16日", Dates(october(16, 23))),
        ("10/20・27", Dates(october(20, 27))),
        ("5日・12日・19日、3日間", Dates(october(5, 12, 19))),
        ("3日間（5日・12日・19日）", Dates(october(5, 12, 19))),
        ("3日間、5日・12日・19日", Dates(october(5, 12, 19))),
        ("20日～22日、24日", Dates(october(20, 21, 22, 24))),
        *(
            (f"20日{mark}24日", span(20, 24))
            for mark in ("～", "〜", "~", "-", "‐", "–", "－", "―", "ー", "—", "ｰ", "から", "より")
        ),
        ("20～24日", span(20, 24)),
        ("２０～２４日", span(20, 24)),
        ("20日～24", span(20, 24)),
        ("20日(月)～24日(金)", span(20, 24)),
        ("20日㈪〜24日㈮", span(20, 24)),
        ("20日から24日まで", span(20, 24)),
        ("6日(月)から10日(金)まで", span(6, 10)),
        ("10月20日～24日", span(20, 24)),
        ("10/20～24", span(20, 24)),
        ("10/20～10/24", span(20, 24)),
        ("20日～24日の5日間", span(20, 24)),
        ("20日～24日（5日間）", span(20, 24)),
        ("20 日 ～ 24 日", span(20, 24)),
        ("3日から3日間", Run(date(2025, 10, 3), 3)),
        ("３日より３日間", Run(date(2025, 10, 3), 3)),
    ],
)
def test_days(reading: Reader, written: str, when: When) -> None:
    assert sale(reading, written) == SaleItem("星川駅出張販売", when)


@pytest.mark.parametrize(
    ("written", "workplaces", "appearances", "goods_only"),
    [
        ("8事業所", 8, None, False),
        ("８事業所出店", 8, None, False),
        ("8事業所が出店", 8, None, False),
        ("8事業所参加", 8, None, False),
        ("8か所", 8, None, False),
        ("8カ所", 8, None, False),
        ("8ヶ所出店", 8, None, False),
        ("8ケ所", 8, None, False),
        ("8箇所", 8, None, False),
        ("8団体", 8, None, False),
        ("8店", 8, None, False),
        ("8店舗", 8, None, False),
        ("8作業所", 8, None, False),
        ("8事業所出品", 8, None, True),
        ("8事業所、出品のみ", 8, None, True),
        ("延16事業所出店", None, 16, False),
        ("延べ16事業所出店", None, 16, False),
        ("延ベ16事業所", None, 16, False),
        ("のべ１６事業所", None, 16, False),
        ("延 16 事業所", None, 16, False),
        ("8事業所、延16事業所出店", 8, 16, False),
        ("8事業所，延16事業所出店", 8, 16, False),
        ("8事業所,延16事業所出店", 8, 16, False),
        ("8事業所（延べ16事業所）出店", 8, 16, False),
        ("延16事業所出店、8事業所", 8, 16, False),
        ("8事業所\n延16事業所出店", 8, 16, False),
        ("8事業所、<br>延16事業所出店", 8, 16, False),
    ],
)
def test_figures(
    reading: Reader, written: str, workplaces: int, appearances: int, *, goods_only: bool
) -> None:
    read = sale(reading, written.replace("\n", "<br/>"))
    assert read == SaleItem("星川駅出張販売", None, workplaces, appearances, goods_only)


@pytest.mark.parametrize(
    ("written", "workplaces", "days"),
    [
        ("瀬谷区から2事業所が20日に", 2, [20]),
        ("瀬谷区から２事業所が２０日に出店", 2, [20]),
        ("瀬谷区から2事業所が20日にゲスト出店", 2, [20]),
        ("瀬谷区より2事業所が20日にゲストとして参加", 2, [20]),
        ("瀬谷区の2事業所が20日と21日にゲスト出店", 2, [20, 21]),
        ("20日に瀬谷区から2事業所がゲスト出店", 2, [20]),
        ("20日～22日に瀬谷区から2事業所", 2, [20, 21, 22]),
        ("瀬谷区から2事業所ゲスト出店（20日）", 2, [20]),
        ("瀬谷区から2事業所", 2, []),
        ("瀬谷区2事業所ゲスト出店", 2, []),
        ("瀬谷区からゲスト出店", None, []),
        ("瀬谷区が20日に出店", None, [20]),
    ],
)
def test_guests(reading: Reader, written: str, workplaces: int | None, days: list[int]) -> None:
    assert sale(reading, written).guests == (Guest("瀬谷区", workplaces, october(*days)),)


@pytest.mark.parametrize(
    ("written", "partner", "days"),
    [
        ("基幹相談支援センターが相談ブースを20日と23日に設置", "基幹相談支援センター", [20, 23]),
        ("基幹相談支援センターが相談ブースを２０日に開設した", "基幹相談支援センター", [20]),
        ("基幹相談支援センターが20日・23日に相談ブースを設置", "基幹相談支援センター", [20, 23]),
        ("基幹相談支援センターが20日に相談ブースを設置", "基幹相談支援センター", [20]),
        ("20日に基幹相談支援センターが相談ブースを設置", "基幹相談支援センター", [20]),
        ("基幹相談支援センターが相談ブースを設置（20日、23日）", "基幹相談支援センター", [20, 23]),
        ("基幹相談支援センターが相談ブースを設置", "基幹相談支援センター", []),
        ("ほどがやカルガモの会が相談ブースを20日に設置", "ほどがやカルガモの会", [20]),
        ("がじゅまるの会が相談ブースを20日に設置", "がじゅまるの会", [20]),
        ("計画相談の会が相談ブースを20日に設置", "計画相談の会", [20]),
        ("20日に計画相談の会が相談ブースを設置", "計画相談の会", [20]),
    ],
)
def test_partners(reading: Reader, written: str, partner: str, days: list[int]) -> None:
    assert sale(reading, written).partners == (Partner(partner, "相談ブース", october(*days)),)
