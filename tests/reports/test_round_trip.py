"""Form → facts → form: whatever was understood comes back, and comes back the same again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.reports import layout
from shared.reports.reading import read_form
from shared.reports.writing import WRITERS
from tests.paper import Names, facts_of, form_from
from tests.reports.conftest import MUTATIONS
from tests.seed import ALLOWED, FORMS, differences
