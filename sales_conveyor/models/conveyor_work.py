from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, is_html_empty


class ConveyorWork(models.Model):
    """One item of standard work for one lead: to do, done, or waived.

    Rows appear when a lead enters a section. Facts settle them (``_settle``);
    people tick only what is proven by a tick. What a lead left behind stays
    as a debt until it is done or waived.
    """

    _name = "conveyor.work"
    _description = "Standard Work of a Lead"
    _inherit = "conveyor.access.mixin"
    _order = "lead_id, stage_sequence, sequence, id"
    _rec_name = "item_id"

    lead_id = fields.Many2one("crm.lead", "Lead", required=True, ondelete="cascade", readonly=True)
    item_id = fields.Many2one(
        "conveyor.work.item", "Work", required=True, ondelete="cascade", index=True, readonly=True)
    stage_id = fields.Many2one("crm.stage", "Section", ondelete="cascade", index=True, readonly=True)
    stage_sequence = fields.Integer(related="stage_id.sequence", string="Section Order")
    sequence = fields.Integer(related="item_id.sequence")
    required = fields.Boolean(related="item_id.required")
    instructions = fields.Text(related="item_id.instructions")
    proof = fields.Selection(related="item_id.proof")
    how = fields.Char("How", compute="_compute_how")
    state = fields.Selection(
        [("todo", "To Do"), ("done", "Done"), ("waived", "Waived")], default="todo", required=True, index=True)
    answer = fields.Char(help="What was found out.")
    done_date = fields.Datetime("Done on", readonly=True)
    done_user_id = fields.Many2one("res.users", "Done by", readonly=True, ondelete="set null")
    waiver_reason = fields.Char("Why Waived", readonly=True)
    binds = fields.Boolean(
        default=True, readonly=True,
        help="Off: the lead already stood in the section when this work was defined, so it is never held back by it.")
    debt_date = fields.Datetime(
        "Owed since", readonly=True, index="btree_not_null",
        help="When the lead left the section without this required work.")
    is_debt = fields.Boolean("Work Debt", compute="_compute_is_debt", search="_search_is_debt")
    debt_by_machine = fields.Boolean(
        "Passed by Itself", readonly=True,
        help="The lead left by an automation, a merge, an assignment or an order, not by a person's move.")
    activity_id = fields.Many2one("mail.activity", readonly=True, ondelete="set null", index="btree_not_null")
    is_planned = fields.Boolean(readonly=True, help="Its activity was planned once already.")
    attachment_id = fields.Many2one("ir.attachment", "Document", readonly=True, ondelete="set null", index="btree_not_null")
    user_id = fields.Many2one(related="lead_id.user_id", string="Salesperson")
    team_id = fields.Many2one(related="lead_id.team_id", string="Sales Team")
    partner_id = fields.Many2one(related="lead_id.partner_id", string="Customer", help="The client of the lead.")

    _lead_item_unique = models.UniqueIndex("(lead_id, item_id)")

    @api.depends("item_id")
    def _compute_how(self):
        for work in self:
            work.how = work.item_id._how()

    @api.depends("state", "debt_date")
    def _compute_is_debt(self):
        for work in self:
            work.is_debt = work.state == "todo" and bool(work.debt_date)

    def _search_is_debt(self, operator, value):
        if operator != "in":
            return NotImplemented
        debts = [("state", "=", "todo"), ("debt_date", "!=", False)]
        return debts if True in value else ["|", ("state", "!=", "todo"), ("debt_date", "=", False)]

    # ------------------------------------------------------------ appearing
    @api.model
    def _open(self, steps):
        """Make the work of the sections that leads enter.

        :param steps: (lead id, section id) pairs; work that a lead has
            already, done or not, stays as it is
        """
        with_work = self.env["conveyor.work.item"]._stages_with_work()
        steps = [step for step in steps if step[1] in with_work]
        if steps:
            self._insert(SQL(
                "SELECT s.lead_id, i.id, i.stage_id, TRUE FROM unnest(%s, %s) AS s(lead_id, stage_id) "
                "JOIN conveyor_work_item i ON i.stage_id = s.stage_id AND i.active",
                [lead for lead, _stage in steps], [stage for _lead, stage in steps]))

    @api.model
    def _add_to_standing(self, items):
        """New items become to-do for the open leads that stand in their
        sections: without activities, and holding nobody back."""
        self.env["crm.lead"].flush_model(["stage_id", "won_status", "active"])
        self._insert(SQL(
            "SELECT l.id, i.id, i.stage_id, FALSE FROM conveyor_work_item i JOIN crm_lead l "
            "ON l.stage_id = i.stage_id AND l.active AND l.won_status = 'pending' "
            "WHERE i.active AND i.id = ANY(%s)", items.ids))

    @api.model
    def _insert(self, rows):
        self.env["conveyor.work.item"].flush_model()
        self.env.cr.execute(SQL("""
            INSERT INTO conveyor_work (lead_id, item_id, stage_id, binds, state, create_uid, write_uid,
                                       create_date, write_date)
            SELECT r.*, 'todo', %(uid)s, %(uid)s, %(now)s, %(now)s FROM (%(rows)s) r
            ON CONFLICT (lead_id, item_id) DO NOTHING
        """, uid=self.env.uid, now=self.env.cr.now(), rows=rows))
        self.env["crm.lead"].invalidate_model(["work_ids", "section_work_ids"], flush=False)

    # ------------------------------------------------------------ proving
    @api.model
    def _settle(self, leads, vals=None):
        """Mark what facts prove as done.

        :param vals: values about to be written on the leads, which count
        :return: the works settled now
        """
        if not self.env["conveyor.work.item"]._stages_with_work():
            return self.browse()
        todo = self.sudo().search(
            [("lead_id", "in", leads.ids), ("state", "=", "todo"), ("proof", "!=", "done")], order="id")
        proven = self._proven(todo, vals or {}) if todo else todo
        proven._finish()
        return proven

    @api.model
    def _proven(self, works, vals):
        """Those of ``works`` whose proof is there; documents are claimed, one each."""
        fields_ok = works.filtered(lambda work: work.proof == "field" and work._fields_filled(vals))
        touches = works.filtered(lambda work: work.proof == "touch")
        return fields_ok + self._touched(touches) + self._documented(works.filtered(
            lambda work: work.proof == "document"))

    def _fields_filled(self, vals):
        self.ensure_one()
        names = self.item_id.proof_field_ids.mapped("name")
        if not names:
            return bool((self.answer or "").strip())
        return self.env["conveyor.work"]._filled(self.lead_id, names, vals)

    @api.model
    def _filled(self, lead, names, vals):
        """Whether all these fields of the lead have a value, ``vals`` included."""
        return all(self._is_value(lead._fields[name], (
            lead._fields[name].convert_to_cache(vals[name], lead, validate=False) if name in vals else lead[name]))
            for name in names)

    @api.model
    def _is_value(self, field, value):
        """Blanks, an empty page, *Not known* and no stars are no values."""
        if field.type == "html":
            return not is_html_empty(value)
        if field.type == "selection":
            return value not in (None, False, "", "unknown", "0")
        return bool(value.strip() if isinstance(value, str) else value)

    @api.model
    def _touched(self, works):
        dates = self.env["conveyor.touch"]._dates_by_channel(works.lead_id)
        return works.filtered(lambda work: any(
            date >= work.create_date.replace(microsecond=0) for channel, date in dates[work.lead_id.id]
            if work.item_id.proof_channel in (False, channel)))

    @api.model
    def _documented(self, works):
        free = self._free_documents(works.lead_id) if works else {}
        proven = self.browse()
        meant = self.env.context.get("conveyor_work_id")  # attached on the checklist, to this very item
        for work in works.sorted(lambda work: (work.id != meant, work.stage_sequence, work.sequence, work.id)):
            if documents := free.get(work.lead_id.id):
                work.attachment_id = documents.pop(0)
                proven += work
        return proven

    @api.model
    def _free_documents(self, leads):
        """``{lead id: [attachment id]}`` that prove no work yet, oldest first."""
        rows = self.env["ir.attachment"].sudo()._read_group(
            [("res_model", "=", "crm.lead"), ("res_id", "in", leads.ids), ("res_field", "=", False)],
            ["res_id"], ["id:array_agg"])
        claimed = set(self.sudo().search(  # by any lead: a document that was moved proves nothing twice
            [("attachment_id", "in", [file_id for _lead, ids in rows for file_id in ids])]).attachment_id.ids)
        claimed |= self._pictures_in_texts([file_id for _lead, ids in rows for file_id in ids])
        return {lead_id: sorted(set(ids) - claimed) for lead_id, ids in rows}

    @api.model
    def _pictures_in_texts(self, attachment_ids):
        """Ids of those that only illustrate the text of a message, as a signature's logo does."""
        return {file_id for file_id, in self.env.execute_query(SQL(
            "SELECT r.attachment_id FROM message_attachment_rel r JOIN mail_message m ON m.id = r.message_id"
            " WHERE r.attachment_id = ANY(%s) AND m.body ~ ('/web/image/' || r.attachment_id || '[^0-9]')",
            attachment_ids))}

    # ------------------------------------------------------------ doing
    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        if foreign := vals.keys() - {"answer", "state"}:
            raise UserError(self.env._(
                "Standard work keeps its own record: only the answer and the state are written by hand, "
                "not %(fields)s.", fields=", ".join(sorted(foreign))))
        result = super().write({name: value for name, value in vals.items() if name == "answer"})
        if vals.get("answer"):
            self._settle(self.lead_id)
        if vals.get("state") == "waived":
            raise UserError(self.env._("Waive the work with a reason, by its Waive button."))
        if vals.get("state"):
            (self.action_done if vals["state"] == "done" else self.action_reopen)()
        return result

    def action_done(self):
        """Tick: done, if its proof is there.

        :raise UserError: names the work that is not proven yet, and how to
        """
        self.check_access("write")
        todo = self.sudo().filtered(lambda work: work.state == "todo")  # the right was checked above
        bare = todo.filtered(lambda work: work.proof != "done")
        if bare := bare - self._proven(bare, {}):
            raise UserError(self.env._(
                "%(work)s of %(lead)s is not proven yet: %(how)s.",
                work=bare[0].item_id.name, lead=bare[0].lead_id.name, how=bare[0].how))
        todo._finish()
        return True

    def action_reopen(self):
        """Undo a tick or a waiver made by mistake."""
        self.check_access("write")
        self.sudo().write({"state": "todo", "done_date": False, "done_user_id": False, "waiver_reason": False})
        self.lead_id._plan_next_work()
        return True

    def _finish(self):
        """Done now, by the current user; the linked activity with it. A tick is
        told in the chatter as the activity; a fact tells itself."""
        if not self:
            return
        self.write({"state": "done", "done_date": fields.Datetime.now(), "done_user_id": self.env.uid})
        planned = self.filtered("activity_id.active")
        ticked = planned.filtered(lambda work: work.proof == "done")
        ticked.activity_id.with_context(conveyor_work_done=True)._action_done()
        (planned - ticked).activity_id.action_archive()
        self.lead_id._plan_next_work()

    def _complete_by_activity(self):
        """Their activities were done: so is the work, where a tick or a touch
        is the proof; else the next item's turn comes."""
        self.filtered(lambda work: work.proof in ("done", "touch"))._finish()
        self.lead_id._plan_next_work()

    def action_waive(self, reason):
        """Go on without it, for a reason that is logged.

        :param str reason: a sentence for the colleagues
        :raise UserError: without a reason, or without the right to waive
        """
        self.check_access("write")
        self.lead_id._check_may_waive()
        if not (reason or "").strip():
            raise UserError(self.env._("Say in a few words why this work is waived."))
        works = self.sudo().filtered(lambda work: work.state == "todo")  # rights were checked above
        works.write({"state": "waived", "waiver_reason": reason.strip(),
                     "done_date": fields.Datetime.now(), "done_user_id": self.env.uid})
        works.activity_id.unlink()
        for lead, waived in works.grouped("lead_id").items():
            lead.with_user(self.env.user).message_post(body=self.env._(
                "Waived: %(work)s. Reason: %(reason)s",
                work=", ".join(waived.item_id.mapped("name")), reason=reason.strip()))
        works.lead_id._plan_next_work()
        return True
