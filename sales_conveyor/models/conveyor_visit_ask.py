import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import clock
from .conveyor_visit import AHEAD, OPEN

_logger = logging.getLogger(__name__)

BATCH = 500
TOO_OLD = timedelta(days=30)  # who missed a visit longer ago (a plan imported late) is not asked about it
# what happens to a visit -> the shipped cadence through which its customer is spoken to
CADENCES = {
    "booked": "sales_conveyor.cadence_visit_reminder", "planned": "sales_conveyor.cadence_visit_unbooked",
    "missed": "sales_conveyor.cadence_visit_missed",
}


class ConveyorVisit(models.Model):
    """Reminding of booked visits, asking about those that are only planned,
    and about missed ones; all through the one door, once a visit and date."""

    _inherit = "conveyor.visit"

    @api.model
    def _cron_visits(self, now=None):
        """Whatever the day asks of visits: made ones are closed, missed ones are named, the others asked about.

        :param now: naive UTC; the present
        """
        now = now or fields.Datetime.now()
        visits = self.sudo()  # the cron acts for everybody
        for company in self.env["res.company"].sudo().search([]):
            mine, today = visits.with_company(company), clock.local_day(now, company._conveyor_tz())
            for work in (mine._close_made, mine._miss, mine._ask_due):
                while work(company, today):
                    if not self.env["conveyor.enrolment"]._commit_run(1):
                        return  # time is out; the cron comes back at once
        self.env["conveyor.enrolment"]._commit_run(0, remaining=0)

    @api.model
    def _lock(self, company, condition):
        """The next visits of the company that meet the condition and that nobody else works on."""
        self.flush_model()
        self.env["res.partner"].flush_model(["active"])
        self.env["product.template"].flush_model(["visit_remind_days"])
        return self.browse(visit_id for visit_id, in self.env.execute_query(SQL(
            """SELECT v.id FROM conveyor_visit v JOIN res_partner p ON p.id = v.partner_id LEFT JOIN product_product s ON s.id = v.product_id
                 LEFT JOIN product_template t ON t.id = s.product_tmpl_id
                WHERE v.company_id = %s AND v.active AND %s ORDER BY v.date, v.id LIMIT %s FOR UPDATE OF v SKIP LOCKED""",
            company.id, condition, BATCH)))

    # ------------------------------------------------------------ made
    @api.model
    def _close_made(self, company, today):
        """Those whose service was bought on their day or later; all at once, from the facts."""
        self._close_bought(company)
        return False

    @api.model
    def _close_bought(self, company, partner_ids=None):
        """A purchase of the service closes the last visit that was due by then;
        earlier ones stay missed, later ones are still to come.

        :param partner_ids: commercial partners, None for all
        """
        if not self._is_used():
            return
        self.flush_model()
        owners = [owner for owner, in self.env.execute_query(SQL(
            """SELECT DISTINCT p.commercial_partner_id FROM conveyor_visit v JOIN res_partner p ON p.id = v.partner_id
                WHERE v.company_id = %s AND v.state IN %s AND v.active AND v.product_id IS NOT NULL AND v.date <= %s AND %s""",
            company.id, OPEN, clock.local_day(fields.Datetime.now(), company._conveyor_tz()),
            SQL("TRUE") if partner_ids is None else SQL("p.commercial_partner_id = ANY(%s)", list(partner_ids))))]
        if not owners:
            return
        self.env.flush_all()
        made = {}
        for visit_id, day in self.env.execute_query(self._bought_sql(company, owners)):
            made.setdefault(day, []).append(visit_id)
        for day, ids in made.items():
            self.browse(ids).write({"state": "done", "done_date": day})

    @api.model
    def _bought_sql(self, company, owners):
        """(visit id, day) of open visits that a purchase has closed."""
        return SQL(
            """
            WITH bought AS (SELECT partner_id, product_id, day FROM (%(lines)s) l WHERE quantity > 0 GROUP BY 1, 2, 3),
            made AS (
                SELECT DISTINCT ON (b.partner_id, b.product_id, b.day) v.id, v.state, b.day
                  FROM bought b JOIN res_partner p ON p.commercial_partner_id = b.partner_id
                  JOIN conveyor_visit v ON v.partner_id = p.id AND v.product_id = b.product_id AND v.date <= b.day
                   AND v.company_id = %(company)s AND v.active AND v.state <> 'cancelled'
                 ORDER BY b.partner_id, b.product_id, b.day, v.date DESC, v.sequence, v.id)
            SELECT id, min(day) FROM made WHERE state IN %(open)s GROUP BY id
            """, lines=self.env["conveyor.purchase"]._lines_sql(owners, company), company=company.id, open=OPEN)

    # ------------------------------------------------------------ missed
    @api.model
    def _miss(self, company, today):
        missed = self._lock(company, SQL("v.state IN %s AND v.date < %s", AHEAD, today))
        missed.write({"state": "missed"})
        return bool(missed)

    # ------------------------------------------------------------ asking
    @api.model
    def _ask_due(self, company, today):
        """Whoever is to be reminded of, or asked about, a visit by now."""
        due = {
            "booked": SQL("v.state = 'booked' AND v.date >= %(today)s AND v.date <= %(today)s + COALESCE(NULLIF(t.visit_remind_days, 0), %(days)s)"
                          " AND NOT %(reminded)s",
                          today=today, days=company.conveyor_visit_remind_days, reminded=self._followed_up_sql()),
            "planned": SQL("v.state = 'planned' AND v.date >= %(today)s AND v.date <= %(today)s + %(days)s::int",
                           today=today, days=company.conveyor_visit_book_days),
            "missed": SQL("v.state = 'missed' AND v.date > %s", today - TOO_OLD)}
        asked = self.browse()
        for state, condition in due.items():
            if self._cadence(state):
                visits = self._lock(company, SQL("%s AND p.active AND v.asked_for IS DISTINCT FROM v.state || ' ' || v.date", condition))
                visits._ask_safely(state)
                asked |= visits
        return bool(asked)

    @api.model
    def _cadence(self, state):
        """The cadence for visits of this state, if it is switched on."""
        cadence = self.env.ref(CADENCES[state], raise_if_not_found=False)
        return cadence and cadence.sudo().filtered(lambda one: one.is_on and one.active)  # whoever plans visits

    def _ask_safely(self, state):
        """Ask; if that fails, find out whose fault it is, and go on with the others."""
        try:
            with self.env.cr.savepoint():
                self._ask(state)
        except OperationalError:  # the database's own trouble is nobody's fault: all of it again later
            raise
        except Exception:
            if len(self) == 1:
                _logger.exception("Visit %s: its customer cannot be asked", self.id)
                self.asked_for = f"{state} {self.date}"
            else:
                middle = len(self) // 2
                self[:middle]._ask_safely(state)
                self[middle:]._ask_safely(state)

    def _ask(self, state):
        """Their customers enter the cadence, once a visit and date.

        :param str state: ``booked``, ``planned`` or ``missed``
        """
        cadence, enrolments = self._cadence(state), self.env["conveyor.enrolment"].sudo()  # rights were checked at the visit
        if not cadence:
            return
        rest = self.sudo()
        while rest:  # one visit of each customer at a time: the door knows customers
            group = self.browse(mine[0].id for mine in rest.grouped(lambda visit: visit.partner_id.commercial_partner_id).values()).sudo()
            keys = {visit.partner_id.id: visit._key(state) for visit in group}
            for row in enrolments._enrol(cadence, group.partner_id, key=keys):
                visit = group.filtered(lambda one, row=row: keys[one.partner_id.id] == row.cycle_key)
                if visit:
                    row.write({"visit_id": visit.id, "user_id": visit._person().id})
            group.enrolment_ids.filtered(lambda row: row.state == "running")._plan()
            rest -= group
        for date, visits in self.sudo().grouped("date").items():
            visits.asked_for = f"{state} {date}"

    def _is_reminded(self):
        """Whether this visit's own reminder speaks of it, or has spoken: follow-ups keep silent then."""
        self.ensure_one()
        return bool(self._cadence("booked")) or self.asked_for == f"booked {self.date}"

    @api.model
    def _followed_up_sql(self):
        """Whether a follow-up rule has reminded of visit ``v`` on its date, or is about to: one visit, one reminder."""
        self.env["conveyor.followup"].flush_model(["visit_number", "purchase_date", "state"])
        return SQL(
            """EXISTS (SELECT FROM conveyor_followup f WHERE f.visit_number = v.id AND f.purchase_date = v.date
                          AND f.state IN ('asked', 'done'))""")

    def _key(self, state):
        return f"visit {self.id} {state} {self.date}"

    def _person(self):
        """Who speaks with the customer: his account manager, else the specialist, else who planned it."""
        candidates = self.partner_id.user_id | self.partner_id.commercial_partner_id.user_id | self.user_id | self.create_uid
        return candidates.filtered(lambda user: user.active and not user.share)[:1]

    def _withdraw(self):
        """What was planned for another date, or for a visit that is over, is taken back."""
        followed = self.env["conveyor.followup"].sudo().search([  # rights were checked at the visit
            ("visit_number", "in", self.ids), ("state", "=", "asked")])
        self.env["conveyor.enrolment"].sudo().search([
            "|", ("visit_id", "in", self.ids), ("id", "in", followed.enrolment_id.ids), ("state", "in", ("running", "snoozed"))])._stop(
                "moved", self.env._("The visit is on another date, or over."))
