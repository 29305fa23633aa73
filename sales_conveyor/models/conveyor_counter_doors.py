from datetime import date, datetime, time, timedelta
from functools import partial

from odoo import api, models

from ..engine import clock
from ..engine.visitors import LEADS, PURCHASES, VISITORS
from .conveyor_counter_facts import ORDER_FILTERS
from .conveyor_counter_tables import CONVERSION


class ConveyorCounterDoors(models.AbstractModel):
    """What is behind the numbers of an hour: readings, leads that came, orders confirmed."""

    _inherit = "conveyor.counter.tables"

    @api.model
    def _doors(self, filters, counters, counter_ids):
        """``{column: (measure, base, conditions)}``; conditions is a function of moments, (local day, hour) each."""
        scope, zone = self._scope(counters, counter_ids), self._zone(counters)
        doors = dict.fromkeys((VISITORS, "days"), (VISITORS, self._reading_base(counters), lambda moments: (
            self._of_readings(counters, partial(self._at, moments)))))
        doors[LEADS] = LEADS, self._lead_base(filters, scope), lambda moments: (
            ("transition_ids", "any", [("kind", "=", "enter"), *self._at(moments, "date", zone)]),)
        if self._are_orders_all(filters):
            doors |= dict.fromkeys((PURCHASES, CONVERSION), (
                PURCHASES, self._order_base(filters, scope), lambda moments: self._at(moments, "date_order", zone)))
        return doors

    @api.model
    def _at(self, moments, field, zone):
        """Conditions: within one of these hours of the wall."""
        leaves = [condition for day, hour in moments for condition in ("&", *self._from_to(field, zone, (day, hour), (day, hour + 1)))]
        return ("|",) * (len(moments) - 1) + tuple(leaves) or ((field, "=", False),)

    @api.model
    def _between_days(self, first, last, field, zone):
        """Conditions: within these days of the wall; two of them, so that they can be joined."""
        return "&", *self._from_to(field, zone, (first or date.min, 0), (last, 24))

    @api.model
    def _from_to(self, field, zone, begin, end):
        moments = (clock.utc(datetime.combine(day, time()) + timedelta(hours=hour), zone) if day > date.min else datetime.min for day, hour in (begin, end))
        return tuple((field, operator, moment.isoformat(sep=" ")) for operator, moment in zip((">=", "<"), moments))

    @api.model
    def _base(self, model, domain):
        return {"model": model, "field": "", "domain": domain, "context": {"active_test": False}}

    # ------------------------------------------------------------ readings
    @api.model
    def _reading_base(self, counters):
        return self._base("conveyor.counter.reading", [("counter_id", "in", counters.ids)])

    @api.model
    def _of_readings(self, counters, moments):
        """Each counter by its own clock.

        :param moments: function of a field and a time zone that gives conditions of it
        """
        zones = sorted(set(counters.mapped("tz")))
        parts = [(*(("&", ("counter_id.tz", "=", zone)) if zones[1:] else ()), *moments("hour", zone)) for zone in zones]
        return ("|",) * (len(parts) - 1) + tuple(condition for part in parts for condition in part)

    # ------------------------------------------------------------ leads and orders
    @api.model
    def _lead_base(self, filters, scope):
        return self._base("crm.lead", [("company_id", "in", [*filters.company_ids, False]), *self._narrow(filters, scope, self._of_lead)])

    @api.model
    def _order_base(self, filters, scope):
        return self._base("sale.order", [
            ("state", "=", "sale"), ("amount_untaxed", ">", 0), ("company_id", "in", list(filters.company_ids)),
            *self._narrow(filters, scope, self._of_order)])

    @api.model
    def _are_orders_all(self, filters):
        """Whether orders are all that is counted as a purchase: tills open nothing here."""
        sources = self.env["conveyor.purchase"]._hour_sources(self.env["conveyor.funnel"]._visible(filters) is None)
        return len(sources) == 1 and self.env["sale.order"].has_access("read")

    @api.model
    def _narrow(self, filters, scope, condition):
        """Conditions of the filters and of what belongs to the chosen counters."""
        found = [leaf for name, field in ORDER_FILTERS.items() if (ids := getattr(filters, name)) for leaf in condition(field, ids)]
        wishes = [[leaf for field, value in wish.items() for leaf in condition(field, [value])] for wish in scope or ()]
        return found + ["|"] * (len(wishes) - 1) + [leaf for wish in wishes for leaf in ("&",) * (self._terms(wish) - 1) + tuple(wish)]

    @api.model
    def _terms(self, leaves):
        """How many terms these conditions in prefix form are."""
        return sum(0 if leaf == "!" else -1 if leaf in ("&", "|") else 1 for leaf in leaves)

    @api.model
    def _of_lead(self, field, ids):
        return [(field, "in", [item or False for item in ids])]

    @api.model
    def _of_order(self, field, ids):
        """Source and campaign of an order are those of its opportunity where it has none."""
        wanted = (field, "in", [item or False for item in ids])
        if field not in ("source_id", "campaign_id"):
            return [wanted]
        return ["|", "&", (field, "!=", False), wanted, "&", (field, "=", False), (f"opportunity_id.{field}", "in", wanted[2])]
