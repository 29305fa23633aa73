from odoo import api, fields, models


class ResPartner(models.Model):
    """The customer's rhythm on the contact, for those who may see his money."""

    _inherit = "res.partner"

    conveyor_status = fields.Char("Rhythm", compute="_compute_conveyor_status", groups="sales_team.group_sale_salesman")
    conveyor_silence = fields.Char("Silence", compute="_compute_conveyor_status", groups="sales_team.group_sale_salesman")
    rhythm_change_ids = fields.One2many(
        "conveyor.rhythm.change", "partner_id", "Status Changes", readonly=True, groups="sales_team.group_sale_salesman")
    conveyor_card = fields.Json("Customer", compute="_compute_conveyor_card", groups="sales_team.group_sale_salesman")

    @api.depends("commercial_partner_id")
    @api.depends_context("uid", "company", "lang")
    def _compute_conveyor_status(self):
        rows = self.env["conveyor.rhythm"]._rows_of(self)
        for partner in self:
            row = rows.get(partner._origin.commercial_partner_id.id)
            partner.conveyor_status = row._label("status") if row else False
            partner.conveyor_silence = row._silence() if row else False

    @api.depends("commercial_partner_id")
    @api.depends_context("uid", "company", "lang")
    def _compute_conveyor_card(self):
        """Few records at once: only forms show it."""
        rows = self.env["conveyor.rhythm"]._rows_of(self)
        for partner in self:
            row = rows.get(partner._origin.commercial_partner_id.id)
            partner.conveyor_card = row._card(partner._origin) if row else False

    @api.readonly
    def get_conveyor_hints(self):
        """``{partner id: a few words on his rhythm}``, for other screens; no money in it."""
        self.check_access("read")
        return self._conveyor_hint() if self.env.user._is_internal() else {}

    def _conveyor_hint(self):
        """``{partner id: at most eight words}`` of those who have bought, in one query."""
        rows = self.env["conveyor.rhythm"].sudo()._rows_of(self)  # who sells may know the rhythm, not the money
        owners = {partner.id: partner._origin.commercial_partner_id.id for partner in self}
        return {partner_id: rows[owner]._hint() for partner_id, owner in owners.items() if owner in rows}

    def action_open_rhythm(self):
        """The customer's row: facts, purchases, changes."""
        self.ensure_one()
        row = self.env["conveyor.rhythm"]._rows_of(self)[self.commercial_partner_id.id]
        return {"type": "ir.actions.act_window", "res_model": row._name, "res_id": row.id, "views": [(False, "form")],
                "name": self.commercial_partner_id.display_name}

    def action_conveyor_offer(self):
        """A new quotation."""
        self.ensure_one()
        return {"type": "ir.actions.act_window", "res_model": "sale.order", "views": [(False, "form")],
                "name": self.env._("New Quotation"), "context": {"default_partner_id": self.id}}

    def action_conveyor_enrol(self):
        """The dialog that enrols customers in a cadence."""
        action = self.env["ir.actions.actions"]._for_xml_id("sales_conveyor.conveyor_enrol_action_partner")
        return {**action, "context": {"active_model": "res.partner", "active_ids": self.ids, "dialog_size": "medium"}}
