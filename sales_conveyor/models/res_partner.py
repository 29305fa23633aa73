from odoo import models
from odoo.tools import SQL


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        regrouped = vals.keys() & {"parent_id", "is_company"}
        before = self.commercial_partner_id if regrouped else self.browse()
        result = super().write(vals)
        if regrouped:
            (before | self.commercial_partner_id)._refresh_sale_kind()
        return result

    def unlink(self):
        leads = self.env["crm.lead"].sudo().with_context(active_test=False).search(  # whosever they are
            [("partner_id", "in", self.ids)])
        result = super().unlink()
        leads.invalidate_recordset(["partner_id"])
        leads._refresh_sale_kind()
        return result

    def _refresh_sale_kind(self):
        """Judge the sale kind of the leads of these partners' companies anew."""
        self._refresh_sale_kind_of(self.ids)

    def _refresh_sale_kind_of(self, partner_ids):
        """Judge the sale kind of all leads of these partners' commercial partners.

        A sale is a confirmed order (``date_order``) or a won lead
        (``date_closed``; its own first order, if that came before). A lead is
        a repeat when another sale of its customer came before its own: by
        (date, id) for closed leads, at any time until now for open ones.

        :param partner_ids: ids, or None for all partners
        """
        if partner_ids is not None and not partner_ids:
            return
        self.env.flush_all()
        changed = [lead_id for lead_id, in self.env.execute_query(SQL(
            "%s UPDATE crm_lead l SET sale_kind = j.kind FROM judged j"
            " WHERE j.id = l.id AND l.sale_kind IS DISTINCT FROM j.kind RETURNING l.id", self._judged_leads(partner_ids)))]
        self.env["crm.lead"].browse(changed).invalidate_recordset(["sale_kind"])
        if partner_ids is not None:
            self.env["conveyor.funnel.fact"]._mark(changed)

    def _fill_sale_kind(self):
        """Judge all leads at installation, when nobody works.

        The column is written as a whole with its table: of a million leads
        that takes half the time of an update, and leaves no dead rows behind
        that Odoo would read past in every list from then on.
        """
        self.env.flush_all()
        for statement in (
                SQL("CREATE TEMP TABLE conveyor_repeat (id int PRIMARY KEY) ON COMMIT DROP"),
                SQL("INSERT INTO conveyor_repeat %s SELECT id FROM judged WHERE kind = 'repeat'", self._judged_leads(None)),
                SQL("CREATE FUNCTION pg_temp.conveyor_sale_kind(int) RETURNS varchar LANGUAGE sql STABLE AS $$ SELECT"
                    " CASE WHEN EXISTS (SELECT FROM conveyor_repeat WHERE id = $1) THEN 'repeat' ELSE 'first' END $$"),
                SQL("ALTER TABLE crm_lead ALTER COLUMN sale_kind TYPE varchar USING pg_temp.conveyor_sale_kind(id)"),
                SQL("DROP FUNCTION pg_temp.conveyor_sale_kind; DROP TABLE conveyor_repeat")):
            self.env.cr.execute(statement)
        self.env["crm.lead"].invalidate_model(["sale_kind"], flush=False)

    def _judged_leads(self, partner_ids):
        """WITH clause up to ``judged (id, kind)``, of the leads of these partners' companies, or of all."""
        clients = SQL("SELECT DISTINCT commercial_partner_id AS id FROM res_partner WHERE %s",
                      SQL("TRUE") if partner_ids is None else SQL("id = ANY(%s)", list(partner_ids)))
        return SQL("""
            WITH client AS (%(clients)s),
            orders AS (%(sales)s),
            own AS (SELECT opportunity_id, min(date) AS date FROM orders WHERE opportunity_id IS NOT NULL GROUP BY opportunity_id),
            lead AS (
                SELECT l.id, p.commercial_partner_id AS client, l.won_status, l.sale_kind,
                       CASE WHEN l.won_status = 'won' THEN LEAST(COALESCE(l.date_closed, l.create_date), own.date)
                            WHEN l.won_status = 'lost' THEN COALESCE(l.date_closed, l.write_date)
                            ELSE 'infinity' END AS date
                  FROM client c JOIN res_partner p ON p.commercial_partner_id = c.id
                  JOIN crm_lead l ON l.partner_id = p.id
                  LEFT JOIN own ON own.opportunity_id = l.id),
            first_order AS (
                SELECT DISTINCT ON (client) client, date, opportunity_id FROM orders ORDER BY client, date, id),
            other_order AS (
                SELECT o.client, min(o.date) AS date FROM orders o JOIN first_order f ON f.client = o.client
                 WHERE o.opportunity_id IS DISTINCT FROM f.opportunity_id GROUP BY o.client),
            first_win AS (
                SELECT DISTINCT ON (client) client, date, id FROM lead WHERE won_status = 'won'
                 ORDER BY client, date, id),
            judged AS (
                SELECT l.id, CASE WHEN w.id <> l.id AND (w.date, w.id) < (l.date, l.id)
                                    OR (CASE WHEN f.opportunity_id = l.id THEN o.date ELSE f.date END) < l.date
                                  THEN 'repeat' ELSE 'first' END AS kind
                  FROM lead l LEFT JOIN first_win w ON w.client = l.client
                  LEFT JOIN first_order f ON f.client = l.client
                  LEFT JOIN other_order o ON o.client = l.client)
        """, clients=clients, sales=SQL(" UNION ALL ").join(self._sale_sources()))

    def _sale_sources(self):
        """SELECTs (client, date, id, opportunity_id) of what is a sale beside won leads, one row a document.

        They stand in a statement that has the CTE ``client`` (id). To add documents of another
        kind, extend it, and call :meth:`_refresh_sale_kind` when they change.
        """
        return [SQL("""
            SELECT p.commercial_partner_id AS client, o.date_order AS date, o.id, o.opportunity_id
              FROM client c JOIN res_partner p ON p.commercial_partner_id = c.id
              JOIN sale_order o ON o.partner_id = p.id AND o.state = 'sale'""")]
