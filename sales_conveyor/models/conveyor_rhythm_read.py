from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import growth, rhythm

AT_RISK = (rhythm.LATE, rhythm.SLEEPING, rhythm.LOST)
YEAR = 365
LEVELS = ((0.3, "low"), (0.5, "medium"))  # a score below: its level; else high


def read_now(kind, name, *args, **kwargs):
    """A field worked out as of today from the stored numbers: it sorts, filters and sums."""
    return kind(*args, compute="_compute_now", search=lambda records, operator, value: records._search_now(name, operator, value), **kwargs)


class ConveyorRhythm(models.Model):
    """What a customer's silence means today: worked out on reading, by the database and, for words, here."""

    _inherit = "conveyor.rhythm"

    absence = read_now(fields.Integer, "absence", "Days Silent", aggregator="avg", help="Since his last purchase, as his days are counted.")
    surprise = read_now(fields.Float, "surprise", "Surprise", digits=(16, 4), aggregator="avg",
                        help="Share of his gaps that are expected to be shorter than today's silence.")
    score = read_now(fields.Float, "score", "Score of Loss", digits=(16, 4), aggregator="avg", help="The higher, the more likely he is lost.")
    money_at_risk = read_now(fields.Monetary, "money_at_risk", "Money at Risk", aggregator="sum", help=(
        "What late, sleeping and lost customers would have bought since their last purchase: average check for each usual gap, of one year at most."))
    growth = read_now(fields.Float, "growth", "Growth", digits=(16, 4), aggregator="avg",
                      help="Revenue of the last 365 days against the 365 days before; empty where he bought for less than half of "
                           "these, or for less than a fifth of today's.")
    due_date = read_now(fields.Date, "due_date", "Expected", help=(
        "When his next purchase is expected; of late, sleeping and lost customers, when it was."))
    score_level = fields.Selection(
        [("low", "Low"), ("medium", "Medium"), ("high", "High")], "Risk of Loss", compute="_compute_score_level")
    explanation = fields.Char(compute="_compute_explanation")

    @api.depends("first_date", "last_date", "usual_gap", "shape", "status", "expected_date", "act_date", "revenue_year", "revenue_before",
                 "revenue_average")
    def _compute_now(self):
        rows = self._read_now(NOW)
        for row in self:
            values = rows.get(row._origin.id, {})
            for name in NOW:
                row[name] = values.get(name) or (False if name == "due_date" else 0)

    @api.model
    def _read_now(self, names):
        """``{id: {name: value}}`` of these records."""
        columns = [SQL("%s AS %s", self._now_sql(self._table, name), SQL.identifier(name)) for name in names]
        return {row["id"]: row for row in self.env.execute_query_dict(SQL(
            "SELECT id, %s FROM conveyor_rhythm WHERE id = ANY(%s)", SQL(", ").join(columns), self._origin.ids))}

    @api.depends("score")
    def _compute_score_level(self):
        for row in self:
            row.score_level = next((level for least, level in LEVELS if row.score < least), "high")

    # ------------------------------------------------------------ SQL
    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr in NOW:
            self._check_field_access(self._fields[field_expr], "read")
            return self._now_sql(alias, field_expr)
        return super()._field_to_sql(alias, field_expr, query)

    @api.model
    def _search_now(self, name, operator, value):
        if operator not in COMPARED or name == "due_date" and operator in ("in", "not in"):
            return NotImplemented
        return Domain.custom(to_sql=partial(self._compare_now, name, operator, value))

    @staticmethod
    def _compare_now(name, operator, value, model, alias, query):
        column = model._field_to_sql(alias, name, query)
        if name == "due_date":
            return SQL("%s %s %s", column, SQL(operator), value)
        if operator in ("in", "not in"):
            condition = SQL("COALESCE(%s, 0) = ANY(%s::numeric[])", column, [item or 0 for item in value])
            return condition if operator == "in" else SQL("NOT (%s)", condition)
        return SQL("%s %s %s", column, SQL(operator), value or 0)

    @api.model
    def _now_sql(self, alias, name):
        return getattr(self, f"_{name}_sql")(partial(SQL.identifier, alias))

    @api.model
    def _today(self):
        """Today, in the time zone of the reader's company."""
        return fields.Date.context_today(self.with_context(tz=self.env.company.sudo()._conveyor_tz()))  # a setting, whoever reads

    @api.model
    def _today_sql(self):
        return SQL("%s::date", self._today())

    @api.model
    def _absence_sql(self, column):
        today = self._today_sql()
        counted = SQL("(SELECT b.number - a.number FROM conveyor_rhythm_day a JOIN conveyor_rhythm_day b ON b.calendar_id = a.calendar_id"
                      " WHERE a.calendar_id = %s AND a.day = %s AND b.day = %s)", column("calendar_id"), column("last_date"), today)
        return SQL("GREATEST(CASE WHEN %s IS NULL THEN %s - %s ELSE COALESCE(%s, 0) END, 0)",
                   column("calendar_id"), today, column("last_date"), counted)

    @api.model
    def _odds_sql(self, column):
        """z of ``engine.rhythm``."""
        return SQL("exp(LEAST(%s * ln(GREATEST(%s, %s)::float8 / %s), %s))", column("shape"), self._absence_sql(column),
                   rhythm.SHORTEST_ABSENCE, column("usual_gap"), rhythm.LARGEST)

    @api.model
    def _surprise_sql(self, column):
        return SQL("(1 - 1 / (1 + %s))", self._odds_sql(column))

    @api.model
    def _score_sql(self, column):
        """(1 + z)/(z + 2n), with z in one place."""
        return SQL("(1 - (2 * %(n)s - 1) / (%(z)s + 2 * %(n)s))", n=column("purchase_count"), z=self._odds_sql(column))

    @api.model
    def _money_at_risk_sql(self, column):
        return SQL("CASE WHEN %s IN %s THEN %s * LEAST(%s, %s) / %s ELSE 0 END", column("status"), AT_RISK,
                   column("revenue_average"), self._absence_sql(column), YEAR, column("usual_gap"))

    @api.model
    def _growth_sql(self, column):
        """``engine.growth``"""
        return SQL("(CASE WHEN %(before)s > 0 AND %(year)s <= %(most)s * %(before)s AND %(first)s <= %(today)s - %(days)s"
                   " THEN %(year)s / %(before)s - 1 END)::float8", year=column("revenue_year"), before=column("revenue_before"),
                   first=column("first_date"), most=growth.MOST, today=self._today_sql(), days=growth.KNOWN_DAYS)

    @api.model
    def _due_date_sql(self, column):
        """What is expected; of whose silence is too long, the day after his usual gap: that he comes at all becomes
        ever less likely, and so the stored date moves months ahead."""
        gap = SQL("GREATEST(floor(%s + 0.5), 1)::int", column("usual_gap"))
        counted = SQL("(SELECT d.day FROM conveyor_rhythm_day a JOIN conveyor_rhythm_day d ON d.calendar_id = a.calendar_id AND d.is_counted"
                      " AND d.number = a.number + %s WHERE a.calendar_id = %s AND a.day = %s)", gap, column("calendar_id"), column("last_date"))
        return SQL("CASE WHEN %s NOT IN %s OR %s < %s THEN %s ELSE LEAST(COALESCE(%s, %s + %s), %s) END", column("status"), AT_RISK,
                   column("expected_date"), self._today_sql(), column("expected_date"), counted, column("last_date"), gap, column("act_date"))

    # ------------------------------------------------------------ words
    @api.depends("absence", "surprise", "usual_gap", "basis", "purchase_count")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for row in self:
            row.explanation = " ".join([row._rhythm_words(), row._silence_words(), row._basis_words()]) if row.last_date else False

    def _rhythm_words(self):
        days, spread = _whole(self.usual_gap), _whole((self.gap_high - self.gap_low) / 2)
        env = self.env
        if self.purchase_count == 1:
            return env._("Others buy again after about %(days)s open days;", days=days) if self.is_open_days else \
                env._("Others buy again after about %(days)s days;", days=days)
        if self.is_open_days:
            return env._("Buys about every %(days)s open days, ±%(spread)s;", days=days, spread=spread)
        return env._("Buys about every %(days)s days, ±%(spread)s;", days=days, spread=spread)

    def _silence_words(self):
        longer = round(100 * (1 - self.surprise))
        if self.status in AT_RISK and self.purchase_count > rhythm.OWN_GAPS:
            if not longer:
                return self.env._("silent for %(days)s; none of 100 of his gaps would be that long;", days=self.absence)
            return self.env._("silent for %(days)s; only %(longer)s of 100 of his gaps would be that long;", days=self.absence, longer=longer)
        return self.env._("silent for %(days)s;", days=self.absence)

    def _basis_words(self):
        env, count = self.env, self.purchase_count
        words = {
            rhythm.OWN: env._("judged by his own %(count)s purchases.", count=count),
            rhythm.BLENDED: env._("judged by his %(count)s purchases and by those of other customers.", count=count),
            rhythm.CATEGORY: env._("judged by customers of the same product category, since he bought once."),
            rhythm.COMPANY: env._("judged by the company's other customers, since he bought once."),
        }
        return words.get(self.basis, "")


NOW = ("absence", "surprise", "score", "money_at_risk", "growth", "due_date")
COMPARED = ("in", "not in", "<", "<=", ">", ">=")


def _whole(days):
    return max(1, round(days))
