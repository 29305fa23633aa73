from collections import defaultdict

from odoo import api, fields, models

from .conveyor_domain import read_domain

LEAD_FILTERS = ("stage_ids", "team_ids", "source_ids", "trade_section_ids")  # say nothing of a customer without a lead


class ConveyorCadence(models.Model):
    """Account management takes over whoever buys for the first time, with a lead or without."""

    _inherit = "conveyor.cadence"

    @api.model
    def _enter_buyers(self, partners):
        """Customers who have just bought for the first time enter as if their lead were won.

        :param partners: commercial partners, of the environment's company
        """
        if "won" not in self._triggers_on() or not partners:
            return
        taken = defaultdict(partners.browse)
        for cadence in self.sudo().search([  # whoever has sold
                ("is_on", "=", True), ("trigger", "=", "won"), ("target", "=", "customer"),
                ("company_id", "in", [False, self.env.company.id]), *((name, "=", False) for name in LEAD_FILTERS)]):
            fitting = (partners - taken[cadence.purpose]).sudo().filtered_domain(  # as above
                read_domain(self.env, cadence.filter_domain, fields.Datetime.now()))
            taken[cadence.purpose] |= fitting
            for variant, records in cadence._share_out(fitting):
                self.env["conveyor.enrolment"].sudo()._enrol(variant, records, supersede=False)  # as above


class ConveyorSignal(models.Model):
    _inherit = "conveyor.signal"

    @api.model
    def _emit(self, vals_list):
        signals = super()._emit(vals_list)
        first = signals.sudo().filtered(lambda signal: signal.kind == "first_purchase")  # whoever has sold
        for company, mine in first.grouped("company_id").items():
            self.env["conveyor.cadence"].with_company(company)._enter_buyers(mine.partner_id.commercial_partner_id.with_company(company))
        return signals
