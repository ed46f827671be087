"""A person: an id in the log; the name stands elsewhere and can be erased."""

from uuid import UUID

from shared.domain.base import ADMINS, Fact, stateless


class Forgotten(Fact, frozen=True, tag="person.forgotten"):
    """The person's name is erased, and again after every restore of a backup."""

    may = ADMINS
    correctable = False

    person: UUID

    @property
    def subject(self) -> str:
        return f"person/{self.person}"


PersonFact = Forgotten


def admit(_fact: PersonFact) -> None:
    """Forgetting twice is harmless: a restored backup asks for it again."""


person = stateless(admit)
