from lxml import etree

from odoo import api, fields, models


class CrmLead(models.Model):
    """What the lead's screens need: what is missing, and a last look at a
    lead that one's own save has just handed over."""

    _inherit = "crm.lead"

    section_goal = fields.Text(related="stage_id.client_change", string="Client on Leaving")
    missing_work_ids = fields.One2many(
        "conveyor.work", compute="_compute_missing_work", string="Missing Work")
    missing_field_names = fields.Char(compute="_compute_missing_work")

    @api.depends("section_work_ids", "owed_work_ids")
    @api.depends_context("conveyor_item_ids")
    def _compute_missing_work(self):
        """The work that the context asks for, or what is still required here and owed."""
        item_ids = self.env.context.get("conveyor_item_ids")
        asked = self.env["conveyor.work"]
        if item_ids:
            asked = asked.search([("lead_id", "in", self.ids), ("item_id", "in", item_ids)])
        for lead in self:
            missing = asked.filtered(lambda work: work.lead_id == lead._origin) if item_ids else (
                lead.owed_work_ids | lead.section_work_ids.filtered(
                    lambda work: work.required and work.state == "todo"))
            names = missing.sudo().item_id.proof_field_ids.mapped("name")  # names of fields are no secret
            lead.missing_work_ids = missing
            lead.missing_field_names = f",{','.join(names)},"

    # ------------------------------------------------------------ filling
    def action_fill_work(self, item_ids, stage_id=False):
        """Open a small form with what proves these items.

        :param item_ids: ids of ``conveyor.work.item``, also of sections that
            would be jumped over
        :param stage_id: where the lead moves when all is filled
        """
        self.ensure_one()
        self.check_access("write")
        items = self.env["conveyor.work.item"].sudo().browse(item_ids).exists().filtered(
            lambda item: item.stage_id.id in self._conveyor_pipeline())
        self.env["conveyor.work"].sudo()._ensure([(self, item, None) for item in items])
        return {
            "type": "ir.actions.act_window", "name": self.env._("Fill What is Missing"),
            "res_model": "crm.lead", "res_id": self.id, "target": "new",
            "views": [(self.env.ref("sales_conveyor.crm_lead_view_form_fill").id, "form")],
            "context": {"conveyor_item_ids": items.ids, "conveyor_to_stage_id": stage_id},
        }

    def action_move_on(self):
        """Make the move that was held back before the form was filled."""
        return self._move_and_tell(self.env.context["conveyor_to_stage_id"])

    def _move_and_tell(self, stage_id):
        """Move the leads out of a dialog.

        :return: the action that closes the dialog; it names a new salesperson
        """
        facts = self.sudo()  # the move may take the leads out of the user's sight
        sellers = {lead: lead.user_id for lead in facts}
        self.write({"stage_id": stage_id})
        close = {"type": "ir.actions.act_window_close"}
        handed_over = facts.filtered(lambda lead: lead.user_id and lead.user_id != sellers[lead])
        if not handed_over:
            return close
        return {"type": "ir.actions.client", "tag": "display_notification", "params": {
            "title": ", ".join(handed_over.mapped("name")), "type": "success", "className": "o_conveyor_notice",
            "message": self.env._("Handed over to %(user)s.", user=", ".join(handed_over.user_id.mapped("name"))),
            "next": close}}

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, tuple(sorted(self.env["conveyor.work.item"]._proof_field_names())))

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """The form that fills what is missing has every field that proves some work."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view and view == self.env.ref("sales_conveyor.crm_lead_view_form_fill", raise_if_not_found=False):
            present = set(arch.xpath("//field/@name"))
            place = arch.xpath("//group[@name='conveyor_fields']")[0]
            for name in sorted(self.env["conveyor.work.item"]._proof_field_names() - present):
                etree.SubElement(place, "field", {
                    "name": name, "invisible": f"',{name},' not in (missing_field_names or '')"})
        return arch, view

    # ------------------------------------------------------------ a last look
    def web_save(self, vals, specification, next_id=None):
        """A save that hands the lead over may take it out of its own user's
        sight: that is no reason to undo it."""
        if next_id:
            return super().web_save(vals, specification, next_id)  # answers with another lead: as ever
        was_seen = self.has_access("read")
        rows = super().web_save(vals, {})  # writes, and reads nothing but the ids
        saved = self.browse(row["id"] for row in rows).with_context(bin_size=True)
        return saved._read_back(specification, was_seen)

    def web_save_multi(self, vals_list, specification):
        was_seen = self.has_access("read")
        super().web_save_multi(vals_list, {})
        return self.with_context(bin_size=True)._read_back(specification, was_seen)

    def _read_back(self, specification, was_seen):
        """``web_read`` for the answer of one's own save."""
        seen = self._filtered_access("read")
        if seen == self or not was_seen:
            return self.web_read(specification)
        rows = {row["id"]: row for row in seen.web_read(specification) + (self - seen)._last_look(specification)}
        return [rows[lead_id] for lead_id in self.ids]

    def _last_look(self, specification):
        """The leads' own values, once more, although they are out of sight by
        now. Only fields that the user may see, and what they point to only
        with his own rights: the specification comes from the client."""
        spec = {name: sub for name, sub in specification.items()
                if name in self._fields and self._has_field_access(self._fields[name], "read")}
        rows = self.sudo().web_read({name: {} for name in spec})
        for row in rows:
            for name, sub in spec.items():
                if self._fields[name].relational:
                    row[name] = self._look_at(self._fields[name], row[name], sub)
        return rows

    def _look_at(self, field, value, sub):
        single = field.type == "many2one"
        ids = [value] * bool(value) if single else value
        records = self.env[field.comodel_name].browse(ids)._filtered_access("read")
        if "fields" not in sub:
            return records.id if single else records.ids
        rows = records.web_read(sub["fields"])
        return (rows[0] if rows else False) if single else rows

    def get_rainbowman_message(self):
        return super().get_rainbowman_message() if self.has_access("read") else False
