"""Cadences as sales managers see and edit them, without an administrator's rights."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext

from .common import ConveyorCase


class CadenceCase(ConveyorCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["conveyor.cadence"].search([]).active = False  # what is shipped does not matter here
        cls.env["conveyor.reason"].search([]).active = False
        cls.Cadence = cls.env["conveyor.cadence"].with_user(cls.manager)

    @classmethod
    def cadence(cls, *steps, **values):
        """A cadence of these steps; a call a day where none are given."""
        steps = steps or ({"name": "Hello"}, {"name": "Again", "delay": 1}, {"name": "Last", "delay": 1})
        return cls.Cadence.create({
            "name": "Calls", "reason_policy": "none",
            "step_ids": [Command.create({"sequence": 10 * place, "channel": "call", **step}) for place, step in enumerate(steps)],
            **values})

    def inside(self, cadence):
        return self.env["conveyor.enrolment"].search([("cadence_id", "=", cadence.id), ("state", "in", ("running", "snoozed"))])


@tagged("post_install", "-at_install")
class TestChecks(CadenceCase):

    def test_what_cannot_run_is_refused_in_words(self):
        template = self.env["mail.template"].create({"name": "Hi", "model_id": self.env["ir.model"]._get_id("res.partner")})
        cases = {
            "has no text": {"channel": "email", "is_automatic": True},
            "cannot go out by itself": {"channel": "call", "is_automatic": True},
            "is for \"Contact\"": {"channel": "email", "mail_template_id": template.id},
            "choose the reason": {"reason_policy": "fixed"},
            "before the one before it": {"delay": -1},
        }
        for words, step in cases.items():
            with self.subTest(words), self.assertRaisesRegex(ValidationError, words):
                self.cadence(step)

    def test_a_text_of_the_reasons_is_enough(self):
        self.assertTrue(self.cadence({"channel": "email", "is_automatic": True}, reason_policy="next"))

    def test_a_loop_takes_time_and_begins_once(self):
        with self.assertRaisesRegex(ValidationError, "without a pause"):
            self.cadence({"is_loop_start": True})
        with self.assertRaisesRegex(ValidationError, "only one step"):
            self.cadence({"is_loop_start": True, "delay": 1}, {"is_loop_start": True, "delay": 1})
        self.assertTrue(self.cadence({}, {"is_loop_start": True, "delay": 1, "delay_unit": "months"}))

    def test_customers_are_not_there_when_a_lead_is_lost(self):
        with self.assertRaisesRegex(ValidationError, "no customer"):
            self.cadence(target="customer", trigger="lost")

    def test_a_filter_that_cannot_be_read_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "cannot be read"):
            self.cadence(filter_domain="[('no_such_field', '=', 1)]")
        with self.assertRaisesRegex(ValidationError, "cannot be read"):
            self.cadence({"condition_domain": "[('no_such_field', '=', 1)]"})

    def test_salespeople_read_only(self):
        cadence = self.cadence()
        self.assertEqual(cadence.with_user(self.seller).name, "Calls")
        with self.assertRaises(AccessError):
            cadence.with_user(self.seller).name = "Mine"
        with self.assertRaises(AccessError):
            cadence.with_user(self.seller).action_dry_run()

    def test_nobody_borrows_an_administrators_rights(self):
        with self.assertRaisesRegex(AccessError, "administrator"):
            self.cadence(user_id=self.env.ref("base.user_admin").id)


@tagged("post_install", "-at_install")
class TestTimeline(CadenceCase):

    def test_days_channels_and_clients(self):
        cadence = self.cadence(
            {"name": "Call"}, {"name": "Mail", "channel": "letter", "delay": 3},
            {"name": "Round", "delay": 1, "delay_unit": "months", "is_loop_start": True})
        self.lead()._enter_cadences("create")
        cadence._enrol_shared(self.lead())
        line = cadence.timeline
        self.assertEqual([step["label"] for step in line["steps"]], ["At once", "Day 3", "Day 33"])
        self.assertEqual([step["count"] for step in line["steps"]], [1, 0, 0])
        self.assertEqual((line["loop"]["from"], line["loop"]["days"]), (2, 30))

    def test_a_copy_is_off_and_has_the_steps(self):
        copy = self.cadence().copy()
        self.assertFalse(copy.is_on)
        self.assertEqual(copy.step_ids.mapped("name"), ["Hello", "Again", "Last"])


@tagged("post_install", "-at_install")
class TestEntry(CadenceCase):

    def test_a_lead_that_is_created_enters(self):
        cadence = self.cadence(trigger="create", team_ids=[Command.set(self.team.ids)])
        mine, other = self.lead(), self.lead(team_id=False)
        self.assertEqual(self.inside(cadence).lead_id, mine)
        self.assertNotIn(other, self.inside(cadence).lead_id)

    def test_off_nobody_enters(self):
        cadence = self.cadence(trigger="create", is_on=False)
        self.lead()
        self.assertFalse(self.inside(cadence))

    def test_entering_a_section(self):
        cadence = self.cadence(trigger="stage", stage_ids=[Command.set(self.offer.ids)])
        lead = self.lead()
        self.assertFalse(self.inside(cadence))
        self.as_seller(lead).stage_id = self.offer
        self.assertEqual(self.inside(cadence).lead_id, lead)

    def test_lost_for_a_reason_and_won(self):
        reasons = self.env["crm.lost.reason"].create([{"name": "Too early"}, {"name": "Spam"}])
        lost = self.cadence(trigger="lost", purpose="nurture", lost_reason_ids=[Command.set(reasons[0].ids)])
        won = self.cadence(trigger="won", purpose="account", target="customer")
        early, spam, sold = self.lead(), self.lead(), self.lead(partner_id=self.customer().id)
        early.action_set_lost(lost_reason_id=reasons[0].id)
        spam.action_set_lost(lost_reason_id=reasons[1].id)
        sold.action_set_won()
        self.assertEqual(self.inside(lost).lead_id, early)
        self.assertEqual(self.inside(won).partner_id, sold.partner_id)

    def test_of_one_purpose_the_upper_one_takes_the_lead(self):
        upper = self.cadence(trigger="create", sequence=1)
        lower = self.cadence(trigger="create", sequence=2)
        self.lead()
        self.assertEqual((len(self.inside(upper)), len(self.inside(lower))), (1, 0))

    def test_a_filter_narrows(self):
        cadence = self.cadence(trigger="create", filter_domain="[('expected_revenue', '>', 100)]")
        self.lead(expected_revenue=50)
        rich = self.lead(expected_revenue=500)
        self.assertEqual(self.inside(cadence).lead_id, rich)

    def test_without_cadences_a_lead_costs_no_query(self):
        self.env["conveyor.cadence"]._triggers_on()
        with self.assertQueryCount(0):
            self.env["conveyor.cadence"]._entering(self.env["crm.lead"].browse(1), "create")


@tagged("post_install", "-at_install")
class TestSwitch(CadenceCase):

    def switch(self, cadence, **values):
        return self.env["conveyor.cadence.switch"].with_user(self.manager).create({"cadence_id": cadence.id, **values})

    def test_switching_on_touches_nobody_who_was_there(self):
        cadence = self.cadence(trigger="create", is_on=False, team_ids=[Command.set(self.team.ids)])
        self.lead()
        wizard = self.switch(cadence)
        self.assertEqual(wizard.existing_count, 1)
        wizard.action_apply()
        self.assertTrue(cadence.is_on)
        self.assertFalse(self.inside(cadence))

    def test_those_there_enter_when_asked_so_many_a_day(self):
        cadence = self.cadence(trigger="create", is_on=False, team_ids=[Command.set(self.team.ids)])
        leads = self.lead() + self.lead() + self.lead()
        self.env["conveyor.touch"]._record([
            {"event_key": f"t{n}", "lead_id": leads[2].id, "channel": "call", "outcome": "reached", "date": self.day(n)} for n in range(2)])
        self.switch(cadence, existing="enrol", per_day=1).action_apply()
        rows = self.inside(cadence)
        self.assertEqual(len(rows), 3)
        self.assertEqual(rows.filtered(lambda row: row.state == "running").lead_id, leads[2], "most was invested in him")

    def test_switching_off_keeps_or_stops(self):
        cadence = self.cadence()
        cadence._enrol_shared(self.lead())
        self.switch(cadence, turn="off").action_apply()
        self.assertEqual(len(self.inside(cadence)), 1)
        cadence.is_on = True
        self.switch(cadence, turn="off", inside="stop").action_apply()
        self.assertFalse(self.inside(cadence))

    def test_without_steps_or_sections_it_stays_off(self):
        empty = self.Cadence.create({"name": "Empty", "is_on": False})
        with self.assertRaisesRegex(UserError, "no steps"):
            empty.action_switch_on()


@tagged("post_install", "-at_install")
class TestChange(CadenceCase):

    def test_the_screen_says_who_stands_where(self):
        cadence = self.cadence()
        cadence._enrol_shared(self.lead())
        first = cadence.step_ids[0]
        vals = {"step_ids": [Command.delete(first.id)]}
        preview = cadence.preview_change(vals)
        self.assertEqual([(row["count"], row["before"], row["after"], row["changed"]) for row in preview["rows"]],
                         [(1, "Hello", "Again", True)])
        self.assertTrue(first.exists(), "only rehearsed")
        cadence.write(vals)
        self.assertEqual(self.inside(cadence).step_id.name, "Again")

    def test_the_screen_says_whose_next_touch_comes_another_day(self):
        cadence = self.cadence()
        cadence._enrol_shared(self.lead())
        preview = cadence.preview_change({"step_ids": [Command.update(cadence.step_ids[0].id, {"delay": 9})]})
        row = preview["rows"][0]
        self.assertTrue(row["changed"])
        self.assertIn("Hello: 9 days", row["after"])
        self.assertNotIn("9 days", row["before"])
        self.assertFalse(cadence.preview_change({"step_ids": [Command.update(cadence.step_ids[0].id, {"script": "Hi"})]}))

    def test_changes_of_the_steps_are_told_in_the_chatter(self):
        cadence = self.cadence().with_context(tracking_disable=False)
        first, second, last = cadence.step_ids
        before = cadence.message_ids

        def told():
            lines = [html2plaintext(message.body).strip() for message in (cadence.message_ids - before).sorted("id")]
            (cadence.message_ids - before).sudo().unlink()
            return lines

        cadence.write({"step_ids": [
            Command.delete(last.id), Command.update(first.id, {"delay": 2}), Command.update(second.id, {"channel": "visit", "script": "Ask"}),
            Command.create({"name": "Bye", "channel": "call", "delay": 3, "sequence": 40})]})
        self.assertEqual(told(), [
            "Steps: without Last: 1 days after the previous touch; new Bye: 3 days after the previous touch; "
            "Hello: 0 days after the previous touch → Hello: 2 days after the previous touch; Again: another Channel, What to Say"])
        cadence.write({"step_ids": [Command.update(second.id, {"sequence": 90})]})
        self.assertEqual(told(), ["Steps: another order: Hello, Bye, Again"])
        second.unlink()
        self.assertEqual(told(), ["Steps: without Again: 1 days after the previous touch"])
        first.is_loop_start = True
        self.assertEqual(told(), ["Steps: Hello: another Repeat from Here"])
        cadence.preview_change({"step_ids": [Command.update(first.id, {"delay": 9})]})
        cadence.write({"name": "Talks", "step_ids": [Command.update(first.id, {"delay": 2})]})
        self.assertEqual(told(), [], "only rehearsed, or as it was")

    def test_nobody_inside_nothing_to_say(self):
        cadence = self.cadence()
        self.assertFalse(cadence.preview_change({"step_ids": [Command.delete(cadence.step_ids[0].id)]}))

    def test_steps_with_runs_are_archived(self):
        cadence = self.cadence()
        cadence._enrol_shared(self.lead())
        step = cadence.step_ids[0]
        inside = self.inside(cadence)
        inside._cron_run(now=inside.next_date)
        self.assertEqual(inside.run_ids.step_id, step)
        cadence.write({"step_ids": [Command.delete(step.id)]})
        self.assertTrue(step.exists())
        self.assertFalse(step.active)


@tagged("post_install", "-at_install")
class TestSplit(CadenceCase):

    def setUp(self):
        super().setUp()
        self.a = self.cadence(name="A", variant_group="test", weight=3, trigger="create")
        self.b = self.cadence(name="B", variant_group="test", weight=1, trigger="create")

    def test_clients_are_shared_out_by_weight_once(self):
        leads = self.env["crm.lead"].with_context(conveyor_no_cadence=True).create(
            [{"name": f"Lead {n}", "email_from": f"c{n}@example.com", "team_id": self.team.id} for n in range(400)])
        shares = {cadence.name: len(records) for cadence, records in self.a._share_out(leads)}
        self.assertEqual(sum(shares.values()), 400)
        self.assertAlmostEqual(shares["A"] / 400, 0.75, delta=0.08)
        self.assertEqual(self.a._share_out(leads[:9]), self.a._share_out(leads[:9]))

    def test_a_client_stays_with_his_variant(self):
        lead = self.lead(email_from="ada@example.com")
        first = self.inside(self.a) | self.inside(self.b)
        first._stop("manual")
        other = self.b if first.cadence_id == self.a else self.a
        other._enrol_shared(lead)
        self.assertEqual((self.inside(self.a) | self.inside(self.b)).cadence_id, first.cadence_id)

    def test_figures_are_hidden_below_200_clients(self):
        self.lead(email_from="ada@example.com")
        action = self.a.action_compare()
        wizard = self.env["conveyor.split"].browse(action["res_id"])
        self.assertFalse(wizard.is_enough)
        self.assertEqual(set(wizard.line_ids.mapped("replies")), {"not yet"})
        self.assertIn("200", wizard.verdict)

    def test_variants_of_one_test_are_of_one_kind(self):
        with self.assertRaisesRegex(ValidationError, "one split test"):
            self.b.purpose = "nurture"


@tagged("post_install", "-at_install")
class TestTrying(CadenceCase):

    def test_dry_run_plays_the_past_and_writes_nothing(self):
        cadence = self.cadence(is_on=False, trigger="create", team_ids=[Command.set(self.team.ids)])
        leads = self.lead() + self.lead()
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_lead SET create_date = %s WHERE id = ANY(%s)", [self.day(0), leads.ids])
        leads.invalidate_recordset(["create_date"])
        self.env["conveyor.touch"]._record([{
            "event_key": "in", "lead_id": leads[1].id, "channel": "email", "direction": "in", "outcome": "replied",
            "date": self.day(1.3)}])
        self.env.flush_all()
        wizard = self.env["conveyor.dry.run"].with_user(self.manager).create(
            {"cadence_id": cadence.id, "date_from": self.day(-1), "date_to": self.day(30)})
        wizard.action_run()
        self.assertTrue(wizard.summary.startswith("2 would have entered."), wizard.summary)
        self.assertEqual(wizard.channel_ids.mapped("channel"), ["call"])
        self.assertIn("stop", wizard.conflict_ids.mapped("verdict"))
        self.assertFalse(self.inside(cadence))

    def test_texts_come_to_oneself_and_nothing_is_recorded(self):
        template = self.env["mail.template"].create({
            "name": "Hi", "model_id": self.env["ir.model"]._get_id("crm.lead"), "subject": "About {{ object.name }}", "body_html": "<p>Hi</p>"})
        cadence = self.cadence({"channel": "email", "is_automatic": True, "mail_template_id": template.id}, {"script": "Ask"})
        lead = self.lead(email_from="ada@example.com")
        self.manager.email = "mia@example.com"
        before = self.env["mail.mail"].search([], order="id desc", limit=1).id
        self.env["conveyor.cadence.test"].with_user(self.manager).create({"cadence_id": cadence.id, "lead_id": lead.id}).action_send()
        self.env["conveyor.cadence.test"].flush_model()
        mails = self.env["mail.mail"].sudo().search([("id", ">", before)])
        self.assertFalse([mail for mail in mails if "ada@" in (mail.email_to or "") or mail.recipient_ids])
        self.assertFalse(self.env["conveyor.touch"].search([("lead_id", "=", lead.id)]))

    def test_the_test_says_that_no_mail_server_is_set_up(self):
        self.env["ir.mail_server"].search([]).active = False
        self.manager.email = "mia@example.com"
        cadence, lead = self.cadence({"script": "Ask"}), self.lead(email_from="ada@example.com")
        test = self.env["conveyor.cadence.test"].with_user(self.manager).create({"cadence_id": cadence.id, "lead_id": lead.id})
        self.assertTrue(test.has_no_mail_server)
        with patch.object(type(self.env["ir.mail_server"]), "_connect__", side_effect=OSError("Connection refused")):
            answer = test.action_send()["params"]
        self.assertEqual(answer["type"], "danger")
        self.assertRegex(answer["message"], "^Nothing was sent: no outgoing mail server is set up.*Connection refused")
        self.env["ir.mail_server"].create({"name": "Mail", "smtp_host": "mail.example.com"})
        test.invalidate_recordset()
        self.assertFalse(test.has_no_mail_server)
        self.assertEqual(test.action_send()["params"]["type"], "success")
