from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, ormcache

# what makes a process specific, strongest first: field of the process, column of the lead, weight
CONDITIONS = (("campaign_ids", "campaign_id", 8), ("source_ids", "source_id", 4), ("medium_ids", "medium_id", 2), ("team_id", "team_id", 1))


class ConveyorProcess(models.Model):
    """Which process a lead belongs to: the most specific one that matches.

    A campaign says more than a source, that more than a medium, that more than
    a team; among equals the first in the list.
    """

    _inherit = "conveyor.process"

    specificity = fields.Integer(compute="_compute_specificity", help="The more it asks of a lead, the higher.")

    @api.depends("campaign_ids", "source_ids", "medium_ids", "team_id")
    def _compute_specificity(self):
        for process in self:
            process.specificity = sum(weight for name, _column, weight in CONDITIONS if process[name])

    @api.model
    def _in_order(self):
        """All active processes, the most specific first; of every company, since leads are judged alike by all readers."""
        return self.sudo().search([]).sorted(lambda process: (-process.specificity, process.sequence, process.id))

    @api.model
    def _matching_sql(self, alias):
        """SQL of the id of the process that a lead belongs to, NULL of none.

        :param alias: of ``crm_lead``, or of another table with its columns
        """
        cases = [SQL("WHEN %s THEN %s", self._condition_sql(alias, asked), process_id) for process_id, asked in self._conditions()]
        return SQL("(CASE %s END)", SQL(" ").join(cases)) if cases else SQL("NULL::int")

    @api.model
    @ormcache()
    def _conditions(self):
        """((process id, ((column, ids), …)), …), the most specific first; kept, for every lead that is opened asks."""
        return tuple((process.id, process._asked()) for process in self._in_order())

    def _asked(self):
        asked = [("company_id", self.company_id.ids), *((column, self[name].ids) for name, column, _weight in CONDITIONS)]
        return tuple((column, tuple(ids)) for column, ids in asked if ids)

    @api.model
    def _condition_sql(self, alias, asked):
        terms = [SQL("%s = ANY(%s)", SQL.identifier(alias, column), list(ids)) for column, ids in asked]
        return SQL(" AND ").join(terms) if terms else SQL("TRUE")

    @api.model
    @ormcache()
    def _is_documented(self):
        """Whether any process has a current version."""
        return bool(self.env["conveyor.process.version"].sudo().search([("state", "=", "current")], limit=1))  # of any company

    @api.model_create_multi
    def create(self, vals_list):
        processes = super().create(vals_list)
        self.env.registry.clear_cache()
        return processes

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"active", "sequence", "company_id", *(name for name, _column, _weight in CONDITIONS)}:
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.model
    def _process_of(self, leads):
        """``{lead id: process id or None}`` of the leads."""
        leads.flush_recordset(["company_id", *(column for _name, column, _weight in CONDITIONS)])
        return dict(self.env.execute_query(SQL(
            "SELECT l.id, %s FROM crm_lead l WHERE l.id = ANY(%s)", self._matching_sql("l"), leads.ids)))

    # ------------------------------------------------------------ coverage
    def _lead_counts(self):
        """``{process id: leads of its last period}``, of those that the user may read."""
        counts = {}
        for months, processes in self._origin.grouped("period_months").items():
            found = self._counts_since(self._first_day(months))
            counts.update({process.id: found.get(process.id, 0) for process in processes})
        return counts

    @api.model
    def _first_day(self, months):
        """Of the last so many months."""
        return fields.Date.add(self.env["conveyor.process"]._today(), months=-months, days=1)

    @api.model
    def _counts_since(self, first):
        """``{process id, None of none: first-sale leads that entered since}``."""
        self.env["conveyor.funnel.fact"]._refresh()
        query = self.env["crm.lead"].with_context(active_test=False)._search(self._entered_domain(first))
        return dict(self.env.execute_query(SQL(
            "SELECT p.id, count(*) FROM crm_lead l CROSS JOIN LATERAL (SELECT %s) p (id) WHERE l.id IN %s GROUP BY 1",
            self._matching_sql("l"), query.subselect())))

    @api.model
    def _entered_domain(self, first):
        """Leads of first sales that entered since that day."""
        return Domain("sale_kind", "=", "first") & Domain("funnel_fact_ids", "any", [
            ("stage_id", "=", False), ("entry_date", ">=", first.isoformat())])
