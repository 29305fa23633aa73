from functools import partial

from odoo import models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class ConveyorAccessMixin(models.AbstractModel):
    """Whoever may see or change a lead may do the same with what hangs on it.

    Access is delegated to ``crm.lead`` itself, archived leads included, so
    that record rules which a company has customised there hold here as well.
    Models that inherit have a stored ``lead_id``; the model's own access
    rights and its company rule still apply on top.
    """

    _name = "conveyor.access.mixin"
    _description = "Access through the Lead"

    # operation here -> operation that must be allowed on the lead
    _lead_operation = {"read": "read", "write": "write", "create": "write", "unlink": "write"}

    _partner_owns = False

    def _search(self, domain, offset=0, limit=None, order=None, *, active_test=True, bypass_access=False):
        if not self.env.su and not bypass_access:
            domain = Domain(domain) & self._lead_access_domain()
        return super()._search(
            domain, offset, limit, order, active_test=active_test, bypass_access=bypass_access
        )

    def _lead_access_domain(self):
        """Domain of the rows whose lead, or else customer, the user may read."""
        leads = self.env["crm.lead"].with_context(active_test=False)
        if self.env["ir.rule"]._compute_domain("crm.lead", "read").is_true():
            allowed = Domain("lead_id", "!=", False) if self._partner_owns else Domain.TRUE
        else:
            allowed = Domain("lead_id", "in", leads._search([]))
        if self._partner_owns:
            partners = self.env["res.partner"].with_context(active_test=False)
            allowed |= Domain("lead_id", "=", False) & Domain("partner_id", "in", partners._search([]))
        return allowed

    def _check_access(self, operation):
        result = super()._check_access(operation)
        remaining = self - result[0] if result else self
        if not any(remaining._ids):
            return result
        forbidden = remaining - remaining._filtered_by_owner(self._lead_operation[operation])
        if not forbidden:
            return result
        if result:
            return result[0] | forbidden, result[1]
        return forbidden, partial(self._make_lead_access_error, forbidden)

    def _filtered_by_owner(self, operation):
        """The rows whose lead, or else customer, allows the operation."""
        rows = self.sudo()  # only to learn whose they are
        leads = rows.lead_id.with_env(self.env)._filtered_access(operation)
        allowed = rows.filtered(lambda row: row.lead_id in leads)
        if self._partner_owns:
            of_customers = rows.filtered(lambda row: not row.lead_id)
            partners = of_customers.partner_id.with_env(self.env)._filtered_access(operation)
            allowed |= of_customers.filtered(lambda row: row.partner_id in partners)
        return allowed.with_env(self.env)

    def _make_lead_access_error(self, forbidden):
        return AccessError(self.env._(
            "%(what)s: you have no access to the opportunity it belongs to (record %(ids)s). "
            "Ask its salesperson or a sales manager.",
            what=self.env["ir.model"]._get(self._name).name, ids=", ".join(map(str, forbidden.ids[:5])),
        ))
