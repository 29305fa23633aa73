"""A customer's revenue of the last year against the year before, as a share where that says something."""

from datetime import date, timedelta

KNOWN_DAYS = 548  # he bought for half of the year before at least
MOST = 5  # times; what grew more began from next to nothing


def growth(year: float, before: float, first: date | None, today: date) -> float | None:
    """Share by which ``year`` is above ``before``; None where that is no fair comparison.

    :param year: revenue of the last 365 days
    :param before: of the 365 days before them
    :param first: day of the first purchase
    """
    if before <= 0 or first is None or first > today - timedelta(KNOWN_DAYS) or year > MOST * before:
        return None
    return year / before - 1
