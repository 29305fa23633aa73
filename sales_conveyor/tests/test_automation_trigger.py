"""Automation rules that answer signals: once, together, and one bad record holds up nobody."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .reactivation_common import NIGHT, ReactivationCase

RUN = "odoo.addons.sales_conveyor.models.conveyor_reactivation_run"
NAMED = "for record in records: record.write({'comment': 'seen'})"


@tagged("post_install", "-at_install")
class TestTrigger(ReactivationCase):

    def code(self, code=NAMED, **values):
        return self.automation({"state": "code", "code": code}, **values)

    def seen(self, partners):
        return [bool(partner.comment) for partner in partners]

    # ------------------------------------------------------------ what fires
    def test_only_the_status_the_amount_and_the_filter_that_were_asked_for(self):
        late, sleeping, poor, other = self.customers(4)
        other.name = "Somebody else"
        self.code(conveyor_min_amount=50, filter_domain="[('name', 'like', 'Guest')]")
        self.signals(late | other)
        self.signals(sleeping, "sleeping")
        self.signals(poor, amounts=[49])
        self.dispatch()
        self.assertEqual(self.seen(late | sleeping | poor | other), [True, False, False, False])

    def test_from_status_and_company(self):
        first, second, third = self.customers(3)
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.code(conveyor_from_status="steady", conveyor_company_id=self.env.company.id)
        self.signals(first)
        self.signals(second, from_status="new")
        self.signals(third, company=company)
        self.dispatch()
        self.assertEqual(self.seen(first | second | third), [True, False, False])

    def test_an_action_acts_in_the_company_of_the_signal(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.code("for record in records: record.write({'comment': env.company.name})")
        guest, = self.customers(1)
        self.signals(guest, company=company)
        self.dispatch()
        self.assertEqual(guest.comment.striptags(), "Elsewhere")

    def test_first_purchase_quality_and_touches(self):
        guest, = self.customers(1)
        lead = self.lead()
        self.code("for record in records: record.write({'comment': env.context['conveyor_signals'][record.id]['kind']})", trigger="conveyor_first_purchase")
        self.code("for record in records: record.write({'function': env.context['conveyor_signals'][record.id]['quality']})",
                  trigger="conveyor_quality", conveyor_quality="referred")
        self.code("for record in records: record.write({'referred': 'none left'})", trigger="conveyor_touches_out", model=self.env["ir.model"]._get("crm.lead"))
        self.signals(guest, kind="first_purchase", to_status=None)
        self.signals(guest, kind="quality", to_status=None, quality="referred")
        self.signals(guest, kind="quality", to_status=None, quality="bought")
        self.env["conveyor.signal"]._emit([{"kind": "touches_out", "lead_id": lead.id, "company_id": self.env.company.id,
                                            "date": NIGHT.date(), "key": "out-1"}])
        self.dispatch()
        self.assertEqual(guest.comment.striptags(), "first_purchase")
        self.assertEqual(guest.function, "referred")
        self.assertEqual(lead.referred, "none left")

    def test_archived_and_newer_rules_do_not_answer(self):
        guest, = self.customers(1)
        self.code(active=False)
        self.signals(guest)
        self.dispatch()
        self.code()
        self.dispatch()
        self.assertEqual(self.seen(guest), [False])

    def test_actions_know_what_happened(self):
        rich, poor = self.customers(2)
        self.code("for record in records: record.write({'comment': str(env.context['conveyor_signals'][record.id]['amount'])})")
        self.signals(rich | poor, amounts=[900, 5])
        self.dispatch()
        self.assertEqual([partner.comment.striptags() for partner in (rich, poor)], ["900.0", "5.0"])

    def test_actions_can_explain_it_in_words(self):
        guest, = self.customers(1)
        self.order(guest, self.day(-300))
        self.env["conveyor.rhythm"]._recompute(guest)
        self.code("for record in records: record.write({'comment': env.context['conveyor_signals'][record.id]['explanation']})")
        self.signals(guest)
        self.dispatch()
        self.assertIn("silent for", guest.comment)

    # ------------------------------------------------------------ once, and together
    def test_one_run_for_all_records(self):
        guests = self.customers(30)
        self.code("records[:1].write({'comment': str(len(records))})")
        self.signals(guests)
        self.dispatch()
        self.assertEqual("".join(guests.filtered("comment").mapped(lambda guest: guest.comment.striptags())), "30")

    def test_each_signal_once(self):
        guest, = self.customers(1)
        self.code("for record in records: record.write({'color': record.color + 1})")
        signal = self.signals(guest)
        self.dispatch()
        self.dispatch()
        self.assertEqual((guest.color, signal.state), (1, "done"))
        self.assertTrue(signal.handled_date)

    def test_two_signals_of_one_customer_are_two_runs(self):
        guest, = self.customers(1)
        self.code("for record in records: record.write({'comment': (record.comment or '') + env.context['conveyor_signals'][record.id]['to_status'] + ' '})",
                  conveyor_to_status=False)
        self.signals(guest, "late")
        self.signals(guest, "sleeping", amounts=[9000])
        self.dispatch()
        self.assertEqual(guest.comment.striptags().split(), ["late", "sleeping"])

    def test_a_crash_leaves_everything_to_be_done(self):
        guest, = self.customers(1)
        self.code()
        signal = self.signals(guest)
        with patch(f"{RUN}.ConveyorReactivation._note_done", side_effect=KeyboardInterrupt), \
                self.assertRaises(KeyboardInterrupt), self.env.cr.savepoint():
            self.dispatch()
        self.assertEqual((self.seen(guest), signal.state), ([False], "waiting"))
        self.dispatch()
        self.assertEqual((self.seen(guest), signal.state), ([True], "done"))

    # ------------------------------------------------------------ failures
    def test_one_bad_record_holds_up_nobody(self):
        guests = self.customers(20)
        bad = guests[7]
        self.code(f"if {bad.id} in records.ids: raise UserError('no address')\n{NAMED}")
        signals = self.signals(guests)
        with mute_logger(RUN):
            self.dispatch()
        self.assertEqual(self.seen(guests - bad), [True] * 19)
        row = self.rows(("partner_id", "=", bad.id))
        self.assertEqual((row.state, row.attempts), ("waiting", 1))
        self.assertIn("no address", row.error)
        self.assertFalse(self.seen(bad)[0])
        self.assertEqual(set(signals.mapped("state")), {"done"})

    def test_it_is_tried_again_ever_more_rarely_and_given_up(self):
        guest, = self.customers(1)
        automation = self.code("raise UserError('no address')")
        signal = self.signals(guest)
        row, now = self.rows(), NIGHT
        for attempts, pause in ((1, 5), (2, 20), (3, 80), (4, 320)):
            with mute_logger(RUN):
                self.dispatch(now)
            row = self.rows()
            self.assertEqual((row.attempts, row.next_date), (attempts, now + timedelta(minutes=pause)))
            with mute_logger(RUN):
                self.dispatch(now + timedelta(minutes=pause - 1))
            self.assertEqual(row.attempts, attempts)
            now = row.next_date
        with mute_logger(RUN):
            self.dispatch(now)
        self.assertEqual((row.state, signal.state, automation.conveyor_failed_count), ("failed", "failed", 1))
        self.assertIn("no address", signal.error)
        self.assertEqual(len(automation.activity_ids), 1)
        automation.action_server_ids.code = NAMED
        row.action_retry()
        self.dispatch(now + timedelta(days=999))
        self.assertEqual((self.seen(guest), row.state, signal.state), ([True], "done", "done"))

    def test_a_filter_that_cannot_be_read_holds_up_no_other_rule(self):
        guest, = self.customers(1)
        self.code("for record in records: record.write({'function': 'no'})", filter_domain="[('no_such_field', '=', 1)]")
        self.code()
        self.signals(guest)
        with mute_logger(RUN):
            self.dispatch()
        self.assertEqual((self.seen(guest), guest.function), ([True], False))

    def test_an_action_that_always_fails_is_not_tried_for_each_of_thousands(self):
        guests = self.customers(200)
        self.code("raise UserError('broken')")
        self.signals(guests)
        with mute_logger(RUN), patch.object(type(self.env["conveyor.reactivation"]), "_run_actions", side_effect=ValueError("broken")) as run:
            self.dispatch()
        self.assertLess(run.call_count, 80)
        self.assertEqual(self.rows().mapped("attempts"), [1] * 200)

    # ------------------------------------------------------------ Odoo around it
    def test_no_method_of_partners_is_patched_and_no_registry_loaded_anew(self):
        with patch.object(type(self.env["base.automation"]), "_register_hook", autospec=True) as hook:
            automation = self.code()
            automation.conveyor_min_amount = 5
            automation.active = False
            automation.unlink()
        hook.assert_not_called()

    def test_other_rules_still_patch(self):
        with patch.object(type(self.env["base.automation"]), "_register_hook", autospec=True) as hook:
            self.automation(trigger="on_create", conveyor_to_status=False)
        hook.assert_called_once()

    def test_the_model_is_checked(self):
        with self.assertRaisesRegex(ValidationError, "choose|Choose"):
            self.automation(model=self.env["ir.model"]._get("crm.lead"))

    def test_the_form_keeps_what_it_does_not_show(self):
        automation = self.code()
        with Form(automation) as form:
            form.conveyor_to_status = "lost"
            form.filter_domain = "[('color', '=', 3)]"
        self.assertEqual((automation.trigger, automation.conveyor_to_status, automation.filter_domain),
                         ("conveyor_rhythm", "lost", "[('color', '=', 3)]"))
        self.assertEqual(len(automation.action_server_ids), 1)

    def test_the_cron_is_called_only_when_a_rule_waits(self):
        guest, = self.customers(1)
        cron = self.env.ref("sales_conveyor.cron_signal_dispatch")
        self.env["base.automation"].search([("trigger", "=like", "conveyor_%")]).active = False
        with patch.object(type(cron), "_trigger") as trigger:
            self.signals(guest)
            trigger.assert_not_called()
            self.code()
            self.signals(guest, "lost")
            trigger.assert_called_once()
