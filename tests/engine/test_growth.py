"""When growth is a share, and when the two amounts say more."""

from datetime import date, timedelta

import pytest
from engine.growth import growth

TODAY = date(2026, 6, 15)
LONG_AGO, FOR_HALF_A_YEAR, LATER = (TODAY - timedelta(days) for days in (3000, 548, 547))

CASES = [
    # what, year, before, first purchase, growth
    ("half more", 1500, 1000, LONG_AGO, .5),
    ("bought nothing this year", 0, 1000, LONG_AGO, -1),
    ("returned more than he bought", -100, 1000, LONG_AGO, -1.1),
    ("nothing in the year before", 1500, 0, LONG_AGO, None),
    ("returned more in the year before", 1500, -10, LONG_AGO, None),
    ("five times as much", 5000, 1000, LONG_AGO, 4),
    ("more than that began from next to nothing", 5001, 1000, LONG_AGO, None),
    ("half of the year before is enough", 1500, 1000, FOR_HALF_A_YEAR, .5),
    ("less is not", 1500, 1000, LATER, None),
    ("no purchase is known", 0, 0, None, None),
]


@pytest.mark.parametrize(("year", "before", "first", "share"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_growth(year, before, first, share):
    found = growth(year, before, first, TODAY)
    assert found is None if share is None else found == pytest.approx(share)
