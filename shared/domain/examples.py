"""One fact of each kind as the field would say it: the examples of the published schema."""

from datetime import date
from uuid import UUID

from shared.domain import (
    achievement,
    committee,
    fact,
    guest,
    issue,
    log,
    month,
    person,
    practice,
    remark,
    role,
    rule,
    sale,
    stall,
    takings,
    vendor,
    warning,
)
from shared.domain.base import Fact, Role

HODOGAYA = "141062"
SEYA = "141143"

WARD_OFFICE = UUID("0195f094-3680-7a10-8c21-5d0f3b7e9101")
AEON = UUID("0195f094-3680-7a11-9d32-6e1f4c8fa202")
HOSHIKAWA = UUID("0195f094-3680-7a12-ae43-7f205d90b303")
HOSHIKAWA_AGAIN = UUID("0195f094-3680-7a13-bf54-80316ea1c404")
FESTIVAL = UUID("0195f094-3680-7a14-8065-91427fb2d505")

YUMEWORK = UUID("0195f094-3680-7b20-9176-a25380c3e606")
KARUGAMO = UUID("0195f094-3680-7b21-a287-b36491d4f707")
KARUGAMO_AGAIN = UUID("0195f094-3680-7b22-b398-c475a2e50808")

ADMIN = UUID("0195f094-3680-7c30-84a9-d586b3f61909")
NEXT_ADMIN = UUID("0195f094-3680-7c31-95ba-e697c4072a0a")
STALL_STAFF = UUID("0195f094-3680-7c32-a6cb-f7a8d5183b0b")
CHAIR = UUID("0195f094-3680-7c33-b7dc-08b9e6294c0c")

REQUEST = UUID("0198e5a2-1f40-7d40-88ed-19caf73a5d0d")
CASHLESS = UUID("019d2a6c-7b00-7e50-99fe-2adb084b6e0e")
OTHER_COMMITTEES_NEWS = UUID("019d2a6c-7b00-7e51-aa0f-3bec195c7f0f")
UNREAD = UUID("019d2a6c-7b00-7e52-bb10-4cfd2a6d8010")
OCTOBER_LINE = UUID("019d2a6c-7b00-7e53-8c21-5d0e3b7e9111")
TWICE_SAID = UUID("019d2a6c-7b00-7e54-9d32-6e1f4c8fa212")

