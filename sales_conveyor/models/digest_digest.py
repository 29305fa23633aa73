from odoo import api, fields, models
from odoo.exceptions import AccessError

KPIS = ("kpi_conveyor_first_sales", "kpi_conveyor_touches", "kpi_conveyor_woken", "kpi_conveyor_gaps")
ACTIONS = dict(zip(KPIS, ("conveyor_dashboard_action", "conveyor_touch_action", "conveyor_rhythm_change_action", "conveyor_next_gap_action")))


class DigestDigest(models.Model):
    """What the conveyor did, in Odoo's digest mails: by the reader's rights, in the digest's company."""

    _inherit = "digest.digest"

    kpi_conveyor_first_sales = fields.Boolean("First Sales")
    kpi_conveyor_first_sales_value = fields.Integer(compute="_compute_kpi_conveyor_first_sales_value")
    kpi_conveyor_touches = fields.Boolean("Touches Made")
    kpi_conveyor_touches_value = fields.Integer(compute="_compute_kpi_conveyor_touches_value")
    kpi_conveyor_woken = fields.Boolean("Woken Customers")
    kpi_conveyor_woken_value = fields.Integer(compute="_compute_kpi_conveyor_woken_value")
    kpi_conveyor_gaps = fields.Boolean("Clients without a Next Touch")
    kpi_conveyor_gaps_value = fields.Integer(compute="_compute_kpi_conveyor_gaps_value")

    def _compute_kpi_conveyor_first_sales_value(self):
        self._count_conveyor(KPIS[0], "crm.lead", [("won_status", "=", "won"), ("sale_kind", "=", "first")], "date_closed")

    def _compute_kpi_conveyor_touches_value(self):
        self._count_conveyor(KPIS[1], "conveyor.touch", [("direction", "=", "out"), ("outcome", "!=", "bounced")], "date")

    def _compute_kpi_conveyor_woken_value(self):
        self._count_conveyor(KPIS[2], "conveyor.rhythm.change", [("is_back", "=", True), ("is_history", "=", False)], "date")

    def _compute_kpi_conveyor_gaps_value(self):
        """As of now, whatever the time of the column: the list must be empty."""
        self._count_conveyor(KPIS[3], "conveyor.next.gap", [])

    def _count_conveyor(self, kpi, model, domain, date_field=None):
        """Count records of the digest's company, or of none, in its time."""
        if not self.env.user.has_group("sales_team.group_sale_salesman"):
            raise AccessError(self.env._("No access to the conveyor: this figure is left out of the digest."))
        start, end, _companies = self._get_kpi_compute_parameters()
        if date_field and self.env[model]._fields[date_field].type == "date":
            start, end = start[:10], end[:10]
        within = [(date_field, ">=", start), (date_field, "<", end)] if date_field else []
        for digest in self:
            company = digest.company_id or self.env.company
            digest[f"{kpi}_value"] = self.env[model].search_count([*domain, *within, ("company_id", "in", [company.id, False])])

    def _compute_kpis_actions(self, company, user):
        actions, menu = super()._compute_kpis_actions(company, user), self.env.ref("crm.crm_menu_root").id
        return actions | {kpi: f"sales_conveyor.{action}?menu_id={menu}" for kpi, action in ACTIONS.items()}

    @api.model
    def _switch_on_conveyor(self):
        """The figures in the digest that everybody gets; called once, at installation."""
        if digest := self.env.ref("digest.digest_digest_default", raise_if_not_found=False):
            digest.write(dict.fromkeys(KPIS, True))
