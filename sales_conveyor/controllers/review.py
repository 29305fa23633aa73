from werkzeug.exceptions import NotFound

from odoo import http
from odoo.addons.rating.controllers.main import Rating
from odoo.http import request

from ..engine.followup import GOOD

STARS = (1, 2, 3, 4, 5)
LONGEST = 5000  # characters of what he writes


class Review(Rating):
    """Odoo's page of ratings with five stars, for orders.

    As there: a link in a mail only chooses a star, since mail programs follow
    links by themselves; what counts is the customer's own click on the page.
    """

    @http.route()
    def action_open_rating(self, token, rate, **kwargs):
        rating, order = self._get_rating_and_record(token)
        if rating.res_model != "sale.order":
            return super().action_open_rating(token, rate, **kwargs)
        if rate not in STARS:
            raise NotFound()
        if self._is_stranger(rating):
            return super().action_open_rating(token, 5, **kwargs)  # Odoo's own page says why not
        return self._review_page("sales_conveyor.review_page_ask", rating, order, {
            "rate": rate, "stars": STARS[::-1], "action": f"/rate/{token}/submit_feedback", "feedback": rating.feedback or "",
            "csrf_token": request.csrf_token()})

    @http.route()
    def action_submit_rating(self, token, rate=0, **kwargs):
        rating, order = self._get_rating_and_record(token)
        if rating.res_model != "sale.order":
            return super().action_submit_rating(token, rate=rate, **kwargs)
        if request.httprequest.method == "POST":
            if str(rate) not in map(str, STARS) or self._is_stranger(rating):
                raise NotFound()
            feedback = (kwargs.get("feedback") or "").strip()[:LONGEST] or None
            request.env["conveyor.review"].sudo()._answer(rating, order, int(rate), feedback)  # his address is his right
        return self._review_page("sales_conveyor.review_page_thanks", rating, order, {"is_bad": 0 < rating.rating < GOOD})

    def _get_rating_and_record(self, token):
        """An address that was sent to a customer is his, whoever has made another rating with it."""
        asked = request.env["rating.rating"].sudo().search(  # the address is the right
            [("access_token", "=", token), ("conveyor_order_id", "!=", False)], limit=1)
        if asked and (order := asked.conveyor_order_id.exists()):
            return asked, order
        return super()._get_rating_and_record(token)

    def _is_stranger(self, rating):
        """A colleague does not answer in the customer's name."""
        user = request.env.user
        return not user._is_public() and user.partner_id.commercial_partner_id != rating.partner_id.commercial_partner_id

    def _review_page(self, template, rating, order, values):
        """In the customer's language; without the website app too."""
        company = order.company_id
        lang = rating.partner_id.lang or company.partner_id.lang or "en_US"
        response = request.env["ir.ui.view"].sudo().with_context(lang=lang)._render_template(template, {  # a public page
            **values, "company": company.name, "lang": lang.replace("_", "-")})
        return request.make_response(response, headers=[
            ("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer"),
            ("X-Robots-Tag", "noindex")])
