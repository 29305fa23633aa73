"""The tree of drivers: a tenth more of each, alone."""
import pytest

from engine.drivers import DRIVERS, Figures, effects

SHOP = Figures(visitors=1000, leads=200, conversion=0.25, first_check=100.0, customers=40, purchases=3, repeat_check=80.0, margin_share=0.4)


def test_turnover_is_the_sum_of_its_branches():
    assert (SHOP.lead_rate, SHOP.first, SHOP.repeat, SHOP.turnover) == (0.2, 5000, 9600, 14600)
    assert SHOP.margin == pytest.approx(5840)


def test_a_tenth_more_of_each():
    found = effects(SHOP)
    assert list(found) == list(DRIVERS)
    for name in ("visitors", "lead_rate", "leads", "conversion", "first_check"):
        assert found[name] == (pytest.approx(500), pytest.approx(200)), name
    for name in ("customers", "purchases", "repeat_check"):
        assert found[name] == (pytest.approx(960), pytest.approx(384)), name
    assert found["margin_share"] == (0, pytest.approx(584))


def test_a_share_stops_at_one():
    sure = Figures(leads=10, conversion=0.95, first_check=100.0)
    assert effects(sure)["conversion"] == (pytest.approx(50), None)
    assert effects(Figures(visitors=100, leads=100, conversion=0.5, first_check=10.0))["lead_rate"][0] == 0


def test_what_is_not_known_is_left_out():
    found = effects(Figures(leads=200, conversion=0.25, first_check=100.0))
    assert list(found) == ["leads", "conversion", "first_check"]
    assert effects(Figures()) == {}
    assert effects(Figures(visitors=50)) == {"visitors": (0, None)}
