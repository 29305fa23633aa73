from markupsafe import Markup

from odoo import api, fields, models

from ..engine import clock
from ..engine.followup import GOOD

ANSWER_MINUTES = 60


class ConveyorReview(models.AbstractModel):
    """What a customer's answer about an order sets going.

    A good one: the recommendation is asked for by its rule, and offers need not
    wait any more. A bad one: the manager is told at once, and marketing to this
    customer is off until the complaint is settled. Nothing is published.
    """

    _name = "conveyor.review"
    _description = "Answer to a Review Request"

    @api.model
    def _ask(self, order, partner):
        """The rating, sudo, whose address goes to the customer; from now on it is this order's."""
        token = order.sudo()._rating_get_access_token(partner=partner)  # his own purchase
        rating = self.env["rating.rating"].sudo().search([("access_token", "=", token), ("res_id", "=", order.id)], limit=1)
        if rating.conveyor_order_id != order:
            rating.conveyor_order_id = order
        return rating

    @api.model
    def _answer(self, rating, order, stars, feedback=None):
        """The customer's own word, from his address: the only writer of answers.

        A rating that was not asked for by ``_ask`` is Odoo's, and sets nothing going.

        :param rating: sudo
        """
        order.rating_apply(stars, rating=rating, feedback=feedback)
        if rating.conveyor_order_id != order:
            return
        rating.write({"conveyor_stars": stars, "conveyor_answered": fields.Datetime.now()})
        self._record_touch(order, rating)
        if stars < GOOD:
            self._escalate(order, rating)
        self.env["conveyor.followup.mark"]._note((rating.partner_id | order.partner_id).commercial_partner_id.ids)
        self.env.ref("sales_conveyor.cron_followup_run").sudo()._trigger()

    @api.model
    def _record_touch(self, order, rating):
        """The customer has spoken: by the channel in which he was asked."""
        asked = self.env["conveyor.followup"].sudo().search([  # of this very order
            ("order_id", "=", order.id), ("kind", "=", "review"), ("state", "in", ("asked", "done"))], limit=1)
        self.env["conveyor.touch"]._record([{
            "event_key": f"rating-{rating.id}", "date": fields.Datetime.now(), "direction": "in", "outcome": "rated",
            "channel": asked.rule_id.cadence_id.step_ids[:1].channel or "email", "user_id": False, "partner_id": (rating.partner_id or order.partner_id).id,
            "lead_id": order.opportunity_id.id, "note": rating.feedback or False,
            "subject": self.env._("%(stars)s of 5 stars for %(order)s", stars=f"{rating.rating:g}", order=order.name)}])

    @api.model
    def _escalate(self, order, rating):
        """One open activity a customer for the manager, to be done within the hour."""
        customer = order.partner_id.commercial_partner_id
        if not customer.conveyor_complaint:
            customer.conveyor_complaint = True
        kind = self.env.ref("sales_conveyor.activity_type_complaint", raise_if_not_found=False)
        manager = self._manager(order)
        if not kind or not manager:
            return
        due = clock.add_working_minutes(fields.Datetime.now(), ANSWER_MINUTES, order.company_id._conveyor_hours())
        values = {
            "summary": self.env._("%(stars)s of 5 for %(order)s", stars=f"{rating.rating:g}", order=order.name),
            "note": self._words(order, rating), "date_deadline": clock.local_day(due, manager.tz or order.company_id._conveyor_tz()),
            "conveyor_at": due}
        person = order.partner_id
        standing = person.activity_ids.filtered(lambda activity: activity.activity_type_id == kind)
        if standing:
            standing.write(values)
        else:
            person.activity_schedule(activity_type_id=kind.id, user_id=manager.id, **values)

    @api.model
    def _words(self, order, rating):
        lines = [
            self.env._("%(customer)s is displeased. Call within the hour: listen first, then say what you will do.",
                       customer=order.partner_id.display_name),
            self.env._("No marketing goes to this customer until the complaint is settled on his form.")]
        said = Markup("<blockquote>%s</blockquote>") % rating.feedback if rating.feedback else ""
        return Markup("<p>%s</p>%s<p>%s</p>") % (lines[0], said, lines[1])

    @api.model
    def _manager(self, order):
        """The leader of the order's team, else of the customer's, else the salesperson himself."""
        partner = order.partner_id.commercial_partner_id
        candidates = order.team_id.user_id, partner.user_id.sale_team_id.user_id, order.user_id.sale_team_id.user_id, order.user_id, partner.user_id
        for user in candidates:
            if user.active and not user.share:
                return user
        return self._any_manager(order.company_id)

    @api.model
    def _any_manager(self, company):
        """Somebody must read it: the first sales manager of the company."""
        group = self.env.ref("sales_team.group_sale_manager", raise_if_not_found=False)
        users = group.sudo().all_user_ids if group else self.env["res.users"]
        return users.filtered(lambda user: user.active and not user.share and company in user.company_ids).sorted("id")[:1]
