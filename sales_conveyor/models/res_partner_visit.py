from odoo import api, fields, models

from ..engine import clock
from .conveyor_visit import AHEAD


class ResPartner(models.Model):
    """A customer's plan of visits, and the one that comes next."""

    _inherit = "res.partner"

    visit_ids = fields.One2many("conveyor.visit", "partner_id", "Visits", copy=False, groups="sales_team.group_sale_salesman")
    next_visit_id = fields.Many2one(
        "conveyor.visit", "Next Visit", compute="_compute_next_visit_id", groups="sales_team.group_sale_salesman")
    next_visit_words = fields.Char("Day and Time of the Visit", compute="_compute_next_visit_words", groups="base.group_user", help=(
        "For texts of reminders: of the visit that is spoken of, else of the next one."))

    @api.depends("visit_ids.state", "visit_ids.date", "visit_ids.time")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_next_visit_id(self):
        visits = self._conveyor_next_visits(self.env["conveyor.visit"])
        for partner in self:
            partner.next_visit_id = visits.get(partner._origin, False)

    def _conveyor_next_visits(self, visits, domain=()):
        """``{partner: his next visit}``, of those that ``visits`` may search."""
        found = visits.search([
            ("partner_id", "in", self._origin.ids), ("state", "in", AHEAD),
            ("date", ">=", clock.local_day(fields.Datetime.now(), self.env.company._conveyor_tz())), *domain])
        return {partner: mine[:1] for partner, mine in found.grouped("partner_id").items()}

    @api.depends("visit_ids.state", "visit_ids.date", "visit_ids.time")
    @api.depends_context("uid", "su", "allowed_company_ids", "conveyor_visits", "lang")
    def _compute_next_visit_words(self):
        """Where a reminder is written, its own visit is in the context."""
        about = dict(self.env.context.get("conveyor_visits") or ())
        visits = self.env["conveyor.visit"].sudo()  # the day of his visit is what the customer is told
        own = [] if self.env.su else [("company_id", "in", self.env.companies.ids)]  # by no colleague of another company
        following = self.filtered(lambda partner: partner.id not in about)._conveyor_next_visits(visits, own)
        for partner in self:
            visit = visits.browse(about[partner.id]).exists().filtered_domain(own).filtered(partner._conveyor_is_his) if (
                partner.id in about) else following.get(partner._origin)
            partner.next_visit_words = visit._words(self.env.context.get("lang") or partner.lang) if visit else False

    def _conveyor_is_his(self, visit):
        """Anybody may send a context: only his own visits are told in his words."""
        return visit.partner_id.commercial_partner_id == self._origin.commercial_partner_id

    def _conveyor_visit_words(self):
        """Day and time for a message, in the language in which it is written."""
        self.ensure_one()
        return self.next_visit_words or self.with_context(lang=self.env.context.get("lang") or self.lang).env._("the day we agreed")


class ProductTemplate(models.Model):
    """A service that is rendered in visits."""

    _inherit = "product.template"

    visit_count = fields.Integer("Visits", help="So many visits are planned for the customer when an order with it is confirmed. 0: none.")
    visit_gap_days = fields.Integer("Days between Visits", default=42)
    visit_remind_days = fields.Integer("Remind of a Visit, Days before", help="0: as the company's settings say.")

    _visits_make_sense = models.Constraint(
        "CHECK (COALESCE(visit_count, 0) BETWEEN 0 AND 200 AND COALESCE(visit_gap_days, 0) BETWEEN 0 AND 3650"
        " AND COALESCE(visit_remind_days, 0) BETWEEN 0 AND 365)",
        "A service may have up to 200 visits, up to 3,650 days apart, and remind of them up to 365 days before.")


class ResCompany(models.Model):
    _inherit = "res.company"

    conveyor_visit_remind_days = fields.Integer("Remind of a Booked Visit, Days before", default=2)
    conveyor_visit_book_days = fields.Integer("Book a Planned Visit, Days before", default=7)

    _visit_days_make_sense = models.Constraint(
        "CHECK (conveyor_visit_remind_days BETWEEN 0 AND 365 AND conveyor_visit_book_days BETWEEN 0 AND 365)",
        "Customers can be reminded of visits 0 to 365 days before.")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    conveyor_visit_remind_days = fields.Integer(related="company_id.conveyor_visit_remind_days", readonly=False)
    conveyor_visit_book_days = fields.Integer(related="company_id.conveyor_visit_book_days", readonly=False)
