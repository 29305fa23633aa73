from collections import defaultdict
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import period
from ..engine.funnel import MEASURES, PERIOD, Tally, median_from_histogram
from .conveyor_funnel_histogram import BUCKET, DAYS
from .conveyor_funnel_histogram import TYPES as HISTOGRAM_DIMENSIONS
from .conveyor_funnel_month import GRAINS, HAPPENINGS, SECTION, SOURCE

EXACT_LIMIT = 100000  # up to so many facts medians are exact, beyond they come from the histogram
WHOLE, SECTIONS = SQL("f.stage_id IS NULL"), SQL("f.stage_id IS NOT NULL")
FILTERED = {"team_ids": "team_id", "user_ids": "user_id", "source_ids": "source_id",
            "campaign_ids": "campaign_id", "lead_ids": "lead_id"}


@dataclass(frozen=True)
class Scope:
    """What one reading counts: the filters, the companies, and which leads the
    reader may see (``None``: all of them)."""

    filters: period.Filters
    visible: SQL | None
    is_small: bool
    rates: dict | None = None

    @property
    def counting(self):
        return self.filters.counting

    def has_rollup(self, dimensions):
        """May this be read from sums that keep these dimensions?"""
        asked = {field for name, field in FILTERED.items() if getattr(self.filters, name)}
        return self.visible is None and asked <= set(dimensions)


