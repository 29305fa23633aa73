import random

from odoo import models

from . import story, touch_story

CADENCES = ("decision", "nurture")


class ConveyorDemo(models.AbstractModel):
    """The touches of the clients whom no cadence leads, and what takes all touches back."""

    _inherit = "conveyor.demo"

    def _switch_on(self):
        """Two of the shipped cadences lead the team's clients from now on; their reasons join the library."""
        cadences = self._cadences()
        cadences.write({
            "team_ids": [(6, 0, self._demo("team").ids)], "user_id": self._demo("user_maria").id, "is_on": True})

    def _cadences(self):
        return self.env["conveyor.cadence"].browse(
            self.env.ref(f"sales_conveyor.cadence_common_{name}").id for name in CADENCES)

    def _make_past_touches(self, deals, leads):
        """What was said to the clients who came before the cadences."""
        rows, led = [], {deal.customer for deal in deals if self._is_led(deal)}
        for deal, lead in zip(deals, leads):
            if not (self._is_led(deal) or self._is_brand_new(deal)):
                rows += self._prepare_past(deal, lead, deal.customer not in led)
        self.env["conveyor.touch"]._record(rows + self._prepare_letters(deals, leads))

    def _is_led(self, deal):
        """Whether the decision window leads the client: an open lead before the
        win. Olga's latest one has just come by telephone and is in nothing yet."""
        return not (deal.lost_reason or deal.is_forgotten or deal.section in ("won", *story.ACCOUNT)
                    or self._is_brand_new(deal))

    def _is_brand_new(self, deal):
        return deal.seller == "olga" and deal.section == "new" and deal.steps[0][1] <= 1

    def _prepare_past(self, deal, lead, with_reasons):
        """:param with_reasons: what cadences tell the client later is not used up now"""
        rng = random.Random(lead.name)
        reasons = iter(self.env["conveyor.reason"].search([("purpose", "=", "decision")] if with_reasons else [(0, "=", 1)]))
        rows = []
        for number, said in enumerate(touch_story.past_touches(deal)):
            row = {
                "event_key": f"demo-{lead.id}-{number}", "lead_id": lead.id, "user_id": lead.user_id.id,
                "channel": said.channel, "direction": said.direction, "outcome": said.outcome, "note": said.text,
                "date": self._moment(said.day, rng, 90)}
            if said.direction == "out" and said.outcome in ("sent", "reached"):
                reason = next(reasons, None)
                row.update(reason_id=reason and reason.id, subject=reason and reason.name)
            rows.append(row)
        return rows

    def _prepare_letters(self, deals, leads):
        """A letter a week to a customer of long ago. It brought something, and stopped."""
        old = [lead for deal, lead in zip(deals, leads) if deal.section == "won" or deal.lost_reason]
        rng = random.Random("letters")
        return [{
            "event_key": f"demo-letter-{day}", "partner_id": old[number % len(old)].partner_id.id,
            "user_id": self._demo("user_maria").id, "channel": "letter", "outcome": "sent",
            "company_id": self._demo("team").company_id.id,
            "subject": "The catalogue, with a line by hand", "date": self._moment(day, rng),
        } for number, day in enumerate(touch_story.LETTER_DAYS)]

    # ------------------------------------------------------------ removal
    def _remove_touches(self):
        """Leads take theirs with them; customers' touches, and what was switched on, go here."""
        customers, cadences = self._named("customer", "res.partner") | self._named("regular", "res.partner"), self._cadences()
        of_customers = [("partner_id", "in", customers.ids)]
        shown = self.env["conveyor.practice"].search([("owner_id", "in", self._people().ids)])
        for record in (customers, cadences, shown, self._named("lead", "crm.lead")):
            self.env["mail.activity"].with_context(active_test=False, conveyor_run_closing=True).search([
                ("res_model", "=", record._name), ("res_id", "in", record.ids)]).unlink()
        shown.unlink()
        for model in ("conveyor.enrolment", "conveyor.consent", "conveyor.touch"):
            self.env[model].search(of_customers).unlink()
        for kind, model in (("meeting", "calendar.event"), ("suggestion", "conveyor.reason.suggestion")):
            self._named(kind, model).unlink()
        cadences.write({"is_on": False, "team_ids": [(5,)], "user_id": False})
        self.env["conveyor.reason"].search([("trade_set_id", "=", False), ("id", "in", self._shipped_reasons())]).write(
            {"active": False, "comes_with_set": True})

    def _people(self):
        return self.env["res.users"].union(*(self._demo(f"user_{login}") for login in ("olga", "ivan", "maria")))

    def _shipped_reasons(self):
        return self.env["ir.model.data"].search([
            ("module", "=", "sales_conveyor"), ("model", "=", "conveyor.reason"), ("name", "=like", "reason_common_%"),
        ]).mapped("res_id")
