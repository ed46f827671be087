"""One file per question."""

from importlib import import_module
from pkgutil import iter_modules

from shared.domain.calendar import Calendar
from shared.questions import Projections


def discover(calendar: Calendar) -> Projections:
    """Every question in this folder; the calendar is what some of them judge days by."""
    modules = [import_module(found.name) for found in iter_modules(__path__, f"{__name__}.")]
    return Projections(tuple(module.projection for module in modules), calendar)
