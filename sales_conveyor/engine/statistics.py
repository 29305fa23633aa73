"""Honest intervals for shares: how much a few cases really say.

- :func:`wilson`: E. B. Wilson, *Probable Inference, the Law of Succession, and
  Statistical Inference*, JASA 22 (1927); method 3 of R. G. Newcombe,
  Statistics in Medicine 17 (1998) 857-872.
- :func:`difference`: the hybrid score interval, method 10 of R. G. Newcombe,
  Statistics in Medicine 17 (1998) 873-890.

Both hold for few cases and for shares at 0 and 1, where the textbook formula
(share ± z·standard error) pretends to know everything.
"""

from math import sqrt

Z_95 = 1.96


def wilson(successes: int, n: int, z: float = Z_95) -> tuple[float, float]:
    """Lower and upper limit of the share ``successes / n``.

    Without cases nothing is known: ``(0.0, 1.0)``.

    :raise ValueError: counts that cannot be
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is no share")
    if not n:
        return 0.0, 1.0
    share, square = successes / n, z * z
    middle = share + square / (2 * n)
    spread = z * sqrt(share * (1 - share) / n + square / (4 * n * n))
    low, high = ((middle + sign * spread) / (1 + square / n) for sign in (-1, 1))
    return max(low, 0.0) if successes else 0.0, min(high, 1.0) if successes < n else 1.0


def difference(s1: int, n1: int, s2: int, n2: int, z: float = Z_95) -> tuple[float, float, float]:
    """Share of the first minus share of the second, with its lower and upper limit.

    The first is better than the second for sure when the lower limit is above
    0. A side without cases makes the difference 0 and the interval wide.

    :raise ValueError: counts that cannot be
    """
    (low1, high1), (low2, high2) = wilson(s1, n1, z), wilson(s2, n2, z)
    if not n1 or not n2:
        return 0.0, low1 - high2, high1 - low2
    share1, share2 = s1 / n1, s2 / n2
    gap = share1 - share2
    low = gap - sqrt((share1 - low1) ** 2 + (high2 - share2) ** 2)
    high = gap + sqrt((high1 - share1) ** 2 + (share2 - low2) ** 2)
    return gap, low, high
