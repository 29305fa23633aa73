from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

QUIET = {"loyalty_no_mail": True, "action_no_send_mail": True, "tracking_disable": True, "mail_create_nolog": True}


class IrActionsServer(models.Model):
    """*Give an Offer*: a coupon of a program. The customer hears of it from his cadence, from nobody else."""

    _inherit = "ir.actions.server"

    conveyor_program_id = fields.Many2one(
        "loyalty.program", "Program", domain=[("program_type", "in", ("coupons", "next_order_coupons"))], ondelete="set null")
    conveyor_offer_days = fields.Integer("Valid, Days", default=30, help="0: as long as the program.")

    @api.constrains("conveyor_offer_days")
    def _check_conveyor_offer_days(self):
        for action in self.filtered(lambda action: action.conveyor_offer_days < 0):
            raise ValidationError(self.env._("%(action)s: an offer is valid for 0 days or more.", action=action.name))

    def _give_offers(self, partners):
        """One coupon a customer; whoever has one of the program that he has not used keeps that."""
        program = self.conveyor_program_id
        if not program.active or program.company_id not in (program.company_id.browse(), self.env.company):
            return self._say(partners.ids, self.env._("No coupon was given: choose a program of this company for the offer."))
        cards = self.env["loyalty.card"].sudo().with_context(**QUIET)  # whoever runs the rule, the coupons are the program's
        kept = cards.search(Domain("program_id", "=", program.id) & Domain("partner_id", "in", partners.ids)
                            & cards._conveyor_usable(fields.Date.today())).partner_id
        fresh = partners - kept
        self._say((partners & kept).ids, self.env._("He has a coupon already."))
        until = self.conveyor_offer_days and fields.Date.add(fields.Date.today(), days=self.conveyor_offer_days)
        given = cards.create([{
            "program_id": program.id, "partner_id": partner.id, "points": 1, "expiration_date": until or False,
            "conveyor_is_offer": True} for partner in fresh])
        self.env["loyalty.history"].sudo().create([  # as Odoo notes coupons that are generated
            {"card_id": card.id, "description": self.name, "issued": 1} for card in given])
        for card in given:
            self._say(card.partner_id.ids, self.env._("Coupon %(code)s", code=card.code))
        return given


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    def _conveyor_usable(self, today):
        """Domain of coupons of rules that can still be used."""
        return (Domain("conveyor_is_offer", "=", True) & Domain("points", ">", 0)
                & (Domain("expiration_date", "=", False) | Domain("expiration_date", ">=", today)))
