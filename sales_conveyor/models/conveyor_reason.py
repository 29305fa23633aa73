from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .conveyor_cadence import PURPOSES, TARGET_MODELS
from .conveyor_domain import check_domain, read_domain


class ConveyorReason(models.Model):
    """New information that makes a touch worth making.

    The library. Which reason comes next for a client is decided in
    ``conveyor_reason_next``, what came of it is counted in ``conveyor_reason_result``.
    """

    _name = "conveyor.reason"
    _description = "Reason for a Touch"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    sequence = fields.Integer(default=10, help="The library is used from the top.")
    company_id = fields.Many2one("res.company", "Company")
    description = fields.Text("What is New", translate=True, help="What the client learns that he did not know before.")
    date_from = fields.Date("From")
    date_to = fields.Date("Until")
    product_id = fields.Many2one("product.product", "Product", ondelete="set null", index="btree_not_null")
    product_category_id = fields.Many2one("product.category", "Product Category", ondelete="set null")
    product_clients = fields.Selection([
        ("all", "Every client"), ("asked", "Those who have bought or been offered it"),
        ("new", "Those who have not bought it")],
        "Tell", default="all", required=True, help="Whom the news about this product or category is for.")
    filter_target = fields.Selection([("lead", "Leads"), ("customer", "Customers")], "Filter by", default="lead", required=True)
    filter_model = fields.Char(compute="_compute_filter_model")
    filter_domain = fields.Char("Clients", help="For which leads or customers; empty: for all.")
    lang_ids = fields.Many2many(
        "res.lang", string="Languages", context={"active_test": False}, help="Empty: clients of every language.")
    purpose = fields.Selection(PURPOSES, help="Only in cadences of this purpose; empty: in all.")
    is_repeatable = fields.Boolean("Repeatable", help="May be used again on the same client, after its gap.")
    repeat_days = fields.Integer("Gap, Days", default=365)
    mail_subject = fields.Char("Subject", translate=True)
    mail_body = fields.Html("E-mail", translate=True, sanitize="email_outgoing")
    sms_text = fields.Text("SMS or Messenger", translate=True)
    letter_body = fields.Html("Letter", translate=True)
    script = fields.Text("What to Say", translate=True, help="Three lines for a call or a talk.")
    trade_set_id = fields.Many2one("conveyor.trade.set", "Ready Set", ondelete="set null", index="btree_not_null")
    comes_with_set = fields.Boolean(
        "Comes with its Set", help="Archived until the first cadence of its ready set is switched on.")
    state = fields.Selection(
        [("future", "Not yet"), ("current", "In use"), ("past", "Over")], compute="_compute_state", string="Now")

    @api.depends("filter_target")
    def _compute_filter_model(self):
        for reason in self:
            reason.filter_model = TARGET_MODELS[reason.filter_target or "lead"]

    @api.depends("date_from", "date_to")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for reason in self:
            if reason.date_to and reason.date_to < today:
                reason.state = "past"
            else:
                reason.state = "future" if reason.date_from and reason.date_from > today else "current"

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for reason in self:
            if reason.date_from and reason.date_to and reason.date_to < reason.date_from:
                raise ValidationError(self.env._(
                    "%(reason)s ends before it begins. Change one of the two dates.", reason=reason.name))

    @api.constrains("is_repeatable", "repeat_days")
    def _check_gap(self):
        for reason in self:
            if reason.is_repeatable and reason.repeat_days < 1:
                raise ValidationError(self.env._(
                    "%(reason)s may be repeated: say after how many days at the earliest.", reason=reason.name))

    @api.constrains("filter_domain", "filter_target")
    def _check_filter_domain(self):
        check_domain(self, "filter_domain", lambda reason: reason.filter_model, fields.Datetime.now())

    def copy_data(self, default=None):
        return [{**vals, "name": self.env._("%(name)s (copy)", name=reason.name), "comes_with_set": False}
                for reason, vals in zip(self, super().copy_data(default))]

    # ------------------------------------------------------------ fit
    def _fitting(self, cadence, leads, partners, now):
        """Which of these reasons fit which clients; what was used is not looked at.

        :param leads, partners: the clients, by what they are enrolled as
        :return: ``{reason: (ids of leads, ids of partners)}``
        """
        own = partners | leads.partner_id
        found = {}
        for reason in self._of_cadence(cadence, now):
            fit_leads, fit_partners = leads, partners
            if reason.filter_domain:
                fit_leads, fit_partners = reason._filtered_by_domain(leads, partners, own, now)
            if reason.lang_ids:
                codes = set(reason.lang_ids.mapped("code"))
                fit_leads = fit_leads.filtered(lambda lead: (lead.lang_code or lead.partner_id.lang) in codes)
                fit_partners = fit_partners.filtered(lambda partner: partner.lang in codes)
            if reason.product_clients != "all" and (reason.product_id or reason.product_category_id):
                fit_leads, fit_partners = reason._filtered_by_product(fit_leads, fit_partners)
            found[reason] = (set(fit_leads.ids), set(fit_partners.ids))
        return found

    def _of_cadence(self, cadence, now):
        """Those that may be used in the cadence on that day."""
        day = now.date()
        return self.filtered(lambda reason: (
            (not reason.date_from or reason.date_from <= day) and (not reason.date_to or day <= reason.date_to)
            and reason.purpose in (False, cadence.purpose)
            and (not cadence.company_id or reason.company_id in (cadence.company_id, reason.company_id.browse()))))

    def _filtered_by_domain(self, leads, partners, own, now):
        domain = read_domain(self.env, self.filter_domain, now)
        model = self.env[self.filter_model].with_context(active_test=False)
        if self.filter_target == "lead":
            return model.search(domain & Domain("id", "in", leads.ids), order="id"), partners.browse()
        found = model.search(domain & Domain("id", "in", own.ids), order="id")
        return leads.filtered(lambda lead: lead.partner_id in found), partners & found
