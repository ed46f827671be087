"""A world for each test, as in tests/database."""

from tests.database.conftest import world

__all__ = ["world"]
