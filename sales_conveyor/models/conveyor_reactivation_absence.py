from odoo import api, fields, models

from .conveyor_enrolment_step import QUIETLY
from .conveyor_reactivation import SILENT


class ConveyorReactivation(models.Model):
    """Why the customer stayed away, as he said himself."""

    _inherit = "conveyor.reactivation"

    absence_reason_id = fields.Many2one("conveyor.absence.reason", "Reason of Absence", ondelete="restrict", index="btree_not_null", readonly=True)
    absence_date = fields.Date("Said on", readonly=True)
    absence_user_id = fields.Many2one("res.users", "Said to", ondelete="set null", readonly=True)

    @api.model
    def _record_absence(self, partners, reason, now=None):
        """Note why these customers stayed away, on the last thing done about
        their silence; without one a row of its own says it.

        :param reason: ``conveyor.absence.reason``, empty: it was said by mistake
        """
        now = now or fields.Datetime.now()
        company, owners = self.env.company, partners.commercial_partner_id
        rows = self.sudo()  # whoever may edit the customer says why he was away; rows of the log are nobody's to edit
        last = rows.search([
            ("partner_id", "in", owners.ids), ("company_id", "=", company.id), ("to_status", "in", SILENT),
            ("state", "!=", "dropped"), ("woken_date", "=", False)], order="id")
        by_owner = {row.partner_id: row for row in last}
        if missing := owners.filtered(lambda owner: owner not in by_owner) if reason else owners.browse():
            created = rows.create([self._prepare_absence(owner, company, now) for owner in missing])
            by_owner.update({row.partner_id: row for row in created})
        rows.union(*by_owner.values()).write({
            "absence_reason_id": reason.id, "absence_date": now.date() if reason else False,
            "absence_user_id": self.env.uid if reason else False})
        if reason.alerts_manager:
            owners._conveyor_displeased(reason, now)
        if reason.alerts_manager or reason.ends_reactivation:
            owners._conveyor_let_be(self.env._("Reason of absence: %(reason)s", reason=reason.name))

    @api.model
    def _prepare_absence(self, owner, company, now):
        rhythm = self.env["conveyor.rhythm"].sudo().search(  # his status only
            [("partner_id", "=", owner.id), ("company_id", "=", company.id)])
        return {
            "kind": "by_hand", "model": "res.partner", "res_id": owner.id, "partner_id": owner.id, "company_id": company.id,
            "user_id": owner.user_id.id, "date": now.date(), "to_status": rhythm.status if rhythm.status in SILENT else False,
            "state": "done", "done_date": now, "explanation": self.env._("Asked by hand.")}


class ResPartner(models.Model):
    _inherit = "res.partner"

    conveyor_is_absent = fields.Boolean(compute="_compute_conveyor_absence", groups="sales_team.group_sale_salesman")
    conveyor_absence_reason_id = fields.Many2one(
        "conveyor.absence.reason", "Why He Stays Away", compute="_compute_conveyor_absence", inverse="_inverse_conveyor_absence",
        groups="sales_team.group_sale_salesman", help="As he said himself. The displeased go to a manager at once.")

    @api.depends_context("company")
    def _compute_conveyor_absence(self):
        owners = self._origin.commercial_partner_id
        silent = self.env["conveyor.rhythm"].sudo().search([  # that he is silent, not what he bought
            ("partner_id", "in", owners.ids), ("company_id", "=", self.env.company.id), ("status", "in", SILENT)]).partner_id
        rows = self.env["conveyor.reactivation"].sudo().search([  # the reason is the customer's, whoever asked
            ("partner_id", "in", owners.ids), ("company_id", "=", self.env.company.id), ("absence_reason_id", "!=", False),
            ("woken_date", "=", False)], order="id")
        reasons = {row.partner_id: row.absence_reason_id for row in rows}
        for partner in self:
            owner = partner._origin.commercial_partner_id
            partner.conveyor_absence_reason_id = reasons.get(owner, False)
            partner.conveyor_is_absent = owner in silent or owner in reasons

    def _inverse_conveyor_absence(self):
        for partner in self:
            self.env["conveyor.reactivation"]._record_absence(partner, partner.conveyor_absence_reason_id)

    def _conveyor_displeased(self, reason, now):
        """Marketing stops, and a manager hears of it today."""
        self.conveyor_complaint = True
        kind = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        summary = self.env._("%(reason)s: speak to this customer today", reason=reason.name)
        for customer in self:
            if user := customer._conveyor_manager():
                customer.sudo().with_context(**QUIETLY).activity_schedule(  # for a manager, whoever was told
                    activity_type_id=kind.id if kind else False, user_id=user.id, date_deadline=now.date(), summary=summary)

    def _conveyor_manager(self):
        """Who answers for the account manager: his team's leader, else the account team's."""
        person = (self.user_id or self.env.user).sudo()  # who leads whom
        return (person.sale_team_id.user_id or self.env.company.sudo().conveyor_am_team_id.user_id
                or self.env.company.sudo().conveyor_am_user_id or person)

    def _conveyor_let_be(self, sentence):
        """What should wake these customers ends."""
        keys = list(self.env["conveyor.client"]._keys_of_partners(self).values())
        self.env["conveyor.enrolment"].sudo().search([  # whoever led them there
            ("client_key", "in", keys), ("purpose", "=", "reactivation"), ("state", "in", ("running", "snoozed"))])._stop("manual", sentence)
        self.env["conveyor.reactivation"].sudo().search([  # the log is nobody's to edit
            ("partner_id", "in", self.ids), ("state", "=", "waiting")]).write(
            {"state": "dropped", "next_date": False, "explanation": sentence})
