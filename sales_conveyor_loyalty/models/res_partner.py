from odoo import fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _compute_conveyor_offer(self):
        """The last coupon of a rule that can still be used."""
        cards = self.env["loyalty.card"]
        found = cards.search(Domain("partner_id", "in", (self | self.commercial_partner_id).ids)
                             & cards._conveyor_usable(fields.Date.today()), order="id")
        last = {card.partner_id: card for card in found}
        for partner in self:
            card = last.get(partner) or last.get(partner.commercial_partner_id)
            partner.conveyor_offer_code = card.code if card else False
            partner.conveyor_offer_text = card._conveyor_offer_text(partner.lang) if card else False


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    def _conveyor_offer_text(self, lang):
        """What the customer gets for it, in his language."""
        card = self.with_context(lang=lang or self.env.lang)
        rewards = card.program_id.reward_ids.filtered(lambda reward: reward.required_points <= card.points)
        return ", ".join(filter(None, rewards.mapped("description"))) or card.program_id.name
