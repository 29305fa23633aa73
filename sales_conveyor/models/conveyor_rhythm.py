from odoo import api, fields, models

from ..engine.rhythm import BLENDED, CATEGORY, COMPANY, LATE, LOST, NEW, OWN, SLEEPING, STEADY

STATUSES = [(NEW, "New"), (STEADY, "Steady"), (LATE, "Late"), (SLEEPING, "Sleeping"), (LOST, "Lost")]


class ConveyorRhythm(models.Model):
    """How often a customer buys, and what his silence means: one light row for
    each commercial partner and company, derived from purchases, never edited.
    """

    _name = "conveyor.rhythm"
    _description = "Purchase Rhythm"
    _log_access = False
    _rec_name = "partner_id"
    _inherit = "conveyor.rhythm.access"
    _order = "last_date desc, id"

    partner_id = fields.Many2one("res.partner", "Customer", required=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one("res.company", "Company", required=True, ondelete="cascade", readonly=True)
    currency_id = fields.Many2one("res.currency", "Currency", ondelete="restrict", readonly=True)
    user_id = fields.Many2one(related="partner_id.user_id", string="Account Manager")

    # ------------------------------------------------------------ what he bought
    purchase_count = fields.Integer("Purchases", readonly=True, help="Days on which he bought.")
    first_date = fields.Date("First Purchase", readonly=True)
    last_date = fields.Date("Last Purchase", readonly=True)
    log_sum = fields.Float("Sum of Log Gaps", readonly=True)
    log_squares = fields.Float("Sum of Squared Log Gaps", readonly=True)
    gap_count = fields.Integer("Gaps", readonly=True)
    weekly_count = fields.Integer("Gaps of Whole Weeks", readonly=True)
    category_id = fields.Many2one(
        "product.category", "Product Category", ondelete="set null", readonly=True,
        help="Of the largest line of his last purchase.")
    revenue_total = fields.Monetary("Lifetime Revenue", readonly=True, help="Untaxed, net of credit notes.")
    revenue_average = fields.Monetary("Average Check", readonly=True, aggregator="avg")
    margin_total = fields.Monetary("Lifetime Margin", readonly=True, help="Where margins are known.")
    revenue_year = fields.Monetary("Last 365 Days", readonly=True)
    revenue_before = fields.Monetary("The 365 Days Before", readonly=True)
    first_amount = fields.Monetary("Amount of the First Purchase", readonly=True)
    last_amount = fields.Monetary("Amount of the Last Purchase", readonly=True)

    # ------------------------------------------------------------ his rhythm
    usual_gap = fields.Float("Usual Gap, Days", readonly=True, aggregator="avg")
    shape = fields.Float("Regularity", readonly=True, aggregator=None, help="Shape of the distribution of his gaps: the higher, the more regular.")
    gap_low = fields.Float("Short Gap", readonly=True, aggregator="avg", help="One gap of ten is shorter.")
    gap_high = fields.Float("Long Gap", readonly=True, aggregator="avg", help="One gap of ten is longer.")
    expected_date = fields.Date("Expected", readonly=True)
    act_date = fields.Date("Late from", readonly=True)
    sleeping_date = fields.Date("Sleeping from", readonly=True)
    lost_date = fields.Date("Lost from", readonly=True)
    next_status_date = fields.Date("To be Judged Again", readonly=True)
    renew_date = fields.Date("Yearly Figures Change", readonly=True)
    is_stale = fields.Boolean("Settings Changed", readonly=True)
    status = fields.Selection(STATUSES, "Rhythm", readonly=True)
    status_date = fields.Date("Status since", readonly=True)
    basis = fields.Selection([
        (OWN, "His own purchases"), (BLENDED, "His purchases and those of others"),
        (CATEGORY, "Customers of the product category"), (COMPANY, "Customers of the company")],
        "Judged by", readonly=True)
    rule_id = fields.Many2one("conveyor.rhythm.rule", "Rule", ondelete="set null", readonly=True)
    calendar_id = fields.Many2one("conveyor.rhythm.calendar", "Counted Days", ondelete="set null", readonly=True)
    is_open_days = fields.Boolean("Counted in Open Days", readonly=True)

    # ------------------------------------------------------------ his qualities
    bought_date = fields.Date("Bought", readonly=True)
    bought_more_date = fields.Date("Bought More", readonly=True)
    returned_date = fields.Date("Came Back", readonly=True)
    recommended_date = fields.Date("Recommended Us", readonly=True)
    referred_date = fields.Date("Brought Another", readonly=True)

    _partner_company_unique = models.Constraint("UNIQUE (partner_id, company_id)", "A customer has one rhythm in a company.")
    _next_status_idx = models.Index("(next_status_date) WHERE next_status_date IS NOT NULL")
    _renew_idx = models.Index("(renew_date) WHERE renew_date IS NOT NULL")

    @api.model
    def _own_dates(self, partner_ids=None):
        """Dates that customers have of their own (booked visits); they override the expected date.

        :param partner_ids: commercial partners, None for all
        :return: ``{commercial partner id: date}``
        """
        return {}
