from contextlib import closing

from odoo import api, models
from odoo.tools import SQL

from ..engine.funnel import COHORT
from ..engine.table import DATE, DAYS, INTEGER, MONEY, Column
from .conveyor_funnel_reader import WHOLE

CHUNK = 2000
CURSOR = SQL.identifier("conveyor_funnel_leads")
# dimension columns that are shown by name
NAMED = {"company_id": "res.company", "team_id": "crm.team", "user_id": "res.users", "source_id": "utm.source",
         "medium_id": "utm.medium", "campaign_id": "utm.campaign", "stage_id": "crm.stage",
         "lost_reason_id": "crm.lost.reason"}
CHOSEN = {"type": "type", "sale_kind": "sale_kind", "won_status": "won_status"}


class ConveyorFunnelLeads(models.AbstractModel):
    """The raw rows behind the funnel, one a lead, streamed from the database."""

    _inherit = "conveyor.funnel"

    @api.model
    def _lead_rows(self, filters=None):
        """``(columns, rows)`` of the leads counted.

        ``rows`` is a generator of tuples in the order of the columns; it holds a
        cursor of the database and only ever one chunk in memory. Exhaust it, or
        call its ``close()``.
        """
        scope = self._scope(filters)
        return self._lead_columns(), self._stream(scope)

    @api.model
    def _lead_columns(self):
        env = self.env
        return (
            Column("id", env._("ID"), INTEGER),
            Column("name", env._("Opportunity")),
            Column("customer", env._("Customer")),
            Column("company_id", env._("Company")),
            Column("team_id", env._("Sales team")),
            Column("user_id", env._("Salesperson")),
            Column("source_id", env._("Source")),
            Column("medium_id", env._("Medium")),
            Column("campaign_id", env._("Campaign")),
            Column("type", env._("Type")),
            Column("sale_kind", env._("First or repeat")),
            Column("stage_id", env._("Section now")),
            Column("won_status", env._("Status")),
            Column("lost_reason_id", env._("Lost reason")),
            Column("value", env._("Expected revenue"), MONEY),
            Column("currency", env._("Currency")),
            Column("entry_date", env._("Entered"), DATE),
            Column("won_date", env._("Won on"), DATE),
            Column("lost_date", env._("Lost on"), DATE),
            Column("days", env._("Days"), DAYS),
            Column("touches", env._("Touches"), INTEGER),
        )

    @api.model
    def _stream(self, scope):
        columns = [column.key for column in self._lead_columns()]
        readers = [self._reader(key) for key in columns]
        with closing(Declared(self.env.cr, CURSOR, self._lead_query(scope))) as cursor:
            while rows := cursor.fetch():
                for row in rows:
                    yield tuple(read(value) if read else value for read, value in zip(readers, row))

    @api.model
    def _lead_query(self, scope):
        return SQL(
            """
            SELECT f.lead_id, l.name, COALESCE(p.complete_name, l.partner_name, l.contact_name),
                   f.company_id, f.team_id, f.user_id, f.source_id, f.medium_id, f.campaign_id,
                   f.type, f.sale_kind, l.stage_id, f.won_status,
                   CASE WHEN f.loss_date IS NOT NULL THEN f.lost_reason_id END, f.value::float8, f.company_id,
                   f.entry_date, f.pass_date, f.loss_date,
                   COALESCE(f.seconds, extract(epoch FROM (now() AT TIME ZONE 'UTC') - f.since)) / 86400.0::float8,
                   f.touches
              FROM conveyor_funnel_fact f JOIN crm_lead l ON l.id = f.lead_id
              LEFT JOIN res_partner p ON p.id = l.partner_id
             WHERE %s AND %s AND %s ORDER BY f.entry_date, f.lead_id
            """,
            WHOLE, self._conditions(scope), self._happened_within(scope))

    @api.model
    def _happened_within(self, scope):
        """Cohort: the lead came within the period; period: something happened to it then."""
        first, last = scope.filters.date_from, scope.filters.date_to
        if scope.counting == COHORT:
            return self._between(SQL("f.entry_date"), first, last)
        return SQL("f.lead_id IN (%s)", SQL(" UNION ").join(
            SQL("SELECT e.lead_id FROM conveyor_funnel_fact e WHERE %s IS NOT NULL AND %s",
                day, self._between(day, first, last))
            for day in (SQL("e.reach_date"), SQL("e.pass_date"), SQL("e.loss_date"))))

    @api.model
    def _reader(self, key):
        """Function that turns a stored value of the column into the shown one."""
        if key == "currency":
            currencies = {company.id: company.currency_id.name for company in self.env["res.company"].sudo().search([])}
            return lambda value: currencies.get(value, self.env.company.currency_id.name)
        if key in CHOSEN:
            labels = dict(self.env["crm.lead"]._fields[CHOSEN[key]]._description_selection(self.env))
            if key == "won_status":
                labels["pending"] = self.env._("Open")  # Odoo's own word is a technical one
            return labels.get
        if key in NAMED:
            return Names(self.env[NAMED[key]].sudo().with_context(active_test=False)).get
        return None


class Declared:
    """A cursor declared in the transaction, so that no other connection is needed."""

    def __init__(self, cr, name, query):
        self.cr, self.name = cr, name
        cr.execute(SQL("DECLARE %s NO SCROLL CURSOR FOR %s", name, query))

    def fetch(self):
        self.cr.execute(SQL("FETCH %s FROM %s", SQL(str(CHUNK)), self.name))
        return self.cr.fetchall()

    def close(self):
        self.cr.execute(SQL("CLOSE %s", self.name))


class Names:
    """Names of records by id, each read once."""

    def __init__(self, model):
        self.model = model
        self.names = {None: None}

    def get(self, record_id):
        if record_id not in self.names:
            self.names[record_id] = self.model.browse(record_id).exists().display_name or None
        return self.names[record_id]
