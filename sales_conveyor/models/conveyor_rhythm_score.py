from odoo import api, models
from odoo.tools import SQL

from ..engine import rhythm

RANK = {rhythm.NEW: 1, rhythm.STEADY: 1, rhythm.LATE: 2, rhythm.SLEEPING: 3, rhythm.LOST: 4}  # places on the ladder


def rank_sql(column):
    """The place on the ladder of a status."""
    return SQL("(CASE %s WHEN 'late' THEN 2 WHEN 'sleeping' THEN 3 WHEN 'lost' THEN 4 ELSE 1 END)", column)


class ConveyorRhythmScore(models.AbstractModel):
    """The formulas of ``engine/rhythm.py``, whose docstring is the reference, for
    many customers at once; a property test holds both equal.

    Each layer adds columns that the next one uses. ``OFFSET 0`` keeps
    PostgreSQL from writing a layer out wherever it is used.
    """

    _name = "conveyor.rhythm.score"
    _description = "Formulas of Purchase Rhythms"

    @api.model
    def _scored(self, source, has_calendars):
        """SELECT of the customers with all that is known of them.

        :param source: SELECT with the columns of ``conveyor.rhythm.recompute._judgeable``
        """
        for columns in (self._shape(), self._curve(), self._act(), self._next(), self._first_and_last(), self._middle(),
                        self._dates(has_calendars), self._weeks(), self._own_date(), self._reached()):
            source = SQL("SELECT s.*, %s FROM (%s OFFSET 0) s", columns, source)
        return source

    @api.model
    def _shape(self):
        x = SQL("s.gap_count")
        return SQL("""
            (%(kappa)s * s.mu0 + s.log_sum) / (%(kappa)s + %(x)s) AS mu,
            (%(nu)s * s.s2 + CASE WHEN %(x)s > 0 THEN GREATEST(s.log_squares - s.log_sum * s.log_sum / %(x)s, 0) ELSE 0 END)
                / (%(nu)s + %(x)s) * (1 + 1.0::float8 / (%(kappa)s + %(x)s)) AS v
        """, kappa=rhythm.KAPPA, nu=rhythm.NU, x=x)

    @api.model
    def _curve(self):
        return SQL("exp(s.mu) AS usual_gap, pi() / sqrt(3 * s.v) AS shape, s.purchase_count::float8 AS n")

    @api.model
    def _absence(self, odds):
        """Days of silence after which the odds are so."""
        return SQL("(CASE WHEN %(odds)s > 0 THEN exp(LEAST(s.mu + ln(%(odds)s) / s.shape, ln(%(forever)s::float8))) ELSE 0 END)",
                   odds=odds, forever=rhythm.FOREVER)

    @api.model
    def _act(self):
        return SQL("""
            LEAST(GREATEST(%(act)s, COALESCE(s.shortest, 0)), COALESCE(s.longest, %(forever)s), %(forever)s) AS act,
            exp(LEAST(s.shape * (ln(GREATEST(s.absence, %(least)s)::float8) - s.mu), %(largest)s)) AS z
        """, act=self._absence(SQL("GREATEST(4, (0.6::float8 * s.n - 1) / 0.7::float8)")), forever=rhythm.FOREVER,
            least=rhythm.SHORTEST_ABSENCE, largest=rhythm.LARGEST)

    @api.model
    def _next(self):
        return SQL("""
            LEAST(GREATEST(s.act + s.usual_gap, %(half)s), 2 * %(forever)s) AS sleeping,
            LEAST(GREATEST(s.act + 3 * s.usual_gap, %(most)s), COALESCE(s.lost_after, 3 * %(forever)s), 3 * %(forever)s) AS lost,
            GREATEST(%(expected)s, s.absence) AS expected_gap, %(low)s AS gap_low, %(high)s AS gap_high
        """, half=self._absence(SQL("(2 * s.n - 2)")), most=self._absence(SQL("(8 * s.n - 5)")), forever=rhythm.FOREVER,
            expected=self._absence(SQL("(1 + 2 * s.z)")), low=self._absence(SQL("(1.0::float8 / 9)")), high=self._absence(SQL("9.0::float8")))

    @api.model
    def _first_and_last(self):
        first = SQL("GREATEST(ceil(s.act - %(tolerance)s), 1)", tolerance=rhythm.TOLERANCE)
        return SQL("%(first)s::int AS act_days, GREATEST(ceil(s.lost - %(tolerance)s), %(first)s + 2)::int AS lost_days",
                   first=first, tolerance=rhythm.TOLERANCE)

    @api.model
    def _middle(self):
        return SQL("LEAST(GREATEST(ceil(s.sleeping - %s)::int, s.act_days + 1), s.lost_days - 1) AS sleeping_days,"
                   " GREATEST(floor(s.expected_gap + 0.5), 1)::int AS expected_days", rhythm.TOLERANCE)

    @api.model
    def _dates(self, has_calendars):
        names = ("act", "sleeping", "lost", "expected")
        return SQL(", ").join(SQL(
            "%s AS %s", self._after(SQL.identifier("s", f"{name}_days"), has_calendars), SQL.identifier(f"{name}_day"))
            for name in names)

    @api.model
    def _after(self, days, has_calendars):
        """The first date with so many counted days between it and the last purchase."""
        if not has_calendars:
            return SQL("s.last_date + %s", days)
        return SQL("""
            CASE WHEN s.calendar_id IS NULL THEN s.last_date + %(days)s ELSE (
                SELECT d.day FROM conveyor_rhythm_day d WHERE d.calendar_id = s.calendar_id AND d.is_counted
                   AND d.number = LEAST(GREATEST(s.last_number + %(days)s, 1), s.calendar_total)) END
        """, days=days)

    @api.model
    def _weeks(self):
        """Whoever buys weekly is expected whole weeks after his last purchase."""
        return SQL("""
            CASE WHEN s.purchase_count - 1 < %(enough)s OR 2 * s.weekly_count < s.purchase_count - 1 THEN s.expected_day
                 ELSE s.last_date + 7 * GREATEST(1, ceil((s.today - s.last_date) / 7.0)::int, floor(CASE
                      WHEN s.calendar_id IS NULL THEN s.expected_gap ELSE s.expected_day - s.last_date END / 7 + 0.5)::int)
            END AS rhythm_date
        """, enough=rhythm.WEEKLY_GAPS)

    @api.model
    def _own_date(self):
        """A date of his own, as of a booked visit, comes before what his rhythm says; the day after it he is late."""
        own = SQL("s.own_date >= s.last_date")
        return SQL("""
            CASE WHEN %(own)s THEN s.own_date ELSE s.rhythm_date END AS expected_date,
            CASE WHEN %(own)s THEN s.own_date + 1 ELSE s.act_day END AS act_date,
            CASE WHEN %(own)s THEN GREATEST(s.sleeping_day, s.own_date + 2) ELSE s.sleeping_day END AS sleeping_date,
            CASE WHEN %(own)s THEN GREATEST(s.lost_day, s.own_date + 3) ELSE s.lost_day END AS lost_date
        """, own=own)

    @api.model
    def _reached(self):
        """How far up the ladder his silence has come."""
        return SQL("1 + (s.today >= s.act_date)::int + (s.today >= s.sleeping_date)::int + (s.today >= s.lost_date)::int AS reached")
