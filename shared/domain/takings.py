"""Takings: what one workplace sold on one day; private to it, and never required for a report."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.domain.base import RECORDERS_AND_STAFF, Clock, Count, Fact, Name, Text, stateless
from shared.errors import Refused

Means = Literal["cash", "card", "emoney", "qr", "voucher", "other"]
"""現金, クレジットカード, 電子マネー, QRコード決済, 商品券, その他."""
Yen = Annotated[int, Meta(ge=0, le=1_000_000_000)]


class Payment(msgspec.Struct, frozen=True):
    means: Means
    yen: Yen


class Recorded(Fact, frozen=True, tag="takings.recorded"):
    """Said in the workplace's home log; every figure is optional."""

    may = RECORDERS_AND_STAFF

    sale: UUID
    day: date
    vendor: UUID
    payments: tuple[Payment, ...] = ()
    left_over: Count | None = None
    """売れ残り, in pieces."""
    sold_out: bool = False
    sold_out_at: Clock | None = None
    weather: Name | None = None
    note: Text | None = None

    @property
    def subject(self) -> str:
        return f"takings/{self.sale}/{self.day}/{self.vendor}"

    @property
    def whose(self) -> tuple[UUID, ...]:
        return (self.vendor,)


TakingsFact = Recorded


class SameMeansTwice(Refused):
    message = "同じ支払い方法が二度あります。一つにまとめてください"
    pointer = "/payments"


class SoldOutWithLeftovers(Refused):
    message = "完売と売れ残りの両方が記録されています。どちらかを直してください"
    pointer = "/left_over"


def admit(fact: TakingsFact) -> None:
    means = [payment.means for payment in fact.payments]
    if len(means) != len(set(means)):
        raise SameMeansTwice
    if (fact.sold_out or fact.sold_out_at is not None) and fact.left_over:
        raise SoldOutWithLeftovers


takings = stateless(admit)