class ConveyorFunnelReader(models.AbstractModel):
    """Sums of the funnel, from the monthly rollup where it can answer, else
    from the facts, whole months from the one and the days at the edges from
    the other. Both give the same numbers; medians of many leads agree within
    their log bucket."""

    _name = "conveyor.funnel.reader"
    _description = "Funnel Sums"

    # ------------------------------------------------------------ what to read
    @api.model
    def _scope(self, filters):
        """The :class:`Scope` of filters as a person or program gave them."""
        filters = filters if isinstance(filters, period.Filters) else self._parse(filters)
        return Scope(filters, self._visible(filters), self._prepare_reading(), self._rates(filters))

    @api.model
    def _prepare_reading(self):
        """Bring the facts up to date and the planner in tune, in one statement where nothing has changed.

        :return: are there so few facts that medians are exact?
        """
        self.env.flush_all()
        self.env["conveyor.funnel.fact"]._refresh_marked()
        [(is_stale, is_large, _jit)] = self.env.execute_query(SQL(
            """
            SELECT EXISTS (SELECT FROM conveyor_funnel_stale),
                   CASE WHEN c.reltuples > %(limit)s * 2 THEN TRUE ELSE EXISTS (SELECT FROM conveyor_funnel_fact OFFSET %(limit)s) END,
                   set_config('jit', 'off', TRUE)
              FROM pg_class c WHERE c.oid = 'conveyor_funnel_fact'::regclass
            """, limit=EXACT_LIMIT))  # compiling these short queries takes longer than running them
        if is_stale:
            self.env["conveyor.funnel.fact"]._refresh()
        return not is_large

    @api.model
    def _changed(self, scope, **filters):
        """The same scope with other filters; companies stay, so the reader sees the same leads."""
        return replace(scope, filters=replace(scope.filters, **filters))

    @api.model
    def _parse(self, raw):
        """Filters, complete with companies.

        :raise UserError: naming the filter and the remedy
        """
        try:
            filters = period.Filters.parse(raw, ZoneInfo(self.env.company._conveyor_tz()))
        except period.BadFilter as error:
            raise UserError(self._bad_filter_text(error)) from error
        companies = filters.company_ids or tuple(self.env.companies.ids)
        if foreign := set(companies) - set(self.env.companies.ids):
            raise UserError(self.env._(
                "The funnel's filter “company_ids” names companies that you are not working in now (%(ids)s). "
                "Choose them in the company menu first.", ids=", ".join(map(str, sorted(foreign)))))
        return replace(filters, company_ids=companies)

    @api.model
    def _bad_filter_text(self, error):
        reasons = {
            "unknown": self.env._("there is no such filter; use %(names)s",
                                  names=", ".join(period.Filters.__dataclass_fields__)),
            "date": self.env._("it is not a date; write it as 2024-12-31"),
            "order": self.env._("it lies before date_from; exchange the two dates"),
            "choice": self.env._("it is not one of the choices (counting: cohort, period; sale_kind: first, repeat)"),
            "ids": self.env._("it is not a list of record ids; give a list such as [1, 2]"),
        }
        return self.env._("The funnel's filter “%(name)s” cannot be %(value)s: %(reason)s.",
                          name=error.name, value=error.value, reason=reasons[error.why])

    @api.model
    def _visible(self, filters):
        """SQL of the ids of the leads that may be counted, or ``None`` for all
        of the chosen companies."""
        if self.env.su or self._sees_all(filters.company_ids):
            return None
        leads = self.env["crm.lead"].with_context(active_test=False)
        return leads._search([]).subselect()

    @api.model
    def _sees_all(self, company_ids):
        """Do the rules of leads say nothing more than: of these companies?"""
        self.env["crm.lead"].check_access("read")
        rule = self.env["ir.rule"]._compute_domain("crm.lead", "read")
        company = Domain("company_id", "in", [*self.env.companies.ids, False]).optimize(self.env["crm.lead"])
        return rule.is_true() or rule == company

    # ------------------------------------------------------------ currency
    @api.model
    def _rates(self, filters):
        """Currency rate of each company, a function of the month; ``None`` when
        all amounts are in the reader's currency already."""
        target = self.env.company.currency_id
        foreign = {company.id: company.currency_id for company in self.env["res.company"].browse(filters.company_ids)
                   if company.currency_id != target}
        return foreign or None

    @api.model
    def _rate(self, scope, company_id, month, cache):
        """Rate into the reader's currency on the month's last day (for what is now: today)."""
        currency = (scope.rates or {}).get(company_id)
        if not currency:
            return 1.0
        day = min(period.month_end(month), fields.Date.today()) if month else fields.Date.today()
        if (currency, day) not in cache:
            cache[currency, day] = self.env["res.currency"]._get_conversion_rate(
                currency, self.env.company.currency_id, self.env.company, day)
        return cache[currency, day]

    # ------------------------------------------------------------ sums
    @api.model
    def _sums(self, scope, keys, grain=SOURCE, where=SECTIONS, only_left=False):
        """``{values of the keys: Tally}``; keys are dimensions of the grain, or ``month``.

        :param only_left: nobody asks, of a period, how many came and how many are here now, which takes longest to count
        """
        grain = self._narrowest(scope, keys, grain)
        dimensions = GRAINS[grain][1]
        rolled = scope.has_rollup(dimensions)
        names = list(dict.fromkeys([*keys, "company_id", "month"] if scope.rates else keys))
        parts = list(self._parts(scope, names, grain, where, rolled, HAPPENINGS[scope.counting][1:3] if only_left else None))
        sums = SQL(", ").join(SQL("sum(x.%s)", SQL.identifier(name)) for name in MEASURES)
        by = SQL(", ").join(SQL.identifier("x", name) for name in names)
        rows = self.env.execute_query(SQL(
            "SELECT %s %s FROM (%s) x %s", SQL("%s,", by) if names else SQL(), sums,
            SQL(" UNION ALL ").join(parts), SQL("GROUP BY %s", by) if names else SQL()))
        return self._tallies(scope, keys, names, rows)

    @api.model
    def _narrowest(self, scope, keys, grain):
        """The grain with the fewest rows that gives the same sums."""
        dimensions = GRAINS[SECTION][1]
        fits = set(keys) <= {*dimensions, "month"} and scope.has_rollup(dimensions)
        return SECTION if grain == SOURCE and fits else grain

    @api.model
    def _tallies(self, scope, keys, names, rows):
        result, cache = defaultdict(Tally), {}
        for row in rows:
            values, numbers = dict(zip(names, row)), row[len(names):]
            rate = self._rate(scope, values.get("company_id"), values.get("month"), cache)
            measures = {
                name: (float(number or 0) * rate) if name.startswith("value_") else int(number or 0)
                for name, number in zip(MEASURES, numbers)}
            result[tuple(values[key] for key in keys)] += Tally(**measures)
        return result

    @api.model
    def _parts(self, scope, names, grain, where, rolled, happenings=None):
        """SELECTs that together make the sum: the rollup's months, the facts' days.

        :param happenings: what is counted of the days, ``None``: everything
        """
        cut = period.split(scope.filters.date_from, scope.filters.date_to)
        if rolled and cut.months:
            yield self._months(scope, names, grain, where, cut.months)
        whole = () if rolled else ((scope.filters.date_from, scope.filters.date_to),)
        condition = SQL("%s AND %s AND %s", GRAINS[grain][0], where, self._conditions(scope))
        for first, last in cut.days if rolled else whole:
            yield from self._days(names, condition, happenings or HAPPENINGS[scope.counting][:3], first, last)
        if scope.counting == PERIOD and happenings is None and not (rolled and cut.months):
            yield self._happening(names, HAPPENINGS[PERIOD][-1], condition)

    @api.model
    def _months(self, scope, names, grain, where, months):
        condition = [SQL("f.grain = %s AND f.counting = %s", grain, scope.counting), where,
                     self._conditions(scope), self._between(SQL("f.month"), *months, scope.counting == PERIOD)]
        return SQL("SELECT %s FROM conveyor_funnel_month f WHERE %s", SQL(", ").join(
            SQL.identifier("f", name) for name in (*names, *MEASURES)), SQL(" AND ").join(condition))

    @api.model
    def _days(self, names, condition, happenings, first, last):
        for happening in happenings:
            yield self._happening(names, happening, SQL("%s AND %s", condition, self._between(happening[0], first, last)))

    @api.model
    def _happening(self, names, happening, condition):
        keys = [SQL.identifier("f", name) for name in names if name != "month"]
        months = self.env["conveyor.funnel.month"]
        inner = months._happened(SQL("conveyor_funnel_fact"), keys, *happening, where=condition)
        return SQL("SELECT %s FROM (%s) f", SQL(", ").join(
            SQL.identifier("f", name) for name in (*names, *MEASURES)), inner)

    @api.model
    def _between(self, column, first, last, or_none=False):
        parts = [SQL("%s >= %s", column, first)] if first else []
        parts += [SQL("%s <= %s", column, last)] if last else []
        if not parts:
            return SQL("TRUE")
        inside = SQL(" AND ").join(parts)
        return SQL("(%s OR %s IS NULL)", inside, column) if or_none else inside

    @api.model
    def _conditions(self, scope):
        """Conditions on ``f`` of all filters but the dates, and of access."""
        filters = scope.filters
        parts = [SQL("(f.company_id = ANY(%s) OR f.company_id IS NULL)", list(filters.company_ids))]
        for name, field in FILTERED.items():
            if ids := getattr(filters, name):
                column = SQL.identifier("f", field)
                known = SQL("%s = ANY(%s)", column, [item for item in ids if item])
                parts.append(SQL("(%s OR %s IS NULL)", known, column) if 0 in ids else known)
        if filters.sale_kind:
            parts.append(SQL("f.sale_kind = %s", filters.sale_kind))
        if scope.visible is not None:
            parts.append(SQL("f.lead_id IN %s", scope.visible))
        return SQL(" AND ").join(parts)

    # ------------------------------------------------------------ medians
    @api.model
    def _medians(self, scope, keys, where=SECTIONS):
        """``{values of the keys: median days}`` of those who left; keys are
        ``stage_id``, ``phase``, ``by_loss``."""
        if scope.is_small or not scope.has_rollup(HISTOGRAM_DIMENSIONS):
            return self._exact_medians(scope, keys, where)
        counts = defaultdict(lambda: defaultdict(int))
        for *values, bucket, leads in self._histogram_rows(scope, keys, where):
            counts[tuple(values)][bucket] += int(leads)
        return {values: median_from_histogram(histogram) for values, histogram in counts.items()}

    @api.model
    def _stays(self, scope, where, first, last):
        day = self._between(DAYS[scope.counting], first, last)
        if scope.counting == PERIOD and (first or last):  # says the same to the indexes
            day = SQL("(%s OR f.pass_date IS NULL AND %s)", self._between(SQL("f.pass_date"), first, last),
                      self._between(SQL("f.loss_date"), first, last))
        timed = self.env["conveyor.funnel.histogram"]._timed()
        return SQL(" AND ").join((timed, where, self._conditions(scope), day))

    @api.model
    def _exact_medians(self, scope, keys, where):
        rows = self.env.execute_query(SQL(
            "SELECT %(keys)s, percentile_cont(0.5) WITHIN GROUP (ORDER BY f.seconds) / 86400"
            " FROM (SELECT *, pass_date IS NULL AS by_loss FROM conveyor_funnel_fact) f WHERE %(where)s GROUP BY %(keys)s",
            keys=SQL(", ").join(SQL.identifier("f", name) for name in keys),
            where=self._stays(scope, where, scope.filters.date_from, scope.filters.date_to)))
        return {tuple(values): median for *values, median in rows}

    @api.model
    def _histogram_rows(self, scope, keys, where):
        cut = period.split(scope.filters.date_from, scope.filters.date_to)
        names = SQL(", ").join(SQL.identifier("f", name) for name in (*keys, "bucket"))
        parts = [
            SQL("SELECT %s, 1 AS leads FROM (SELECT f.*, pass_date IS NULL AS by_loss, %s AS bucket"
                " FROM conveyor_funnel_fact f WHERE %s) f", names, BUCKET, self._stays(scope, where, *days))
            for days in cut.days]
        if cut.months:
            parts.append(SQL("SELECT %s, f.leads FROM conveyor_funnel_histogram f WHERE %s", names, SQL(" AND ").join((
                SQL("f.counting = %s", scope.counting), where, self._conditions(scope),
                self._between(SQL("f.month"), *cut.months)))))
        return self.env.execute_query(SQL(
            "SELECT %(names)s, sum(f.leads) FROM (%(parts)s) f GROUP BY %(names)s",
            names=names, parts=SQL(" UNION ALL ").join(parts)))
