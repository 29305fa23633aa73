from odoo import api, models
from odoo.tools import SQL


class ConveyorClient(models.AbstractModel):
    """Who a client is: the commercial partner, else the normalised e-mail, else the lead.

    Touches and enrolments carry his key; it follows when a lead gets a partner
    or another e-mail, and when partners are merged or get another parent.
    """

    _name = "conveyor.client"
    _description = "Client"

    @api.model
    def _keys(self, leads):
        """``{lead id: client key}``"""
        keys, leads = {}, leads.sudo()  # a key says nothing of the client but who he is
        leads.partner_id.fetch(["commercial_partner_id"])
        for lead in leads:
            if partner := lead.partner_id.commercial_partner_id:
                keys[lead.id] = f"p{partner.id}"
            else:
                keys[lead.id] = f"e{lead.email_normalized}" if lead.email_normalized else f"l{lead.id}"
        return keys

    @api.model
    def _keys_of_partners(self, partners):
        """``{partner id: client key}``"""
        return {partner.id: f"p{partner.commercial_partner_id.id or partner.id}" for partner in partners.sudo()}

    @api.model
    def _partners_of_keys(self, keys):
        """Ids of the commercial partners among client keys."""
        return {int(key[1:]) for key in keys if key and key.startswith("p")}

    @api.model
    def _key_sql(self, lead="l", partner="p"):
        """The key of a lead, by the aliases of ``crm_lead`` and of its (left joined) ``res_partner``."""
        return SQL(
            "CASE WHEN %(commercial)s IS NOT NULL THEN 'p' || %(commercial)s"
            " WHEN %(email)s <> '' THEN 'e' || %(email)s ELSE 'l' || %(lead)s END",
            commercial=SQL.identifier(partner, "commercial_partner_id"),
            email=SQL.identifier(lead, "email_normalized"), lead=SQL.identifier(lead, "id"))

    @api.model
    def _repoint(self, lead_ids=(), partner_ids=()):
        """Give the touches and enrolments of these leads, and of these partners'
        companies with their leads, the keys that are right now."""
        self.env["crm.lead"].flush_model(["partner_id", "email_normalized"])
        self.env["res.partner"].flush_model(["parent_id", "is_company", "commercial_partner_id"])
        contact_ids = self._contacts(partner_ids)
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)  # whosever they are
        lead_ids = {*lead_ids, *(leads.search([("partner_id", "in", contact_ids)]).ids if contact_ids else ())}
        self.env["conveyor.touch"]._repoint(lead_ids, contact_ids)
        self.env["conveyor.enrolment"]._follow_clients(lead_ids, contact_ids)

    @api.model
    def _contacts(self, partner_ids):
        """Ids of all contacts of the companies that these partners belong to."""
        if not partner_ids:
            return []
        return [partner_id for partner_id, in self.env.execute_query(SQL(
            "SELECT id FROM res_partner WHERE commercial_partner_id IN ("
            "SELECT commercial_partner_id FROM res_partner WHERE id = ANY(%s))", list(partner_ids)))]
