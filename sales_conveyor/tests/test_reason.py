"""The library of reasons: what fits whom, never twice, told before it runs out."""

from datetime import timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import NOW
from .test_cadence import CadenceCase


class ReasonCase(CadenceCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Reason = cls.env["conveyor.reason"].with_user(cls.manager)
        cls.nurture = cls.cadence({"name": "News", "delay": 1, "delay_unit": "months", "is_loop_start": True},
                                  name="Nurture", purpose="nurture", reason_policy="next", user_id=cls.manager.id)
        cls.step = cls.nurture.step_ids

    def reason(self, name="New lamp", **values):
        return self.Reason.create({"name": name, **values})

    def enrolled(self, *leads):
        return self.env["conveyor.enrolment"].union(*(self.nurture._enrol_shared(lead) for lead in leads))

    def next(self, enrolments, now=NOW):
        found = self.env["conveyor.reason"]._next_for(self.step, enrolments, now)
        return [found[row.id].name for row in enrolments]

    def told(self, lead, reason, date):
        self.env["conveyor.touch"]._record([{
            "event_key": f"told-{lead.id}-{reason.id}-{date}", "lead_id": lead.id, "channel": "call", "reason_id": reason.id, "date": date}])


@tagged("post_install", "-at_install")
class TestNext(ReasonCase):

    def test_the_library_is_used_from_the_top_and_never_twice(self):
        first, second = self.reason("First", sequence=1), self.reason("Second", sequence=2)
        row = self.enrolled(self.lead())
        self.assertEqual(self.next(row), ["First"])
        self.told(row.lead_id, first, NOW)
        self.assertEqual(self.next(row), ["Second"])
        self.told(row.lead_id, second, NOW)
        self.assertEqual(self.next(row), [False])

    def test_the_client_has_heard_it_on_another_lead(self):
        reason, ada = self.reason(), self.customer()
        self.told(self.lead(partner_id=ada.id), reason, NOW)
        self.assertEqual(self.next(self.enrolled(self.lead(partner_id=ada.id))), [False])

    def test_repeatable_after_its_gap(self):
        reason = self.reason(is_repeatable=True, repeat_days=30)
        row = self.enrolled(self.lead())
        self.told(row.lead_id, reason, NOW)
        self.assertEqual(self.next(row, NOW + timedelta(days=29)), [False])
        self.assertEqual(self.next(row, NOW + timedelta(days=30)), ["New lamp"])

    def test_what_fits(self):
        row = self.enrolled(self.lead(expected_revenue=10))
        cases = {
            "over": {"date_to": self.day(-1)}, "not yet": {"date_from": self.day(1)}, "another purpose": {"purpose": "decision"},
            "another filter": {"filter_domain": "[('expected_revenue', '>', 100)]"},
            "another language": {"lang_ids": [Command.set(self.env.ref("base.lang_fr").ids)]},
            "not his product": {"product_id": self.lamp.id, "product_clients": "asked"},
            "another company": {"company_id": self.env["res.company"].create({"name": "Other"}).id},
        }
        for name, values in cases.items():
            with self.subTest(name):
                reason = self.env["conveyor.reason"].create({"name": name, **values})
                self.assertEqual(self.next(row), [False])
                reason.active = False

    def test_his_product(self):
        ada = self.customer()
        self.order(ada, NOW)
        self.reason("Spare bulb", product_id=self.lamp.id, product_clients="asked")
        rows = self.enrolled(self.lead(partner_id=ada.id), self.lead())
        self.assertEqual(self.next(rows), ["Spare bulb", False])

    def test_a_batch_costs_as_many_queries_as_one(self):
        for number in range(3):
            self.reason(f"Reason {number}")
        rows = self.enrolled(*(self.lead(email_from=f"c{n}@example.com") for n in range(20)))
        counts = []
        for batch in (rows[:1], rows):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.next(batch)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)

    def test_dates_and_gap_must_be_possible(self):
        with self.assertRaises(ValidationError):
            self.reason(date_from=self.day(2), date_to=self.day(1))
        with self.assertRaises(ValidationError):
            self.reason(is_repeatable=True, repeat_days=0)
        with self.assertRaises(AccessError):
            self.reason().with_user(self.seller).name = "Mine"


