from odoo import api, models
from odoo.exceptions import UserError

LIMIT = 500  # leads that are taken up again at once


class ConveyorDiscipline(models.AbstractModel):
    """Taking up again what was dropped, and the words for the figures."""

    _inherit = "conveyor.discipline"

    @api.model
    def resume(self, lead_ids=None):
        """Plan a touch for each lead left behind: of these, or of the reader's own.

        A person gets no more a day than he can do; the rest follows on the
        next working days. A lost lead stays lost until its client answers.

        :return: a notification for the web client
        """
        domain = [("is_left", "=", 1), ("lead_id", "in", lead_ids) if lead_ids is not None else ("user_id", "=", self.env.uid)]
        found = self.env["conveyor.discipline.report"].search(domain, order="value desc, lead_id", limit=LIMIT)
        leads = found.lead_id.with_context(active_test=False)
        leads.check_access("write")
        if not leads:
            raise UserError(self.env._("Nothing was left behind here: each of these leads has its next touch or its norm."))
        self.env["conveyor.next"]._plan_spread(leads, self.env["res.partner"])
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {"type": "success", "next": {"type": "ir.actions.client", "tag": "soft_reload"},
                       "message": self.env._("One lead has a next touch again.") if len(leads) == 1 else self.env._(
                           "%(count)s leads have a next touch again.", count=len(leads))},
        }

    @api.model
    def _definitions(self):
        """Definition of each column, by name."""
        env = self.env
        return {
            "leads": env._("Leads that came in the period, without those lost for an exempt reason (spam, duplicate, "
                           "wrong number, refusal) and those archived without a loss."),
            "dropped": env._("Lost, and the client had not refused; or open, untouched for 30 days and without a next touch."),
            "early": env._("Dropped after three counted touches or fewer."),
            "left": env._("Dropped with fewer touches than the norm, without a next touch, not gone for good: they can be resumed."),
            "value_left": env._("Expected revenue of the leads left behind."),
            "window_share": env._("Leads touched as often as their norm says before their decision window was over; of all "
                                  "whose window is over or whose norm is reached."),
            "attempt_share": env._("Leads whose first attempt came within %(minutes)s working minutes; of all that were "
                                   "attempted or should have been.", minutes=env.company.conveyor_first_attempt_minutes),
            "mean_minutes": env._("From the lead's coming to its first attempt, in working minutes of the company."),
            "share": env._("Of all dropped leads."),
            "by_then": env._("Share of the dropped leads that had been dropped by this number of touches."),
            "silence": env._("Since the last touch, or since it came, of leads without a next touch."),
            "touches": env._("Touches that count towards the norm."),
        }
