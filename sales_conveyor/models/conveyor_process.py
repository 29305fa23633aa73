from datetime import date

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tools import SQL, format_date

MINERS = "sales_team.group_sale_salesman_all_leads"
SYNCHRONOUS = 20000  # leads up to which the button does not queue
EARLIEST, LATEST = date(1970, 1, 1), date(2099, 12, 31)


class ConveyorProcess(models.Model):
    """How leads of a source become first sales: who answers for it, what people
    say about it, and its versions as they were read from history.

    A lead belongs to the most specific process that matches it, see
    ``_matching_sql``. ``action_document_as_is`` reads history and makes a draft
    version; nothing here changes by itself.
    """

    _name = "conveyor.process"
    _description = "First-Sale Process"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", "Company", ondelete="cascade", index="btree_not_null",
                                 help="Empty: leads of all companies.")
    source_ids = fields.Many2many("utm.source", ondelete="restrict", string="Sources", help="Empty: leads of any source, or of none.")
    medium_ids = fields.Many2many("utm.medium", ondelete="restrict", string="Media", help="Empty: leads of any medium, or of none.")
    campaign_ids = fields.Many2many("utm.campaign", ondelete="restrict", string="Campaigns", help="Empty: leads of any campaign, or of none.")
    team_id = fields.Many2one("crm.team", "Sales Team", ondelete="restrict", help="Empty: leads of all teams.")
    owner_id = fields.Many2one(
        "res.users", "Owner", domain=[("share", "=", False)], default=lambda self: self.env.user, tracking=True,
        help="Answers for the process; is told when it no longer runs as documented.")
    goal = fields.Char(translate=True, help="What counts as the first sale, for instance a test drive or a trial order.")
    goal_product_id = fields.Many2one("product.template", "Entry Product", ondelete="set null")
    origin_who = fields.Char("Who Makes the Leads", translate=True)
    origin_steps = fields.Text("How the Leads Are Made", translate=True)
    origin_promise = fields.Text("What the Client Was Promised", translate=True)
    origin_cost = fields.Monetary("Cost of a Lead", groups=MINERS)
    first_contact = fields.Text("First Contact", translate=True, help="What happens when the client first comes: site, call, walk-in.")
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    step_ids = fields.One2many("conveyor.process.step", "process_id", "Steps", copy=True)
    version_ids = fields.One2many("conveyor.process.version", "process_id", "Versions")
    current_version_id = fields.Many2one("conveyor.process.version", "Current Version", compute="_compute_current_version_id",
                                         search="_search_current_version_id")
    current_number = fields.Integer("Number of the Current Version", related="current_version_id.number")
    current_from = fields.Date(related="current_version_id.date_from")
    current_to = fields.Date(related="current_version_id.date_to")
    current_conversion = fields.Float(related="current_version_id.conversion", aggregator=None)
    current_days = fields.Float("Days to the First Sale", related="current_version_id.median_days", aggregator=None, digits=(16, 1))
    current_belt = fields.Text(related="current_version_id.belt", related_sudo=False)
    version_count = fields.Integer("Versions", compute="_compute_version_count")
    last_number = fields.Integer(default=0, readonly=True, copy=False)
    period_months = fields.Integer("Period, Months", default=12, required=True, help="Of how many months the leads are read.")
    lead_count = fields.Integer("Leads", compute="_compute_lead_count", help="Leads of the last period that belong to this process.")

    _period = models.Constraint("CHECK (period_months BETWEEN 1 AND 120)", "The period of a process is 1 to 120 months.")

    # ------------------------------------------------------------ what is shown
    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for process in self:
            process.currency_id = (process.company_id or self.env.company).currency_id

    @api.depends("version_ids.state")
    def _compute_current_version_id(self):
        current = {version.process_id: version for version in self.env["conveyor.process.version"].search(
            [("process_id", "in", self.ids), ("state", "=", "current")])}
        for process in self:
            process.current_version_id = current.get(process)

    def _search_current_version_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        current = Domain("state", "=", "current")
        found = Domain("version_ids", "any", current & Domain("id", "in", list(filter(None, value))))
        return found | Domain("version_ids", "not any", current) if not all(value) else found

    @api.depends("version_ids")
    def _compute_version_count(self):
        counts = dict(self.env["conveyor.process.version"]._read_group(
            [("process_id", "in", self.ids)], ["process_id"], ["__count"]))
        for process in self:
            process.version_count = counts.get(process, 0)

    @api.depends_context("uid", "allowed_company_ids")
    @api.depends("source_ids", "medium_ids", "campaign_ids", "team_id", "company_id", "active", "sequence", "period_months")
    def _compute_lead_count(self):
        counts = self._lead_counts()
        for process in self:
            process.lead_count = counts.get(process._origin.id, 0)

    # ------------------------------------------------------------ deleting
    @api.ondelete(at_uninstall=False)
    def _unlink_except_documented(self):
        for process in self:
            if process.sudo().version_ids.filtered(lambda version: version.state != "draft"):  # of any company
                raise UserError(self.env._(
                    "“%(process)s” has documented versions. Archive it instead of deleting it.", process=process.name))

    # ------------------------------------------------------------ as it is
    def action_document_as_is(self, date_from=None, date_to=None):
        """Read how the process ran, from history.

        :param date_from, date_to: leads that entered within these days; without
            them the last ``period_months`` until today
        :return: the draft ``conveyor.process.version``
        :raise AccessError: the user may not see all leads
        """
        self.ensure_one()
        self._check_may_mine()
        first, last = self._period_of(date_from, date_to)
        mined = self.env["conveyor.process.miner"]._mine(self, first, last)
        return self._make_version(first, last, mined)

    def _check_may_mine(self):
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group(MINERS)):
            raise AccessError(self.env._(
                "A process is documented from the leads of all salespeople. Ask somebody with the right “%(right)s”.",
                right=self.env.ref(MINERS).sudo().display_name))

    def _period_of(self, date_from=None, date_to=None):
        """First and last day."""
        last = fields.Date.to_date(date_to) or self._today()
        first = fields.Date.to_date(date_from) or fields.Date.add(last, months=-self.period_months, days=1)
        if first > last:
            raise UserError(self.env._("The period of “%(process)s” ends before it begins: exchange the two dates.",
                                       process=self.name))
        if not EARLIEST <= first <= last <= LATEST:
            raise UserError(self.env._("The period of “%(process)s” is out of this world: choose days from %(first)s to %(last)s.",
                                       process=self.name, first=format_date(self.env, EARLIEST), last=format_date(self.env, LATEST)))
        return first, last

    def _today(self):
        company = self.company_id or self.env.company
        return fields.Date.context_today(self.with_context(tz=company._conveyor_tz()))

    def _mining_companies(self):
        return self.company_id or self.env.companies

    def _make_version(self, first, last, mined):
        """A draft with these figures and this picture."""
        version = self.env["conveyor.process.version"].sudo().create({  # made by mining only, by whoever may mine
            "process_id": self.id, "number": self._next_number(), "date_from": first, "date_to": last,
            "user_id": self.env.uid, "date": fields.Datetime.now(), "company_ids": [Command.set(self._mining_companies().ids)],
            "currency_id": self.currency_id.id, **mined,
        })
        version._copy_texts()
        version._say_changes()
        return version.with_env(self.env)

    def _next_number(self):
        """The number after the last one given; two at once: the later one is told to try again by PostgreSQL."""
        [(number,)] = self.env.execute_query(SQL(
            "UPDATE conveyor_process SET last_number = last_number + 1 WHERE id = %s RETURNING last_number", self.id))
        self.invalidate_recordset(["last_number"], flush=False)
        return number

    def _next_turn(self):
        """Of two who choose a current version at once, the later one is told to try again by PostgreSQL."""
        self.ensure_one()
        self.env.cr.execute(SQL("UPDATE conveyor_process SET last_number = last_number WHERE id = %s", self.id))

    # ------------------------------------------------------------ screens
    def action_open_versions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("sales_conveyor.conveyor_process_version_action")
        return {**action, "domain": [("process_id", "=", self.id)], "context": {"default_process_id": self.id}}
