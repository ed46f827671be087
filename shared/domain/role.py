"""A role: what an actor may say in this log, from a day until a day."""

from datetime import date
from typing import NamedTuple, assert_never
from uuid import UUID

import msgspec

from shared.domain.base import ADMINS, Aggregate, Fact, PeriodEndsBeforeItBegins, Role, Targets
from shared.domain.log import HandedOver, Moved, Opened
from shared.errors import NotYours, Refused


class Granted(Fact, frozen=True, tag="role.granted"):
    may = ADMINS
    correctable = False

    actor: UUID
    role: Role
    since: date
    until: date | None = None
    vendor: UUID | None = None
    """事業所職員 only: the workplace whose stalls and takings they record."""

    @property
    def subject(self) -> str:
        return "role"


class Withdrawn(Fact, frozen=True, tag="role.withdrawn"):
    may = ADMINS
    correctable = False

    actor: UUID
    role: Role
    vendor: UUID | None = None

    @property
    def subject(self) -> str:
        return "role"


RoleFact = Granted | Withdrawn
STAFF_ALONE = frozenset({Role.STAFF})


class NoSuchRole(Refused):
    message = "この人にはその役割がありません。役割の一覧を確認してください"
    pointer = "/role"


class LastAdmin(Refused):
    message = "最後の管理者は外せません。先に別の人を管理者にしてください"
    pointer = "/actor"


class StaffOfNoVendor(Refused):
    message = "事業所職員には事業所を、それ以外の役割には事業所なしを指定してください"
    pointer = "/vendor"


class Grant(msgspec.Struct, frozen=True):
    actor: UUID
    role: Role
    since: date
    until: date | None
    vendor: UUID | None

    def holds(self, today: date) -> bool:
        """Whether it is in force on that day (Japanese calendar day, both ends included)."""
        return self.since <= today and (self.until is None or today <= self.until)


class State(msgspec.Struct, frozen=True):
    grants: tuple[Grant, ...] = ()


def evolve(state: State, fact: RoleFact | Opened | HandedOver | Moved) -> State:
    """Fold `log.*` and `role.*` alike: the first 管理者 comes with the log itself."""
    match fact:
        case Opened() | HandedOver():
            return State((Grant(fact.admin, Role.ADMIN, date.min, None, None),))
        case Moved():
            return state
        case Granted():
            grant = Grant(fact.actor, fact.role, fact.since, fact.until, fact.vendor)
            others = tuple(each for each in state.grants if each != grant)
            return State((*others, grant))
        case Withdrawn():
            return State(_without(state, fact.actor, fact.role, fact.vendor))
        case _:
            assert_never(fact)


def admit(state: State, fact: RoleFact | Opened | HandedOver | Moved, _targets: Targets) -> None:
    match fact:
        case Opened() | HandedOver() | Moved():
            pass
        case Granted():
            if (fact.role is Role.STAFF) != (fact.vendor is not None):
                raise StaffOfNoVendor
            if fact.until is not None and fact.until < fact.since:
                raise PeriodEndsBeforeItBegins(pointer="/until")
        case Withdrawn():
            left = evolve(state, fact)
            if left == state:
                raise NoSuchRole
            if not any(_unending_admin(grant) for grant in left.grants):
                raise LastAdmin
        case _:
            assert_never(fact)


role = Aggregate(State(), evolve, admit)


class Held(NamedTuple):
    """What an actor holds on a day: roles, and the workplaces whose 事業所職員 they are."""

    roles: frozenset[Role]
    vendors: frozenset[UUID | None]
    today: date


def held_by(state: State, actor: UUID, today: date) -> Held:
    """What an actor holds on a day."""
    grants = [grant for grant in state.grants if grant.actor == actor and grant.holds(today)]
    return Held(
        frozenset(grant.role for grant in grants),
        frozenset(grant.vendor for grant in grants if grant.role is Role.STAFF),
        today,
    )


def authorise(state: State, held: Held, fact: Fact) -> None:
    """Raise `NotYours` unless one of the roles held may say this fact.

    Raises `LastAdmin` where it would leave the log today without a 管理者 whose role has no end:
    then nobody could ever grant a role again.
    """
    may = held.roles & fact.may
    if not may or (may == STAFF_ALONE and not (fact.whose and held.vendors.issuperset(fact.whose))):
        raise NotYours
    if type(fact) is Withdrawn and not any(
        _unending_admin(grant) and grant.holds(held.today) for grant in evolve(state, fact).grants
    ):
        raise LastAdmin


def roles_of(state: State, actor: UUID, today: date) -> frozenset[Role]:
    """The roles that an actor holds on a day."""
    return held_by(state, actor, today).roles


def _without(state: State, actor: UUID, role: Role, vendor: UUID | None) -> tuple[Grant, ...]:
    same = (actor, role, vendor)
    return tuple(g for g in state.grants if (g.actor, g.role, g.vendor) != same)


def _unending_admin(grant: Grant) -> bool:
    return grant.role is Role.ADMIN and grant.until is None