EXAMPLES: tuple[Fact, ...] = (
    log.Opened(log="141062-hanbai", keeper=HODOGAYA, admin=ADMIN, node="hodogaya"),
    log.HandedOver(keeper=HODOGAYA, admin=NEXT_ADMIN),
    log.Moved(node="yokohama"),
    role.Granted(
        actor=STALL_STAFF,
        role=Role.STAFF,
        since=date(2025, 4, 1),
        until=date(2026, 3, 31),
        vendor=YUMEWORK,
    ),
    role.Withdrawn(actor=STALL_STAFF, role=Role.STAFF, vendor=YUMEWORK),
    rule.Set(rule="guests_inside", value=True, since=date(2025, 4, 1)),
    person.Forgotten(person=CHAIR),
    committee.Named(fiscal_year=2025, name="自主製品販売部会"),
    committee.OfficerAppointed(
        fiscal_year=2025, office="chair", person=CHAIR, affiliation="ゆめわーく"
    ),
    committee.MembersCounted(
        fiscal_year=2025,
        members={"障害福祉サービス事業者": 17, "区福祉保健センター": 1, "社会福祉協議会": 1},
        total=19,
    ),
    committee.GoalSet(
        fiscal_year=2025,
        text="売り場を増やし、働く人の工賃と地域とのつながりを育てる",
    ),
    committee.Met(
        month="2025-10",
        day=date(2025, 10, 21),
        name="自主製品販売強化実行委員会会議",
        topics=("区役所・星川駅・イオン・西谷浄水場販売", "福祉のマルシェ等"),
    ),
    committee.Audited(month="2025-04", day=date(2025, 4, 8)),
    vendor.Joined(vendor=YUMEWORK, name="ゆめわーく", day=date(2025, 6, 1), reading="ゆめわーく"),
    vendor.Left(vendor=KARUGAMO, day=date(2026, 3, 31)),
    vendor.AliasAdded(vendor=YUMEWORK, alias="ゆめワーク"),
    vendor.Merged(vendor=KARUGAMO_AGAIN, into=KARUGAMO),
    vendor.Unmerged(vendor=KARUGAMO_AGAIN),
    sale.Opened(
        sale=HOSHIKAWA,
        name="星川駅出張販売",
        kind="away",
        place="相鉄線 星川駅",
        day=date(2025, 5, 1),
    ),
    sale.PlaceChanged(sale=AEON, place="2階", day=date(2025, 9, 17)),
    sale.AliasAdded(sale=HOSHIKAWA, alias="相鉄沿線駅前マルシェ"),
    sale.Merged(sale=HOSHIKAWA_AGAIN, into=HOSHIKAWA),
    sale.Unmerged(sale=HOSHIKAWA_AGAIN),
    sale.Closed(sale=FESTIVAL, day=date(2025, 6, 7)),
    stall.Held(sale=HOSHIKAWA, day=date(2025, 10, 20), vendors=(YUMEWORK,), goods_only=(KARUGAMO,)),
    stall.Cancelled(sale=HOSHIKAWA, day=date(2025, 10, 22), reason="雨天"),
    stall.Reported(
        sale=HOSHIKAWA,
        month="2025-10",
        when=stall.Span(first=date(2025, 10, 20), last=date(2025, 10, 24)),
        workplaces=15,
        appearances=22,
    ),
    stall.Itemised(sale=HOSHIKAWA, month="2025-10"),
    stall.PartnerJoined(
        sale=HOSHIKAWA,
        month="2025-10",
        partner="基幹相談支援センター",
        purpose="相談ブース",
        days=(date(2025, 10, 20), date(2025, 10, 23)),
    ),
    stall.Requested(
        request=REQUEST,
        asked_by="地域ケアプラザ",
        received=date(2025, 8, 26),
        days=(date(2025, 11, 8),),
        what_for="土曜日の催しに焼き菓子とパンの出店がほしい",
    ),
    stall.RequestAccepted(request=REQUEST, day=date(2025, 9, 16)),
    stall.RequestDeclined(
        request=REQUEST, day=date(2025, 9, 16), reason="土日は職員の体制がとれないため"
    ),
    takings.Recorded(
        sale=AEON,
        day=date(2026, 1, 28),
        vendor=YUMEWORK,
        payments=(takings.Payment(means="cash", yen=12_400), takings.Payment(means="qr", yen=800)),
        left_over=0,
        sold_out=True,
        sold_out_at="13:20",
        weather="晴れ",
        note="現金以外で払いたいという声が多かった",
    ),
    guest.Hosted(sale=HOSHIKAWA, ward=SEYA, days=(date(2025, 10, 20),), workplaces=2),
    guest.Absent(sale=HOSHIKAWA, ward=SEYA, days=(date(2025, 10, 20),)),
    issue.Raised(
        issue=CASHLESS,
        fiscal_year=2025,
        text="現金のほかの払い方を尋ねられる場面が増えた。どの売り場にも共通する悩みである。",
        number=4,
        sale=AEON,
        evidence=(OCTOBER_LINE,),
    ),
    issue.Withdrawn(issue=CASHLESS, fiscal_year=2025, reason="別の課題とまとめたため"),
    issue.Shared(
        issue=CASHLESS,
        fiscal_year=2025,
        text="現金以外の支払い方法を、市域でまとめて検討したい。",
        number=1,
    ),
    practice.Shared(
        practice=OTHER_COMMITTEES_NEWS,
        fiscal_year=2025,
        text="売り場でほかの部会のお知らせも配っている。",
        number=1,
    ),
    achievement.Noted(
        fiscal_year=2025, text="一年のうちに三つの事業所が仲間に加わった。", number=1
    ),
    month.Ordered(
        month="2025-10", items=("committee.met", str(WARD_OFFICE), str(AEON), str(HOSHIKAWA))
    ),
    month.Closed(month="2025-10"),
    month.Reopened(month="2025-10", reason="星川駅の内訳が届いたため"),
    remark.Kept(
        remark=UNREAD,
        fiscal_year=2025,
        cell="9月 活動内容",
        text="年明けにもう一度相談",
        month="2025-09",
        sale=AEON,
    ),
    warning.Settled(
        fiscal_year=2025,
        warning=f"more_days_than_working_days:{WARD_OFFICE}/2026-02:19/18",
        reason="23日の祝日にも庁舎の催しで販売したため、この日数で正しい",
    ),
    fact.Corrected(
        target=OCTOBER_LINE,
        reason="延の数え間違い",
        fact=stall.Reported(
            sale=HOSHIKAWA,
            month="2025-10",
            when=stall.Span(first=date(2025, 10, 20), last=date(2025, 10, 24)),
            workplaces=15,
            appearances=23,
        ),
    ),
    fact.Retracted(target=TWICE_SAID, reason="同じ日を二度記録したため"),
)

_BY_KIND = {type(example): example for example in EXAMPLES}


def example_of(kind: type[Fact]) -> Fact:
    """The example of this kind of fact."""
    return _BY_KIND[kind]
