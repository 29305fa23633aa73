from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date

HAND, IMPORT, BILL = "hand", "import", "bill"
ORIGINS = [(HAND, "By hand"), (IMPORT, "Import"), (BILL, "Vendor bill")]
OF_BILL = {"amount", "currency_id", "company_id", "source_id", "origin", "move_line_id", "rule_id"}  # said by the bill and its rule
OF_RULE = {"origin", "move_line_id", "rule_id", "is_period_own"}  # nobody says these
OF_SYSTEM = OF_RULE | {"amount_company"}  # what a person cannot say
YEARS_LIMIT = 10
TOO_MUCH = 10 ** 15  # and what is no number, such as an imported “nan”
FIRST_YEAR, LAST_YEAR = 1990, 2100  # of days for which anybody spends


class ConveyorSpend(models.Model):
    """Money spent on a source in a period, the same on each of its days.

    Entered by hand, imported, or made from a line of a vendor bill by a rule
    (``conveyor.spend.rule``), which keeps it in step with the bill.
    """

    _name = "conveyor.spend"
    _description = "Marketing Spend"
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char("Description")
    source_id = fields.Many2one("utm.source", "Source", required=True, index=True, ondelete="restrict",
                                help="Where the clients come from whom this money is to bring.")
    medium_id = fields.Many2one("utm.medium", "Medium", ondelete="set null")
    campaign_id = fields.Many2one("utm.campaign", "Campaign", ondelete="set null")
    date_from = fields.Date("From", required=True, default=fields.Date.context_today,
                            help="First day for which the money was spent. It is spread evenly over all the days.")
    date_to = fields.Date("To", required=True, compute="_compute_date_to", store=True, readonly=False, precompute=True,
                          help="Last day, included. One day only: the same as the first.")
    amount = fields.Monetary(required=True, help="Without taxes that you get back. A refund is negative.")
    currency_id = fields.Many2one("res.currency", "Currency", required=True, default=lambda self: self.env.company.currency_id)
    company_id = fields.Many2one("res.company", "Company", required=True, index=True, default=lambda self: self.env.company)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    amount_company = fields.Monetary(
        "Amount in Company Currency", currency_field="company_currency_id", compute="_compute_amount_company", store=True,
        help="At the rate of the first day; of a bill as it was booked.")
    origin = fields.Selection(ORIGINS, "How Entered", required=True, readonly=True, copy=False, default=lambda self: self._origin_now())
    move_line_id = fields.Many2one("account.move.line", "Bill Line", readonly=True, copy=False, ondelete="cascade")
    rule_id = fields.Many2one("conveyor.spend.rule", "Rule", readonly=True, copy=False, ondelete="cascade")
    is_period_own = fields.Boolean("Period Chosen by Hand", readonly=True, copy=False)
    is_doubtful = fields.Boolean("Possibly Entered Twice", compute="_compute_is_doubtful", search="_search_is_doubtful",
                                 help="The same source, medium and campaign has other money for some of these days, and not both come from bills.")
    doubt = fields.Char(compute="_compute_is_doubtful")

    _days_ordered = models.Constraint("CHECK (date_from <= date_to)", "Spend ends on or after the day on which it begins.")
    _line_unique = models.Constraint("UNIQUE (move_line_id, rule_id)", "A line of a bill is spend only once.")
    _days_idx = models.Index("(company_id, date_from, date_to)")

    @api.model
    def _origin_now(self):
        return IMPORT if self.env.context.get("import_file") else HAND

    # ------------------------------------------------------------ computes
    @api.depends("date_from")
    def _compute_date_to(self):
        for spend in self:
            if not spend.date_to or spend.date_from and spend.date_to < spend.date_from:
                spend.date_to = spend.date_from

    @api.depends("amount", "currency_id", "company_id", "date_from")
    def _compute_amount_company(self):
        for spend in self:
            if spend.move_line_id:  # as it was booked
                spend.amount_company = spend.amount_company
            else:
                spend.amount_company = spend.currency_id._convert(
                    spend.amount, spend.company_id.currency_id, spend.company_id, spend.date_from or fields.Date.today()
                ) if spend.currency_id else spend.amount

    @api.depends("source_id", "medium_id", "campaign_id", "date_from", "date_to", "company_id")
    def _compute_is_doubtful(self):
        others = self._others()
        for spend in self:
            other = self.browse(others.get(spend._origin.id)) if spend._origin.id in others else self.browse()
            spend.is_doubtful = bool(other)
            spend.doubt = other and self.env._(
                "Is this money entered twice? For some of these days there is already: %(name)s, %(amount)s, %(first)s to %(last)s.",
                name=other.display_name, amount=other.currency_id.format(other.amount),
                first=format_date(self.env, other.date_from), last=format_date(self.env, other.date_to))

    @api.depends("name", "source_id", "campaign_id")
    def _compute_display_name(self):
        for spend in self:
            spend.display_name = spend.name or " · ".join(filter(None, (spend.source_id.name, spend.campaign_id.name)))

    # ------------------------------------------------------------ entered twice?
    def _others(self):
        """``{id: id of another spend that may be the same money}``"""
        if not self._origin.ids:
            return {}
        self.flush_model()
        return dict(self.env.execute_query(SQL("%s AND s.id = ANY(%s) GROUP BY s.id", self._doubtful_sql(), self._origin.ids)))

    @api.model
    def _doubtful_sql(self):
        return SQL("""
            SELECT s.id, min(o.id) FROM conveyor_spend s JOIN conveyor_spend o
                ON o.id <> s.id AND o.company_id = s.company_id AND o.source_id = s.source_id
               AND o.medium_id IS NOT DISTINCT FROM s.medium_id AND o.campaign_id IS NOT DISTINCT FROM s.campaign_id
               AND o.date_from <= s.date_to AND o.date_to >= s.date_from
             WHERE (o.move_line_id IS NULL OR s.move_line_id IS NULL)
        """)

    def _search_is_doubtful(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.flush_model()
        return [("id", "in", SQL("(SELECT id FROM (%s GROUP BY s.id) d)", self._doubtful_sql()))]

    # ------------------------------------------------------------ checks
    @api.constrains("amount", "date_from", "date_to", "move_line_id")
    def _check_entered(self):
        for spend in self:
            if not spend.move_line_id and (not abs(spend.amount) < TOO_MUCH or spend.currency_id.is_zero(spend.amount)):
                raise ValidationError(self.env._(
                    "“%(name)s” has no amount. Enter what was spent; a refund is negative.", name=spend.display_name))
            if not FIRST_YEAR <= spend.date_from.year <= spend.date_to.year <= LAST_YEAR:
                raise ValidationError(self.env._(
                    "“%(name)s” is for %(first)s to %(last)s. Check the year of the two dates.", name=spend.display_name,
                    first=format_date(self.env, spend.date_from), last=format_date(self.env, spend.date_to)))
            if (spend.date_to - spend.date_from).days > 366 * YEARS_LIMIT:
                raise ValidationError(self.env._(
                    "“%(name)s” would be spread over %(first)s to %(last)s, more than %(years)s years. Check the year of the two dates.",
                    name=spend.display_name, first=format_date(self.env, spend.date_from),
                    last=format_date(self.env, spend.date_to), years=YEARS_LIMIT))

    @api.model_create_multi
    def create(self, vals_list):
        own = [{name: value for name, value in vals.items() if name not in self._unsaid() and (value or name != "date_to")} for vals in vals_list]
        for vals in own:
            self._check_days(vals.get("date_from"), vals.get("date_to"), vals.get("name"))
        return super().create(own)

    def write(self, vals):
        of_bills = self.filtered("move_line_id")
        if of_bills and (said := vals.keys() & OF_BILL):
            raise UserError(self.env._(
                "“%(name)s” comes from a vendor bill: %(fields)s cannot be changed here. Change the bill, or its rule under Configuration.",
                name=of_bills[0].display_name, fields=", ".join(self._fields[name]._description_string(self.env) for name in sorted(said))))
        vals = {name: value for name, value in vals.items() if name not in self._unsaid()}
        for spend in self if vals.keys() & {"date_from", "date_to"} else ():
            first = vals.get("date_from", spend.date_from)
            self._check_days(first, vals.get("date_to"), spend.display_name)
        if of_bills and vals.keys() & {"date_from", "date_to"}:
            super(ConveyorSpend, of_bills).write({"is_period_own": True})
        return super().write(vals)

    @api.model
    def _unsaid(self):
        """Names of what is never written by whoever writes now; the system reckons amounts again."""
        return OF_RULE if self.env.su else OF_SYSTEM

    @api.model
    def _check_days(self, first, last, name):
        first, last = fields.Date.to_date(first), fields.Date.to_date(last)
        if first and last and last < first:
            raise ValidationError(self.env._(
                "“%(name)s” ends on %(last)s, before it begins on %(first)s. Exchange the two days.",
                name=name or self.env._("Spend"), first=format_date(self.env, first), last=format_date(self.env, last)))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_bills(self):
        if of_bill := self.filtered("move_line_id")[:1]:
            raise UserError(self.env._(
                "“%(name)s” comes from a vendor bill. Reset the bill to draft, or change its rule under Configuration, and it goes by itself.",
                name=of_bill.display_name))

    # ------------------------------------------------------------ screens
    @api.model
    def get_import_templates(self):
        return [{"label": self.env._("Import Template for Marketing Spend"), "template": "/sales_conveyor/static/csv/conveyor_spend.csv"}]

    def action_open_bill(self):
        """The bill it comes from; accounting's own rights hold there."""
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_window", "res_model": "account.move", "views": [(False, "form")],
                "res_id": self.sudo().move_line_id.move_id.id}  # only which one it is
