from contextlib import closing

from odoo import api, models
from odoo.tools import SQL

from ..engine.table import DATE, DECIMAL, INTEGER, MONEY, PERCENT, TEXT, Column
from .conveyor_funnel_leads import Declared, Names

CURSOR = SQL.identifier("conveyor_rhythm_rows")
COLUMNS = {  # field of the rhythm: type of the column
    "partner_id": TEXT, "company_id": TEXT, "user_id": TEXT, "status": TEXT, "status_date": DATE, "money_at_risk": MONEY, "currency_id": TEXT,
    "usual_gap": DECIMAL, "absence": INTEGER, "due_date": DATE, "act_date": DATE, "basis": TEXT, "category_id": TEXT,
    "purchase_count": INTEGER, "first_date": DATE, "last_date": DATE, "revenue_average": MONEY, "revenue_total": MONEY,
    "margin_total": MONEY, "revenue_year": MONEY, "revenue_before": MONEY, "growth": PERCENT, "bought_more_date": DATE,
    "returned_date": DATE, "referred_date": DATE, "recommended_date": DATE,
}
LEADS = {"team_ids": "team_id", "source_ids": "source_id", "campaign_ids": "campaign_id", "lead_ids": "id"}


class ConveyorRhythmTables(models.AbstractModel):
    """Customers by rhythm as finished tables and rows, for screen and workbook.

    Who is counted: customers with a rhythm that the reader may see. Filters
    are those of ``conveyor.funnel``: salespeople are account managers; teams,
    sources and campaigns are those of a customer's leads.
    """

    _name = "conveyor.rhythm.tables"
    _description = "Customers by Rhythm, Tables"

    @api.model
    def _domain(self, filters):
        """Domain on ``conveyor.rhythm``."""
        domain = [("company_id", "in", list(filters.company_ids))]
        if filters.user_ids:
            domain.append(("user_id", "in", [user_id or False for user_id in filters.user_ids]))
        of_leads = [(field, "in", [item or False for item in getattr(filters, name)])
                    for name, field in LEADS.items() if getattr(filters, name)]
        return domain + ([("lead_ids", "any", of_leads)] if of_leads else [])

    # ------------------------------------------------------------ rows, one a customer
    @api.model
    def _rows(self, filters=None):
        """``(columns, rows)`` of the customers, most money at risk first.

        ``rows`` is a generator of tuples in the order of the columns, which
        holds one chunk in memory; exhaust it, or call its ``close()``.
        """
        parsed = self.env["conveyor.funnel"]._parse(filters)
        return self._row_columns(), self._stream(self._row_query(self._domain(parsed)))

    @api.model
    def _row_columns(self):
        of = self.env["conveyor.rhythm"]._fields
        return tuple(Column(name, of[name]._description_string(self.env), kind, of[name]._description_help(self.env) or "")
                     for name, kind in COLUMNS.items())

    @api.model
    def _row_query(self, domain):
        rhythm = self.env["conveyor.rhythm"]
        query = rhythm._search(domain, order="money_at_risk desc, last_date desc, id")
        return query.select(*(rhythm._field_to_sql(query.table, name, query) for name in COLUMNS))

    @api.model
    def _stream(self, rows):
        readers = [self._reader(name) for name in COLUMNS]
        with closing(Declared(self.env.cr, CURSOR, rows)) as cursor:
            while chunk := cursor.fetch():
                for row in chunk:
                    yield tuple(read(value) if read else value for read, value in zip(readers, row))

    @api.model
    def _reader(self, name):
        """Function that turns a stored value into the shown one."""
        field = self.env["conveyor.rhythm"]._fields[name]
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get
        if field.type == "many2one":
            return Names(self.env[field.comodel_name].sudo().with_context(active_test=False)).get  # names are no secret here
        if field.type in ("monetary", "float"):
            return lambda value: None if value is None else float(value)
        return None
