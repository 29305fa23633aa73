from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import section

FACTOR_STATES = [("unknown", "Not known"), ("no", "No"), ("yes", "Yes")]
# a change of one of these may move a lead, close it or open it again
MOVING_FIELDS = {"stage_id", "team_id", "user_id", "type", "active", "probability", "company_id"}
# a change of one of these shifts the lead in the funnel's figures
FUNNEL_FIELDS = {
    "team_id", "user_id", "source_id", "medium_id", "campaign_id", "company_id", "expected_revenue", "type",
    "lost_reason_id", "active", "date_conversion", "stage_id", "probability", "partner_id",
}


class CrmLead(models.Model):
    _inherit = "crm.lead"

    # ------------------------------------------------------------ three factors
    problem_state = fields.Selection(
        FACTOR_STATES, "Problem", default="unknown", required=True,
        help="Has the client a problem or a task that we solve? Without it nobody buys.")
    problem_text = fields.Text("Problem in His Words", help="What the client says, in his own words.")
    time_state = fields.Selection(
        FACTOR_STATES, "Time", default="unknown", required=True,
        help="Does he want it solved by a certain time?")
    time_date = fields.Date("Wanted by", help="By when the client wants it solved.")
    time_text = fields.Char("Why Then", help="What happens at that time.")
    money_state = fields.Selection(
        FACTOR_STATES, "Money", default="unknown", required=True,
        help="Is there a budget, and someone who pays?")
    money_amount = fields.Monetary("Budget", currency_field="company_currency")
    money_payer = fields.Char("Who Pays", help="Who decides about the money and pays.")
    snooze_until = fields.Date(
        "Come Back on", tracking=True,
        help="The client's own date. A factor answered No is no refusal: an activity is planned for that day.")
    snooze_reason = fields.Char("Come Back, Because", help="What will be different then, in the client's words.")
    has_factor_no = fields.Boolean(compute="_compute_has_factor_no")
    # ------------------------------------------------------------ sale and people
    sale_kind = fields.Selection(
        [("first", "First sale"), ("repeat", "Repeat sale")], "First or Repeat", default="first", readonly=True, copy=False,
        help="Repeat: the customer had a confirmed order or a won opportunity before this one was won, was lost, "
             "or until now while it is open.")
    first_seller_id = fields.Many2one(
        "res.users", "First Seller", readonly=True, copy=False, index="btree_not_null", ondelete="set null",
        help="Led the client before he was handed over, and keeps the credit.")
    origin_lead_id = fields.Many2one(
        "crm.lead", "Follow-on of", readonly=True, copy=False, index="btree_not_null", ondelete="set null",
        help="The won opportunity that this account came from.")
    # ------------------------------------------------------------ standard work
    conveyor_phase = fields.Selection(related="stage_id.conveyor_phase", string="Phase")
    transition_ids = fields.One2many("conveyor.transition", "lead_id", "Transitions", copy=False)
    work_ids = fields.One2many("conveyor.work", "lead_id", "Standard Work", copy=False)
    section_work_ids = fields.One2many(
        "conveyor.work", compute="_compute_section_work", string="Work of the Section")
    owed_work_ids = fields.One2many("conveyor.work", compute="_compute_section_work", string="Owed Work")
    work_total = fields.Integer(compute="_compute_work_counts", string="Work Items")
    work_done = fields.Integer(compute="_compute_work_counts", string="Work Items Done")
    work_debt_count = fields.Integer(
        compute="_compute_work_counts", search="_search_work_debt_count", string="Work Debts")
    can_waive_work = fields.Boolean(compute="_compute_can_waive_work")

    @api.depends("problem_state", "time_state", "money_state")
    def _compute_has_factor_no(self):
        for lead in self:
            lead.has_factor_no = "no" in (lead.problem_state, lead.time_state, lead.money_state)

    @api.depends("stage_id", "work_ids.state")
    def _compute_section_work(self):
        works = self.env["conveyor.work"].search([("lead_id", "in", self.ids)])
        works.fetch(["item_id", "stage_id", "state", "debt_date"])
        by_lead = works.grouped("lead_id")
        for lead in self:
            mine = by_lead.get(lead._origin, works.browse())
            here = mine.filtered(lambda work: work.stage_id == lead.stage_id)
            owed = mine.filtered(lambda work: work.is_debt and work.stage_id != lead.stage_id)
            lead.section_work_ids = here
            lead.owed_work_ids = owed

    @api.depends("stage_id", "work_ids.state", "work_ids.debt_date")
    def _compute_work_counts(self):
        """Only numbers, in one statement: every card of the kanban shows them."""
        self.work_total = self.work_done = self.work_debt_count = 0
        if not self.env["conveyor.work.item"]._stages_with_work():
            return
        by_numbers = defaultdict(list)
        for lead_id, *numbers in self._count_work():
            by_numbers[tuple(numbers)].append(lead_id)
        for numbers, ids in by_numbers.items():
            leads = self.browse(ids) if all(self._ids) else self.filtered(lambda lead: lead._origin.id in ids)
            leads.work_total, leads.work_done, leads.work_debt_count = numbers

    def _count_work(self):
        """(lead id, all, done, owed) of the leads with work, in the sections where they stand now."""
        self.env["conveyor.work"].flush_model(["lead_id", "stage_id", "state", "debt_date"])
        stages = {lead._origin.id or 0: lead.stage_id.id or 0 for lead in self}
        return self.env.execute_query(SQL("""
            SELECT w.lead_id, count(*) FILTER (WHERE w.stage_id = l.stage_id),
                   count(*) FILTER (WHERE w.stage_id = l.stage_id AND w.state <> 'todo'),
                   count(*) FILTER (WHERE w.stage_id <> l.stage_id AND w.state = 'todo' AND w.debt_date IS NOT NULL)
              FROM unnest(%s::int[], %s::int[]) AS l(id, stage_id) JOIN conveyor_work w ON w.lead_id = l.id
             GROUP BY w.lead_id
        """, list(stages), list(stages.values())))

    def _search_work_debt_count(self, operator, value):
        if operator == ">" and value == 0:
            return [("work_ids", "any", [("is_debt", "=", True)])]
        return NotImplemented

    def _compute_can_waive_work(self):
        for lead in self:
            lead.can_waive_work = lead._may_waive()

    def action_open_transitions(self):
        """The lead's path over the conveyor, step by step."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sales_conveyor.conveyor_transition_action")
        return {**action, "domain": [("lead_id", "=", self.id)], "display_name": self.name,
                "context": {"default_lead_id": self.id}}

    # ------------------------------------------------------------ hooks
    @api.model_create_multi
    def create(self, vals_list):
        self._check_kept(vals_list)
        cache = self.env.cr.cache
        outer = cache.get("conveyor_creating")
        cache["conveyor_creating"] = True
        try:
            leads = super().create(vals_list)
        finally:
            cache["conveyor_creating"] = outer
        facts = leads.sudo()  # a lead may be created for somebody else
        facts._refresh_sale_kind()
        self.env["conveyor.transition"]._record_created(facts)
        facts._enter_sections()
        return leads

    def write(self, vals):
        self._check_kept([vals])
        if "stage_id" in vals:
            self._check_gate(vals)
        partners = self.partner_id if "partner_id" in vals else self.env["res.partner"]
        if not vals.keys() & MOVING_FIELDS:
            result = super().write(vals)
        else:
            with self.env["conveyor.transition"]._watch(self):
                result = super().write(vals)
        self._conveyor_written(vals)
        partners._refresh_sale_kind()
        return result

    def _compute_field_value(self, field):
        """A team change moves leads past ``write``: they are recorded as well."""
        cache = self.env.cr.cache
        watched = cache.get("conveyor_watch", {}).keys() >= set(self._ids)
        if field.name != "stage_id" or watched or cache.get("conveyor_creating") or not all(self._ids):
            return super()._compute_field_value(field)
        with self.env["conveyor.transition"]._watch(self):
            return super()._compute_field_value(field)

    def unlink(self):
        partners = self.partner_id
        self.env["conveyor.funnel.fact"]._mark(self.ids)
        result = super().unlink()
        partners._refresh_sale_kind()
        return result

    def _conveyor_written(self, vals):
        leads = self.sudo()  # the write above may have taken the leads out of the user's sight
        if vals.keys() & self.env["conveyor.work.item"]._proof_field_names():
            self.env["conveyor.work"]._settle(leads)
        if "partner_id" in vals:
            leads._refresh_sale_kind()
        if "snooze_until" in vals:
            leads._snoozed()
        if "user_id" in vals:
            leads._pass_on_work()
        if vals.keys() & FUNNEL_FIELDS:
            self.env["conveyor.funnel.fact"]._mark(self.ids)

    def _conveyor_state(self):
        return (self.stage_id.id, self.won_status)

    def _conveyor_pipeline(self):
        return self.env["crm.stage"]._pipeline(self.team_id.id)

    def _conveyor_moved(self, steps, by_person):
        """What follows from moves; ``steps``: (lead, state before, state after)."""
        self.env["conveyor.transition"]._record_steps(steps)
        moved = self.browse([lead.id for lead, before, after in steps if before[0] != after[0]])
        closed = self.browse([lead.id for lead, before, after in steps if before[1] != after[1]])
        self._leave_sections(steps, by_person)
        closed._refresh_sale_kind()
        self._hand_over_customers(steps)
        moved._enter_sections()
        (closed - moved)._plan_next_work()

    def _leave_sections(self, steps, by_person):
        """Work left undone becomes a debt; its planned activities go."""
        moves = {lead: move for lead, before, after in steps
                 if (move := lead._move(before[0], after[0])) and move.left}
        Work = self.env["conveyor.work"]
        missing = [
            (lead, item, work) for lead, item, work in Work._missing(moves, {})
            if Work._verdict(lead, item, work, moves[lead], False) != section.OFF]
        if missing:
            Work._owe(missing, by_person)

    def _move(self, source, target):
        if not source or source == target:
            return None
        return section.classify(self._conveyor_pipeline(), source, target)

    def _enter_sections(self):
        """Work, performer and next activity of the section the leads stand in now."""
        if self:
            self.env["conveyor.work"]._open([(lead.id, lead.stage_id.id) for lead in self])
            self._assign_performers()
            self.env["conveyor.work"]._settle(self)
            self._plan_next_work()
