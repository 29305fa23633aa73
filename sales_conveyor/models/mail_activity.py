from odoo import api, fields, models
from odoo.tools import html2plaintext

from .conveyor_work_item import CHANNELS

TOUCH_CHANNELS = {"phonecall": "call", "meeting": "meeting"}


class MailActivity(models.Model):
    _inherit = "mail.activity"

    conveyor_channel = fields.Selection(
        CHANNELS, "Touch by", compute="_compute_conveyor_channel", store=True, readonly=False, precompute=True,
        help="Doing it is a touch in this channel. Empty: it is no touch.")
    conveyor_reason_id = fields.Many2one("conveyor.reason", "Reason", ondelete="set null")
    conveyor_run_id = fields.Many2one("conveyor.step.run", "Cadence Step", ondelete="set null", index="btree_not_null", readonly=True)
    conveyor_come_back = fields.Boolean("Client's Own Date", readonly=True)

    @api.depends("activity_type_id")
    def _compute_conveyor_channel(self):
        for activity in self:
            activity.conveyor_channel = activity.activity_type_id.conveyor_channel

    @api.model_create_multi
    def create(self, vals_list):
        activities = super().create(vals_list)
        if (work_id := self.env.context.get("conveyor_work_id")) and len(activities) == 1:
            self.env["conveyor.work"].browse(work_id).exists()._link_activity(activities)
        return activities

    def _action_done(self, feedback=False, attachment_ids=None):
        """A done activity is a touch, when it is one by its kind, and it
        completes the standard work that it was planned for."""
        messages, activities = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        on_leads = self.filtered(lambda activity: activity.res_model == "crm.lead")
        if on_leads:
            on_leads._record_touches(feedback)
            works = self.env["conveyor.work"].sudo().search(  # the activity's own right is enough
                [("activity_id", "in", on_leads.ids), ("state", "=", "todo")])
            if works and not self.env.context.get("conveyor_work_done"):
                works._complete_by_activity()
        return messages, activities

    def _touch_channel(self):
        """The channel of R10 that doing this activity means, or None."""
        self.ensure_one()
        work_item = self.env["conveyor.work"].sudo().search([("activity_id", "=", self.id)], limit=1).item_id
        if work_item.proof == "touch" and work_item.proof_channel:
            return work_item.proof_channel
        mail_type = self.env.ref("mail.mail_activity_data_email", raise_if_not_found=False)
        if self.activity_type_id == mail_type:
            return "email"
        return TOUCH_CHANNELS.get(self.activity_category) or ("other" if work_item.proof == "touch" else None)

    def _record_touches(self, feedback):
        self.env["conveyor.touch"]._record([{
            "event_key": f"activity-{activity.id}", "lead_id": activity.res_id, "channel": channel,
            "subject": activity.summary or activity.activity_type_id.name, "note": html2plaintext(feedback) if feedback else False,
        } for activity in self if (channel := activity._touch_channel())])
