from collections import defaultdict

from odoo import models


class ResUsers(models.Model):
    """Whoever leaves, his clients' next touches stay."""

    _inherit = "res.users"

    def write(self, vals):
        if vals.get("active") is False:
            self._hand_over_touches()
        return super().write(vals)

    def action_archive(self):
        self._hand_over_touches()  # Odoo deletes the activities of whoever is archived
        return super().action_archive()

    def _hand_over_touches(self):
        """Touches planned for these users go to whoever leads the client, else to
        the team's leader, else to whoever archives them."""
        activities = self.env["mail.activity"].sudo().search([  # an administrator sees no leads
            ("user_id", "in", self.ids), ("conveyor_channel", "!=", False),
            ("res_model", "in", ["crm.lead", "res.partner"])])
        by_user = defaultdict(activities.browse)
        for model, mine in activities.grouped("res_model").items():
            records = self.env[model].sudo().browse(mine.mapped("res_id"))
            for activity, record in zip(mine, records, strict=True):
                by_user[self._heir(record)] |= activity
        for user, mine in by_user.items():
            mine.with_context(mail_activity_quick_update=True).write({"user_id": user.id})
        for row in self.env["conveyor.enrolment"].sudo().search([
                ("user_id", "in", self.ids), ("state", "in", ["running", "snoozed"])]):
            row.user_id = self._heir(row.lead_id or row.partner_id)

    def _heir(self, record):
        """Who touches this client from now on."""
        team = record.team_id if record._name == "crm.lead" else self.env["crm.team"]
        heirs = record.user_id | team.user_id | team.member_ids
        heirs |= self.env.user | self.env.ref("sales_team.group_sale_manager").user_ids.sorted("id")
        return next((user for user in heirs if user.active and user not in self), self.env.user)
