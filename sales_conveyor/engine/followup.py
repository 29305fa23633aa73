"""What follows a purchase: purchases and rules become dated follow-ups.

``plan(rules, client, today)`` says for one customer which follow-ups there
are: those that are to come, each on its day, and those that facts have undone
(bought meanwhile, returned, a bad review), with the reason in ``why``. It is
worked out anew from the facts each time, so whoever keeps the answer compares
it by ``Followup.key``: nothing is made twice.

Two marketing follow-ups of a customer never come on one day: the later one
moves on. Service (delivery checked, a visit confirmed) is outside of that.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from .supply import Bought, Purchase, net, runs_out

REVIEW, REFERRAL, CROSS_SELL, ACCESSORY, CONSUMABLE, CARE, VISIT = KINDS = (
    "review", "referral", "cross_sell", "accessory", "consumable", "care", "visit")
BOUGHT, RETURNED, BAD_REVIEW, LATE, REMINDED = "bought", "returned", "bad_review", "late", "reminded"
LATE_DAYS = 30  # a follow-up that could not be made for so long is not made any more
GOOD = 4  # a rating from here on is a good one
NEVER = 0


@dataclass(frozen=True)
class Rule:
    """One follow-up rule as plain data.

    ``products``: None for any; ``since``: purchases before are left alone;
    ``every``: at most once in so many days; ``first``: from which purchase
    on; ``wait``: days after which an offer needs no review any more, 0: it
    always does; ``supply``: days that a unit lasts; ``offers``: what it offers,
    ``accessories``: the same by the product bought.
    """

    id: int
    kind: str
    delay: int = 1
    products: frozenset[int] | None = None
    since: date = date.min
    every: int = 0
    first: int = 1
    wait: int = 14
    supply: float = 0
    offers: tuple[int, ...] = ()
    accessories: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    is_marketing: bool = True

    def fits(self, product: int | None) -> bool:
        return self.products is None or product in self.products


@dataclass(frozen=True)
class Review:
    """What the customer has answered about an order."""

    day: date
    rating: float
    order: int | None = None


@dataclass(frozen=True)
class Interest:
    """``product``: None where it is only a word."""

    id: int
    product: int | None = None


@dataclass(frozen=True)
class Visit:
    """``is_reminded``: the visit's own reminder speaks of it, or has spoken."""

    id: int
    day: date
    product: int | None = None
    is_reminded: bool = False


@dataclass(frozen=True)
class Past:
    """A follow-up that has been asked: its rule, day, and what it was about."""

    rule: int
    kind: str
    day: date
    key: str = ""
    is_marketing: bool = True
    interest: int | None = None


@dataclass(frozen=True)
class Client:
    """What is known of one customer in one company; ``dropped``: keys of follow-ups that are not made any more."""

    purchases: tuple[Purchase, ...] = ()
    reviews: tuple[Review, ...] = ()
    interests: tuple[Interest, ...] = ()
    visits: tuple[Visit, ...] = ()
    past: tuple[Past, ...] = ()
    dropped: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Followup:
    """``day`` of what it follows, ``due`` when it is to be made (``wanted``: before
    it made room for others), ``offer`` the product that is offered; ``why`` it
    is off, empty: it is to come."""

    rule: int
    kind: str
    key: str
    day: date
    due: date
    product: int | None = None
    order: int | None = None
    offer: int | None = None
    interest: int | None = None
    visit: int | None = None
    is_marketing: bool = True
    why: str = ""
    wanted: date | None = None


def plan(rules: Iterable[Rule], client: Client, today: date) -> list[Followup]:
    """The customer's follow-ups by these rules.

    :param rules: by their sequence: of several review or consumable rules that
        fit a purchase the first one takes it
    """
    bought = net(client.purchases)
    found: list[Followup] = []
    taken: set[tuple[str, str]] = set()
    for rule in rules:
        for one in MAKERS[rule.kind](rule, client, bought):
            shared = rule.kind in (REVIEW, CONSUMABLE)
            place = (rule.kind, one.key.split(":", 1)[1] if shared else one.key)
            if place in taken:
                continue
            taken.add(place)
            if one.key not in client.dropped:  # it takes the day of nothing else
                found.append(one)
    return _spread(_not_too_often(found, {rule.id: rule for rule in rules}, client.past), client.past, today)


# ------------------------------------------------------------ one maker a kind
def _of_occasions(rule: Rule, client: Client, bought: list[Bought]) -> Iterator[Followup]:
    """Once an order (or day): review, care."""
    number = 0
    for lines in _occasions(rule, bought):
        why = _returned(lines)
        if number + 1 >= rule.first and lines[0].day >= rule.since:
            yield _followup(rule, lines, lines[0].day + timedelta(rule.delay), why=why)
        number += not why


def _referral(rule: Rule, client: Client, bought: list[Bought]) -> Iterator[Followup]:
    """After a good review."""
    for review in client.reviews:
        if review.rating >= GOOD and review.day >= rule.since:
            yield Followup(
                rule.id, rule.kind, _key(rule, review.order or review.day), review.day, review.day + timedelta(rule.delay),
                order=review.order, is_marketing=rule.is_marketing)


