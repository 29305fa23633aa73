from odoo import fields, models
from odoo.tools import SQL


class ConveyorReactivationReport(models.Model):
    """Customers that rules have acted on or left alone on purpose, and whether they have bought since."""

    _name = "conveyor.reactivation.report"
    _description = "Woken Customers"
    _inherit = "conveyor.rhythm.access"
    _auto = False
    _order = "done_date desc, id desc"
    _rec_name = "partner_id"
    _depends = {
        "conveyor.reactivation": ["rule_id", "partner_id", "company_id", "user_id", "date", "to_status", "amount", "state",
                                  "is_held_out", "done_date", "woken_date", "woken_amount", "absence_reason_id"],
        "conveyor.reactivation.rule": ["window_days"],
    }

    rule_id = fields.Many2one("conveyor.reactivation.rule", "Rule", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", "Company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    user_id = fields.Many2one("res.users", "Account Manager", readonly=True)
    date = fields.Date("Happened on", readonly=True)
    done_date = fields.Date("Done on", readonly=True)
    to_status = fields.Selection([("late", "Late"), ("sleeping", "Sleeping"), ("lost", "Lost")], "Rhythm", readonly=True)
    side = fields.Selection([("acted", "Acted on"), ("held", "Held out")], "Group", readonly=True)
    absence_reason_id = fields.Many2one("conveyor.absence.reason", "Reason of Absence", readonly=True)
    amount = fields.Monetary("Money at Risk", readonly=True)
    acted = fields.Integer("Acted on", readonly=True)
    held = fields.Integer("Held out", readonly=True)
    woken = fields.Integer(readonly=True)
    window = fields.Selection([("over", "Over"), ("open", "Still Running")], "Time to Come Back", readonly=True)
    decided = fields.Integer("Time Is Over", readonly=True, help="Customers whose time to come back is over, whether they bought or not.")
    woken_share = fields.Float("Woken, Share", readonly=True, aggregator="avg", help=(
        "Of the customers whose time to come back is over. Who may still buy counts in neither number."))
    woken_date = fields.Date("Bought on", readonly=True)
    woken_amount = fields.Monetary("Bought for", readonly=True)

    @property
    def _table_query(self):
        return SQL("""
            SELECT r.id, r.rule_id, r.partner_id, r.company_id, c.currency_id, r.user_id, r.date, r.done_date::date AS done_date,
                   r.to_status, CASE WHEN r.is_held_out THEN 'held' ELSE 'acted' END AS side, r.absence_reason_id, r.amount,
                   CASE WHEN r.is_held_out THEN 0 ELSE 1 END AS acted, CASE WHEN r.is_held_out THEN 1 ELSE 0 END AS held,
                   CASE WHEN r.woken_date IS NULL THEN 0 ELSE 1 END AS woken,
                   CASE WHEN %(over)s THEN 'over' WHEN u.id IS NOT NULL THEN 'open' END AS window, CASE WHEN %(over)s THEN 1 ELSE 0 END AS decided,
                   CASE WHEN %(over)s THEN CASE WHEN r.woken_date IS NULL THEN 0.0 ELSE 1.0 END END AS woken_share,
                   r.woken_date, r.woken_amount
              FROM conveyor_reactivation r JOIN res_company c ON c.id = r.company_id
              LEFT JOIN conveyor_reactivation_rule u ON u.id = r.rule_id
             WHERE r.state = 'done' AND r.to_status IN ('late', 'sleeping', 'lost')""",
            over=SQL("(r.done_date::date + u.window_days < %s)", fields.Date.today()))

    def action_open_customer(self):
        self.ensure_one()
        return {"type": "ir.actions.act_window", "res_model": "res.partner", "res_id": self.partner_id.id,
                "views": [(False, "form")], "name": self.partner_id.display_name}
