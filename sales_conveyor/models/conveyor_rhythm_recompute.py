from odoo import api, models
from odoo.tools import SQL

from ..engine import rhythm
from .conveyor_rhythm_score import rank_sql

FRESH = 7  # days: what happened earlier is history, nothing is done about it
MANY = 200  # customers; of more, joins of what was planned as one row each would cost the square of their number
DERIVED = (  # columns that a recompute writes
    "currency_id", "purchase_count", "first_date", "last_date", "gap_count", "log_sum", "log_squares", "weekly_count",
    "usual_gap", "shape", "gap_low", "gap_high", "expected_date", "act_date", "sleeping_date", "lost_date",
    "next_status_date", "renew_date", "status", "status_date", "basis", "category_id", "rule_id", "is_open_days",
    "calendar_id", "revenue_total", "revenue_average", "margin_total", "revenue_year", "revenue_before", "first_amount",
    "last_amount", "bought_date", "bought_more_date", "returned_date", "recommended_date", "referred_date", "is_stale")
TOLD = (  # columns of a written row that say what happened
    "partner_id", "company_id", "status", "status_date", "first_date", "last_date", "first_amount", "last_amount", "revenue_average",
    "usual_gap", "bought_date", "bought_more_date", "returned_date", "recommended_date", "referred_date")
QUALITIES = ("bought", "bought_more", "returned", "recommended", "referred")


