from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, time, timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine import clock, period

ORDER_FILTERS = {"team_ids": "team_id", "user_ids": "user_id", "source_ids": "source_id", "campaign_ids": "campaign_id"}


class ConveyorPurchase(models.AbstractModel):
    """When purchases were made, to the hour: of orders only, since an invoice has but a day."""

    _inherit = "conveyor.purchase"

    @api.model
    def _hour_sources(self, sees_all):
        """SELECTs (company_id, moment, team_id, user_id, source_id, campaign_id), one row a purchase; ``moment`` in UTC.

        To add documents of another kind, extend it.

        :param sees_all: whether the reader sees everybody's documents
        """
        orders = SQL("TRUE") if sees_all else SQL("o.id IN %s", self.env["sale.order"]._search([]).subselect())
        return [SQL("""
            SELECT o.company_id, o.date_order AS moment, o.team_id, o.user_id, COALESCE(o.source_id, l.source_id) AS source_id,
                   COALESCE(o.campaign_id, l.campaign_id) AS campaign_id
              FROM sale_order o LEFT JOIN crm_lead l ON l.id = o.opportunity_id
             WHERE o.state = 'sale' AND o.amount_untaxed > 0 AND %s
        """, orders)]


class ConveyorCounterFacts(models.AbstractModel):
    """Visitors, leads and purchases of local hours, for ``conveyor.counter.tables``."""

    _name = "conveyor.counter.facts"
    _description = "Visitors, Facts"

    @api.model
    def _parse(self, raw):
        """``(filters, counter ids)`` of filters as of ``conveyor.funnel`` with ``counter_ids``.

        :raise UserError: naming the filter and the remedy
        """
        funnel, own = self.env["conveyor.funnel"], dict(raw) if isinstance(raw, Mapping) else raw
        try:
            counter_ids = period.ids_of("counter_ids", own.pop("counter_ids", None)) if isinstance(own, dict) else None
        except period.BadFilter as error:
            raise UserError(funnel._bad_filter_text(error)) from error
        return funnel._parse(own), [item for item in counter_ids or () if item]

    @api.model
    def _counters(self, filters, counter_ids=None):
        """The counters of these filters (``engine.period.Filters``) that the reader may see."""
        domain = [("company_id", "in", list(filters.company_ids))]
        for name, field in (("team_ids", "team_id"), ("source_ids", "source_id")):
            if ids := getattr(filters, name):
                domain.append((field, "in", [item or False for item in ids]))
        if counter_ids:
            domain.append(("id", "in", list(counter_ids)))
        return self.env["conveyor.counter"].with_context(active_test=False).search(domain)

    @api.model
    def _zone(self, counters):
        """On whose wall hours of leads and purchases are read: the counters' own, the company's where these differ."""
        zones = set(counters.mapped("tz"))
        return zones.pop() if len(zones) == 1 else self.env.company._conveyor_tz()

    @api.model
    def _visitors(self, counters, filters):
        """``{counter id: {(local day, hour): visitors}}``; days on each counter's own wall."""
        self.env["conveyor.counter.reading"].flush_model()
        wall = SQL("(r.hour AT TIME ZONE 'UTC' AT TIME ZONE c.tz)")
        rows = self.env.execute_query(SQL(
            """
            SELECT c.id, %(wall)s::date, extract(hour FROM %(wall)s)::int, sum(r.visitors)::int
              FROM conveyor_counter c JOIN conveyor_counter_reading r ON r.counter_id = c.id
             WHERE c.id = ANY(%(ids)s) AND %(within)s GROUP BY 1, 2, 3
            """, wall=wall, ids=counters.ids, within=self._within(SQL("%s::date", wall), filters)))
        found = defaultdict(dict)
        for counter_id, day, hour, visitors in rows:
            found[counter_id][day, hour] = visitors
        return found

    @api.model
    def _within(self, day, filters):
        conditions = [SQL("%s >= %s", day, filters.date_from) if filters.date_from else None,
                      SQL("%s <= %s", day, filters.date_to) if filters.date_to else None]
        return SQL(" AND ").join(filter(None, conditions)) or SQL("TRUE")

    # ------------------------------------------------------------ leads and purchases
    @api.model
    def _leads(self, filters, scope, zone):
        """``{(local day, hour): leads that came}`` of what the reader may see."""
        leads = self.env["conveyor.funnel"]._visible(filters)
        return self._moments(SQL("""
            SELECT l.company_id, t.date AS moment, l.team_id, l.user_id, l.source_id, l.campaign_id
              FROM conveyor_transition t JOIN crm_lead l ON l.id = t.lead_id WHERE t.kind = 'enter' AND %s
        """, SQL("TRUE") if leads is None else SQL("l.id IN %s", leads)), filters, scope, zone)

    @api.model
    def _purchases(self, filters, scope, zone):
        sees_all = self.env["conveyor.funnel"]._visible(filters) is None
        sources = self.env["conveyor.purchase"]._hour_sources(sees_all)
        return self._moments(SQL(" UNION ALL ").join(sources), filters, scope, zone)

    @api.model
    def _moments(self, source, filters, scope, zone):
        """``{(local day, hour): count}`` of a SELECT with the dimensions of the filters, and ``scope``: ``(teams, sources)`` or None."""
        self.env.flush_all()
        conditions = [SQL("(e.company_id = ANY(%s) OR e.company_id IS NULL)", list(filters.company_ids)), self._period(filters, zone)]
        for name, field in ORDER_FILTERS.items():
            if ids := getattr(filters, name):
                conditions.append(self._one_of(field, ids))
        if scope:
            conditions.append(SQL("(%s)", SQL(" OR ").join(SQL("(%s)", SQL(" AND ").join(
                [self._one_of(field, [value]) for field, value in wish.items()] or [SQL("TRUE")])) for wish in scope)))
        wall = SQL("(e.moment AT TIME ZONE 'UTC' AT TIME ZONE %s)", zone)
        rows = self.env.execute_query(SQL(
            "SELECT %(wall)s::date, extract(hour FROM %(wall)s)::int, count(*) FROM (%(source)s) e WHERE %(where)s GROUP BY 1, 2",
            wall=wall, source=source, where=SQL(" AND ").join(conditions)))
        return {(day, hour): count for day, hour, count in rows}

    @api.model
    def _one_of(self, field, ids):
        column = SQL.identifier("e", field)
        some = SQL("%s = ANY(%s)", column, [item for item in ids if item])
        return SQL("(%s OR %s IS NULL)", some, column) if 0 in ids else some

    @api.model
    def _period(self, filters, zone):
        first, beyond = self._bounds(filters, zone)
        return SQL("%s AND %s", SQL("e.moment >= %s", first) if first else SQL("TRUE"), SQL("e.moment < %s", beyond) if beyond else SQL("TRUE"))

    @api.model
    def _bounds(self, filters, zone):
        """The moment (naive UTC) at which the days of the filters begin on a zone's clock, and that at which they are over; None: no bound."""
        return tuple(day and clock.utc(datetime.combine(day, time()), zone) for day in (
            filters.date_from, filters.date_to and filters.date_to + timedelta(days=1)))

    @api.model
    def _scope(self, counters, counter_ids):
        """What belongs to the chosen counters: ``[{"team_id": 3, "source_id": 5}, …]``; None: everything."""
        if not counter_ids:
            return None
        wishes = [{name: counter[name].id for name in ("team_id", "source_id") if counter[name]} for counter in counters]
        return wishes if all(wishes) else None

    @api.model
    def _holidays(self, counters):
        """Public holidays of the counters' companies: local days, whatever the opening hours."""
        found = set()
        for company in counters.company_id:
            calendar = company.sudo().resource_calendar_id  # public holidays are no secret
            week = company._conveyor_week(calendar)
            hours = clock.Hours(calendar.tz or company._conveyor_tz(), week) if any(week) else clock.Hours(company._conveyor_tz())
            found |= company._conveyor_leaves(calendar, hours)[0]
        return found
