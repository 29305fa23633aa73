from odoo import Command, api, fields, models

from ..engine import split
from ..models.conveyor_cadence_split import MEASURES


class ConveyorSplit(models.TransientModel):
    """The variants of a split test compared, as far as the data allow."""

    _name = "conveyor.split"
    _description = "Comparison of a Split Test"

    cadence_id = fields.Many2one("conveyor.cadence", required=True, ondelete="cascade")
    is_enough = fields.Boolean(readonly=True)
    verdict = fields.Text(readonly=True)
    line_ids = fields.One2many("conveyor.split.line", "wizard_id", "Variants", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        for wizard in wizards:
            sides = wizard.cadence_id._split_sides()
            wizard.is_enough = split.is_enough(sides[MEASURES[0]])
            wizard.write({"verdict": wizard._verdict(sides), "line_ids": [
                Command.create(wizard._prepare_line(sides, place)) for place in range(len(sides[MEASURES[0]]))]})
        return wizards

    def _prepare_line(self, sides, place):
        row = {"name": sides[MEASURES[0]][place].name, "clients": sides[MEASURES[0]][place].clients}
        for measure in MEASURES:
            side = sides[measure][place]
            row[measure] = self._figure(side) if self.is_enough else self.env._("not yet")
        return row

    def _figure(self, side):
        low, high = side.interval
        return self.env._("%(share)s %% (%(low)s–%(high)s %%), %(count)s", share=round(100 * side.share, 1),
                          low=round(100 * low, 1), high=round(100 * high, 1), count=side.successes)

    def _verdict(self, sides):
        if not self.is_enough:
            return self.env._(
                "Not enough data: figures are shown from %(count)s clients in every variant on. Before that they only mislead.",
                count=split.ENOUGH)
        words = {"replies": self.env._("replies"), "forward": self.env._("moves forward"), "sales": self.env._("sales")}
        sure = [(words[measure], found.name) for measure in MEASURES if (found := split.winner(sides[measure], len(MEASURES)))]
        if not sure:
            return self.env._("No variant is better for sure: the differences may be chance. Let the test go on.")
        return " ".join(self.env._("%(variant)s brings more %(measure)s, and that is hardly chance.", variant=name, measure=word)
                        for word, name in sure)


class ConveyorSplitLine(models.TransientModel):
    _name = "conveyor.split.line"
    _description = "Variant of a Split Test"
    _order = "id"

    wizard_id = fields.Many2one("conveyor.split", required=True, ondelete="cascade")
    name = fields.Char("Variant")
    clients = fields.Integer("Clients")
    replies = fields.Char("Replied")
    forward = fields.Char("Moved Forward")
    sales = fields.Char("Bought")
