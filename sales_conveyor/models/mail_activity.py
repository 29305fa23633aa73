from odoo import api, fields, models

from .conveyor_touch_capture import CAPTURED
from .conveyor_work_item import CHANNELS


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
        if done := self.filtered(lambda activity: activity.res_model in CAPTURED):
            self.env["conveyor.touch"]._capture_activities(done, feedback)
            works = self.env["conveyor.work"].sudo().search(  # the activity's own right is enough
                [("activity_id", "in", done.ids), ("state", "=", "todo")])
            if works and not self.env.context.get("conveyor_work_done"):
                works._complete_by_activity()
        return messages, activities

    def _touch_channels(self):
        """``{activity id: channel that doing it means, or False}``"""
        works = self.env["conveyor.work"].sudo().search([("activity_id", "in", self.ids)])  # only how it is proven
        items = {work.activity_id: work.item_id for work in works if work.item_id.proof == "touch"}
        return {activity.id: (item := items.get(activity)) and item.proof_channel or activity.conveyor_channel
                or ("other" if item else False) for activity in self}

    def _touch_event(self):
        """What identifies the event: an activity of a meeting is the meeting, and
        happens when that does."""
        self.ensure_one()
        if meeting := self.calendar_event_id.sudo():  # private meetings as well
            return {"event_key": f"event-{meeting.id}", "date": min(meeting.start, fields.Datetime.now())}
        return {"event_key": f"activity-{self.id}"}
