from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ..exceptions import GateError


class CrmLead(models.Model):
    """The gate's words, the next activity, and who performs a section."""

    _inherit = "crm.lead"

    def _gate_error(self, held, stage_id):
        by_lead = {}
        for lead, item, work in held:
            by_lead.setdefault(lead, []).append((item, work))
        lines = [self.env._(
            "%(lead)s cannot leave %(section)s yet. Missing:",
            lead=lead.name, section=lead.stage_id.name) + "".join(
                f"\n- {item.name}: {item._how()}" for item, _work in rows) for lead, rows in by_lead.items()]
        remedy = self.env._("Fill what is missing, or ask your sales manager to waive it.")
        if may_waive := all(lead._may_waive() for lead in self.browse(lead.id for lead in by_lead)):
            remedy = self.env._("Fill what is missing, or waive it with a reason.")
        return GateError("\n\n".join([*lines, remedy]), {
            "to_stage_id": stage_id, "can_waive": may_waive,
            "leads": [{"id": lead.id, "name": lead.name, "section": lead.stage_id.name, "works": [
                {"id": work.id, "item_id": item.id, "name": item.name, "how": item._how()}
                for item, work in rows]} for lead, rows in by_lead.items()]})

    def _may_waive(self):
        self.ensure_one()
        right = self.sudo()._gate_company().conveyor_waive_right
        user = self.env.user
        return (self.env.su or right == "everyone" or user.has_group("sales_team.group_sale_manager")
                or (right == "leader" and self.sudo().team_id.user_id == user))

    def _check_may_waive(self):
        for lead in self:
            if not lead._may_waive():
                raise UserError(self.env._(
                    "You may not waive the standard work of %(lead)s. Ask its team leader or a sales manager.",
                    lead=lead.name))

    def action_waive_work(self, item_ids, reason):
        """Waive items of standard work, also of sections that are jumped over.

        :param item_ids: ids of ``conveyor.work.item``
        :param str reason: a sentence for the colleagues
        """
        self.check_access("write")
        self._check_may_waive()
        items = self.env["conveyor.work.item"].sudo().browse(item_ids).exists()
        missing = [(lead, item, None) for lead in self for item in items]
        self.env["conveyor.work"].sudo()._ensure(missing)
        return self.env["conveyor.work"].search(
            [("lead_id", "in", self.ids), ("item_id", "in", items.ids)]).action_waive(reason)

    def get_move_notice(self):
        """What the leads have just left undone, for the message after a move.

        :return: a dictionary with ``lead_id``, ``item_ids`` and their ``names``,
            or False; also for a lead that the move has taken out of sight
        """
        recent = fields.Datetime.now() - timedelta(seconds=15)
        owed = self.env["conveyor.work"].search(
            [("lead_id", "in", self.ids), ("is_debt", "=", True), ("debt_date", ">=", recent)],
            order="stage_id, id").filtered(lambda work: work.stage_id != work.lead_id.stage_id)
        if not owed:
            return False
        items = owed.item_id
        return {"lead_id": owed.lead_id[:1].id, "item_ids": items.ids, "names": items.mapped("name")}

    # ------------------------------------------------------------ next activity
    def _plan_next_work(self):
        """Only the next open item of the section is an activity; closed leads,
        sections left and work done have none."""
        if not self.env["conveyor.work.item"]._stages_with_work():
            return
        Work = self.env["conveyor.work"].sudo()  # also of leads that one has just handed over
        planned = Work.search([("lead_id", "in", self.ids), ("activity_id.active", "=", True)], order="id")
        planned.filtered(lambda work: not work._is_current())._unplan()
        todo = Work.search([("lead_id", "in", self.ids), ("state", "=", "todo"), ("binds", "=", True)], order="id")
        chosen = Work
        for works in todo.filtered(lambda work: work._is_current()).grouped("lead_id").values():
            ahead = works.sorted(lambda work: (work.sequence, work.id)).filtered(
                lambda work: not work.is_planned or work.activity_id.active)[:1]
            if ahead.item_id.activity_type_id and not ahead.is_planned:
                chosen += ahead
        chosen._plan_activity()

    def _pass_on_work(self):
        """A new salesperson does what was planned for the one before."""
        works = self.env["conveyor.work"].sudo().search(
            [("lead_id", "in", self.ids), ("activity_id.active", "=", True)])
        for user, mine in works.grouped("user_id").items():
            mine.activity_id.filtered(lambda activity: activity.user_id != user).user_id = user
        self._plan_next_work()

    # ------------------------------------------------------------ who performs
    def _assign_performers(self):
        """Hand the leads over to whoever performs their section."""
        for stage, leads in self.grouped("stage_id").items():
            if stage.performer == "team":
                leads._share_out(stage.performer_team_id)
            elif stage.performer == "role":
                for lead in leads:
                    lead._hand_over(lead._performer(stage), lead.team_id)

    def _performer(self, stage):
        """The user whom the section's role means for this lead; may be empty."""
        return {
            "team_leader": self.team_id.user_id,
            "account_manager": self._account_manager(),
            "first_seller": self.first_seller_id,
            "user": stage.performer_user_id,
        }[stage.performer_role]

    def _account_manager(self):
        company = self.company_id or self.env.company
        return self.partner_id.commercial_partner_id.user_id or company.conveyor_am_user_id \
            or company.conveyor_am_team_id.user_id

    def _share_out(self, team):
        """Each lead to the member with the fewest open leads in the section;
        whose salesperson is a member stays with him."""
        members = team.member_ids
        strangers = self.filtered(lambda lead: lead.user_id not in members)
        if not members or not strangers:
            return
        load = dict.fromkeys(members, 0)
        load.update(self._read_group(
            [("stage_id", "=", self.stage_id.id), ("user_id", "in", members.ids)], ["user_id"], ["__count"]))
        for lead in strangers:
            free = members.filtered(lead._may_be_led_by)
            if not free:
                continue
            user = min(free, key=lambda member: (load[member], member.id))
            load[user] += 1
            lead._hand_over(user, team if not lead.stage_id.team_ids or team in lead.stage_id.team_ids
                            else lead.team_id)

    def _may_be_led_by(self, user):
        """Nobody who has left, and nobody of another company: the lead would go over to it."""
        return user.active and (not self.company_id or self.company_id in user.company_ids)

    def _hand_over(self, user, team):
        """Give the lead to ``user`` with a note; the first seller keeps credit."""
        seller = self.user_id
        if not user or user == seller or not self._may_be_led_by(user):
            return
        self._as_machine().write({
            "user_id": user.id, "team_id": team.id, "first_seller_id": (self.first_seller_id or seller).id})
        self.message_post(
            body=self.env._(
                "Handed over: %(section)s is performed by %(user)s. Until now with %(seller)s.",
                section=self.stage_id.name, user=user.name, seller=seller.name or self.env._("nobody")),
            partner_ids=user.partner_id.ids)

    # ------------------------------------------------------------ after the sale
    def _hand_over_customers(self, steps):
        """A first sale won: account management takes the customer over."""
        Stage = self.env["crm.stage"]
        for lead, before, after in steps:
            if after[1] != "won" or before[1] == "won":
                continue
            if not lead.first_seller_id:
                lead._as_machine().first_seller_id = lead.user_id
            if Stage.browse(before[0]).conveyor_phase != "account_management":
                company = lead.company_id or self.env.company
                if company.conveyor_after_win == "opportunity":
                    lead._open_account()
                elif company.conveyor_after_win == "activity":
                    lead._plan_account_activity()

    def _plan_account_activity(self):
        kind = self.env.ref("mail.mail_activity_data_call", raise_if_not_found=False)
        customer = self.partner_id.commercial_partner_id or self
        customer.activity_schedule(
            activity_type_id=kind.id if kind else False, user_id=(self._account_manager() or self.user_id).id or self.env.uid,
            summary=self.env._("Take over the customer: %(lead)s is won", lead=self.name))

    def _open_account(self):
        """A follow-on opportunity in the first account-management section."""
        team = (self.company_id or self.env.company).conveyor_am_team_id or self.team_id
        stages = self.env["crm.stage"].browse(self.env["crm.stage"]._pipeline(team.id))
        section_id = stages.filtered(
            lambda stage: stage.conveyor_phase == "account_management" and not stage.is_won)[:1]
        if not section_id:
            return self._plan_account_activity()
        if self.search_count([("origin_lead_id", "=", self.id)], limit=1):
            return None  # won, reopened and won again: one account is enough
        manager = self._account_manager() or self.user_id
        return self._as_machine().create({
            "name": self.env._("%(customer)s: account", customer=self.partner_id.commercial_partner_id.name or self.name),
            "type": "opportunity", "partner_id": self.partner_id.id, "origin_lead_id": self.id,
            "stage_id": section_id.id, "team_id": team.id, "user_id": manager.id, "company_id": self.company_id.id,
            "source_id": self.source_id.id, "first_seller_id": (self.first_seller_id or self.user_id).id,
        })
