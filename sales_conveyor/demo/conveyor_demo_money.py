from datetime import timedelta

from odoo import fields, models

from ..engine.period import month_end, previous_month
from . import money_story


class ConveyorDemo(models.AbstractModel):
    """What was spent on the sources of the demo company."""

    _inherit = "conveyor.demo"

    def _make_spend(self):
        today = fields.Date.today()
        months = [today.replace(day=1)]
        while len(months) < 6:
            months.append(previous_month(months[-1]))
        rows = [(source, campaign, name, months[back], month_end(months[back]), amount)
                for source, campaign, name, backs, amount in money_story.MONTHLY for back in backs]
        rows += [(source, "", name, today - timedelta(days=first), today - timedelta(days=last), amount)
                 for source, name, first, last, amount in money_story.ONCE]
        self._set_names("spend", self.env["conveyor.spend"].create([{
            "source_id": self._demo(f"source_{source}").id, "campaign_id": campaign and self._demo(f"campaign_{campaign}").id,
            "name": name, "date_from": first, "date_to": last, "amount": amount,
        } for source, campaign, name, first, last, amount in rows]))
        self.env.company.conveyor_touch_cost = money_story.TOUCH_COST

    def _remove_spend(self):
        self._named("spend", "conveyor.spend").unlink()
        if self.env.company.conveyor_touch_cost == money_story.TOUCH_COST:
            self.env.company.conveyor_touch_cost = 0
