from functools import partial

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

ALL_DOCUMENTS = "sales_team.group_sale_salesman_all_leads"


class ConveyorRhythmAccess(models.AbstractModel):
    """Who may see a customer's money: his account manager, the salespeople of his own leads and
    orders, and whoever sees all documents.

    Models that inherit have a stored ``partner_id``, a commercial partner, or with
    ``_of_contacts`` any contact; the model's own access rights and its company rule still apply on top.
    """

    _name = "conveyor.rhythm.access"
    _description = "Access to a Customer's Money"

    _of_contacts = False

    def _search(self, domain, offset=0, limit=None, order=None, *, active_test=True, bypass_access=False):
        self.env["conveyor.rhythm"]._settle()
        if not self.env.su and not bypass_access:
            domain = Domain(domain) & self._money_domain()
        return super()._search(
            domain, offset, limit, order, active_test=active_test, bypass_access=bypass_access
        )

    @api.model
    def _money_domain(self):
        """Domain of the rows whose customer's money the user may see."""
        if self._sees_all_money():
            return Domain.TRUE
        own = self._own_customers_sql()
        if self._of_contacts:
            own = SQL("SELECT p.id FROM res_partner p WHERE p.commercial_partner_id IN (%s)", own)
        return Domain.custom(to_sql=lambda model, alias, query: SQL("%s IN (%s)", SQL.identifier(alias, "partner_id"), own))

    @api.model
    def _sees_all_money(self):
        return self.env.su or self.env.user.has_group(ALL_DOCUMENTS)

    @api.model
    def _own_customers_sql(self):
        """SELECT of the commercial partners with whom the user has to do."""
        for model, names in (("res.partner", ["user_id", "commercial_partner_id"]), ("crm.lead", ["user_id", "partner_id"]),
                             ("sale.order", ["user_id", "partner_id"])):
            self.env[model].flush_model(names)
        return SQL("""
            SELECT p.commercial_partner_id FROM res_partner p WHERE p.user_id = %(user)s
             UNION
            SELECT p.commercial_partner_id FROM crm_lead l JOIN res_partner p ON p.id = l.partner_id WHERE l.user_id = %(user)s
             UNION
            SELECT p.commercial_partner_id FROM sale_order o JOIN res_partner p ON p.id = o.partner_id WHERE o.user_id = %(user)s
        """, user=self.env.uid)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        remaining = self - result[0] if result else self
        if not any(remaining._ids) or self._sees_all_money():
            return result
        forbidden = remaining - remaining._filtered_by_money()
        if not forbidden:
            return result
        if result:
            return result[0] | forbidden, result[1]
        return forbidden, partial(self._make_money_access_error, forbidden)

    def _filtered_by_money(self):
        """The rows whose customer is one of the user's own."""
        rows = self.sudo()  # only to learn whose they are
        own = {partner_id for partner_id, in self.env.execute_query(SQL(
            "SELECT o.commercial_partner_id FROM (%s) o WHERE o.commercial_partner_id = ANY(%s)",
            self._own_customers_sql(), rows.partner_id.commercial_partner_id.ids))}
        return rows.filtered(lambda row: row.partner_id.commercial_partner_id.id in own).with_env(self.env)

    def _make_money_access_error(self, forbidden):
        return AccessError(self.env._(
            "%(what)s: this customer's purchases are seen by his account manager and by the salespeople of his "
            "opportunities and orders (record %(ids)s). Ask one of them or a sales manager.",
            what=self.env["ir.model"]._get(self._name).name, ids=", ".join(map(str, forbidden.ids[:5])),
        ))
