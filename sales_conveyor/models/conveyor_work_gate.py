from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL, plaintext2html

from ..engine import section


class ConveyorWork(models.Model):
    """What a lead that moves on leaves behind, and the one item whose turn it is."""

    _inherit = "conveyor.work"

    # ------------------------------------------------------------ the gate
    @api.model
    def _missing(self, moves, vals):
        """What is required, was left behind, and is neither done nor waived.

        :param moves: {lead: engine Move}
        :param vals: values about to be written on the leads, which count
        :return: list of (lead, item, work or an empty recordset)
        """
        left = {stage_id for move in moves.values() for stage_id in move.left}
        left &= self.env["conveyor.work.item"]._stages_with_work()
        if not left:
            return []
        items = self.env["conveyor.work.item"].sudo().search(
            [("stage_id", "in", list(left)), ("required", "=", True)])
        leads = self.env["crm.lead"].union(*moves)
        self._settle(leads, vals)
        works = defaultdict(self.browse, {
            (work.lead_id, work.item_id): work for work in self.sudo().search(
                [("lead_id", "in", leads.ids), ("item_id", "in", items.ids)], order="id")})
        return [
            (lead, item, works[lead, item])
            for lead, move in moves.items() for item in items
            if item.stage_id.id in move.left and works[lead, item].state not in ("done", "waived")
            and not (item.proof == "field" and item.proof_field_ids
                     and self._filled(lead, item.proof_field_ids.mapped("name"), vals))
        ]

    @api.model
    def _verdict(self, lead, item, work, move, by_person):
        source = move.left[0]
        # no row in the very section left: the lead stood there before the work was defined
        binds = work.binds if work else item.stage_id.id != source
        claim = section.Claim(item.stage_id._gate_mode(lead._gate_company()), binds)
        return section.verdict(claim, by_person)

    @api.model
    def _ensure(self, missing):
        """The works of ``missing`` (lead, item, …), made where there are none."""
        self._insert(SQL(
            "SELECT * FROM unnest(%s::int[], %s::int[], %s::int[], %s::bool[])",
            [row[0].id for row in missing], [row[1].id for row in missing],
            [row[1].stage_id.id for row in missing], [True] * len(missing)))
        wanted = {(row[0], row[1]) for row in missing}
        return self.sudo().search([
            ("lead_id", "in", [row[0].id for row in missing]), ("item_id", "in", [row[1].id for row in missing]),
        ], order="id").filtered(lambda work: (work.lead_id, work.item_id) in wanted)

    @api.model
    def _owe(self, missing, by_person):
        """Leave what is missing as a debt of the lead."""
        debts = self._ensure(missing).filtered(lambda work: work.state == "todo" and not work.debt_date)
        debts.write({"debt_date": fields.Datetime.now(), "debt_by_machine": not by_person})

    # ------------------------------------------------------------ the next activity
    def _is_current(self):
        """Whether it is to be done now, by the lead's salesperson."""
        self.ensure_one()
        lead = self.lead_id
        return (self.state == "todo" and self.stage_id == lead.stage_id and lead.active
                and lead.won_status == "pending" and bool(lead.user_id)
                and self.stage_id.performer != "automatic")

    def _unplan(self):
        """Take back the activities; work that is still to do can be planned again."""
        activities = self.activity_id
        self.is_planned = False
        activities.unlink()

    def _plan_activity(self):
        """Plan these works as activities of their leads' salespeople."""
        today = fields.Date.context_today(self)
        model_id = self.env["ir.model"]._get_id("crm.lead")
        works = self.sorted(lambda work: (work.lead_id.user_id.id, work.lead_id.id))
        activities = self.env["mail.activity"].with_context(mail_activity_quick_update=True).create([{
            "res_model_id": model_id, "res_id": work.lead_id.id, "user_id": work.lead_id.user_id.id,
            "activity_type_id": work.item_id.activity_type_id.id, "summary": work.item_id.name,
            "note": plaintext2html(work.instructions) if work.instructions else False,
            "date_deadline": fields.Date.add(today, days=work.item_id.delay_days), "automated": True,
        } for work in works])
        for work, activity in zip(works, activities):
            work.activity_id = activity
        works.is_planned = True
