import random
from datetime import datetime, timedelta

from odoo import Command, fields, models

from ..models.conveyor_rhythm_run import PENDING
from . import customer_story
from .conveyor_demo_cadence import NOON

RULES = ("late", "sleeping", "back")
FOLLOWUPS = ("general_review", "general_referral")
CARE_DAYS = 182


class ConveyorDemo(models.AbstractModel):
    """The customers who buy again and again: their rhythms, what is done when
    one breaks, and what follows a purchase."""

    _inherit = "conveyor.demo"

    def _make_regulars(self, deals, leads):
        regulars = self._make_regular_customers()
        self._make_purchases(regulars)
        self._make_interests(regulars)
        self._make_referrals(deals, leads, regulars)
        self._make_visits(deals, leads)
        self._switch_on_rules()
        self._live_through(regulars)
        self._make_reviews(regulars)
        self._make_absences(regulars)
        self._live_on(with_people=False)
        self.env["mail.mail"].search([("conveyor_run_id", "!=", False)]).unlink()  # as of the others: there is no mail server

    def _make_regular_customers(self):
        """``{name: customer}``; some of them have furniture from here as well."""
        known = {partner.name: partner for partner in self._named("customer", "res.partner")}
        missing = [(number, one) for number, one in enumerate(customer_story.REGULARS) if one.name not in known]
        made = self.env["res.partner"].create([{
            "name": one.name, "is_company": one.is_company, "email": f"office.{number}@example.com",
            "phone": f"+359 88 555 {400 + number:04d}", "street": f"Market Street {number + 1}", "city": "Sofia",
            "zip": f"1{number:03d}", "country_id": self.env.ref("base.bg").id} for number, one in missing])
        self._set_names("regular", made)
        regulars = {one.name: known.get(one.name) or made[[name for _n, name in missing].index(one)] for one in customer_story.REGULARS}
        for one in customer_story.REGULARS:
            regulars[one.name].user_id = self._demo(f"user_{one.seller}")
        return regulars

    def _make_purchases(self, regulars):
        """Confirmed as they were in those days."""
        rows = []
        for one in customer_story.REGULARS:
            product, rng = self._demo(f"product_{one.goods}"), random.Random(one.name)
            for day, amount in customer_story.purchases(one):
                quantity = max(1, round(amount / product.list_price))
                rows.append({
                    "partner_id": regulars[one.name].id, "team_id": self._demo("team").id, "state": "sale",
                    "user_id": regulars[one.name].user_id.id, "date_order": self._moment(day, rng),
                    "order_line": [Command.create({"product_id": product.id, "product_uom_qty": quantity,
                                                   "price_unit": round(amount / quantity, 2)})]})
        self._set_names("purchase", self.env["sale.order"].create(rows))
        self.env.flush_all()
        self.env.cr.precommit.data.pop(PENDING, None)  # not as of today: the last weeks are lived through
        self.env["conveyor.rhythm"]._recompute(
            self.env["res.partner"].union(*regulars.values()), today=fields.Date.today() - timedelta(days=customer_story.DAYS + 1))

    def _make_interests(self, regulars):
        self._set_names("interest", self.env["conveyor.interest"].create([{
            "partner_id": regulars[name].id, "note": note, "user_id": regulars[name].user_id.id,
            "date": fields.Date.today() - timedelta(days=9 + number),
            **({"product_id": product.id} if (product := self.env.ref(f"sales_conveyor.demo_product_{what}", raise_if_not_found=False))
               else {"name": what.capitalize()})}
            for number, (name, what, note) in enumerate(customer_story.INTERESTS)]))

    def _make_referrals(self, deals, leads, regulars):
        """Some of those whom a friend sent: the friend is known."""
        sent = [lead for deal, lead in zip(deals, leads) if deal.source == "friend" and lead.partner_id not in regulars.values()]
        for name, lead in zip(customer_story.BROUGHT, sorted(sent, key=lambda lead: (lead.won_status != "won", lead.id))):
            lead.referrer_id = regulars[name]

    # ------------------------------------------------------------ visits
    def _make_visits(self, deals, leads):
        """Wood is oiled twice a year at those who bought furniture."""
        sold = [lead for deal, lead in zip(deals, leads) if deal.section == "won"]
        visits = self.env["conveyor.visit"].create([{
            "partner_id": sold[number].partner_id.id, "date": self._visit_day(days), "state": state,
            "product_id": self._demo("product_care").id, "stage": self._demo("care_visit").name,
            "time": 10.5 if state in ("booked", "missed") else 0, "user_id": sold[number].user_id.id,
        } for number, days, state in customer_story.VISITS])
        self._set_names("visit", visits)

    def _visit_day(self, days):
        """No visits at weekends."""
        day = fields.Date.today() + timedelta(days=days)
        return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0) if days > 0 else \
            day - timedelta(days=max(0, day.weekday() - 4))

    # ------------------------------------------------------------ what is done about it
    def _switch_on_rules(self):
        """The shipped rules of reactivation and of reviews, with the cadences that carry them out."""
        rules = self._reactivation_rules()
        followups = self._followup_rules()
        cadences = rules.cadence_id | followups.cadence_id
        cadences.write({"user_id": self._demo("user_maria").id, "is_on": True})
        rules.write({"user_id": self._demo("user_maria").id, "is_on": True})
        followups.active = True
        followups._switch(True)
        followups.date_on = fields.Date.today() - timedelta(days=customer_story.DAYS)

    def _reactivation_rules(self):
        return self.env["conveyor.reactivation.rule"].union(
            *(self.env.ref(f"sales_conveyor.reactivation_rule_{name}") for name in RULES))

    def _followup_rules(self):
        return self.env["conveyor.followup.rule"].union(
            *(self.env.ref(f"sales_conveyor.followup_rule_{name}") for name in FOLLOWUPS))

    def _live_through(self, regulars):
        """The nightly jobs of the last weeks, one day after the other."""
        today, partners = fields.Date.today(), self.env["res.partner"].union(*regulars.values())
        for back in range(customer_story.DAYS, -1, -1):
            day = today - timedelta(days=back)
            now = min(datetime.combine(day, NOON), fields.Datetime.now())
            self.env["conveyor.rhythm"]._cron_recompute(today=day)
            self.env["conveyor.signal"]._cron_dispatch(now=now)
            self.env["conveyor.followup"]._plan(partners.ids, day)
            self.env["conveyor.followup"]._cron_run(now=now, today=day)
        self.env["conveyor.rhythm"]._mark(partners.ids)  # who bought for the first time in these weeks, too

    def _make_reviews(self, regulars):
        for name, stars, words in customer_story.REVIEWS:
            order = self.env["sale.order"].search([("partner_id", "=", regulars[name].id)], order="date_order desc", limit=1)
            self.env["conveyor.review"]._answer(self.env["conveyor.review"]._ask(order, order.partner_id), order, stars, words)

    def _make_absences(self, regulars):
        """Who was asked, and said why he had stayed away."""
        for name, reason in customer_story.ABSENCE:
            self.env["conveyor.reactivation"]._record_absence(regulars[name], self.env.ref(f"sales_conveyor.absence_reason_{reason}"))

    # ------------------------------------------------------------ removal
    def _remove_regulars(self):
        rules, followups = self._reactivation_rules(), self._followup_rules()
        for kind, model in (("visit", "conveyor.visit"), ("interest", "conveyor.interest")):
            self._named(kind, model).unlink()
        orders = self._named("purchase", "sale.order")
        orders._action_cancel()
        orders.unlink()
        self.env["conveyor.followup"].search([("rule_id", "in", followups.ids)]).unlink()
        self.env["conveyor.reactivation"].search([("rule_id", "in", rules.ids)]).unlink()
        followups._switch(False)
        (rules.cadence_id | followups.cadence_id).write({"is_on": False, "user_id": False})
        rules.write({"is_on": False, "user_id": False})
