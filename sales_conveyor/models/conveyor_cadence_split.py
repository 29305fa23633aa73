from odoo import models
from odoo.tools import SQL

from ..engine import split

MEASURES = ("replies", "forward", "sales")


class ConveyorCadence(models.Model):
    """The variants of a split test beside each other."""

    _inherit = "conveyor.cadence"

    def action_compare(self):
        self.ensure_one()
        action = self._open_wizard(
            "conveyor.split", self.env._("Split Test: %(group)s", group=self.variant_group), {"dialog_size": "extra-large"})
        return {**action, "res_id": self.env["conveyor.split"].create({"cadence_id": self.id}).id}

    def _split_counts(self):
        """``{cadence id: {"clients", "replies", "forward", "sales"}}`` of the variants.

        A client counts once, for the first variant he was in; what he did
        counts from his entry until 30 days after he left.
        """
        for name in ("conveyor.enrolment", "conveyor.touch", "conveyor.transition", "sale.order", "crm.lead"):
            self.env[name].flush_model()
        rows = self.env.execute_query_dict(SQL(
            """WITH first AS (
                   SELECT DISTINCT ON (client_key) id, client_key, cadence_id, lead_id, partner_id, start_date,
                          COALESCE(end_date + interval '30 days', now() AT TIME ZONE 'UTC') AS until
                     FROM conveyor_enrolment WHERE cadence_id = ANY(%s) ORDER BY client_key, start_date, id)
               SELECT f.cadence_id, count(*) AS clients,
                      count(*) FILTER (WHERE EXISTS (
                          SELECT 1 FROM conveyor_touch t WHERE t.client_key = f.client_key AND t.direction = 'in'
                             AND COALESCE(t.outcome, '') NOT IN ('auto_reply', 'bounced')
                             AND t.date > f.start_date AND t.date <= f.until)) AS replies,
                      count(*) FILTER (WHERE EXISTS (
                          SELECT 1 FROM conveyor_transition m WHERE m.lead_id = f.lead_id
                             AND m.kind IN ('forward', 'skip', 'won') AND m.date > f.start_date AND m.date <= f.until)) AS forward,
                      count(*) FILTER (WHERE %s) AS sales
                 FROM first f GROUP BY f.cadence_id""", self.ids, self._sold_sql()))
        return {row.pop("cadence_id"): row for row in rows}

    def _sold_sql(self):
        return SQL("""EXISTS (
            SELECT 1 FROM conveyor_transition m WHERE m.lead_id = f.lead_id AND m.kind = 'won'
               AND m.date > f.start_date AND m.date <= f.until)
            OR EXISTS (
            SELECT 1 FROM sale_order o JOIN res_partner p ON p.id = o.partner_id
             WHERE f.client_key = 'p' || p.commercial_partner_id AND o.state = 'sale'
               AND p.commercial_partner_id = (SELECT commercial_partner_id FROM res_partner WHERE id = COALESCE(
                   f.partner_id, (SELECT partner_id FROM crm_lead WHERE id = f.lead_id)))
               AND o.date_order > f.start_date AND o.date_order <= f.until)""")

    def _split_sides(self):
        """``{measure: [engine.split.Side]}`` of the split test, in the order of its variants."""
        variants = self._variants().sorted("id")
        counts = variants._split_counts()
        none = dict.fromkeys(("clients", *MEASURES), 0)
        return {measure: [
            split.Side(variant.name, counts.get(variant.id, none)["clients"], counts.get(variant.id, none)[measure])
            for variant in variants] for measure in MEASURES}
