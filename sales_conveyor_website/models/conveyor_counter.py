from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.sales_conveyor.engine.counter import HOUR, MOST_VISITORS, Reading

AGAIN = timedelta(days=2)  # hours that are counted anew: where a visitor was seen last changes as he goes on
LONGEST = timedelta(days=60)  # back at the first time: Odoo forgets visitors then


class ConveyorCounter(models.Model):
    """A site's counter is filled from what Odoo knows of its visitors.

    A visitor counts in each hour in which he opened a tracked page, came for
    the first time or was seen last. An hour without any is 0, since the site
    was there. An hour never falls again: Odoo forgets where a visitor was seen
    before, and old visitors altogether.
    """

    _inherit = "conveyor.counter"

    website_id = fields.Many2one(
        "website", "Website", ondelete="set null",
        help="Its visitors are counted every hour. Odoo notes visitors of tracked pages only: switch tracking on in the properties of "
             "the pages that matter, the first page above all.")

    @api.onchange("website_id")
    def _onchange_website_id(self):
        if self.website_id:
            self.kind, self.open_from, self.open_to = "site", 0.0, 24.0

    @api.model
    def _cron_fill(self, now=None):
        """Count the whole hours of all sites until ``now``."""
        end = (now or fields.Datetime.now()).replace(minute=0, second=0, microsecond=0)
        for counter in self.search([("website_id", "!=", False)]):
            counter._fill(end)

    def _fill(self, end):
        """Record the hours before ``end``: the first time from the first visitor on, later those of the last days."""
        self.env.flush_all()
        rows = self.env["conveyor.counter.reading"].search([("counter_id", "=", self.id), ("origin", "=", "website")])
        known = {row.hour: row.visitors for row in rows}
        first = max(min(known), min(max(known) + HOUR, end - AGAIN), end - LONGEST) if known else end - LONGEST
        counts = dict(self.env.execute_query(self._visitors_sql(first, end)))
        if not known:
            first = min(counts, default=end)
        hours = [first + number * HOUR for number in range((end - first) // HOUR)]
        self.env["conveyor.counter.reading"]._record(self, [
            Reading(hour, min(max(counts.get(hour, 0), known.get(hour, 0)), MOST_VISITORS)) for hour in hours], "website")

    def _visitors_sql(self, first, end):
        """SELECT (hour, visitors)."""
        return SQL("""
            SELECT date_trunc('hour', s.moment) AS hour, count(DISTINCT s.visitor_id)::int
              FROM (SELECT t.visitor_id, t.visit_datetime AS moment FROM website_track t JOIN website_visitor v ON v.id = t.visitor_id
                     WHERE v.website_id = %(site)s AND t.visit_datetime >= %(first)s AND t.visit_datetime < %(end)s
                     UNION ALL
                    SELECT v.id, m.moment FROM website_visitor v
                      CROSS JOIN LATERAL (VALUES (v.create_date), (v.last_connection_datetime)) AS m (moment)
                     WHERE v.website_id = %(site)s AND m.moment >= %(first)s AND m.moment < %(end)s) s
             GROUP BY 1
        """, site=self.website_id.id, first=first, end=end)
