"""What a clever salesperson, or a curious manager, would try with touches and cadences."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .enrolment_common import EnrolmentCase

OTHERS = ("conveyor.enrolment", "conveyor.step.run", "conveyor.touch", "conveyor.touch.line", "conveyor.discipline.report")


@tagged("post_install", "-at_install")
class TestAttackTouches(EnrolmentCase):

    def setUp(self):
        super().setUp()
        self.client = self.customer("Ada", email="ada@example.com")
        self.theirs = self.leads(1, user_id=self.colleague.id, partner_id=self.client.id)
        self.mine = self.leads(1, email_from="mine@example.com")
        self.enrolment = self.enrol(self.cadence(("call", 0), ("call", 2)), self.theirs)
        self.run_at()
        self.as_me = self.env(user=self.seller)

    def plan(self, **values):
        """A call that the seller plans on his own lead."""
        return self.as_me["mail.activity"].create({
            "res_model_id": self.env["ir.model"]._get_id("crm.lead"), "res_id": self.mine.id, "user_id": self.seller.id,
            "activity_type_id": self.env.ref("mail.mail_activity_data_call").id, **values})

    # ------------------------------------------------------------ clients of others
    def test_what_is_done_with_clients_of_others_is_not_told(self):
        self.theirs.with_user(self.colleague).action_log_touch("call", "reached", note="secret")
        self.seller.group_ids += self.env.ref("base.group_allow_export")
        for name in OTHERS:
            model, domain = self.as_me[name], [("lead_id", "=", self.theirs.id)]
            rows = self.env[name].search(domain)
            self.assertTrue(rows, name)
            for found in (model.search(domain), model.name_search("", domain), model._read_group(domain, ["lead_id"], ["__count"]),
                          model.formatted_read_group(domain, ["lead_id"], ["__count"])):
                self.assertFalse(found, name)
            for way in (lambda own: own.read(["lead_id"]), lambda own: own.export_data(["lead_id/name"]),
                        lambda own: own.web_read({"lead_id": {}}), lambda own: own.lead_id):
                with self.subTest(name), self.assertRaises(AccessError):
                    way(rows.with_env(self.as_me))
        client = self.client.with_env(self.as_me)
        self.assertFalse(client.enrolment_ids)
        self.assertFalse(client.touch_timeline)
        self.assertFalse(client.search_count([("enrolment_ids.cadence_id", "=", self.enrolment.cadence_id.id)]))

    def test_clients_of_others_are_not_touched_nor_enrolled(self):
        lead, enrolment, run = (record.with_env(self.as_me) for record in (self.theirs, self.enrolment, self.enrolment.run_ids))
        cadence = enrolment.cadence_id.id
        wizard = self.as_me["conveyor.enrol"].with_context(active_model="crm.lead", active_ids=lead.ids)
        log = self.as_me["conveyor.log.touch"]
        for way in (
                lambda: lead.action_log_touch("call", "reached"), lambda: lead.action_enrol(cadence),
                lambda: lead.get_touch_sheet("call"), lambda: lead.action_plan_proposed(), lambda: lead.action_snooze("2099-01-01", "no"),
                lambda: wizard.create({"cadence_id": cadence}).action_enrol(),
                lambda: log.create({"lead_id": lead.id, "channel": "call", "outcome": "reached"}).action_log(),
                enrolment.action_stop, enrolment.action_pause, enrolment.action_resume, run.action_retry, run.action_print_letters,
                lambda: enrolment.write({"state": "stopped"}), lambda: self.as_me["conveyor.day"].get_day(self.colleague.id),
                lambda: self.as_me["conveyor.day"].get_card("crm.lead", lead.id),
                lambda: self.as_me["conveyor.consent"].create({"lead_id": lead.id, "state": "given", "source": "?"}),
                lambda: self.as_me["conveyor.consent"].create({"state": "given", "source": "?"})):
            with self.assertRaises(AccessError):
                way()

    def test_what_another_company_does_with_a_shared_customer_is_its_own(self):
        other = self.env["res.company"].create({"name": "Other"})
        template = self.template.copy({"model_id": self.env["ir.model"]._get_id("res.partner"), "email_to": "{{ object.email }}"})
        enrolment = self.enrol(self.cadence(
            self.mail(mail_template_id=template.id), target="customer", purpose="account", company_id=other.id),
            self.customer("Shared", email="shared@example.com"))
        self.run_at()
        self.assertEqual((enrolment.company_id, enrolment.run_ids.state), (other, "done"))
        for rows in (enrolment, enrolment.run_ids):
            self.assertFalse(self.as_me[rows._name].search([("id", "in", rows.ids)]))
            with self.assertRaises(AccessError):
                rows.with_env(self.as_me).read(["state"])

    def test_an_activity_does_not_end_the_step_of_another_client(self):
        """Whatever a client of the API writes on his activity, the step names its own."""
        run = self.enrolment.run_ids
        self.plan(conveyor_run_id=run.id).unlink()
        self.plan(conveyor_run_id=run.id).action_done()
        activity = self.plan()
        activity.write({"conveyor_run_id": run.id})
        activity.action_feedback(feedback="mine now")
        self.assertEqual((run.state, self.activity(self.theirs).active), ("planned", True))
        self.assertFalse(self.touches(self.mine).run_id)

    # ------------------------------------------------------------ what a filter may ask
    def test_a_filter_of_the_next_touch_asks_with_the_readers_rights(self):
        """Nobody learns from it what he may not read of a colleague or a reason."""
        self.mine.with_env(self.as_me).action_log_touch(
            "call", "reached", next_touch={"date": "2026-07-01 10:00:00", "channel": "call"})
        Lead = self.as_me["crm.lead"]
        self.assertIn(self.mine, Lead.search([("next_touch_user_id.name", "=", self.seller.name)]))
        self.assertIn(self.mine, Lead.search([("next_touch_user_id", "any", [("active", "=", True)])]))
        self.assertNotIn(self.mine, Lead.search([("next_touch_user_id", "not any", [("active", "=", True)])]))
        hidden = self.env["res.company"].create({"name": "Hidden"})
        reason = self.env["conveyor.reason"].create({"name": "Their news", "company_id": hidden.id})
        self.mine.activity_ids.conveyor_reason_id = reason
        self.assertTrue(self.env["crm.lead"].search_count([("next_touch_reason_id.company_id", "=", hidden.id)]))
        self.assertFalse(Lead.search_count([("next_touch_reason_id.company_id", "=", hidden.id)]))
        employee = new_test_user(self.env, "conveyor_employee", "base.group_user")
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(employee).search([("next_touch_reason_id.name", "=", "Their news")])

    def test_a_filter_of_a_cadence_is_plain(self):
        Cadence = self.env["conveyor.cadence"].with_user(self.manager)
        for text in (
                "[('create_date', '>', (context_today() - relativedelta(days=7)).strftime('%Y-%m-%d'))]", "[('user_id', '=', uid)]",
                "['|', ('stage_id', 'in', [1, 2, 3]), ('name', '!=', False)]", "[('create_date', '>', 'today -7d')]",
                "[('partner_id', 'any', [('email', 'ilike', 'x'), ('write_date', '>', datetime.datetime.now())])]"):
            Cadence.create({"name": "Plain", "filter_domain": text})
        for text in (
                "[('name', '=', 'x')] if uid != 1 else [('user_id.name', 'like', 'a')]", "[('name', '=', 9 ** 9 ** 9)]",
                "[('name', '=', time.sleep(99))]", "[(['name', 'active'][uid], '=', 1)]", "[x for x in [('name', '=', 'x')]]",
                "[('na' + 'me', '=', 'x')]", "[('name', '=', 'x' * 10 ** 10)]", "[('partner_id', 'any', [(['a', 'b'][0], '=', 1)])]",
                "[('name', 'in', [uid for uid in 'abc'])]", "[('name', '=', 'x'.ljust(10000000000))]"):
            with self.subTest(text), self.assertRaises(ValidationError), self.env.cr.savepoint():
                Cadence.create({"name": "Clever", "filter_domain": text})

    def test_a_filter_asks_nothing_that_its_writer_may_not_read(self):
        """The cron reads filters with all rights: who enters would tell it."""
        values = {"name": "Oracle", "filter_domain": "[('message_ids.mail_server_id.smtp_pass', 'like', 'a%')]"}
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.env["conveyor.cadence"].with_user(self.manager).create(values)

    # ------------------------------------------------------------ consents
    def test_a_consent_is_the_clients_own(self):
        self.env["mail.blacklist"]._add("victim@example.com")
        Consent = self.as_me["conveyor.consent"]
        for email, state in (("victim@example.com", "given"), ("other@example.com", "withdrawn")):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                Consent.create({"lead_id": self.mine.id, "email": email, "state": state, "source": "a talk"})
        word = Consent.create({
            "lead_id": self.mine.id, "partner_id": self.client.id, "state": "given", "source": "a talk", "user_id": self.colleague.id})
        self.assertEqual((word.email, word.user_id, word.partner_id.id), ("mine@example.com", self.seller, False))

    def test_no_consent_outlives_what_the_client_says_later(self):
        Consent = self.as_me["conveyor.consent"]
        for context in ({}, {"default_date": "2099-01-01 00:00:00"}):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                Consent.with_context(**context).create({
                    "lead_id": self.mine.id, "state": "given", "source": "?", **({} if context else {"date": "2099-01-01"})})
        Consent._record_word(self.mine, "withdrawn", "email", "link")
        Consent.create({"lead_id": self.mine.id, "state": "given", "source": "an old contract", "date": "2020-01-01"})
        self.assertTrue(self.env["mail.blacklist"].search([("email", "=", "mine@example.com")]), "what was said later holds")
        self.assertIn("email", Consent._closed_channels(self.mine))

    # ------------------------------------------------------------ slips
    def test_a_double_click_is_one_touch(self):
        lead = self.mine.with_env(self.as_me)
        first = lead.action_log_touch("call", "reached", note="He wants two")
        self.assertEqual(lead.action_log_touch("call", "reached", note="He wants two"), first)
        self.assertNotEqual(lead.action_log_touch("call", "no_answer"), first)
        self.assertEqual(len(self.touches(self.mine)), 2)
