from contextlib import closing

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command, Domain

from ..report.xlsx_writer import FunnelWorkbook, Look, RawSheets

DIMENSIONS = ("team_ids", "user_ids", "source_ids", "campaign_ids")
PLAIN = ("date_from", "date_to", "counting", "sale_kind")
EXPORT_GROUP = "base.group_allow_export"
NOBODY = 0  # among ids: without one


class ConveyorWorkbook(models.TransientModel):
    """The funnel as an XLSX workbook: what is counted, and the door to the file.

    From the funnel screen: ``create_from_filters(filters)``. From a list of
    leads: the form, opened for the selection. For programs::

        env["conveyor.workbook"].create({"date_from": "2026-01-01"})._write_file(stream)
    """

    _name = "conveyor.workbook"
    _description = "Conveyor Workbook"

    date_from = fields.Date("From", help="Empty: from the first lead on.")
    date_to = fields.Date("To", help="Empty: until today.")
    counting = fields.Selection(
        [("cohort", "Cohort: leads that came in the period, wherever they got"),
         ("period", "Period: what happened in the period, whenever the lead came")],
        required=True, default="cohort",
        help="Cohort answers what became of the leads of a time; period, what was done in it.")
    sale_kind = fields.Selection([("first", "First sales"), ("repeat", "Repeat sales")], "First or Repeat",
                                 help="Empty: both.")
    team_ids = fields.Many2many("crm.team", string="Sales Teams", context={"active_test": False})
    user_ids = fields.Many2many("res.users", string="Salespeople", context={"active_test": False})
    source_ids = fields.Many2many("utm.source", string="Sources", context={"active_test": False})
    campaign_ids = fields.Many2many("utm.campaign", string="Campaigns", context={"active_test": False})
    lead_ids = fields.Many2many("crm.lead", string="Leads", context={"active_test": False})
    company_ids = fields.Many2many("res.company", string="Companies", default=lambda self: self.env.companies)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company,
                                 help="Its currency and time zone are those of the figures.")
    or_none = fields.Json(help="Names of the filters whose leads without one are counted as well.")
    lead_domain = fields.Json(help="Condition of the leads, where more are selected than a list of ids can hold.")
    is_selection = fields.Boolean()
    lead_count = fields.Integer("Selected Leads", compute="_compute_lead_count")

    @api.depends("lead_ids", "lead_domain")
    def _compute_lead_count(self):
        for workbook in self:
            workbook.lead_count = len(workbook._selected_ids())

    @api.model
    def default_get(self, field_names):
        values = super().default_get(field_names)
        context = self.env.context
        if context.get("active_model") == "crm.lead" and context.get("active_ids"):
            values.update(self._selection_values(context["active_ids"], context.get("active_domain")))
        return values

    @api.model
    def _selection_values(self, lead_ids, domain):
        """Values for the leads selected in a list.

        The web client always sends the list's domain; it is meant where all
        were selected and their ids were cut off at the client's limit.
        """
        limit = int(self.env["ir.config_parameter"].sudo().get_param("web.active_ids_limit", 20000))
        if domain is None or len(lead_ids) < limit:
            return {"is_selection": True, "lead_ids": [Command.set(lead_ids)]}
        if not self.env.context.get("active_test", True):
            domain = list(Domain(domain) & Domain("active", "in", [True, False]))
        return {"is_selection": True, "lead_domain": domain}

    # ---------------------------------------------------------------- actions
    @api.model
    def create_from_filters(self, filters=None):
        """The action that downloads the workbook of these filters, as of ``conveyor.funnel``.

        :raise AccessError: the user may not export
        :raise UserError: a filter that cannot be understood
        """
        self._check_export()
        parsed = self.env["conveyor.funnel"]._parse(filters)
        chosen = {name: getattr(parsed, name) or () for name in (*DIMENSIONS, "lead_ids", "company_ids")}
        return self.create({
            **{name: getattr(parsed, name) for name in PLAIN},
            **{name: [Command.set([record_id for record_id in ids if record_id])] for name, ids in chosen.items()},
            "or_none": [name for name, ids in chosen.items() if NOBODY in ids],
            "is_selection": bool(chosen["lead_ids"]),
        }).action_download()

    def action_download(self):
        """Let the browser fetch the file."""
        self.ensure_one()
        self._check_export()
        self.env["conveyor.funnel"]._parse(self._filters())
        return {"type": "ir.actions.act_url", "url": f"/sales_conveyor/workbook/{self.id}", "target": "self"}

    @api.model
    def _check_export(self):
        if not self.env.user.has_group(EXPORT_GROUP):
            raise AccessError(self.env._(
                "You may see these figures, but not take them away. Ask an administrator for the right “%(right)s”.",
                right=self.env.ref(EXPORT_GROUP).sudo().display_name))

    # ------------------------------------------------------------ the workbook
    def _write_file(self, stream):
        """Write the XLSX workbook into a binary file object.

        The reader's record rules apply. Whether he may export is checked by
        whoever hands the file over.
        """
        self.ensure_one()
        funnel = self._in_companies().env["conveyor.funnel"]
        filters = self._filters()
        tables = funnel.env["conveyor.touch.tables"]._with_touches(funnel._tables(filters), filters)
        columns, rows = funnel._lead_rows(filters)
        customer_columns, customers = funnel.env["conveyor.rhythm.tables"]._rows(filters)
        with closing(rows), closing(customers):
            others = {self.env._("Customers by Rhythm"): RawSheets(customer_columns, customers)} if "rhythm_status" in tables else {}
            FunnelWorkbook(tables, RawSheets(columns, rows), self.env._("Leads"), self._look(), self._properties(), others
                           ).write(stream)

    def _in_companies(self):
        """Self where the figures are made: in the companies that were active, the main one first."""
        companies = self.company_id | self.company_ids
        return self.with_context(allowed_company_ids=companies.ids) if companies else self

    def _filters(self):
        """Filters as of ``conveyor.funnel``."""
        own = self.sudo().with_context(active_test=False)
        filters = {name: self[name] for name in PLAIN}
        for name in DIMENSIONS:
            filters[name] = own[name].ids + [NOBODY] * (name in (self.or_none or []))
        filters["company_ids"] = own.company_ids.ids
        if self.is_selection or self.lead_ids:
            filters["lead_ids"] = self._selected_ids() or [NOBODY]  # an empty list would mean all
        return filters

    def _selected_ids(self):
        if self.lead_domain is None or self.lead_domain is False:
            return self.sudo().lead_ids.ids
        return self.env["crm.lead"].search(self.lead_domain).ids

    def _look(self):
        language = self.env["res.lang"]._get_data(code=self.env.lang or self.env.user.lang or "en_US")
        # raw rows name their currency in a column of their own
        return Look(language.date_format or "%Y-%m-%d", language.time_format or "%H:%M",
                    {"decimal_places": self.company_id.currency_id.decimal_places})

    def _properties(self):
        return {"title": self._title(), "author": self.env.user.name,
                "company": self.company_id.name or "", "created": fields.Datetime.now()}

    def _title(self):
        days = [day and day.isoformat() for day in (self.date_from, self.date_to)]
        if not any(days):
            days = [fields.Date.context_today(self).isoformat()]
        return " ".join([self.env._("Funnel"), *(day or "…" for day in days)])

    def _filename(self):
        """For instance ``Funnel 2026-01-01 2026-06-30.xlsx``, in the reader's language."""
        return f"{self._title()}.xlsx"