@tagged("post_install", "-at_install")
class TestRunningOut(ReasonCase):

    def activities(self):
        return self.env["mail.activity"].search([("res_model", "=", "conveyor.cadence"), ("res_id", "=", self.nurture.id)])

    def test_owners_are_told_once(self):
        reason = self.reason()
        rows = self.enrolled(self.lead(email_from="a@example.com"), self.lead(email_from="b@example.com"))
        for row in rows:
            self.told(row.lead_id, reason, NOW)
        for _time in range(2):
            self.env["conveyor.reason"]._warn_running_out(self.step, rows, NOW)
        self.assertEqual(self.activities().user_id, self.seller | self.manager)
        self.assertEqual(len(self.activities()), 2)
        self.assertIn("2 clients", self.activities()[0].summary)

    def test_while_reasons_are_left_nobody_is_told(self):
        self.reason()
        self.env["conveyor.reason"]._warn_running_out(self.step, self.enrolled(self.lead()), NOW)
        self.assertFalse(self.activities())

    def test_a_cadence_whose_reasons_all_end_soon(self):
        self.reason(date_to=self.day(10))
        self.env["conveyor.reason.suggestion"]._cron_suggest(NOW.date())
        self.assertEqual(self.activities().user_id, self.manager)
        self.activities().unlink()
        self.reason("For ever")
        self.env["conveyor.reason.suggestion"]._cron_suggest(NOW.date())
        self.assertFalse(self.activities())

    def test_an_empty_library_holds_nobody(self):
        self.assertTrue(self.env["conveyor.reason"]._is_library_empty(self.nurture))
        self.reason(purpose="decision")
        self.assertTrue(self.env["conveyor.reason"]._is_library_empty(self.nurture))
        self.reason()
        self.assertFalse(self.env["conveyor.reason"]._is_library_empty(self.nurture))


@tagged("post_install", "-at_install")
class TestResults(ReasonCase):

    def test_what_came_of_it(self):
        reason = self.reason()
        lead, silent = self.lead(email_from="a@example.com"), self.lead(email_from="b@example.com")
        self.told(lead, reason, NOW)
        self.told(silent, reason, NOW)
        self.env["conveyor.touch"]._record([{
            "event_key": "answer", "lead_id": lead.id, "channel": "email", "direction": "in", "outcome": "replied", "date": self.day(2)}])
        self.env["conveyor.transition"]._record([
            {"lead_id": lead.id, "from_stage_id": self.new.id, "to_stage_id": self.won.id, "date": self.day(20), "kind": "won"}])
        reason.invalidate_recordset()
        self.assertEqual((reason.touch_total, reason.reply_total, reason.forward_total, reason.sale_total), (2, 1, 0, 1))
        action = reason.with_context(conveyor_result="reply").action_open_touches()
        self.assertEqual(self.env["conveyor.touch"].search(action["domain"]).lead_id, lead)


@tagged("post_install", "-at_install")
class TestSuggestions(ReasonCase):

    def suggest(self):
        return self.env["conveyor.reason.suggestion"]._cron_suggest(NOW.date())

    def test_the_first_look_only_notes(self):
        self.env["conveyor.product.seen"].search([]).unlink()
        self.env["ir.config_parameter"].set_param("sales_conveyor.products_looked_at", False)
        self.assertFalse(self.suggest().filtered(lambda row: row.kind in ("product", "price")))

    def test_new_products_and_prices_once(self):
        self.suggest()
        self.env["product.template"].create({"name": "Floor lamp", "list_price": 70})
        self.lamp.list_price = 80
        found = self.suggest()
        self.assertEqual(sorted(found.mapped("name")), ["New price: Lamp", "New: Floor lamp"])
        self.assertFalse(self.suggest())

    def test_many_at_once_are_one_suggestion(self):
        self.suggest()
        self.env["product.template"].create([{"name": f"Lamp {n}"} for n in range(6)])
        self.assertEqual(len(self.suggest()), 1)

    def test_promotions_and_clients_dates(self):
        pricelist = self.env["product.pricelist"].create({"name": "Summer", "item_ids": [Command.create({
            "compute_price": "percentage", "percent_price": 10, "date_start": self.day(3), "date_end": self.day(20)})]})
        self.lead(time_date=self.day(10))
        kinds = {row.kind: row for row in self.suggest()}
        self.assertIn(pricelist.name, kinds["promotion"].name)
        self.assertIn("date", kinds)

    def test_accepted_it_joins_the_library(self):
        self.suggest()
        self.env["product.template"].create({"name": "Floor lamp"})
        suggestion = self.suggest().with_user(self.manager)
        action = suggestion.action_accept()
        self.assertEqual(suggestion.state, "accepted")
        self.assertEqual(self.env["conveyor.reason"].browse(action["res_id"]).name, "New: Floor lamp")
