import re

from odoo import api, fields, models
from odoo.tools import SQL

# what names of lost reasons usually mean, in English, Russian and Bulgarian; the first that fits
GUESSES = (
    ("exempt", r"spam|duplicat|wrong (number|phone|contact|address)|invalid (number|phone|contact)|test lead|not a lead"
               r"|refus|do not (call|contact)|unsubscrib"
               r"|спам|дубл|неверн\w* (номер|телефон|контакт)|ошиб\w* номер|отказ|не звонить|не целев|нецелев"
               r"|грешен (номер|телефон|контакт)|грешн\w+ данни|невалид"),
    ("final", r"competitor|does ?n[o']t exist|bankrupt|closed down|out of business|deceased|bought elsewhere"
              r"|конкурент|не существует|банкрот|закрыл(ся|ась|ись)|ликвидир|купил\w* (у друг|в друг)"
              r"|не съществува|фалира|купи\w* (от|на) друг"),
)


class CrmLostReason(models.Model):
    _inherit = "crm.lost.reason"

    conveyor_kind = fields.Selection([
        ("nurture", "Not now: keep in touch"), ("final", "For good: no more touches"),
        ("exempt", "Never was a client: the norm is not asked")],
        "What Follows", default="nurture", required=True,
        help="Not now: the lead is kept, it goes to nurture and has a next touch. For good: the client went to a "
             "competitor or is no more; the norm of touches is asked, nothing follows. Never was a client: spam, a "
             "duplicate, a wrong number, a refusal; neither norm nor touches.")

    @api.model
    def _guess_kind(self, *names):
        """What reasons of these names most likely mean."""
        text = " ".join(filter(None, names)).lower()
        return next((kind for kind, pattern in GUESSES if re.search(pattern, text)), "nurture")

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([
            {"conveyor_kind": self._guess_kind(vals.get("name")), **vals} for vals in vals_list])

    def _init_column(self, column_name):
        """At installation the reasons that are there already are guessed by
        their names, in every language; what is chosen later is never overwritten."""
        super()._init_column(column_name)
        if column_name != "conveyor_kind":
            return
        for reason_id, names in self.env.execute_query(SQL("SELECT id, name FROM crm_lost_reason")):
            kind = self._guess_kind(*(names or {}).values())
            self.env.cr.execute(SQL("UPDATE crm_lost_reason SET conveyor_kind = %s WHERE id = %s", kind, reason_id))
