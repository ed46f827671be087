"""The annual report's form: what a filled-in one says, and the layout it is printed in."""

from datetime import date
from typing import Final

from msgspec import Struct

from shared.domain.stall import When


class Guest(Struct, frozen=True):
    """瀬谷区から2事業所が20日に."""

    ward: str
    workplaces: int | None
    days: tuple[date, ...]


class Partner(Struct, frozen=True):
    """基幹相談支援センターが相談ブースを20日と23日に設置."""

    partner: str
    purpose: str
    days: tuple[date, ...]


class SaleItem(Struct, frozen=True, tag="sale"):
    """One sale's line in a month; a figure is None where the form leaves it out."""

    name: str
    when: When | None = None
    workplaces: int | None = None
    appearances: int | None = None
    goods_only: bool = False
    guests: tuple[Guest, ...] = ()
    partners: tuple[Partner, ...] = ()
    remarks: tuple[str, ...] = ()


class MeetingItem(Struct, frozen=True, tag="meeting"):
    name: str
    topics: tuple[str, ...] = ()


class AuditItem(Struct, frozen=True, tag="audit"):
    day: date | None


class RemarkItem(Struct, frozen=True, tag="remark"):
    """Words of the cell that were not understood, in their place."""

    text: str


Item = SaleItem | MeetingItem | AuditItem | RemarkItem


class MonthRow(Struct, frozen=True):
    """`month` is the calendar month, "2025-04"; the items stand in the order of the cell."""

    month: str
    items: tuple[Item, ...]
    meeting_days: tuple[date, ...]


class Officer(Struct, frozen=True):
    name: str
    affiliation: str | None


class NumberedText(Struct, frozen=True):
    """`1. …` below 運営上の課題; the number is None where the form gives none."""

    number: int | None
    text: str


class Remark(Struct, frozen=True):
    """What was not understood, word for word.

    `cell` names the place as people say it (9月 活動内容). `personal` is true wherever the
    words may hold a person's name: those go to the erasable table and never into a fact.
    """

    cell: str
    text: str
    personal: bool


class ReadingWarning(Struct, frozen=True):
    cell: str
    rule: str
    message: str


class Form(Struct, frozen=True):
    """A form as read; nothing in it is inferred from anything but its own words.

    `members` holds the stated kinds only. `remarks` lists every unread text in the form's order,
    also those that stand in `months`.
    """

    fiscal_year: int
    name: str | None
    chairs: tuple[Officer, ...]
    vice_chairs: tuple[Officer, ...]
    members: dict[str, int]
    members_total: int | None
    goal: str | None
    months: tuple[MonthRow, ...]
    achievements: tuple[str, ...]
    issues: tuple[NumberedText, ...]
    practices: tuple[str, ...]
    shared_issues: tuple[str, ...]
    remarks: tuple[Remark, ...]
    warnings: tuple[ReadingWarning, ...]


COLUMNS: Final = 8
MEETING_COLUMN: Final = 7
SHARED_ISSUES_COLUMN: Final = 4

NAME: Final = "部会名："
CHAIR: Final = "部会長（氏名・所属先）"
VICE_CHAIR: Final = "副部会長（氏名・所属先）"
MEMBERS: Final = "構成機関"
TOTAL: Final = "合計"
GOAL: Final = "年間目標"
MONTH: Final = "月"
ACTIVITIES: Final = "活動内容"
MEETING_DAYS: Final = "会議開催日時"
COOPERATION: Final = "連携・協働による課題解決の仕組み"
ACHIEVEMENTS: Final = "部会でできたこと・やったこと"
ISSUES: Final = "運営上の課題"
PRACTICES: Final = "シェアしたい取組"
SHARED_ISSUES: Final = "市域で共有・検討したい課題"

MEMBER_ROWS: Final = (
    ("相談支援従事者", "就労支援センター", "発達障害者支援センター"),
    ("障害福祉サービス事業者", "医療機関", "教育関係機関"),
    ("民間企業", "高齢者介護の関係機関", "当事者・当事者団体"),
    ("当事者の家族", "権利擁護関係団体・者", "大学等"),
    ("公共職業安定所", "保健所・保健センター", "保育所"),
    ("児童相談所", "身体障害者相談員", "知的障害者相談員"),
    ("民生・児童委員", "地域住民代表", "区福祉保健センター"),
    ("基幹相談支援センター", "生活支援センター", "地域ケアプラザ"),
    ("社会福祉協議会", "その他"),
)
"""構成機関 as printed: label and count in turn from the second column; the last row, which also
holds 合計, begins in the first column."""

MEMBER_KINDS: Final = tuple(kind for row in MEMBER_ROWS for kind in row)

MONTHS: Final = (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)
"""The fiscal year begins in April."""
