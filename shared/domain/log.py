"""A log: opened by an operator, kept by somebody, at home on one node."""

from typing import assert_never
from uuid import UUID

import msgspec

from shared.domain.base import (
    ADMINS,
    Aggregate,
    Fact,
    LogName,
    Name,
    Targets,
    WardCode,
    require_ward_code,
)
from shared.errors import Refused


class Opened(Fact, frozen=True, tag="log.opened"):
    """Position 1 of every log; appended only by `ichi log create`."""

    may = frozenset()
    correctable = False

    log: LogName
    keeper: WardCode
    """Who keeps it: the ward itself, or the city for a ward without the software."""
    admin: UUID
    """The actor who is its first 管理者."""
    node: Name

    @property
    def subject(self) -> str:
        return "log"


class HandedOver(Fact, frozen=True, tag="log.handed_over"):
    """Ends every role granted before; the new 管理者 begins."""

    may = ADMINS
    correctable = False

    keeper: WardCode
    admin: UUID

    @property
    def subject(self) -> str:
        return "log"


class Moved(Fact, frozen=True, tag="log.moved"):
    """The log's home is another node from here on."""

    may = ADMINS
    correctable = False

    node: Name

    @property
    def subject(self) -> str:
        return "log"


LogFact = Opened | HandedOver | Moved


class AlreadyOpen(Refused):
    message = "この台帳はすでに開かれています"


class NotOpen(Refused):
    message = "この台帳はまだ開かれていません。運用担当者に ichi log create を依頼してください"


class AtHomeAlready(Refused):
    message = "台帳はすでにそのノードにあります"
    pointer = "/node"


class State(msgspec.Struct, frozen=True):
    keeper: str | None = None
    node: str | None = None


def evolve(state: State, fact: LogFact) -> State:
    match fact:
        case Opened():
            return State(fact.keeper, fact.node)
        case HandedOver():
            return State(fact.keeper, state.node)
        case Moved():
            return State(state.keeper, fact.node)
        case _:
            assert_never(fact)


def admit(state: State, fact: LogFact, _targets: Targets) -> None:
    match fact:
        case Opened():
            require_ward_code(fact.keeper, "/keeper")
            if state.keeper is not None:
                raise AlreadyOpen
        case HandedOver():
            require_ward_code(fact.keeper, "/keeper")
            if state.keeper is None:
                raise NotOpen
        case Moved():
            if state.node is None:
                raise NotOpen
            if state.node == fact.node:
                raise AtHomeAlready
        case _:
            assert_never(fact)


log = Aggregate(State(), evolve, admit)
