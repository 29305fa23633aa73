from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .conveyor_work_item import CHANNELS


class ResPartner(models.Model):
    """Who brought this customer, and whom he has brought."""

    _inherit = "res.partner"

    referrer_id = fields.Many2one(
        "res.partner", "Brought by", index="btree_not_null", ondelete="set null", copy=False, domain="[('id', '!=', id)]",
        help="The customer who recommended us to him.")
    brought_ids = fields.One2many("res.partner", "referrer_id", "Customers He Brought", readonly=True)
    brought_lead_ids = fields.One2many(
        "crm.lead", "referrer_id", "Leads He Brought", readonly=True, groups="sales_team.group_sale_salesman",
        context={"active_test": False})
    brought_count = fields.Integer("Brought", compute="_compute_brought_count", groups="sales_team.group_sale_salesman")
    conveyor_channel = fields.Selection(
        CHANNELS, "Answers in", compute="_compute_conveyor_channel", groups="sales_team.group_sale_salesman",
        help="The channel in which he has answered most, learned from his touches.")

    @api.constrains("referrer_id")
    def _check_referrer(self):
        for partner in self:
            if partner.referrer_id and partner.referrer_id.commercial_partner_id == partner.commercial_partner_id:
                raise ValidationError(self.env._("%(partner)s cannot be brought by himself.", partner=partner.display_name))

    def _compute_brought_count(self):
        """Clients, each once, whether they are leads or customers by now."""
        people = self._brought()
        for partner in self:
            partner.brought_count = len(people.get(partner._origin.id, ()))

    def _brought(self):
        """``{partner id: client keys that he, or a contact of his company, has brought}``"""
        owners = {partner.id: partner._origin.commercial_partner_id.id or partner.id for partner in self._origin}
        contacts = self.sudo().with_context(active_test=False).search(  # how many, whosever they are
            [("commercial_partner_id", "in", list(owners.values()))])
        leads = self.env["crm.lead"].sudo().with_context(active_test=False).search([("referrer_id", "in", contacts.ids)])  # as above
        customers = contacts.browse().search([("referrer_id", "in", contacts.ids)])
        keys = self.env["conveyor.client"]._keys(leads)
        found = {}
        for lead in leads:
            found.setdefault(lead.referrer_id.commercial_partner_id.id, set()).add(keys[lead.id])
        for customer, key in zip(customers, self.env["conveyor.client"]._keys_of_partners(customers).values()):
            found.setdefault(customer.sudo().referrer_id.commercial_partner_id.id, set()).add(key)
        return {partner_id: found.get(owner, set()) for partner_id, owner in owners.items()}

    def action_open_brought(self):
        """The leads that he brought, won and lost ones among them."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "crm.lead", "name": self.env._("Brought by %(name)s", name=self.display_name),
            "views": [(False, "list"), (False, "form")], "context": {"active_test": False, "default_referrer_id": self.id},
            "domain": [("referrer_id", "child_of", self.commercial_partner_id.id)]}

    def write(self, vals):
        before = self.referrer_id if "referrer_id" in vals else self.browse()
        result = super().write(vals)
        if "referrer_id" in vals:
            self.env["conveyor.rhythm"]._mark((before | self.referrer_id).commercial_partner_id.ids)
        return result

    # ------------------------------------------------------------ channel
    def _compute_conveyor_channel(self):
        touches = self.env["conveyor.next"]._touches(self._origin)
        for partner in self:
            answered = touches.get(partner._origin.id, {}).get("answered")
            partner.conveyor_channel = max(answered, key=lambda channel: (answered[channel], channel)) if answered else False


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Visits and referrals follow by themselves; nobody has brought himself."""
        super()._update_foreign_keys(src_partners, dst_partner)
        self.env.cr.execute(SQL("UPDATE res_partner SET referrer_id = NULL WHERE referrer_id = id AND id = %s", dst_partner.id))
        self.env.invalidate_all(flush=False)
        self.env["conveyor.rhythm"]._mark(dst_partner.commercial_partner_id.ids)
