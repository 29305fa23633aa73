from dataclasses import replace
from datetime import datetime, time

from odoo import api, fields, models
from odoo.tools import SQL, ormcache

from ..engine import cadence as engine
from ..engine import clock

MANY = 10000  # enrolments that one recomputation plans anew


class ConveyorEnrolment(models.Model):
    """Steps that are counted back: from a visit, or from the day on which the
    customer is expected by his rhythm. An expected date that moves away is
    noticed when the step is due; one that comes nearer, when it moves."""

    _inherit = "conveyor.enrolment"

    visit_id = fields.Many2one("conveyor.visit", "Visit", ondelete="set null", index="btree_not_null", readonly=True)

    def _progress(self):
        progress = super()._progress()
        counted = self.cadence_id.step_ids.filtered(lambda step: step.delay_from == engine.EXPECTED).cadence_id
        rows = self.filtered(lambda row: row.cadence_id in counted)
        dates = self._expected_moments((row.partner_id, row.company_id) for row in rows if not row.visit_id)
        for row in rows:
            progress[row.id] = replace(progress[row.id], **(
                {"expected": row.visit_id._moment(), "norm": 0} if row.visit_id else self._rhythm_of(row.partner_id, row.company_id, dates)))
        return progress

    @api.model
    def _entry_progress(self, cadence, clients, steps, now):
        progress = super()._entry_progress(cadence, clients, steps, now)
        if not any(step.delay_from == engine.EXPECTED for step in steps):
            return progress
        owners = {client: (record, self._company_of(cadence, record)) for client, record in clients.items()}
        dates = self._expected_moments(owners.values())
        return {client: replace(progress[client], **self._rhythm_of(*owners[client], dates)) for client in clients}

    @api.model
    def _rhythm_of(self, partner, company, dates):
        company = company or self.env.company
        return {"expected": dates.get((partner.commercial_partner_id.id, company.id)), "norm": company.conveyor_account_days}

    @api.model
    def _expected_moments(self, owners):
        """``{(commercial partner id, company id): UTC}``: when the day begins on which the customer is expected.

        :param owners: (customer, company) pairs
        """
        wanted = {(partner.commercial_partner_id.id, (company or self.env.company)) for partner, company in owners}
        ids = list({partner_id for partner_id, _company in wanted})
        if not ids:
            return {}
        self.env["conveyor.rhythm"].flush_model()
        days = {(partner_id, company_id): day for partner_id, company_id, day in self.env.execute_query(SQL(
            "SELECT partner_id, company_id, expected_date FROM conveyor_rhythm WHERE partner_id = ANY(%s) AND expected_date IS NOT NULL", ids))}
        own = self.env["conveyor.rhythm"]._own_dates(ids)
        found = {}
        for partner_id, company in wanted:
            if day := own.get(partner_id) or days.get((partner_id, company.id)):
                found[partner_id, company.id] = clock.utc(datetime.combine(day, time()), company._conveyor_tz())
        return found

    @api.model
    def _expected_moved(self, partner_ids=None, today=None):
        """These customers are expected earlier now: their next account touch comes earlier, too.

        :param partner_ids: commercial partners, None for all
        """
        if partner_ids is not None and not partner_ids or not self.env["conveyor.cadence"]._follows_rhythm():
            return
        self.flush_model()
        self.env["conveyor.rhythm"].flush_model()
        rows = self.sudo().browse(row_id for row_id, in self.env.execute_query(SQL(  # whoever has bought
            """SELECT e.id FROM conveyor_enrolment e JOIN conveyor_cadence_step s ON s.id = e.step_id AND s.delay_from = 'expected'
                 JOIN conveyor_rhythm r ON e.client_key = 'p' || r.partner_id AND r.company_id = e.company_id
                WHERE e.state = 'running' AND e.next_date IS NOT NULL AND e.visit_id IS NULL AND r.expected_date >= %s
                  AND e.next_date > r.expected_date - s.delay * CASE s.delay_unit WHEN 'weeks' THEN 7 WHEN 'months' THEN 30 ELSE 1 END + 1
                  AND %s ORDER BY r.expected_date LIMIT %s""",
            today or fields.Date.today(), SQL("TRUE") if partner_ids is None else SQL("e.client_key = ANY(%s)", [f"p{one}" for one in partner_ids]),
            MANY)))
        rows._plan()

    @api.model
    def _template_context(self, touches):
        """Templates about a visit find the one that they are about."""
        visits = tuple((touch.row.partner_id.id, touch.row.visit_id.id) for touch in touches if touch.row.visit_id)
        return {**super()._template_context(touches), **({"conveyor_visits": visits} if visits else {})}


class ConveyorCadence(models.Model):
    _inherit = "conveyor.cadence"

    @api.model
    @ormcache()
    def _follows_rhythm(self):
        """Whether a cadence that is on has steps before the expected date."""
        return bool(self.env["conveyor.cadence.step"].sudo().search_count(  # one yes or no for all
            [("delay_from", "=", engine.EXPECTED), ("cadence_id.is_on", "=", True), ("cadence_id.purpose", "!=", "service")], limit=1))

    def _steps_changed(self):
        self.env.registry.clear_cache()
        return super()._steps_changed()


class ConveyorRhythm(models.Model):
    _inherit = "conveyor.rhythm"

    @api.model
    def _refresh(self, partner_ids, today=None, is_history=False, asides=None, is_first=False):
        result = super()._refresh(partner_ids, today, is_history, asides, is_first)
        self.env["conveyor.enrolment"]._expected_moved(partner_ids, today)
        return result
