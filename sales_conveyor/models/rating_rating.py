from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.orm.models import NO_ACCESS

ASKED = {"res_id", "res_model_id", "res_model", "partner_id", "access_token"}
ANSWERED = {*ASKED, "rating", "feedback", "consumed", "rated_on"}


class RatingRating(models.Model):
    """Every colleague may write ratings; what a customer has answered from his own
    address is told from those by columns that no user reads or writes."""

    _inherit = "rating.rating"

    conveyor_order_id = fields.Many2one(
        "sale.order", "Asked about", ondelete="set null", index="btree_not_null", groups=NO_ACCESS, copy=False)
    conveyor_stars = fields.Integer("Answered by the Customer", groups=NO_ACCESS, copy=False, help="1 to 5; 0: not yet.")
    conveyor_answered = fields.Datetime("Answered on", groups=NO_ACCESS, copy=False)
    is_conveyor_answer = fields.Boolean(
        "Given by the Customer", compute="_compute_is_conveyor_answer", search="_search_is_conveyor_answer", compute_sudo=True)

    @api.depends("conveyor_stars")
    def _compute_is_conveyor_answer(self):
        for rating in self:
            rating.is_conveyor_answer = rating.conveyor_stars > 0

    def _search_is_conveyor_answer(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("id", "in", self.sudo()._search([("conveyor_stars", ">", 0)]))]  # whose answer it is, not what it says

    def write(self, vals):
        if not self.env.su and (changed := vals.keys() & ANSWERED):
            self._check_untouched(changed)
        return super().write(vals)

    def _check_untouched(self, changed):
        for rating in self.sudo():  # columns that only we read
            if rating.conveyor_stars or rating.conveyor_order_id and changed & ASKED:
                raise AccessError(self.env._(
                    "%(document)s: what a customer is asked and what he has answered is kept as it is. "
                    "Write a note on the document instead.", document=rating.res_name))
