from collections import defaultdict
from dataclasses import dataclass, field, replace

from odoo import api, models
from odoo.tools import SQL

from ..engine import money, window
from ..engine.funnel import COHORT
from .conveyor_funnel_reader import WHOLE, Scope

REPORT = "conveyor.money.customer"
REFERRAL = "utm.utm_source_referral"
HORIZON = 24  # months since the first sale that are followed; later purchases count as of the month after
OF_LEADS = ("team_ids", "user_ids")  # filters by which money cannot be told apart: nobody spends it on a salesperson


@dataclass
class Earned:
    """What customers brought: ``known`` is the revenue whose margin is known."""

    revenue: float = 0.0
    margin: float = 0.0
    known: float = 0.0
    count: int = 0

    def __iadd__(self, other):
        for name in ("revenue", "margin", "known", "count"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self


@dataclass
class Sold(Earned):
    """The same of sales of a kind, with the number of those who bought."""

    customers: int = 0


@dataclass
class Cell:
    """A source in a month: what was spent, who came, who bought first, what they brought then and later.

    ``paid_…``: the same of sources on which money is spent, which costs and returns are of."""

    spend: float = 0.0
    leads: int = 0
    sales: int = 0
    first: Earned = field(default_factory=Earned)
    later: Earned = field(default_factory=Earned)
    paid_leads: int = 0
    paid_sales: int = 0
    paid: Earned = field(default_factory=Earned)

    def pay(self):
        """It belongs to a source on which money is spent."""
        self.paid_leads, self.paid_sales = self.leads, self.sales
        self.paid += self.first
        self.paid += self.later

    def __iadd__(self, other):
        for name in ("spend", "leads", "sales", "first", "later", "paid_leads", "paid_sales", "paid"):
            value = getattr(self, name)
            value += getattr(other, name)
            setattr(self, name, value)
        return self

    @property
    def revenue(self):
        return self.first.revenue + self.later.revenue

    @property
    def margin(self):
        return self.first.margin + self.later.margin

    @property
    def is_margin_known(self):
        """Of all that was sold, to the last purchase."""
        return self.revenue > 0 and self.first.known + self.later.known >= self.revenue * (1 - 1e-6)


class ConveyorMoneyReader(models.AbstractModel):
    """What money by source is counted from: spend, leads of the funnel's rollup, customers with their
    source (``conveyor.money.customer``), purchases. Keys are (source, month); no source is ``None``."""

    _name = "conveyor.money.reader"
    _description = "Money by Source, Sums"

    # ------------------------------------------------------------ what to read
    @api.model
    def _money_scope(self, filters):
        """The funnel's scope of these filters, or of a scope; who has no right to spend gets no money either.

        :raise AccessError: the user is no sales manager
        """
        self.env["conveyor.spend"].check_access("read")
        scope = filters if isinstance(filters, Scope) else self.env["conveyor.funnel"]._scope(filters)
        return replace(scope, filters=replace(scope.filters, sale_kind=None, lead_ids=None))

    @api.model
    def _counted(self, scope, counting):
        return replace(scope, filters=replace(scope.filters, counting=counting))

    @api.model
    def _fits(self, scope, source_id):
        """Does the filter of sources let this one through?"""
        return not scope.filters.source_ids or (source_id or 0) in scope.filters.source_ids

    @api.model
    def _has_spend(self, scope):
        """Can money be told apart by these filters?"""
        return not any(getattr(scope.filters, name) for name in OF_LEADS)

    @api.model
    def _referral_id(self):
        """The source that stands for referrals; -1 where it was deleted."""
        return self.env["ir.model.data"]._xmlid_to_res_id(REFERRAL, raise_if_not_found=False) or -1

    # ------------------------------------------------------------ spend
    @api.model
    def _spend_rows(self, scope):
        """(source id, first day, last day, amount) in the reader's currency, of the period."""
        if not self._has_spend(scope):
            return []
        filters, Spend = scope.filters, self.env["conveyor.spend"]
        query = Spend._search(self._spend_domain(scope, filters.date_from, filters.date_to))
        names = ("source_id", "date_from", "date_to", "amount_company", "company_id")
        rows = self.env.execute_query(query.select(*(SQL.identifier(query.table, name) for name in names)))
        cache, funnel = {}, self.env["conveyor.funnel"]
        return [(source_id, first, last, float(amount or 0) * funnel._rate(scope, company_id, first, cache))
                for source_id, first, last, amount, company_id in rows if self._fits(scope, source_id)]

    @api.model
    def _spend_domain(self, scope, first=None, last=None):
        """Spend for any of these days; campaigns and companies as of the filters."""
        domain = [("company_id", "in", list(scope.filters.company_ids))]
        if scope.filters.campaign_ids:
            domain.append(("campaign_id", "in", [item or False for item in scope.filters.campaign_ids]))
        domain += [("date_to", ">=", first.isoformat())] if first else []
        return domain + ([("date_from", "<=", last.isoformat())] if last else [])

    @api.model
    def _spent(self, scope, rows, until=None):
        """``{(source, month): money}`` within the period; ``until``: ``{source: last day that counts}``"""
        filters, digits, found = scope.filters, self.env["conveyor.funnel"]._currency()["decimal_places"], defaultdict(float)
        for source_id, first, last, amount in rows:
            end = filters.date_to if until is None else min(filter(None, (filters.date_to, until[source_id])))
            for month, part in money.by_month(amount, first, last, filters.date_from, end, digits).items():
                found[source_id, month] += part
        return found

    # ------------------------------------------------------------ leads
    @api.model
    def _leads(self, scope):
        """``{(source, month): leads}`` by the month in which they came: the funnel's, with referrals as a source of their own."""
        scope = replace(scope, filters=replace(scope.filters, counting=COHORT, source_ids=None))
        funnel, found = self.env["conveyor.funnel"], defaultdict(int)
        for (source_id, month), tally in funnel._sums(scope, ("source_id", "month"), where=WHOLE).items():
            found[source_id, month] += tally.reached
        for source_id, month, count in self.env.execute_query(SQL(
                """
                SELECT f.source_id, date_trunc('month', f.entry_date)::date, count(*)
                  FROM crm_lead l JOIN conveyor_funnel_fact f ON f.lead_id = l.id
                 WHERE l.referrer_id IS NOT NULL AND %s AND %s AND %s GROUP BY 1, 2
                """, WHOLE, funnel._conditions(scope), funnel._between(SQL("f.entry_date"), scope.filters.date_from, scope.filters.date_to))):
            found[source_id, month] -= count
            found[self._referral_id(), month] += count
        return found

    # ------------------------------------------------------------ customers
    @api.model
    def _customer_query(self, scope, **context):
        """Query of ``conveyor.money.customer``: those of the companies and filters, whenever they bought."""
        query = self.env[REPORT].with_context(conveyor_is_fresh=True, **context)._search(self._customer_domain(scope))  # facts are, by the scope
        if scope.visible is not None:
            query.add_where(SQL("(%(lead)s IS NULL OR %(lead)s IN %(visible)s)", lead=SQL.identifier(query.table, "lead_id"), visible=scope.visible))
        return query

    @api.model
    def _customer_domain(self, scope, dated=None, first=None, last=None):
        domain = [("company_id", "in", list(scope.filters.company_ids))]
        for name, column in (("team_ids", "team_id"), ("user_ids", "user_id"), ("source_ids", "source_id"), ("campaign_ids", "campaign_id")):
            if ids := getattr(scope.filters, name):
                domain.append((column, "in", [item or False for item in ids]))
        domain += [(dated, ">=", first.isoformat())] if first else []
        return domain + ([(dated, "<=", last.isoformat())] if last else [])

    @api.model
    def _is_narrow(self, scope):
        """Are these some customers of the companies, not all of them?"""
        return scope.visible is not None or any(getattr(scope.filters, name) for name in ("team_ids", "user_ids", "source_ids", "campaign_ids"))

    @api.model
    def _within(self, scope, column):
        """Condition: the day lies in the period."""
        return self.env["conveyor.funnel"]._between(column, scope.filters.date_from, scope.filters.date_to)

    @api.model
    def _customers(self, scope):
        """(source, month of coming, month of the first sale, (came in the period, bought first in it), customers)"""
        query = self._customer_query(scope)
        came, first = (SQL.identifier(query.table, name) for name in ("came_date", "first_date"))
        is_came, is_new = self._within(scope, came), self._within(scope, first)
        query.add_where(SQL("(%s OR %s)", is_came, is_new))
        query.groupby = SQL("1, 2, 3, 4, 5")
        return [(source, came, first, flags, count) for source, came, first, *flags, count in self.env.execute_query(query.select(
            SQL.identifier(query.table, "source_id"), SQL("date_trunc('month', %s)::date", came), SQL("date_trunc('month', %s)::date", first),
            is_came, is_new, SQL("count(*)")))]

    @api.model
    def _usual_days(self, scope):
        """``{source: days}`` within which 80 % of a source's won leads decided, of ``None`` the company's.

        A source with fewer than 50 wins has the company's; a company, its setting.
        """
        referral = SQL("CASE WHEN l.referrer_id IS NULL THEN f.source_id ELSE %s END", self._referral_id())
        found, whole = {}, None
        for source_id, is_whole, wins, days in self.env.execute_query(SQL(
                """
                SELECT source_id, GROUPING(source_id), count(*), GREATEST(1, ceil(percentile_disc(%s) WITHIN GROUP (ORDER BY seconds) / %s))::int
                  FROM (SELECT %s AS source_id, f.seconds FROM conveyor_funnel_fact f JOIN crm_lead l ON l.id = f.lead_id
                         WHERE %s AND f.pass_date IS NOT NULL AND f.seconds > 0 AND (f.company_id = ANY(%s) OR f.company_id IS NULL)) w
                 GROUP BY GROUPING SETS ((source_id), ())
                """, window.SHARE, window.DAY, referral, WHOLE, list(scope.filters.company_ids))):
            if is_whole:
                whole = window.History(wins, days)
            else:
                found[source_id] = window.History(wins, days)
        setting = self.env.company.conveyor_window_days
        general = window.choose([whole], [setting]).days
        return defaultdict(lambda: general, {
            source_id: window.choose([history, whole], [setting]).days for source_id, history in found.items()})
