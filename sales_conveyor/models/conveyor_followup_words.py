from odoo import models
from odoo.tools import format_date


class ResPartner(models.Model):
    """What templates of follow-ups say to a customer."""

    _inherit = "res.partner"

    def _conveyor_followup(self, *kinds):
        """The follow-up that this customer is being touched for: the last one asked for.

        :param str kinds: of these kinds only
        """
        self.ensure_one()
        return self.env["conveyor.followup"].sudo().search([  # the message is about what he himself has bought
            ("partner_id", "=", self.id), ("state", "=", "asked"), *([("kind", "in", kinds)] if kinds else [])],
            order="asked_date desc, id desc", limit=1)

    def _conveyor_followup_product(self):
        """Name of the product that it is about, in the customer's language; may be empty."""
        followup = self._conveyor_followup()
        return followup._about().with_context(lang=self.lang or self.env.lang).name or followup.interest_id.display_name or ""

    def _conveyor_followup_day(self):
        """The day of the purchase, or of the visit that he is reminded of, as he writes dates."""
        day = self._conveyor_followup().purchase_date
        return format_date(self.env, day, lang_code=self.lang or self.env.lang) if day else ""

    def _conveyor_review_url(self):
        """Where he answers how he likes it: Odoo's page of ratings, for the order that
        was asked about, or his last one. With ``/1`` to ``/5`` behind it a star is chosen there."""
        self.ensure_one()
        order = self._conveyor_followup("review").order_id or self.env["sale.order"].sudo().search(  # his own purchase
            [("partner_id.commercial_partner_id", "=", self.commercial_partner_id.id), ("state", "=", "sale")],
            order="date_order desc, id desc", limit=1)
        if not order:
            return self.get_base_url()
        return f"{order.get_base_url()}/rate/{self.env['conveyor.review']._ask(order, self).access_token}"


class ConveyorFollowup(models.Model):
    _inherit = "conveyor.followup"

    def _about(self):
        """The product that is to be spoken of."""
        return self.offer_id or self.product_id


class ConveyorEnrolment(models.Model):
    _inherit = "conveyor.enrolment"

    def _words(self, reason=None):
        """In the texts of a follow-up, ``{{ product }}`` is what it is about."""
        words = super()._words(reason)
        if self.purpose == "followup" and not words["product"]:
            followup = self.env["conveyor.followup"].sudo().search([("enrolment_id", "=", self.id)], limit=1)  # of this very client
            words["product"] = followup._about().name or followup.interest_id.display_name or ""
        return words
