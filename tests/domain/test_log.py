from shared.domain.base import BadWardCode
from shared.domain.examples import ADMIN, HODOGAYA, NEXT_ADMIN
from shared.domain.log import AlreadyOpen, AtHomeAlready, HandedOver, Moved, NotOpen, Opened
from tests.domain.given import given

CITY = "141003"
OPENED = Opened("141062-hanbai", CITY, ADMIN, "yokohama")
HANDED_OVER = HandedOver(HODOGAYA, NEXT_ADMIN)


def test_the_city_opens_the_log_of_a_ward_without_the_software() -> None:
    given().admits(OPENED)


def test_a_log_opens_once() -> None:
    given(OPENED).refuses(OPENED, AlreadyOpen)


def test_a_keeper_is_a_municipality() -> None:
    mistyped = Opened("141062-hanbai", "141063", ADMIN, "yokohama")
    assert given().refuses(mistyped, BadWardCode).pointer == "/keeper"
    assert given(OPENED).refuses(HandedOver("141063", ADMIN), BadWardCode).pointer == "/keeper"


def test_a_log_is_handed_over_to_its_ward_and_on_again() -> None:
    given(OPENED).admits(HANDED_OVER)
    given(OPENED, HANDED_OVER).admits(HandedOver(CITY, ADMIN))


def test_a_log_moves_to_another_node_and_back() -> None:
    given(OPENED).admits(Moved("hodogaya"))
    given(OPENED).refuses(Moved("yokohama"), AtHomeAlready)
    given(OPENED, Moved("hodogaya")).admits(Moved("yokohama"))


def test_handing_over_leaves_the_log_where_it_is() -> None:
    given(OPENED, HANDED_OVER).refuses(Moved("yokohama"), AtHomeAlready)


def test_moving_leaves_the_keeper() -> None:
    given(OPENED, Moved("hodogaya")).refuses(OPENED, AlreadyOpen)


def test_nothing_happens_to_a_log_before_it_is_open() -> None:
    given().refuses(HANDED_OVER, NotOpen)
    given().refuses(Moved("hodogaya"), NotOpen)


def test_a_logs_own_facts_are_about_the_log() -> None:
    assert {fact.subject for fact in (OPENED, HANDED_OVER, Moved("hodogaya"))} == {"log"}
