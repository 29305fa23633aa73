from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .conveyor_enrolment_step import QUIETLY
from .conveyor_reactivation import SILENT

CUSTOMER_KINDS = {"conveyor_opportunity", "conveyor_offer", "conveyor_stop"}
QUIET = {**QUIETLY, "tracking_disable": True, "mail_create_nosubscribe": True, "mail_create_nolog": True}


class MailActivity(models.Model):
    _inherit = "mail.activity"

    conveyor_automation_id = fields.Many2one(
        "base.automation", "Planned by Rule", ondelete="set null", index="btree_not_null", readonly=True, groups="base.group_system")


class IrActionsServer(models.Model):
    """What is done for customers when something happens to them: each kind for all of them at once."""

    _inherit = "ir.actions.server"

    state = fields.Selection(selection_add=[
        ("conveyor_opportunity", "Create Reactivation Opportunity"), ("conveyor_offer", "Give an Offer"),
        ("conveyor_stop", "Stop Reactivation"), ("conveyor_enrol",)],
        ondelete=dict.fromkeys(CUSTOMER_KINDS, "cascade"))
    conveyor_stage_id = fields.Many2one("crm.stage", "Section", ondelete="set null", help="Empty: the team's first one.")
    conveyor_team_id = fields.Many2one("crm.team", "Sales Team", ondelete="set null", help="Empty: the account manager's own team.")
    conveyor_source_id = fields.Many2one("utm.source", "Source", ondelete="set null")

    @api.constrains("state", "model_id")
    def _check_customer_kind(self):
        for action in self.filtered(lambda action: action.state in CUSTOMER_KINDS and action.model_name != "res.partner"):
            raise ValidationError(self.env._(
                "%(action)s is done for customers. Choose the model Contact.", action=action.name))

    @api.depends("state")
    def _compute_available_model_ids(self):
        mine = self.filtered(lambda action: action.state in CUSTOMER_KINDS)
        mine.available_model_ids = self.env["ir.model"]._get("res.partner")
        super(IrActionsServer, self - mine)._compute_available_model_ids()

    def _generate_action_name(self):
        if self.state in CUSTOMER_KINDS:
            return dict(self._fields["state"]._description_selection(self.env))[self.state]
        return super()._generate_action_name()

    @api.model
    def _records_of(self, eval_context):
        return (eval_context or {}).get("records") or (eval_context or {}).get("record") or self.env["res.partner"]

    def _say(self, record_ids, sentence):
        """Into the log of what the rule did, if one runs."""
        if signals := self.env.context.get("conveyor_signals"):
            for record_id in record_ids:
                signals.say(record_id, sentence)

    # ------------------------------------------------------------ Odoo's own Create Activity, for many
    def _run(self, records, eval_context):
        """*Create Activity* for all that happened to customers in a night: one create a person."""
        if self.state == "next_activity" and self.env.context.get("conveyor_signals") and not self.warning \
                and self.activity_type_id and records:
            return self._plan_together(records)
        return super()._run(records, eval_context)

    def _plan_together(self, records):
        vals = {"activity_type_id": self.activity_type_id.id, "summary": self.activity_summary or "",
                "note": self.activity_note or "", "conveyor_automation_id": self.env.context.get("conveyor_automation_id")}
        if self.activity_date_deadline_range > 0:
            vals["date_deadline"] = fields.Date.add(fields.Date.context_today(self), **{
                self.activity_date_deadline_range_type or "days": self.activity_date_deadline_range})
        by_user = defaultdict(list)
        for record in records:
            by_user[self._planned_for(record)].append(record.id)
        for user, ids in by_user.items():
            records.browse(ids).with_context(**QUIETLY).activity_schedule(**vals, user_id=user.id)
        return False

    def _planned_for(self, record):
        """As Odoo chooses; where the record has nobody, whoever answers for the rule."""
        user = self.env["res.users"]
        if self.activity_user_type == "specific":
            user = self.activity_user_id
        elif self.activity_user_type == "generic" and self.activity_user_field_name in record:
            user = record[self.activity_user_field_name][:1]
        company = record.company_id or self.env.company
        return user or company.conveyor_am_user_id or user.browse(self.env.context.get("conveyor_responsible_id")) \
            or self.activity_type_id.default_user_id

    # ------------------------------------------------------------ opportunity
    def _run_action_conveyor_opportunity_multi(self, eval_context=None):
        """An opportunity for each customer without an open one, assigned to his account manager."""
        partners = self._records_of(eval_context)
        company = self.env.company
        busy = self._with_open_lead(partners, company)
        fresh = partners.filtered(lambda partner: partner.commercial_partner_id.id not in busy)
        self._say((partners - fresh).ids, self.env._("An opportunity is open already."))
        rhythms = {rhythm.partner_id.id: rhythm for rhythm in self.env["conveyor.rhythm"].search([
            ("partner_id", "in", fresh.commercial_partner_id.ids), ("company_id", "=", company.id)])}
        one_each = {partner.commercial_partner_id.id: partner for partner in reversed(fresh)}
        by_user = defaultdict(list)
        for owner_id, partner in one_each.items():
            by_user[self._opportunity_user(partner, company)].append((partner, rhythms.get(owner_id, self.env["conveyor.rhythm"])))
        self.env["crm.lead"].with_context(**QUIET).create([vals for user, pairs in by_user.items() for vals in (
            self.with_context(lang=user.lang or self.env.lang)._prepare_opportunities(user, pairs, company))])
        return False

    @api.model
    def _with_open_lead(self, partners, company):
        """Ids of commercial partners among these with an open lead or opportunity."""
        self.env["crm.lead"].flush_model(["partner_id", "active", "won_status", "company_id"])
        return {owner_id for owner_id, in self.env.execute_query(SQL(
            """SELECT DISTINCT p.commercial_partner_id FROM res_partner p JOIN crm_lead l ON l.partner_id = p.id
                WHERE p.commercial_partner_id = ANY(%s) AND l.active AND l.won_status = 'pending'
                  AND (l.company_id IS NULL OR l.company_id = %s)""", partners.commercial_partner_id.ids, company.id))}

    def _opportunity_user(self, partner, company):
        return partner.user_id or company.conveyor_am_user_id or partner.user_id.browse(
            self.env.context.get("conveyor_responsible_id"))

    def _prepare_opportunities(self, user, pairs, company):
        """Values in the language of whoever gets them.

        :param pairs: (customer, his rhythm or an empty one)
        """
        team = self.conveyor_team_id or company.conveyor_am_team_id
        chosen = {"stage_id": self.conveyor_stage_id.id, "team_id": team.id, "source_id": self.conveyor_source_id.id}
        shared = {"type": "opportunity", "user_id": user.id, "company_id": company.id,
                  **{name: value for name, value in chosen.items() if value}}
        return [{
            **shared, "name": self.env._("Reactivation: %(customer)s", customer=partner.display_name), "partner_id": partner.id,
            "expected_revenue": rhythm.revenue_average, "description": self._explain(rhythm.with_env(self.env))}
            for partner, rhythm in pairs]

    @api.model
    def _explain(self, rhythm):
        """Why, in words: the sentence of the rhythm."""
        return rhythm.explanation or ""

    # ------------------------------------------------------------ offer
    def _run_action_conveyor_offer_multi(self, eval_context=None):
        """A coupon for each customer, where the Loyalty app is installed."""
        partners = self._records_of(eval_context)
        self._give_offers(partners)
        return False

    def _give_offers(self, partners):
        """Overridden by the addon for Loyalty."""
        self._say(partners.ids, self.env._("No coupon was given: the app Coupons & Loyalty is not installed."))

    # ------------------------------------------------------------ the rest
    def _run_action_conveyor_stop_multi(self, eval_context=None):
        """Whatever was under way to wake these customers ends: cadences, planned activities, what waits."""
        partners = self._records_of(eval_context).commercial_partner_id
        keys = list(self.env["conveyor.client"]._keys_of_partners(partners).values())
        self.env["conveyor.enrolment"].sudo().search([  # whoever leads them there
            ("client_key", "in", keys), ("purpose", "=", "reactivation"), ("state", "in", ("running", "snoozed")),
        ])._stop("bought")
        waiting = self.env["conveyor.reactivation"].sudo().search([  # rows of the log are nobody's to edit
            ("partner_id", "child_of", partners.ids), ("state", "=", "waiting"), ("to_status", "!=", "back")])
        waiting.write({"state": "dropped", "next_date": False, "explanation": self.env._("The customer is back.")})
        self.env["mail.activity"].sudo().search([  # planned because he was silent, for whomever
            ("res_model", "=", "res.partner"), ("res_id", "in", self._contacts_of(partners)),
            ("conveyor_automation_id.conveyor_to_status", "in", SILENT)]).unlink()
        return False

    @api.model
    def _contacts_of(self, partners):
        return self.env["conveyor.client"]._contacts(partners.ids)
