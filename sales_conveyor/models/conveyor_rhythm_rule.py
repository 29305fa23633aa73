from odoo import api, fields, models


class ConveyorRhythmRule(models.Model):
    """How the silence of some customers is judged: by what they buy, or by who they are.

    The first fitting rule by sequence wins; a rule without category and
    without customers is the company's default.
    """

    _name = "conveyor.rhythm.rule"
    _description = "Rule of Purchase Rhythm"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", "Company", ondelete="cascade", default=lambda self: self.env.company)
    trade_set_id = fields.Many2one("conveyor.trade.set", "Ready Set", ondelete="set null", copy=False)
    category_ids = fields.Many2many("product.category", string="Product Categories", help="Their subcategories included. Empty: any.")
    filter_domain = fields.Char("Customers", help="Which customers. Empty: all.")
    expected_gap = fields.Float("Expected Gap, Days", help="Used while there are too few repeat buyers to learn from. 0: not known.")
    shortest = fields.Float("Shortest Critical Silence", help="Nobody is late before so many days. 0: no limit.")
    longest = fields.Float("Longest Critical Silence", help="Everybody is late after so many days. 0: no limit.")
    lost_after = fields.Float("Lost after, Days", help="Everybody is lost after so many days. 0: no limit.")
    day_kind = fields.Selection([("calendar", "Calendar days"), ("open", "Open days")], "Days", default="calendar", required=True,
                                help="Open days are those of the company's working hours.")
    pause_ids = fields.One2many("conveyor.rhythm.pause", "rule_id", "Closing Periods", copy=True)

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._changed()
        return rules

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() - {"name"}:
            self._changed()
        return result

    def unlink(self):
        self.env["conveyor.rhythm"].sudo()._forget_rules(self.ids)  # rhythms are derived, nobody writes them
        result = super().unlink()
        self._changed()
        return result

    def _changed(self):
        """All rhythms are judged anew in the next run: another rule may be the first fitting one now."""
        self.env["conveyor.rhythm"].sudo()._settings_changed()  # rhythms are derived, nobody writes them


class ConveyorRhythmPause(models.Model):
    _name = "conveyor.rhythm.pause"
    _description = "Closing Period"
    _order = "date_from, id"

    rule_id = fields.Many2one("conveyor.rhythm.rule", "Rule", required=True, ondelete="cascade", index=True)
    name = fields.Char(translate=True)
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("To", required=True, help="The last closed day.")
    is_yearly = fields.Boolean("Every Year")

    @api.model_create_multi
    def create(self, vals_list):
        pauses = super().create(vals_list)
        self.env["conveyor.rhythm.rule"]._changed()
        return pauses

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() - {"name"}:
            self.env["conveyor.rhythm.rule"]._changed()
        return result

    def unlink(self):
        result = super().unlink()
        self.env["conveyor.rhythm.rule"]._changed()
        return result
