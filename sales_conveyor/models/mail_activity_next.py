from odoo import api, fields, models

# a change of one of these may change who is touched next
NEXT_FIELDS = {
    "active", "date_deadline", "conveyor_at", "user_id", "conveyor_channel", "conveyor_reason_id", "activity_type_id",
    "calendar_event_id", "res_id", "res_model", "res_model_id",
}


class MailActivity(models.Model):
    """Touches planned by hand: each may be the next touch of its record."""

    _inherit = "mail.activity"

    conveyor_at = fields.Datetime(
        "At", help="The time that was agreed. It holds as long as the due date is this day.")
    conveyor_movable = fields.Boolean(
        "May Wait", readonly=True, help="Proposed, not promised: a full day moves it to the next one.")

    conveyor_put_off_date = fields.Datetime(readonly=True, copy=False, help="When the client's own date took it out of the day's queue.")

    # a person's queue of the day
    _conveyor_queue_idx = models.Index("(user_id, date_deadline) WHERE active AND conveyor_channel IS NOT NULL")

    @api.model_create_multi
    def create(self, vals_list):
        activities = super().create(vals_list)
        activities._mark_next()
        return activities

    def write(self, vals):
        if not vals.keys() & NEXT_FIELDS:
            return super().write(vals)
        self._mark_next()
        result = super().write(vals)
        if vals.keys() & {"res_id", "res_model", "res_model_id"}:
            self._mark_next()
        return result

    def unlink(self):
        self._mark_next()
        return super().unlink()

    def _mark_next(self):
        """The records of these activities may have another next touch now."""
        ids = {"crm.lead": set(), "res.partner": set()}
        for activity in self:
            if activity.res_model in ids:
                ids[activity.res_model].add(activity.res_id)
        if any(ids.values()):
            self.env["conveyor.touch.line"]._mark(ids["crm.lead"], ids["res.partner"], counts=False)
