import json
from collections import defaultdict
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.tools import SQL, ormcache

from ..engine.funnel import Case, Step, section_facts
from .conveyor_funnel_fact import COLUMNS, DIMENSIONS, columns, definitions


class ConveyorFunnelFact(models.Model):
    """Facts of a few leads, as of one that was moved by hand: counted by the engine."""

    _inherit = "conveyor.funnel.fact"

    # ------------------------------------------------------------ writing
    @api.model
    def _write_few(self, lead_ids):
        """As ``_write_differences``, of a few leads: counted by the engine and
        compared here, since a statement for many takes longer to plan than to run."""
        if not lead_ids:
            return
        fresh = {tuple(row[name] for name in COLUMNS) for lead in self._read_leads(lead_ids) for row in self._rows(*lead)}
        stored = {tuple(row): fact_id for fact_id, *row in self.env.execute_query(SQL(
            "SELECT id, %s FROM conveyor_funnel_fact WHERE lead_id = ANY(%s)", columns(), lead_ids))}
        gone, come = stored.keys() - fresh, fresh - stored.keys()
        if not gone and not come:
            return
        self.env.cr.execute(SQL("DELETE FROM conveyor_funnel_fact WHERE id = ANY(%s)", [stored[row] for row in gone]))
        changed = [{"sign": -1, **dict(zip(COLUMNS, row))} for row in gone]
        changed += [{"sign": 1, **dict(zip(COLUMNS, row))} for row in come]
        self.env.cr.execute(self._insert_few(changed))
        self.env["conveyor.funnel.fact"].invalidate_model()

    @api.model
    def _insert_few(self, changed):
        """INSERT of the new facts, and of plus and minus into the rollup."""
        return SQL(
            "WITH changed AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(%s::jsonb) AS c(sign int, %s)), %s",
            json.dumps(changed, default=str), definitions(), self._spread_few())

    @api.model
    @ormcache()
    def _spread_few(self):
        """The part of the statement that is always the same: composing it takes longer than running it."""
        return SQL(
            "added AS (INSERT INTO conveyor_funnel_fact (%(columns)s) SELECT %(columns)s FROM changed WHERE sign > 0),"
            " months AS (%(months)s) %(histogram)s",
            columns=columns(), months=self.env["conveyor.funnel.month"]._insert_few(SQL("changed")),
            histogram=self.env["conveyor.funnel.histogram"]._insert(SQL("changed")))

    # ------------------------------------------------------------ counting
    @api.model
    def _read_leads(self, lead_ids):
        """``(dimensions, time zone, Case)`` of each lead."""
        ground = self._ground()
        steps, touches = self._read_steps(lead_ids), self._read_touches(lead_ids)
        self.env.cr.execute(SQL(
            "SELECT id, active, stage_id, date_conversion, COALESCE(expected_revenue, 0), %s"
            " FROM crm_lead WHERE id = ANY(%s)", SQL(", ").join(map(SQL.identifier, DIMENSIONS)), lead_ids))
        for lead_id, active, stage_id, converted, value, *values in self.env.cr.fetchall():
            lead = {"lead_id": lead_id, "value": value, **dict(zip(DIMENSIONS, values))}
            works = active and lead["won_status"] in (None, "pending")
            yield lead, ground["zones"].get(lead["company_id"] or 0), Case(
                steps=tuple(steps[lead_id]), touches=tuple(touches[lead_id]), phases=ground["phases"],
                pipeline=self.env["crm.stage"]._pipeline(lead["team_id"] or False),
                is_lead=lead["type"] == "lead", converted=converted, status=lead["won_status"],
                standing=stage_id if works else None)

    @api.model
    def _read_steps(self, lead_ids):
        steps = defaultdict(list)
        for lead_id, *step in self.env.execute_query(SQL(
                "SELECT lead_id, date, kind, from_stage_id, to_stage_id FROM conveyor_transition"
                " WHERE lead_id = ANY(%s) ORDER BY lead_id, date, id", lead_ids)):
            steps[lead_id].append(Step(*step))
        return steps

    @api.model
    def _read_touches(self, lead_ids):
        touches = defaultdict(list)
        for lead_id, date in self.env.execute_query(SQL(
                "SELECT lead_id, date FROM conveyor_touch WHERE lead_id = ANY(%s) AND is_counted", lead_ids)):
            touches[lead_id].append(date)
        return touches

    @api.model
    @ormcache()
    def _ground(self):
        """Phases of the sections and time zones of the companies (0: of none)."""
        companies = self.env["res.company"].sudo().with_context(active_test=False).search([], order="id")
        zones = {company.id: company._conveyor_tz() for company in companies}
        stages = self.env["crm.stage"].sudo().search([])
        return {
            "phases": {stage.id: stage.conveyor_phase for stage in stages},
            "zones": {0: zones[companies[:1].id], **zones},
        }

    @api.model
    def _rows(self, lead, zone, case):
        zone = ZoneInfo(zone)
        utc = ZoneInfo("UTC")

        def day(moment):
            return moment and moment.replace(tzinfo=utc).astimezone(zone).date()

        facts = section_facts(case)
        for fact in facts:
            yield {
                **lead, "stage_id": fact.place and fact.place.section, "phase": fact.place and fact.place.phase,
                "entry_date": day(facts[0].reached), "reach_date": day(fact.reached), "pass_date": day(fact.passed),
                "loss_date": day(fact.lost), "seconds": fact.seconds, "since": fact.since,
                "touches": fact.touches, "in_now": int(fact.in_now),
            }