class ConveyorRhythmRecompute(models.AbstractModel):
    """The one statement that makes rhythms from purchases, for some customers or for all (in a few stages then).

    Read :meth:`_parts` as the table of contents: each part is a CTE that the later ones use.
    """

    _name = "conveyor.rhythm.recompute"
    _description = "Making of Purchase Rhythms"

    @api.model
    def _run(self, partner_ids, today=None, is_history=False, asides=None, is_first=False):
        """Make rhythms anew and note what changed.

        :param partner_ids: commercial partners, None for all
        :param today: None: today in each company's time zone
        :param is_history: whatever is found happened before: facts only, nothing is done about it
        :param asides: further parts, ``{name: statement}``
        :param is_first: no row is there yet, nor an index that would have to be asked for it
        :return: rows of what happened in these days, for :meth:`conveyor.rhythm._tell`
        """
        rules = self.env["conveyor.rhythm.terms"]._rules()
        is_all, has_calendars = partner_ids is None, any(rule["has_calendar"] for rule in rules)
        parts = self._parts(partner_ids, today, rules, has_calendars, is_history, is_first)
        if is_all or len(partner_ids) > MANY:
            parts = self._staged(parts, has_calendars)
        parts |= asides or {}
        return self.env.execute_query_dict(SQL("%s %s", self._with(parts), self._news()))

    @api.model
    def _with(self, parts):
        return SQL("WITH %s", SQL(", ").join(
            SQL("%s AS (%s)", SQL.identifier(name), part) for name, part in parts.items()))

    @api.model
    def _staged(self, parts, has_calendars):
        """The parts that are left when those of many rows have become temporary tables: of a CTE
        PostgreSQL cannot know how many rows it has, and plans as if it had a few.
        """
        left = {}
        for name, part in parts.items():
            if name not in ("stat", "ruled") and not (name == "bought" and has_calendars):  # which asks for them twice
                left[name] = part
                continue
            table = SQL.identifier(name)
            self.env.cr.execute(SQL("DROP TABLE IF EXISTS pg_temp.%s", table))
            self.env.cr.execute(SQL("CREATE TEMP TABLE %s ON COMMIT DROP AS %s %s", table, self._with(left), part))
            self.env.cr.execute(SQL("ANALYZE pg_temp.%s (partner_id)", table))
        return left

    @api.model
    def _parts(self, partner_ids, today, rules, has_calendars, is_history, is_first=False):
        is_all = partner_ids is None
        choice = self.env["conveyor.rhythm.terms"]._choice_sql(rules, "r", partner_ids)
        topic = self._topic(partner_ids, any(rule["pattern"] for rule in rules))
        stat = self.env["conveyor.rhythm.stat"]
        parts = {"clock": self._clock(today), "bought": stat._bought(partner_ids)}
        if has_calendars:  # the rule says how gaps are counted, so it comes first
            parts |= {"latest": self._latest(), "topic": topic, "ruled": self._ruled(choice),
                      "gap": stat._numbered_gap(), "stat": stat._stat(True)}
        else:
            parts |= {"gap": stat._gap(), "stat": stat._stat(False), "latest": SQL("SELECT partner_id, company_id, last_date FROM stat"),
                      "topic": topic, "ruled": self._ruled(choice)}
        parts |= {"population": self._population(is_all)}
        if is_all:
            parts |= {"kept": self.env["conveyor.rhythm.population"]._write_sql(SQL("population"))}
        return parts | {
            "own": self._own(partner_ids), "brought": self._brought(partner_ids), "judged": self._judged(has_calendars),
            "gone": self._gone(partner_ids), "written": self._written(is_all, is_first), "event": self._event(is_history),
            "fact": self.env["conveyor.rhythm.change"]._record(SQL("event")),
        }

    # ------------------------------------------------------------ days and money of companies
    @api.model
    def _clock(self, today):
        """Today and the money of each company."""
        companies = self.env["conveyor.purchase"]._companies()
        days = [SQL("(%s, %s::date)", company.id, today) if today else SQL(
            "(%s, (now() AT TIME ZONE %s)::date)", company.id, company._conveyor_tz()) for company in companies]
        return SQL("""
            SELECT c.id AS company_id, v.today, c.currency_id, COALESCE(m.decimal_places, 2) AS digits,
                   0.5 / 10.0::float8 ^ COALESCE(m.decimal_places, 2) AS mite, 10.0::float8 ^ COALESCE(m.decimal_places, 2) AS mites,
                   round(1 / 10.0 ^ COALESCE(m.decimal_places, 2), COALESCE(m.decimal_places, 2)) AS unit
              FROM (VALUES %s) v (company_id, today) JOIN res_company c ON c.id = v.company_id
              LEFT JOIN res_currency m ON m.id = c.currency_id
        """, SQL(", ").join(days))

    # ------------------------------------------------------------ who is judged how
    @api.model
    def _latest(self):
        return SQL("""
            SELECT b.partner_id, b.company_id, max(b.day) AS last_date
              FROM bought b JOIN clock c ON c.company_id = b.company_id WHERE b.day <= c.today GROUP BY 1, 2""")

    @api.model
    def _topic(self, partner_ids, named):
        """The product category of the largest line of the last purchase.

        :param named: whether a rule asks for the names of product and category
        """
        return SQL("""
            SELECT DISTINCT ON (l.partner_id, l.company_id) l.partner_id, l.company_id, t.categ_id AS category_id, %s AS names
              FROM (%s) l JOIN latest f ON f.partner_id = l.partner_id AND f.company_id = l.company_id AND f.last_date = l.day
              JOIN product_product p ON p.id = l.product_id JOIN product_template t ON t.id = p.product_tmpl_id
             WHERE %s ORDER BY l.partner_id, l.company_id, l.amount DESC, l.product_id
        """, SQL("concat_ws(' ', t.name::text, (SELECT g.complete_name::text FROM product_category g WHERE g.id = t.categ_id))") if named
            else SQL("NULL::text"), self.env["conveyor.purchase"]._lines_sql(partner_ids),
            SQL("TRUE") if named else SQL("t.categ_id IS NOT NULL"))

    @api.model
    def _ruled(self, choice):
        return SQL("""
            SELECT r.partner_id, r.company_id, r.category_id, t.rule_id, t.shortest, t.longest, t.lost_after, t.known_gap,
                   t.is_special, t.is_open_days, t.calendar_id, t.calendar_total
              FROM (SELECT r.*, %s AS choice FROM (
                        SELECT f.partner_id, f.company_id, c.category_id, c.names
                          FROM latest f LEFT JOIN topic c ON c.partner_id = f.partner_id AND c.company_id = f.company_id) r) r
              JOIN (%s) t ON t.company_id = r.company_id AND t.rule_id = r.choice
        """, choice, self.env["conveyor.rhythm.terms"]._terms_sql())

    @api.model
    def _population(self, is_all):
        if not is_all:
            return SQL("SELECT company_id, category_id, is_open_days, mu, s2 FROM conveyor_rhythm_population")
        return self.env["conveyor.rhythm.population"]._moments_sql(SQL("""
            SELECT s.company_id, r.category_id, r.is_open_days, s.gap_count, s.log_sum, s.log_squares
              FROM stat s JOIN ruled r ON r.partner_id = s.partner_id AND r.company_id = s.company_id"""))

    @api.model
    def _own(self, partner_ids):
        dates = self.env["conveyor.rhythm"]._own_dates(partner_ids)
        return SQL("SELECT * FROM unnest(%s::int[], %s::date[]) AS o (partner_id, own_date)", list(dates), list(dates.values()))

    @api.model
    def _brought(self, partner_ids):
        """When each customer first recommended us, and when one of those whom he brought bought."""
        if "referrer_id" not in self.env["crm.lead"]._fields:
            return SQL("SELECT NULL::int AS partner_id, NULL::date AS recommended_date, NULL::date AS referred_date WHERE FALSE")
        return SQL("""
            SELECT p.commercial_partner_id AS partner_id, min(l.create_date)::date AS recommended_date,
                   min(l.date_closed) FILTER (WHERE l.won_status = 'won')::date AS referred_date
              FROM crm_lead l JOIN res_partner p ON p.id = l.referrer_id WHERE l.referrer_id IS NOT NULL AND %s GROUP BY 1
        """, SQL("TRUE") if partner_ids is None else SQL("p.commercial_partner_id = ANY(%s)", list(partner_ids)))

    @api.model
    def _judgeable(self):
        """One row a customer: his stats, his rule, his population, what he was before."""
        return SQL("""
            SELECT s.*, k.currency_id, r.category_id, NULLIF(r.rule_id, 0) AS rule_id, r.shortest, r.longest, r.lost_after,
                   r.is_open_days, r.calendar_id, r.calendar_total, o.own_date, b.recommended_date, b.referred_date,
                   COALESCE(g.mu, ln(h.gap), e.mu, ln(r.known_gap), ln(%(gap)s::float8)) AS mu0,
                   COALESCE(g.s2, CASE WHEN h.gap IS NOT NULL THEN %(spread)s END, e.s2, %(spread)s) AS s2,
                   CASE WHEN g.mu IS NOT NULL OR h.gap IS NOT NULL THEN 'category' ELSE 'company' END AS others,
                   CASE WHEN r.calendar_id IS NULL THEN s.today - s.last_date ELSE (
                       SELECT d.number FROM conveyor_rhythm_day d WHERE d.calendar_id = r.calendar_id AND d.day = s.today)
                       - s.last_number END AS absence,
                   was.last_date AS old_last_date, was.status AS old_status, was.status_date AS old_status_date,
                   was.next_status_date AS old_next_date, was.is_stale AS old_is_stale
              FROM stat s JOIN clock k ON k.company_id = s.company_id
              JOIN ruled r ON r.partner_id = s.partner_id AND r.company_id = s.company_id
              CROSS JOIN LATERAL (SELECT CASE WHEN r.is_special THEN r.known_gap END AS gap) h
              LEFT JOIN population g ON g.company_id = s.company_id AND g.category_id = r.category_id AND g.is_open_days = r.is_open_days
              LEFT JOIN population e ON e.company_id = s.company_id AND e.category_id IS NULL AND e.is_open_days = r.is_open_days
              LEFT JOIN own o ON o.partner_id = s.partner_id
              LEFT JOIN brought b ON b.partner_id = s.partner_id
              LEFT JOIN conveyor_rhythm was ON was.partner_id = s.partner_id AND was.company_id = s.company_id
        """, gap=rhythm.GAP, spread=rhythm.SPREAD)

    # ------------------------------------------------------------ one step a run
    @api.model
    def _judged(self, has_calendars):
        """The rows to write. In one silence a customer climbs one step a run, on a day that was fixed before."""
        old = rank_sql(SQL("s.old_status"))
        stepped = SQL("""
            SELECT s.*, CASE WHEN s.old_last_date = s.last_date AND NOT s.old_is_stale AND s.reached > %(old)s
                             THEN %(old)s + (s.old_next_date IS NULL OR s.old_next_date <= s.today)::int
                             ELSE s.reached END AS rank
              FROM (%(scored)s OFFSET 0) s
        """, old=old, scored=self.env["conveyor.rhythm.score"]._scored(self._judgeable(), has_calendars))
        return SQL("""
            SELECT s.*, (ARRAY[CASE WHEN s.purchase_count = 1 THEN 'new' ELSE 'steady' END, 'late', 'sleeping', 'lost'])[s.rank] AS status,
                   CASE WHEN s.old_last_date = s.last_date AND s.rank = %(old)s THEN s.old_status_date
                        ELSE (ARRAY[s.last_date, s.act_date, s.sleeping_date, s.lost_date])[s.rank] END AS status_date,
                   CASE WHEN s.reached > s.rank THEN s.today + 1
                        ELSE (ARRAY[s.act_date, s.sleeping_date, s.lost_date])[s.rank] END AS next_status_date,
                   CASE WHEN s.gap_count >= %(enough)s THEN 'own' WHEN s.gap_count > 0 THEN 'blended' ELSE s.others END AS basis,
                   round(s.revenue_total / s.purchase_count, 2) AS revenue_average, s.first_date AS bought_date, FALSE AS is_stale
              FROM (%(stepped)s OFFSET 0) s
        """, old=old, enough=rhythm.OWN_GAPS, stepped=stepped)

    # ------------------------------------------------------------ writing
    @api.model
    def _gone(self, partner_ids):
        """Who has no purchase any more has no rhythm."""
        return SQL("DELETE FROM conveyor_rhythm r WHERE %s AND NOT EXISTS (SELECT FROM stat s WHERE s.partner_id = r.partner_id"
                   " AND s.company_id = r.company_id)",
                   SQL("TRUE") if partner_ids is None else SQL("r.partner_id = ANY(%s)", list(partner_ids)))

    @api.model
    def _written(self, is_all, is_first):
        """Rows that are other ones than before. Of all customers these are found beforehand, by a join: a row
        that meets an equal one would be locked, and take a number for nothing. The very first ones meet nobody.
        """
        names = SQL(", ").join(map(SQL.identifier, DERIVED))
        row = lambda alias: SQL(", ").join(SQL.identifier(alias, name) for name in DERIVED)  # noqa: E731
        changed = SQL("""
              LEFT JOIN conveyor_rhythm was ON was.partner_id = j.partner_id AND was.company_id = j.company_id
             WHERE was.id IS NULL OR (%s) IS DISTINCT FROM (%s)""", row("was"), row("j"))
        met = SQL("""
            ON CONFLICT (partner_id, company_id) DO UPDATE SET (%(names)s) = ROW(%(fresh)s)
             WHERE (%(own)s) IS DISTINCT FROM (%(fresh)s)""", names=names, fresh=row("excluded"), own=row("own"))
        return SQL("""
            INSERT INTO conveyor_rhythm AS own (partner_id, company_id, %(names)s)
            SELECT j.partner_id, j.company_id, %(judged)s FROM judged j %(changed)s %(met)s
            RETURNING %(told)s
        """, names=names, judged=row("j"), changed=changed if is_all and not is_first else SQL(), met=SQL() if is_first else met,
            told=SQL(", ").join(SQL.identifier("own", name) for name in TOLD))

    @api.model
    def _event(self, is_history):
        """What was written, beside what it was, where the status or a quality is another one."""
        rank, old_rank = rank_sql(SQL("w.status")), rank_sql(SQL("was.status"))
        return SQL("""
            SELECT e.*, e.status_date AS date, NOT (e.goes_on OR e.is_back OR e.bought) OR e.status_date <= e.today - %(fresh)s
                        OR %(is_history)s AS is_history,
                   CASE WHEN e.is_back THEN e.last_amount WHEN e.rank > 1
                        THEN round((e.revenue_average * LEAST(e.today - e.last_date, 365) / e.usual_gap)::numeric, 2) END AS amount
              FROM (SELECT w.*, c.today, was.id IS NULL AS is_first, was.status AS from_status, %(rank)s AS rank, %(old_rank)s AS old_rank,
                           was.status IS DISTINCT FROM w.status AND (was.id IS NOT NULL OR %(rank)s > 1) AS is_change,
                           COALESCE(was.last_date = w.last_date AND NOT was.is_stale, FALSE) AS goes_on,
                           COALESCE(was.last_date < w.last_date AND %(rank)s = 1, FALSE) AS bought,
                           COALESCE(was.last_date < w.last_date AND %(rank)s = 1 AND %(old_rank)s > 1, FALSE) AS is_back,
                           %(qualities)s
                      FROM written w JOIN clock c ON c.company_id = w.company_id
                      LEFT JOIN conveyor_rhythm was ON was.partner_id = w.partner_id AND was.company_id = w.company_id) e
             WHERE e.is_change OR %(any_quality)s
        """, fresh=FRESH, is_history=is_history, rank=rank, old_rank=old_rank, any_quality=self._any_quality(),
            qualities=SQL(", ").join(self._quality(name, is_history) for name in QUALITIES))

    @api.model
    def _quality(self, name, is_history):
        """Whether a quality was reached in these days."""
        date = SQL.identifier(f"{name}_date")
        return SQL("COALESCE(was.%(date)s IS NULL AND w.%(date)s > c.today - %(fresh)s AND NOT %(is_history)s"
                   " AND was.is_stale IS NOT TRUE, FALSE) AS %(is_new)s",
                   date=date, fresh=FRESH, is_history=is_history, is_new=SQL.identifier(f"is_{name}"))

    @api.model
    def _any_quality(self):
        return SQL(" OR ").join(SQL.identifier("e", f"is_{name}") for name in QUALITIES)

    @api.model
    def _news(self):
        return SQL("""
            SELECT e.*, e.is_change AND NOT e.is_history AND (e.is_back OR e.goes_on AND e.rank > e.old_rank) AS is_told
              FROM event e
             WHERE NOT e.is_history AND e.is_change AND (e.is_back OR e.goes_on AND e.rank > e.old_rank) OR %s
        """, self._any_quality())
