from odoo import models
from odoo.tools import SQL

from ..engine import section


class CrmLead(models.Model):
    """Merges and conversions are machines: they keep every
    fact, and nothing holds them back."""

    _inherit = "crm.lead"

    def _merge_opportunity(self, user_id=False, team_id=False, auto_unlink=True, max_length=5):
        merged = self._as_machine()
        head = super(CrmLead, merged)._merge_opportunity(
            user_id=user_id, team_id=team_id, auto_unlink=auto_unlink, max_length=max_length)
        return head.with_env(self.env)

    def _merge_dependences(self, opportunities):
        super()._merge_dependences(opportunities)
        self._merge_conveyor(opportunities)

    def _merge_conveyor(self, tail):
        """Facts of the merged leads go to this one; of two works on one item the done one stays."""
        self.env.flush_all()
        ids = [self.id, *tail.ids]
        self.env.cr.execute(SQL("""
            DELETE FROM conveyor_work w USING (
                SELECT id, row_number() OVER (
                           PARTITION BY item_id ORDER BY state = 'todo', lead_id <> %(head)s, id) AS place
                  FROM conveyor_work WHERE lead_id = ANY(%(ids)s)) ranked
             WHERE ranked.id = w.id AND ranked.place > 1
        """, head=self.id, ids=ids))
        for table in ("conveyor_work", "conveyor_transition", "conveyor_touch", "conveyor_enrolment", "conveyor_step_run"):
            self.env.cr.execute(SQL(
                "UPDATE %s SET lead_id = %s WHERE lead_id = ANY(%s)", SQL.identifier(table), self.id, tail.ids))
        self.env.invalidate_all(flush=False)
        self.env["conveyor.funnel.fact"]._mark(ids)
        self.env["conveyor.client"]._repoint(lead_ids=self.ids)
        self.env["conveyor.touch.line"]._mark(ids, (self | tail).partner_id.ids)
        self._owe_merged(tail)

    def _owe_merged(self, tail):
        """Work that the merged leads had begun in sections that this one has left behind is owed."""
        facts = self.sudo()  # who may merge the leads writes the record of it
        left = {stage_id for lead in tail.sudo() if (move := facts._move(lead.stage_id.id, facts.stage_id.id))
                for stage_id in move.left}
        works = facts.work_ids.filtered(
            lambda work: work.state == "todo" and work.required and work.binds and work.stage_id.id in left
            and work.stage_id._gate_mode(facts._gate_company()) != section.OFF)
        self.env["conveyor.work"]._owe([(facts, work.item_id, work) for work in works], False)
        facts._plan_next_work()

    def convert_opportunity(self, partner, user_ids=False, team_id=False):
        return super(CrmLead, self._as_machine()).convert_opportunity(
            partner, user_ids=user_ids, team_id=team_id)

    def _handle_salesmen_assignment(self, user_ids=False, team_id=False):
        return super(CrmLead, self._as_machine())._handle_salesmen_assignment(
            user_ids=user_ids, team_id=team_id)
