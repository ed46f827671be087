from datetime import date
from uuid import UUID

from shared.domain import sale, vendor
from shared.domain.examples import (
    AEON,
    HOSHIKAWA,
    HOSHIKAWA_AGAIN,
    KARUGAMO,
    KARUGAMO_AGAIN,
    YUMEWORK,
)
from shared.domain.fact import Retracted
from shared.domain.registry import Registry, registry
from shared.domain.stall import Held
from tests.domain.given import given, nth

STATION = sale.Opened(HOSHIKAWA, "星川駅出張販売", "away")
MARKET = sale.Opened(HOSHIKAWA_AGAIN, "相鉄沿線駅前マルシェ", "festival")
SAME_SALE = sale.Merged(HOSHIKAWA_AGAIN, HOSHIKAWA)
KARUGAMO_JOINED = vendor.Joined(KARUGAMO, "ほどがやカルガモの会")
SAME_WORKPLACE = vendor.Merged(KARUGAMO_AGAIN, KARUGAMO)


def named(*said: sale.SaleFact | vendor.VendorFact | Held | Retracted) -> Registry:
    return registry(given(*said).holds)


def test_the_roster_tells_names_and_kinds() -> None:
    known = named(STATION, KARUGAMO_JOINED)
    assert known.sale_name(HOSHIKAWA) == "星川駅出張販売"
    assert known.sale_kind(HOSHIKAWA) == "away"
    assert known.vendor_name(KARUGAMO) == "ほどがやカルガモの会"


def test_what_is_on_no_roster_is_said_to_be_so() -> None:
    unknown = named(Held(AEON, date(2025, 10, 15), (YUMEWORK,)))
    assert unknown.sale_name(AEON) == "（名前のない販売）"
    assert unknown.sale_kind(AEON) == "regular"
    assert unknown.vendor_name(YUMEWORK) == "（名簿にない事業所）"


def test_the_later_name_holds() -> None:
    renamed = sale.Opened(HOSHIKAWA, "星川駅前販売", "regular")
    assert named(STATION, renamed).sale_name(HOSHIKAWA) == "星川駅前販売"
    assert named(STATION, renamed).sale_kind(HOSHIKAWA) == "regular"
    assert named(STATION, renamed, Retracted(nth(2), "元の名前に戻す")).sale_name(HOSHIKAWA) == (
        "星川駅出張販売"
    )


def test_all_that_is_merged_goes_by_the_name_of_the_one_that_stands() -> None:
    merged = named(STATION, MARKET, SAME_SALE, KARUGAMO_JOINED, SAME_WORKPLACE)
    assert merged.canonical(HOSHIKAWA_AGAIN) == merged.canonical(HOSHIKAWA) == HOSHIKAWA
    assert merged.sale_name(HOSHIKAWA_AGAIN) == "星川駅出張販売"
    assert merged.sale_kind(HOSHIKAWA_AGAIN) == "away"
    assert merged.vendor_name(KARUGAMO_AGAIN) == "ほどがやカルガモの会"


def test_merges_lead_on_through_merges() -> None:
    chain = named(
        SAME_WORKPLACE, vendor.Merged(KARUGAMO, YUMEWORK), vendor.Joined(YUMEWORK, "ゆめわーく")
    )
    assert chain.vendor_name(KARUGAMO_AGAIN) == "ゆめわーく"


def test_what_came_apart_goes_by_its_own_name_again() -> None:
    apart = named(STATION, MARKET, SAME_SALE, sale.Unmerged(HOSHIKAWA_AGAIN))
    assert apart.sale_name(HOSHIKAWA_AGAIN) == "相鉄沿線駅前マルシェ"
    both = named(SAME_WORKPLACE, vendor.Unmerged(KARUGAMO_AGAIN))
    assert both.canonical(KARUGAMO_AGAIN) == KARUGAMO_AGAIN


def test_coming_apart_twice_is_harmless() -> None:
    assert named(sale.Unmerged(AEON), vendor.Unmerged(YUMEWORK)).same_as == {}


def test_in_a_circle_of_merges_all_agree_on_one() -> None:
    circle = named(
        vendor.Merged(KARUGAMO, KARUGAMO_AGAIN),
        vendor.Merged(KARUGAMO_AGAIN, KARUGAMO),
        vendor.Merged(YUMEWORK, KARUGAMO_AGAIN),
    )
    smallest = min(KARUGAMO, KARUGAMO_AGAIN)
    for item in (KARUGAMO, KARUGAMO_AGAIN, YUMEWORK):
        assert circle.canonical(item) == smallest


def test_aliases_are_kept_in_the_order_they_were_said() -> None:
    known = named(
        sale.AliasAdded(HOSHIKAWA, "星川駅販売"),
        sale.AliasAdded(HOSHIKAWA, "星川"),
        vendor.AliasAdded(YUMEWORK, "ゆめワーク"),
        vendor.AliasAdded(YUMEWORK, "ユメワーク"),
    )
    assert known.sale_aliases == {HOSHIKAWA: ("星川駅販売", "星川")}
    assert known.vendor_aliases == {YUMEWORK: ("ゆめワーク", "ユメワーク")}


def test_places_and_departures_leave_the_names() -> None:
    known = named(
        STATION,
        sale.PlaceChanged(HOSHIKAWA, "改札前", date(2025, 10, 1)),
        sale.Closed(HOSHIKAWA, date(2025, 10, 24)),
        vendor.Left(KARUGAMO, date(2026, 3, 31)),
    )
    assert known.sales == {HOSHIKAWA: STATION}
    assert known.vendors == {}


def test_an_id_that_nobody_merged_stands_for_itself() -> None:
    assert named().canonical(UUID(int=9)) == UUID(int=9)
