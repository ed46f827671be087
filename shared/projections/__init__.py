"""One file per question."""

from importlib import import_module
from pkgutil import iter_modules

from shared.projecting import Projection, Projections


def discover() -> Projections:
    """Every question in this folder."""
    found: list[Projection] = []
    for module in iter_modules(__path__, f"{__name__}."):
        found.append(import_module(module.name).projection)
    return Projections(tuple(found))
