from odoo import fields, models

from ..engine import next_touch

SNOOZES = 3  # from the third on, the team's leader hears of it


class CrmLead(models.Model):
    """The lead's next touch goes with the lead: to its new salesperson, to the
    client's own date, into nurture."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "conveyor.next.mixin"]

    next_touch_date = fields.Datetime(inverse="_inverse_next_touch_date", readonly=False)
    next_touch_user_id = fields.Many2one(inverse="_inverse_next_touch_user_id", readonly=False)
    snooze_count = fields.Integer("Put off, Times", readonly=True, copy=False)

    # a person's new leads; columns that rarely change, so that other writes stay as cheap as they are
    _conveyor_new_idx = models.Index("(user_id, create_date) WHERE active AND won_status = 'pending'")

    def _next_kind(self):
        return next_touch.OPEN if self.active and self.won_status == "pending" else next_touch.LOST

    def _next_interval(self):
        """Days between touches here: the section's norm, else ten touches in the decision window."""
        stage, company = self.stage_id, self.company_id or self.env.company
        if stage.norm_days and stage.norm_touches:
            return stage.norm_days / stage.norm_touches
        return (self.team_id.conveyor_window_days or company.conveyor_window_days) / 10

    def write(self, vals):
        sellers = {lead.id: (lead.user_id, lead.team_id.user_id) for lead in self.sudo()} if "user_id" in vals else {}
        result = super().write(vals)
        if sellers:
            self.sudo()._pass_on_touches(sellers)  # the lead may be out of the user's sight now
        return result

    # ------------------------------------------------------------ another salesperson
    def _pass_on_touches(self, sellers):
        """What the seller before had planned, and whoever stood in for him, is the new one's."""
        moved = self.filtered(lambda lead: lead.user_id and lead.user_id != sellers[lead.id][0])
        if not moved:
            return
        for activity in moved._planned_touches():
            lead = self.browse(activity.res_id)
            before, leader = sellers[lead.id]
            if activity.user_id == lead.user_id:
                continue
            stood_in = not before.active and activity.user_id == leader
            if not activity.user_id.active or activity.user_id == before or stood_in:
                activity.with_context(mail_activity_quick_update=True).user_id = lead.user_id
        for row in moved._running_enrolments():
            if row.user_id != row.lead_id.user_id:
                row.user_id = row.lead_id.user_id
        self.env["conveyor.touch.line"]._mark(moved.ids, counts=False)

    # ------------------------------------------------------------ the client's own date
    def _snooze_until(self, until, reason):
        self.write({"snooze_until": until, "snooze_reason": reason})

    def _snoozed(self):
        """After ``snooze_until`` was written: the next touch is then."""
        for (until, reason), leads in self.grouped(lambda lead: (lead.snooze_until, lead.snooze_reason)).items():
            leads._come_back(until, reason)
        put_off = self.filtered("snooze_until")
        for lead in put_off:
            lead.snooze_count += 1
        put_off.filtered(lambda lead: lead.snooze_count >= SNOOZES)._tell_put_off()

    def _tell_put_off(self):
        """The third time nobody decides alone: the team's leader looks at it."""
        kind = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        for lead in self:
            leader = lead.team_id.user_id
            if leader.active and leader != lead.user_id:
                lead.activity_schedule(
                    activity_type_id=kind.id if kind else False, user_id=leader.id, conveyor_channel=False,
                    summary=self.env._(
                        "Put off %(times)s times, now until %(date)s: is it still alive?", times=lead.snooze_count,
                        date=fields.Date.to_string(lead.snooze_until)), note=lead.snooze_reason or False)
