from odoo import api, fields, models

# the kind of activity that plans a touch in a channel
ACTIVITY_OF_CHANNEL = {
    "call": "mail.mail_activity_data_call", "meeting": "mail.mail_activity_data_meeting",
    "email": "mail.mail_activity_data_email",
}


class ConveyorWork(models.Model):
    """What the checklist shows of a piece of work, and what it opens."""

    _inherit = "conveyor.work"

    name = fields.Char(related="item_id.name", string="Name")
    proof_channel = fields.Selection(related="item_id.proof_channel")
    wanted_fields = fields.Char(
        compute="_compute_wanted_fields", help="Names of the lead's fields that prove it, separated by commas.")
    wants_answer = fields.Boolean(compute="_compute_wanted_fields", help="Proven by its own answer.")
    open_activity_id = fields.Integer(compute="_compute_open_activity_id", help="Its activity while it is planned.")

    @api.depends("item_id.proof", "item_id.proof_field_ids")
    def _compute_wanted_fields(self):
        for work in self:
            names = work.sudo().item_id.proof_field_ids.sorted("id").mapped("name")  # names of fields are no secret
            work.wanted_fields = ",".join(names)
            work.wants_answer = work.proof == "field" and not names

    @api.depends("activity_id.active")
    def _compute_open_activity_id(self):
        for work in self:
            activity = work.sudo().activity_id  # that there is one is no secret
            work.open_activity_id = activity.id if activity.active else 0

    def action_touch(self):
        """Open what makes the touch: the e-mail, the message, or an activity
        that is planned or marked as done at once."""
        self.ensure_one()
        self.check_access("write")
        lead = self.lead_id
        if self.proof_channel == "sms":
            return {
                "type": "ir.actions.act_window", "name": self.name, "res_model": "sms.composer", "target": "new",
                "views": [(False, "form")], "context": {
                    "default_composition_mode": "comment", "default_res_model": "crm.lead", "default_res_id": lead.id}}
        if self.proof_channel == "email" and (lead.email_from or lead.partner_id.email):
            return {
                "type": "ir.actions.act_window", "name": self.name, "res_model": "mail.compose.message",
                "target": "new", "views": [(False, "form")], "context": {
                    "default_composition_mode": "comment", "default_model": "crm.lead", "default_res_ids": lead.ids,
                    "default_partner_ids": lead.partner_id.ids, "default_subject": lead.name,
                    "force_email": True}}
        return self._schedule_action()

    def _schedule_action(self):
        xmlid = ACTIVITY_OF_CHANNEL.get(self.proof_channel, "mail.mail_activity_data_todo")
        kind = self.item_id.activity_type_id or self.env.ref(xmlid, raise_if_not_found=False)
        return {
            "type": "ir.actions.act_window", "name": self.name, "res_model": "mail.activity.schedule",
            "target": "new", "views": [(False, "form")], "context": {
                "active_model": "crm.lead", "active_id": self.lead_id.id, "active_ids": self.lead_id.ids,
                "default_activity_type_id": kind.id if kind else False, "default_summary": self.name,
                "default_date_deadline": fields.Date.add(
                    fields.Date.context_today(self), days=self.item_id.delay_days),
                "conveyor_work_id": self.id, "dialog_size": "large"}}

    def action_open_lead(self):
        """The lead with its checklist, where the work is done."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "crm.lead", "res_id": self.lead_id.id,
            "views": [(False, "form")], "name": self.lead_id.name}

    def action_attach(self, name, data):
        """Attach a document to the lead as the proof of this very work.

        :param str name: the file's name
        :param str data: its content in base64
        """
        self.ensure_one()
        self.check_access("write")
        self.env["ir.attachment"].with_context(conveyor_work_id=self.id).create({
            "name": name, "datas": data, "res_model": "crm.lead", "res_id": self.lead_id.id})
        return True

    def _link_activity(self, activity):
        """An activity planned from the checklist is this work's own."""
        if self.state == "todo" and activity.res_model == "crm.lead" and activity.res_id == self.lead_id.id:
            self.check_access("write")
            self.sudo().write({"activity_id": activity.id, "is_planned": True})
