from contextlib import ExitStack
from datetime import date

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import MissingError
from odoo.tools import SQL

from .conveyor_bulk import without_indexes
from .conveyor_rhythm_recompute import QUALITIES

PENDING = "sales_conveyor.rhythm"  # key of what is marked in the cursor's precommit data
MARGINS = "sales_conveyor.margins_known"  # parameter: whether they were, in the last run
LONG_AGO = date(1990, 1, 1)
BATCH = 5000  # customers of one transaction
SORTED_IN = "256MB"  # the purchases of all, a million in 60 MB: on the disk they take a sixth longer


class ConveyorRhythm(models.Model):
    """When rhythms are made anew: at once for who buys, nightly for whose day has come."""

    _inherit = "conveyor.rhythm"

    # ------------------------------------------------------------ now
    @api.model
    def _recompute(self, partners=None, today=None):
        """Make the rhythm of these customers anew, or of all.

        The first computation of all is history: facts with their dates, and nothing is done about them.
        """
        self = self.sudo()  # rhythms are derived, nobody writes them
        today = fields.Date.to_date(today)
        self.env.flush_all()
        self._settings_changed(calendars=self.env["conveyor.rhythm.calendar"]._refresh(today or fields.Date.today()))
        if partners is not None:
            return self._refresh(self._owners(partners.ids), today)
        is_first = not self.env.execute_query(SQL("SELECT FROM conveyor_rhythm LIMIT 1"))
        with self.env["conveyor.funnel.builder"]._planned_for_many(work_mem=SORTED_IN):
            with ExitStack() as at_once:
                for table in (self._table, "conveyor_rhythm_change") if is_first else ():
                    at_once.enter_context(without_indexes(self.env, table, even_unique=True))
                self._refresh(None, today, is_history=is_first, is_first=is_first)

    @api.model
    def _refresh(self, partner_ids, today=None, is_history=False, asides=None, is_first=False):
        """
        :param partner_ids: commercial partners, None for all
        :param asides: what the same statement writes besides, as of :meth:`_asides`
        :param is_first: nobody has a rhythm yet
        """
        if partner_ids is not None and not partner_ids:
            return
        self.env.flush_all()
        news = self.env["conveyor.rhythm.recompute"]._run(partner_ids, today, is_history, asides, is_first)
        self.env["conveyor.rhythm"].invalidate_model(flush=False)
        self.env["conveyor.rhythm.change"].invalidate_model(flush=False)
        self.env["conveyor.signal"]._emit([vals for row in news for vals in self._signals(row)])

    @api.model
    def _signals(self, row):
        """What the row of a changed rhythm tells automation rules."""
        whose = {"partner_id": row["partner_id"], "company_id": row["company_id"]}
        key = f"{row['company_id']}:{row['partner_id']}"
        if row["is_told"]:
            to_status = "back" if row["is_back"] else row["status"]
            yield {**whose, "kind": "rhythm", "date": row["date"], "from_status": row["from_status"], "to_status": to_status,
                   "amount": row["amount"], "key": f"rhythm:{key}:{to_status}:{row['last_date']}"}
        if row["is_bought"]:
            yield {**whose, "kind": "first_purchase", "date": row["first_date"], "amount": row["first_amount"],
                   "key": f"first_purchase:{key}"}
        for name in QUALITIES:
            if row[f"is_{name}"]:
                amount = {"bought": row["first_amount"], "bought_more": row["last_amount"], "returned": row["last_amount"]}.get(name)
                yield {**whose, "kind": "quality", "quality": name, "date": row[f"{name}_date"], "amount": amount,
                       "key": f"quality:{key}:{name}"}

    # ------------------------------------------------------------ before the transaction ends
    @api.model
    def _mark(self, partner_ids, is_history=False):
        """The purchases of these partners changed: their rhythm is made anew before the transaction ends.

        :param partner_ids: of customers or their contacts, as they are now
        :param is_history: customers were regrouped, nothing happened
        """
        partner_ids = set(filter(None, partner_ids))
        if not partner_ids:
            return
        data = self.env.cr.precommit.data
        if PENDING not in data:
            data[PENDING] = {}
            self.env.cr.precommit.add(self.sudo()._settle)
        for partner_id in partner_ids:
            data[PENDING][partner_id] = is_history or data[PENDING].get(partner_id, False)

    @api.model
    def _settle(self):
        """Bring the marked customers up to date: before the transaction ends, and before somebody reads them in it."""
        self.env["sale.order"]._recompute_model(["amount_untaxed", *(["margin"] if self.env["conveyor.purchase"]._knows_margins() else [])])
        data = self.env.cr.precommit.data
        if PENDING not in data:
            return
        self.env.flush_all()  # what is computed there may mark others
        pending = data.pop(PENDING, {})
        self = self.sudo()  # rhythms are derived, nobody writes them
        for is_history in (True, False):
            partner_ids = [key for key, value in pending.items() if value == is_history]
            self._refresh(self._owners(partner_ids), is_history=is_history, asides=self._asides(partner_ids))

    @api.model
    def _asides(self, partner_ids):
        """What else is written down where purchases have changed: ``{name: statement}``, parts of the one that makes
        rhythms, as whoever confirms an order waits for each question to the database.

        :param partner_ids: of customers or their contacts
        """
        return {}

    @api.model
    def _owners(self, partner_ids):
        """The commercial partners of these, and they themselves: they may have been commercial partners before."""
        partners = self.env["res.partner"].browse(partner_ids)
        try:
            return sorted((partners | partners.commercial_partner_id).ids)  # most often in the cache
        except MissingError:
            return sorted({*partner_ids, *partners.exists().commercial_partner_id.ids})

    # ------------------------------------------------------------ nightly
    @api.model
    def _cron_recompute(self, today=None):
        """Whoever's day has come, in batches; what is usual among all is counted first."""
        self = self.sudo()  # rhythms are derived, nobody writes them
        today = fields.Date.to_date(today)
        self.env.flush_all()
        self._settings_changed(calendars=self.env["conveyor.rhythm.calendar"]._refresh(today or fields.Date.today()))
        self._notice_margins()
        self.env["conveyor.rhythm.population"]._refresh(today or fields.Date.today())
        while self._run_batch(today):
            pass
        self._refresh(self.env["conveyor.purchase"]._newcomers(today or fields.Date.today()), today)

    @api.model
    def _notice_margins(self):
        """Once margins are known, or not any more, those of all customers are made anew."""
        parameters, known = self.env["ir.config_parameter"].sudo(), str(self.env["conveyor.purchase"]._knows_margins())  # no user reads them
        if parameters.get_param(MARGINS, "False") != known:
            parameters.set_param(MARGINS, known)
            self.env.cr.execute(SQL("UPDATE conveyor_rhythm SET renew_date = %s", LONG_AGO))
            self.invalidate_model(["renew_date"], flush=False)

    @api.model
    def _run_batch(self, today):
        """The next customers whose day has come. What another transaction was quicker with is looked at
        afresh in the next run, which begins soon.

        :return: whether there are more of them, and time for them
        """
        try:
            partner_ids = self._lock_due(today)
            self._refresh(partner_ids, today)
        except OperationalError:
            if not self.env.context.get("ir_cron_progress_id"):
                raise
            self.env.cr.rollback()
            self.env.ref("sales_conveyor.cron_rhythm_recompute")._trigger()
            return False
        return bool(partner_ids) and self._commit_batch(len(partner_ids))

    @api.model
    def _commit_batch(self, processed):
        """Commit the batch, when the cron runs; whether there is time left."""
        if not self.env.context.get("ir_cron_progress_id"):
            return True
        return self.env["ir.cron"]._commit_progress(processed, remaining=1) > 0

    @api.model
    def _lock_due(self, today):
        """Ids of the next customers whose day has come, and whom nobody else works on."""
        return sorted({partner_id for partner_id, in self.env.execute_query(SQL(
            """
            WITH clock AS (%s)
            SELECT r.partner_id FROM conveyor_rhythm r JOIN clock c ON c.company_id = r.company_id
             WHERE (r.next_status_date <= c.today OR r.renew_date <= c.today)
             ORDER BY r.id LIMIT %s FOR UPDATE OF r SKIP LOCKED
            """, self.env["conveyor.rhythm.recompute"]._clock(today), BATCH))})

    # ------------------------------------------------------------ regrouping
    @api.model
    def _before_merge(self, source, target):
        """Customers are about to be merged: what they have derived goes, it will be made anew; what
        was told of them is told, so their signals' keys become those of the customer who stays."""
        self.env.flush_all()
        self.env.cr.execute(SQL("DELETE FROM conveyor_rhythm WHERE partner_id = ANY(%s)", source.ids))
        self.env["conveyor.signal"]._rekey(source.ids, target.id)
        self.env["conveyor.rhythm"].invalidate_model(flush=False)

    # ------------------------------------------------------------ settings
    @api.model
    def _forget_rules(self, rule_ids):
        """Before rules go with their calendars: PostgreSQL would let go of one after the other, and miss the
        second one in rows that this transaction has written."""
        self.env.cr.execute(SQL(
            "UPDATE conveyor_rhythm SET rule_id = NULL, calendar_id = NULL WHERE rule_id = ANY(%(ids)s)"
            " OR calendar_id IN (SELECT id FROM conveyor_rhythm_calendar WHERE rule_id = ANY(%(ids)s))", ids=list(rule_ids)))
        self.invalidate_model(["rule_id", "calendar_id"], flush=False)

    @api.model
    def _settings_changed(self, companies=None, calendars=None):
        """Rules or settings are other ones: all whom it concerns are judged anew in the next run, and what
        is found then is history.

        :param companies: None for all
        :param calendars: only those whose days are counted by these
        """
        if calendars is not None and not calendars:
            return
        which = SQL("calendar_id = ANY(%s)", calendars.ids) if calendars is not None else SQL(
            "company_id = ANY(%s)", companies.ids) if companies else SQL("TRUE")
        self.env.registry.clear_cache()  # rules are remembered
        self.env.cr.execute(SQL(
            "UPDATE conveyor_rhythm SET is_stale = TRUE, next_status_date = %s WHERE %s AND is_stale IS NOT TRUE", LONG_AGO, which))
        self.invalidate_model(flush=False)
        if calendars is None and (cron := self.env.ref("sales_conveyor.cron_rhythm_recompute", raise_if_not_found=False)):
            cron.sudo()._trigger()  # whoever sets rules may have them obeyed