def _cross_sell(rule: Rule, client: Client, bought: list[Bought]) -> Iterator[Followup]:
    """What he is interested in, once a good review has come, or none in a set time."""
    own = {one.product for one in bought if one.quantity > 0}
    used = {past.interest for past in client.past if past.interest}
    wishes = [one for one in client.interests if one.id not in used]
    for lines in _occasions(rule, bought):
        day = lines[0].day
        if day < rule.since:
            continue
        review = _review_of(lines, client.reviews)
        if review is None and rule.wait == NEVER:
            continue
        wish = wishes[0] if wishes else None
        offer = wish.product if wish else next((product for product in rule.offers if product not in own), None)
        if not wish and offer is None:
            if rule.offers:  # all of it is his already
                yield _followup(rule, lines, day + timedelta(rule.delay), why=BOUGHT)
            continue
        due = (max(day, review.day) + timedelta(rule.delay) if review and review.rating >= GOOD
               else day + timedelta(max(rule.delay, rule.wait)))
        yield _followup(rule, lines, due, offer=offer, interest=wish.id if wish else None,
                        why=_returned(lines) or (BAD_REVIEW if review and review.rating < GOOD else ""))


def _accessory(rule: Rule, client: Client, bought: list[Bought]) -> Iterator[Followup]:
    """The first accessory that he has not got."""
    own = {one.product for one in bought if one.quantity > 0}
    for one in bought:
        wanted = rule.accessories.get(one.product) or rule.offers
        if not wanted or not rule.fits(one.product) or one.day < rule.since:
            continue
        offer = next((product for product in wanted if product not in own), None)
        review = _review_of([one], client.reviews)
        why = _returned([one]) or ("" if offer else BOUGHT) or (BAD_REVIEW if review and review.rating < GOOD else "")
        yield _followup(rule, [one], one.day + timedelta(rule.delay), product=one.product, offer=offer, why=why)


def _consumable(rule: Rule, client: Client, bought: list[Bought]) -> Iterator[Followup]:
    """Before the last purchase of a product runs out."""
    by_product = defaultdict(list)
    for one in bought:
        if rule.fits(one.product):
            by_product[one.product].append(one)
    for product, mine in by_product.items():
        kept = [one for one in mine if one.quantity > 0]
        end = runs_out(kept, rule.supply)
        for one in mine:
            if one.day < rule.since or (one.quantity > 0 and not end):
                continue
            why = _returned([one]) or ("" if one == kept[-1] else BOUGHT)
            due = max(one.day + timedelta(1), (end or one.day) - timedelta(rule.delay))
            yield _followup(rule, [one], due, product=product, offer=product, why=why)


def _visit(rule: Rule, client: Client, bought: list[Bought]) -> Iterator[Followup]:
    """Before a visit that is booked and that nothing else reminds of."""
    for visit in client.visits:
        if rule.fits(visit.product):
            yield Followup(
                rule.id, rule.kind, _key(rule, f"v{visit.id}", visit.day), visit.day, visit.day - timedelta(rule.delay),
                product=visit.product, visit=visit.id, is_marketing=rule.is_marketing, why=REMINDED if visit.is_reminded else "")


MAKERS: dict[str, Callable[[Rule, Client, list[Bought]], Iterator[Followup]]] = {
    REVIEW: _of_occasions, CARE: _of_occasions, REFERRAL: _referral, CROSS_SELL: _cross_sell, ACCESSORY: _accessory,
    CONSUMABLE: _consumable, VISIT: _visit,
}


def _followup(rule: Rule, lines: list[Bought], due: date, product: int | None = None, **values) -> Followup:
    first = lines[0]
    return Followup(rule.id, rule.kind, _key(rule, first.order or first.day, product), first.day, due, order=first.order,
                    product=product or first.product, is_marketing=rule.is_marketing, **values)


def _key(rule: Rule, *parts) -> str:
    return ":".join(str(part) for part in (rule.id, *parts) if part)


def _occasions(rule: Rule, bought: list[Bought]) -> Iterator[list[Bought]]:
    """The lines that the rule is for, by order or day, oldest first."""
    groups = defaultdict(list)
    for one in bought:
        if rule.fits(one.product):
            groups[one.order or one.day].append(one)
    return iter(sorted(groups.values(), key=lambda lines: lines[0].day))


def _returned(lines: list[Bought]) -> str:
    return "" if any(one.quantity > 0 for one in lines) else RETURNED


def _review_of(lines: list[Bought], reviews: tuple[Review, ...]) -> Review | None:
    """The last answer about this order, or about anything since then."""
    mine = [one for one in reviews if one.order and one.order == lines[0].order or one.day >= lines[0].day]
    return max(mine, key=lambda one: one.day, default=None)


# ------------------------------------------------------------ all of them together
def _not_too_often(found: list[Followup], rules: Mapping[int, Rule], past: tuple[Past, ...]) -> list[Followup]:
    """Without those that come too soon after one of their rule; reviews are
    asked for by one rule or another."""
    kept, last = [], defaultdict(list)
    made = {one.key for one in past}
    for one in past:
        last[one.kind if one.kind == REVIEW else one.rule].append(one.day)
    for one in sorted(found, key=lambda one: one.due):
        place, every = one.kind if one.kind == REVIEW else one.rule, rules[one.rule].every
        if one.key not in made and any(abs((one.due - day).days) < every for day in last[place]):
            continue
        if not one.why:
            last[place].append(one.due)
        kept.append(one)
    return kept


def _spread(found: list[Followup], past: tuple[Past, ...], today: date) -> list[Followup]:
    """Marketing follow-ups on days of their own, from today on; nothing that has become pointless."""
    made = {one.key for one in past}
    days = {one.day for one in past if one.is_marketing}
    spread = []
    for one in sorted(found, key=lambda one: one.due):
        due, why = max(one.due, today), one.why or (LATE if _is_late(one, today) else "")
        if one.is_marketing and not why and one.key not in made:
            while due in days:
                due += timedelta(1)
            days.add(due)
        spread.append(replace(one, due=one.due if why else due, why=why, wanted=one.due))
    return spread


def _is_late(one: Followup, today: date) -> bool:
    return today > one.day if one.kind == VISIT else (today - one.due).days > LATE_DAYS
