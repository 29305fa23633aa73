from contextlib import closing

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command, Domain

from ..models.conveyor_report_choice import DIMENSIONS, NOBODY
from ..models.conveyor_sheets import GROUPS, ROWS
from ..report.xlsx_writer import FunnelWorkbook, Look, RawSheets

PLAIN = ("date_from", "date_to", "counting", "sale_kind")
EXPORT_GROUP = "base.group_allow_export"


class ConveyorWorkbook(models.TransientModel):
    """The XLSX workbook: which sheets, what is counted, and the door to the file.

    From a screen: ``create_from_filters(filters)``, or ``open_from_filters`` to
    choose its sheets first. From a list of leads: the form, opened for the
    selection. For programs::

        env["conveyor.workbook"].create({"date_from": "2026-01-01"})._write_file(stream)
    """

    _name = "conveyor.workbook"
    _inherit = "conveyor.report.choice"
    _description = "Conveyor Workbook"

    name = fields.Char("Title", help="Also the name of the file. Empty: the funnel.")
    date_from = fields.Date("From", help="Empty: from the first lead on.")
    date_to = fields.Date("To", help="Empty: until today.")
    lead_ids = fields.Many2many("crm.lead", string="Leads", context={"active_test": False})
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
        """The action that downloads the whole workbook of these filters.

        :param filters: as of ``conveyor.funnel``, and ``counter_ids``
        :raise AccessError: the user may not export
        :raise UserError: a filter that cannot be understood
        """
        return self._from_filters(filters).action_download()

    @api.model
    def open_from_filters(self, filters=None, groups=None):
        """The action that shows the form of these filters, to choose the sheets.

        :param groups: what is ticked at first; all without
        """
        workbook = self._from_filters(filters)
        if groups:
            workbook.write({f"with_{group}": group in groups for group in GROUPS})
        return {**self.env["ir.actions.act_window"]._for_xml_id("sales_conveyor.conveyor_workbook_action"), "res_id": workbook.id}

    @api.model
    def _from_filters(self, filters):
        self._check_export()
        parsed, counter_ids = self.env["conveyor.counter.facts"]._parse(filters)
        chosen = {name: getattr(parsed, name) or () for name in (*DIMENSIONS, "lead_ids", "company_ids")}
        return self.create({
            **{name: getattr(parsed, name) for name in PLAIN},
            **{name: [Command.set([record_id for record_id in ids if record_id])] for name, ids in chosen.items()},
            "counter_ids": [Command.set(counter_ids)],
            "or_none": [name for name, ids in chosen.items() if NOBODY in ids],
            "is_selection": bool(chosen["lead_ids"]),
        })

    def action_download(self):
        """Let the browser fetch the file."""
        self.ensure_one()
        self._check_export()
        self._check_groups()
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
        env, filters, groups = self._in_companies().env, self._filters(), self._groups()
        tables = env["conveyor.sheets"]._tables(filters, groups, self.sudo().with_context(active_test=False).counter_ids.ids)
        if ROWS not in groups:
            return FunnelWorkbook(tables, None, look=self._look(), properties=self._properties()).write(stream)
        columns, rows = env["conveyor.funnel"]._lead_rows(filters)
        customer_columns, customers = env["conveyor.rhythm.tables"]._rows(filters)
        with closing(rows), closing(customers):
            others = {env._("Customers by Rhythm"): RawSheets(customer_columns, customers)} if "rhythm_status" in tables else {}
            return FunnelWorkbook(tables, RawSheets(columns, rows), env._("Leads"), self._look(), self._properties(), others).write(stream)

    def _in_companies(self):
        """Self where the figures are made: in the companies that were active, the main one first."""
        companies = self.company_id | self.company_ids
        return self.with_context(allowed_company_ids=companies.ids) if companies else self

    def _filters(self):
        """Filters as of ``conveyor.funnel``."""
        filters = {**self._choice_filters(), "date_from": self.date_from, "date_to": self.date_to}
        for name in self.or_none if isinstance(self.or_none, list) else ():
            if name in DIMENSIONS:
                filters[name] = [*filters[name], NOBODY]
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
        return " ".join([self.name or self.env._("Funnel"), *(day or "…" for day in days)])

    def _filename(self):
        """For instance ``Funnel 2026-01-01 2026-06-30.xlsx``, in the reader's language."""
        return f"{self._title()}.xlsx"
