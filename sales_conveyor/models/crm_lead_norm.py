from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL


class Norm(NamedTuple):
    """How much is done with a lead before it may be given up."""

    touches: int
    conversations: int


class CrmLead(models.Model):
    """The norm of touches: of the lead's decision cadence, its team, its company."""

    _inherit = "crm.lead"

    touch_norm = fields.Integer(
        "Norm of Touches", compute="_compute_norm", help="So many counted touches before the lead may be given up.")
    conversation_norm = fields.Integer("Norm of Conversations", compute="_compute_norm")

    @api.depends("team_id", "company_id")
    def _compute_norm(self):
        norms = self._norms()
        for lead in self:
            lead.touch_norm, lead.conversation_norm = norms[lead.id]

    def _norms(self):
        """What is asked for each lead.

        :return: ``{lead id: Norm}``
        """
        by_cadence = self._norms_of_cadences()
        norms = {}
        for lead in self.sudo():  # norms are settings of teams and companies, no secret
            team, company = lead.team_id, lead.company_id or self.env.company
            norms[lead.id] = Norm(
                by_cadence.get(lead._origin.id) or team.conveyor_norm_touches or company.conveyor_norm_touches,
                team.conveyor_norm_conversations or company.conveyor_norm_conversations)
        return norms

    def _norms_of_cadences(self):
        """``{lead id: touches}`` of the running or last decision cadence that has a norm of its own."""
        ids = list(filter(None, self._origin.ids))
        if not ids:
            return {}
        self.env["conveyor.enrolment"].flush_model(["lead_id", "purpose", "cadence_id", "state", "start_date"])
        self.env["conveyor.cadence"].flush_model(["min_touches"])
        return dict(self.env.execute_query(SQL(
            """
            SELECT DISTINCT ON (e.lead_id) e.lead_id, c.min_touches
              FROM conveyor_enrolment e JOIN conveyor_cadence c ON c.id = e.cadence_id
             WHERE e.lead_id = ANY(%s) AND e.purpose = 'decision'
             ORDER BY e.lead_id, e.state IN ('running', 'snoozed') DESC, e.start_date DESC, e.id DESC
            """, ids)))

    # ------------------------------------------------------------ who is below it
    def _below_norm(self, lost_reason=None):
        """The open leads that would be given up too early.

        :param lost_reason: ``crm.lost.reason`` they would be lost for; an exempt
            one asks for nothing
        """
        if lost_reason and lost_reason.conveyor_kind == "exempt":
            return self.browse()
        open_leads = self.sudo().filtered(  # who may lose a lead is told how it stands
            lambda lead: lead.active and lead.won_status == "pending")
        norms = open_leads._norms()
        below = open_leads.filtered(
            lambda lead: lead.touch_count < norms[lead.id].touches
            or lead.conversation_count < norms[lead.id].conversations)
        return (below - below._refused_by_client()).with_env(self.env)

    def _refused_by_client(self):
        """Those whose client has said no in so many words: his last word counts."""
        self.env["conveyor.touch"].flush_model(["lead_id", "outcome", "date"])
        rows = self.env.execute_query(SQL(
            """
            SELECT DISTINCT ON (lead_id) lead_id, outcome FROM conveyor_touch
             WHERE lead_id = ANY(%s) AND outcome IN ('refused', 'reached', 'later', 'held', 'replied')
             ORDER BY lead_id, date DESC, id DESC
            """, self.ids))
        return self.browse(lead_id for lead_id, outcome in rows if outcome == "refused")

    # ------------------------------------------------------------ the company's own figure
    @api.model
    def _bought_after(self, count, company, least=50):
        """Of the company's leads that were touched more than ``count`` times, how many bought.

        :return: (bought, of how many), or None below ``least`` cases
        """
        self.env["conveyor.funnel.fact"]._refresh()
        [(decided, bought)] = self.env.execute_query(SQL(
            """
            SELECT count(*), count(pass_date) FROM conveyor_funnel_fact
             WHERE stage_id IS NULL AND phase IS NULL AND touches > %(count)s
               AND (pass_date IS NOT NULL OR loss_date IS NOT NULL)
               AND (company_id = %(company)s OR company_id IS NULL)
            """, count=count, company=company.id))
        return (bought, decided) if decided >= least else None
