"""RHYTHM.md's table on the public data: how well the method ranks and flags, beside simple ways, and the published figures."""

import sys
from collections import defaultdict
from statistics import mean, median

from .bench import Result
from .rhythm_data import SETS, as_of_days, auc, cases, f1, gaps, histories, rfm

OURS = "this method, P"
PUBLISHED = {
    "AUC": {"fixed days": (.668, .641), "RFM sum": (.654, .670), "k × mean": (.654, .630), OURS: (.674, .688)},
    "error of the next gap": {"usual gap": (.49, .42), "mean gap": (.71, .48)},
}
APART = .01  # from a published figure, of the method itself; the simple ways are named there, not defined
COVERAGE, COVERED = .95, (.93, .975)
EARLIER = 3  # gaps that a customer has before the next one is foretold


def table(load):
    """All figures; nothing where the data are missing."""
    results = []
    for place, name in enumerate(SETS):
        customers = histories(name)
        if customers is None:
            print(f"  … {name}: no data beside the checkout, left out", file=sys.stderr)
            continue
        results += _ranking(name, place, customers) + _next_gap(name, place, customers)
    return results


def _engine():
    from odoo.addons.sales_conveyor.engine import rhythm

    return rhythm


def _figure(label, name, value, published=None, goal=None):
    return Result(f"{label}, {name}", value, published, None if published is None else abs(value - published), goal, "share")


def _ranking(name, place, customers):
    scores, flags = defaultdict(list), defaultdict(list)
    days, last = as_of_days(customers)
    for today in days:
        _rank(customers, today, last, scores, flags)
    found = [_figure(f"AUC of {way}", name, auc(scores[way]), figures[place], APART if way == OURS else None)
             for way, figures in PUBLISHED["AUC"].items()]
    return found + [_figure(f"F1 of {way}", name, f1(pairs)) for way, pairs in flags.items()]


def _rank(customers, today, last, scores, flags):
    rhythm, group = _engine(), list(cases(customers, today, last))
    population = rhythm.population(
        rhythm.stats(day for day, _amount in rows if day <= today) for rows in customers.values() if rows[0][0] <= today)
    for case, fifths in zip(group, rfm(group)):
        judged, lost = rhythm.assess(case.days, population, today), case.is_lost
        for way, score in (("fixed days", case.absence), ("RFM sum", fifths), ("k × mean", case.absence / case.mean_gap),
                           (OURS, judged.score)):
            scores[way].append((score, lost))
        for way, flagged in ((OURS, judged.status in (rhythm.LATE, rhythm.SLEEPING, rhythm.LOST)), ("fixed 30 days", case.absence >= 30),
                             ("fixed 90 days", case.absence >= 90), ("2 × mean", case.absence >= 2 * case.mean_gap)):
            flags[way].append((flagged, lost))


def _next_gap(name, place, customers):
    """Every gap from the fourth on, foretold from those before it."""
    rhythm, covered, errors = _engine(), [], defaultdict(list)
    histories_of = {customer: [day for day, _amount in rows] for customer, rows in customers.items()}
    population = rhythm.population(map(rhythm.stats, histories_of.values()))
    for days in histories_of.values():
        own = gaps(days)
        for count in range(1, len(own)):
            judged = rhythm.assess(days[:count + 1], population, days[count])
            covered.append(own[count] <= judged.usual_gap * (COVERAGE / (1 - COVERAGE)) ** (1 / judged.shape))
            if count >= EARLIER:
                usual = mean(own[:count])
                errors["usual gap"].append(abs(own[count] - judged.usual_gap) / usual)
                errors["mean gap"].append(abs(own[count] - usual) / usual)
    share, (low, high) = mean(covered), COVERED
    return [
        *(_figure(f"error of the next gap by the {way}", name, median(errors[way]), figures[place], APART if way == "usual gap" else None)
          for way, figures in PUBLISHED["error of the next gap"].items()),
        Result(f"gaps within the personal 95 % quantile, {name}", share, COVERAGE,
               max(low - share, share - high, 0.0), 0.0, "share")]
