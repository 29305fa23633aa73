from datetime import date, timedelta

from odoo import Command
from odoo.tests import tagged

from ..engine import rhythm
from .rhythm_common import RhythmCase

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def every(gap, start, end, but=()):
    """Days from ``start`` on, with a gap of so many days."""
    return [day for number in range((end - start).days // gap + 1) if (day := start + timedelta(number * gap)) not in but]


@tagged("post_install", "-at_install")
class TestRhythmYear(RhythmCase):
    """A year of three trades by the rules of their ready sets: planted silences are caught on their day, steady customers
    are left in peace.

    Where the rule's limits decide, the day is counted by hand; where the customer's own rhythm decides, the engine's
    answer for his days alone is the authority.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sale.order"].search([("state", "=", "sale")]).write({"state": "cancel"})
        cls.env["resource.calendar.leaves"].search([]).unlink()

    def rules(self, trade):
        """The rules of a ready set, as if it had been applied; and a product of each name."""
        templates = self.env.ref(f"sales_conveyor.trade_set_{trade}")._rhythm_templates()
        return templates.with_context(active_test=True)._make_from(self.env.company)

    def named(self, name):
        return self.env["product.product"].create({"name": name, "type": "service"})

    def year(self, purchases, until=LAST):
        """Play the nights: those on which somebody's day has come, and one a week. A night knows nothing of the day's
        purchases yet; these are noted as an order's confirmation notes them.

        :param purchases: ``{customer: ([day, …], product)}``
        """
        by_day = {}
        for customer, (days, product) in purchases.items():
            self.bought(customer, [day for day in days if day < FIRST], product=product)
            for day in days:
                by_day.setdefault(day, []).append((customer, product))
        self.Rhythm._recompute(today=FIRST)
        for number in range((until - FIRST).days + 1):
            today = FIRST + timedelta(number)
            if number % 7 == 0 or self.Rhythm.search_count([("next_status_date", "<=", today)]):
                self.night(today)
            rows = by_day.get(today, ())
            for customer, product in rows:
                self.bought(customer, [today], product=product)
            self.Rhythm._refresh([customer.id for customer, _product in rows], today)

    def told(self, customer):
        """(day, status) of what was found in the year, not in its history."""
        return [(row.date, "back" if row.is_back else row.to_status) for row in self.Change.search(
            [("partner_id", "=", customer.id), ("is_history", "=", False)], order="date, id") if row.to_status != "steady" or row.is_back]

    # ------------------------------------------------------------ coffee
    def test_a_coffee_shop_counts_open_days(self):
        """Open Monday to Friday, closed from 3 to 14 August. By the set nobody is late before 3 or after 14 open days."""
        rule = self.rules("coffee")
        rule.pause_ids = [Command.create({"name": "Holidays", "date_from": date(2026, 8, 3), "date_to": date(2026, 8, 14)})]
        start, cup = date(2025, 10, 1), self.named("Flat white")
        closed = {date(2026, 8, 3) + timedelta(number) for number in range(12)}
        open_days = [day for day in every(1, start, LAST) if day.weekday() < 5 and day not in closed]
        purchases, daily, alternate, vanished, traveller = {}, *map(self.customer, ("Daily", "Every other", "Vanished", "Traveller"))
        purchases[daily] = (open_days, cup)
        purchases[alternate] = (open_days[::2], cup)
        away = date(2026, 4, 17)  # a Friday is his last visit
        purchases[vanished] = ([day for day in open_days if day <= away], cup)
        purchases[traveller] = ([day for day in open_days if day <= date(2026, 7, 31) or day >= date(2026, 9, 1)], cup)
        self.year(purchases, date(2026, 9, 30))
        self.assertEqual(self.told(daily), [], "weekends and the closing period are no silence")
        self.assertEqual(self.told(alternate), [])
        # Monday to Wednesday are the three open days without him
        self.assertEqual(self.told(vanished)[0], (date(2026, 4, 22), "late"))
        self.assertEqual([status for _day, status in self.told(vanished)], ["late", "sleeping", "lost"])
        self.assertLessEqual(self.told(vanished)[-1][0], date(2026, 6, 19), "45 open days are 9 weeks")
        # the first open day after the holidays is Monday, 17 August: the third is Wednesday
        self.assertEqual(self.told(traveller)[0], (date(2026, 8, 19), "late"))
        self.assertEqual(self.told(traveller)[-1], (date(2026, 9, 1), "back"))

    # ------------------------------------------------------------ furniture
    def test_a_furniture_store_waits_for_eighteen_months(self):
        """By the set: late after 548 days, a mattress after 2,500, lost after 1,460."""
        self.rules("furniture")
        sofa, mattress = self.named("Sofa Oslo"), self.named("Mattress Dream")
        late, bed, regular, lost = map(self.customer, ("Sofa", "Bed", "Decorator", "Long gone"))
        self.year({
            late: ([date(2024, 11, 11)], sofa), bed: ([date(2024, 11, 11)], mattress),
            regular: ([date(2024, 2, 1), date(2025, 3, 1), date(2026, 2, 1)], sofa), lost: ([date(2022, 5, 20)], sofa)})
        self.assertEqual(self.told(late), [(date(2026, 5, 13), "late")])  # 11 November 2024 and 548 days
        self.assertEqual(date(2024, 11, 11) + timedelta(548), date(2026, 5, 13))
        self.assertEqual(self.told(bed), [])
        self.assertEqual(self.told(regular), [])
        self.assertEqual(self.told(lost), [(date(2022, 5, 20) + timedelta(1460), "lost")])
        self.assertEqual(self.rhythm(bed).rule_id.name, "Furniture: mattresses")

    # ------------------------------------------------------------ dentist
    def test_a_dental_clinic_recalls_on_the_day(self):
        """By the set: prevention every 182 days, late between 192 and 212; gums every 90, between 100 and 120."""
        self.rules("dental")
        cleaning, gums = self.named("Professional cleaning"), self.named("Periodontal treatment")
        punctual, once, missed, gum = map(self.customer, ("Punctual", "Once", "Missed", "Gums"))
        self.year({
            punctual: (every(182, date(2024, 3, 4), LAST), cleaning),
            once: ([date(2025, 11, 3)], cleaning),
            missed: (every(182, date(2023, 1, 9), date(2026, 1, 5)), cleaning),
            gum: (every(90, date(2024, 12, 1), date(2026, 3, 1)), gums)})
        self.assertEqual(self.told(punctual), [])
        self.assertEqual(self.told(once)[0], (date(2025, 11, 3) + timedelta(212), "late"))
        for customer, days in ((missed, every(182, date(2023, 1, 9), date(2026, 1, 5))), (gum, every(90, date(2024, 12, 1), date(2026, 3, 1)))):
            row = self.rhythm(customer)
            limits = rhythm.Limits(*(row.rule_id[name] for name in ("shortest", "longest", "lost_after")))
            judged = rhythm.assess(days, rhythm.population((), row.rule_id.expected_gap), days[-1], limits)
            with self.subTest(customer.name):
                self.assertEqual(self.told(customer)[0], (judged.act_date, "late"))
        for customer, low, high in ((missed, 192, 212), (gum, 100, 120)):
            silence = (self.told(customer)[0][0] - self.rhythm(customer).last_date).days
            self.assertTrue(low <= silence <= high, silence)
