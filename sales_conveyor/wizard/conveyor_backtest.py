from odoo import Command, fields, models
from odoo.exceptions import UserError

from ..engine import backtest

MOST_DAYS, MOST_WAYS, LONGEST = 24, 6, 3650
SHOWN = 1000  # customers behind a number
COUNTS = ("asked", "named", "right", "lost", "customers", "losers")


class ConveyorBacktest(models.TransientModel):
    """On the company's own past: whom the alarms about silence would have named, and what became of them."""

    _name = "conveyor.backtest"
    _description = "Back-test of Purchase Rhythm"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    day_count = fields.Integer("Sample Days", default=6, required=True, help="On so many days of the past, evenly, it is asked who would have been named.")
    fixed_days = fields.Char("Compare with Fixed Days", default="30, 60, 90", help="An alarm for everybody after so many days of silence; several with commas.")
    has_run = fields.Boolean(readonly=True)
    is_enough = fields.Boolean(readonly=True)
    summary = fields.Text(readonly=True)
    way_ids = fields.One2many("conveyor.backtest.line", "wizard_id", "Alarms", domain=[("day", "=", False)], readonly=True)
    day_ids = fields.One2many("conveyor.backtest.line", "wizard_id", "Present Settings by Day", domain=[("day", "!=", False)], readonly=True)

    # ------------------------------------------------------------ running
    def action_run(self):
        """Play it and show what came of it."""
        self.ensure_one()
        ways = [0, *self._ways()]
        if not 1 <= self.day_count <= MOST_DAYS:
            raise UserError(self.env._("Choose from 1 to %(most)s sample days.", most=MOST_DAYS))
        days, end = self._days()
        self._lines().unlink()
        rows = self._play(days, end, ways)
        self.way_ids = [Command.create(self._prepare_line(row)) for row in rows if not row["today"] or not row["fixed"]]
        self.write({"has_run": True, **self._words(days, rows)})
        return True

    def _ways(self):
        """The fixed numbers of days that are compared."""
        try:
            ways = sorted({int(text) for text in (self.fixed_days or "").replace(";", ",").split(",") if text.strip()})
        except ValueError as error:
            raise UserError(self.env._(
                "\"%(text)s\" is no list of days. Write numbers with commas between, as in: 30, 60, 90.", text=self.fixed_days)) from error
        if len(ways) > MOST_WAYS or any(not 1 <= way <= LONGEST for way in ways):
            raise UserError(self.env._("Compare with at most %(ways)s numbers of days, each from 1 to %(most)s.", ways=MOST_WAYS, most=LONGEST))
        return ways

    def _days(self):
        """As-of days, and the last day that is known."""
        first, end = self.env["conveyor.backtest.replay"]._span(self.company_id, fields.Date.context_today(self))
        return (backtest.as_of_days(first, end, self.day_count) if first else []), end

    def _play(self, days, end, ways):
        if not days:
            return []
        replay = self.env["conveyor.backtest.replay"]
        with replay._played(self.company_id, days, end):
            return replay._counts(ways)

    def _lines(self):
        return self.env["conveyor.backtest.line"].search([("wizard_id", "in", self.ids)])

    def _prepare_line(self, row):
        counts = backtest.Counts(**{name: row[name] for name in COUNTS})
        return {
            "fixed": row["fixed"], "day": row["today"], **{name: row[name] for name in ("asked", "named", "right", "lost")},
            "wrong": counts.false, "missed": counts.missed, "name": self._way_name(row["fixed"]),
            "right_share": self._share(backtest.precision(counts)), "caught_share": self._share(backtest.recall(counts)),
            "silence": row["silence"] or 0, "early": row["early"] or 0, "amount": row["amount"]}

    def _way_name(self, fixed):
        return self.env._("After %(days)s days", days=fixed) if fixed else self.env._("Own rhythm")

    def _share(self, share):
        if share is None:
            return self.env._("too few")
        return self.env._("%(share)s %% (%(low)s to %(high)s)", share=round(100 * share.value), low=round(100 * share.low),
                          high=round(100 * share.high))

    # ------------------------------------------------------------ in words
    def _words(self, days, rows):
        total = next((row for row in rows if not row["today"] and not row["fixed"]), None)
        if not days or not total or not total["asked"]:
            return {"is_enough": False, "summary": self.env._(
                "Not enough data: purchases of at least %(days)s days are needed, and customers whose time to come back is over.",
                days=backtest.SHORTEST_PAST)}
        counts = backtest.Counts(**{name: total[name] for name in COUNTS})
        enough = backtest.precision(counts) is not None and backtest.recall(counts) is not None
        text = self.env._(
            "Asked on %(days)s days of the past, by what was known on each: your present settings would have named silent customers "
            "%(named)s times; %(right)s times they did not come back in time, %(wrong)s times they came by themselves, so the alarm was "
            "false. Of %(lost)s who were really lost it names %(right)s in time.",
            days=len(days), named=counts.named, right=counts.right, wrong=counts.false, lost=counts.lost)
        if not enough:
            text += " " + self.env._(
                "That is too little for a share: at least %(enough)s different customers are needed on both sides.", enough=backtest.ENOUGH)
        return {"is_enough": enough, "summary": text}

    # ------------------------------------------------------------ windows
    def _compute_display_name(self):
        self.display_name = self.env._("Back-test")

    def _open(self, fixed, kind):
        """The customers behind a number, as they are today."""
        days, end = self._days()
        replay = self.env["conveyor.backtest.replay"]
        with replay._played(self.company_id, days, end):
            partner_ids = replay._customers(fixed, kind, SHOWN)
        words = {"right": self.env._("Named, and did not come back in time"), "false": self.env._("False alarms: came back by themselves"),
                 "missed": self.env._("Lost without an alarm in time")}
        return {"type": "ir.actions.act_window", "res_model": "conveyor.rhythm", "views": [(False, "list"), (False, "form")],
                "name": f"{self._way_name(fixed)}: {words[kind]}",
                "domain": [("partner_id", "in", partner_ids), ("company_id", "=", self.company_id.id)]}


class ConveyorBacktestLine(models.TransientModel):
    _name = "conveyor.backtest.line"
    _description = "Line of a Back-test"
    _order = "fixed, day, id"

    wizard_id = fields.Many2one("conveyor.backtest", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    name = fields.Char("Alarm")
    fixed = fields.Integer()
    day = fields.Date()
    asked = fields.Integer("Asked about")
    named = fields.Integer("Alarms")
    right = fields.Integer("Right", help="They did not come back within twice their usual gap, at least a week.")
    wrong = fields.Integer("False", help="They came back by themselves in time.")
    lost = fields.Integer("Really Lost", help="Of all who were asked about.")
    missed = fields.Integer("Missed", help="Lost without an alarm until then.")
    right_share = fields.Char("Alarms, Right", help="With the interval that 95 of 100 such samples lie in; it counts customers, not days.")
    caught_share = fields.Char("Lost, Caught", help="With the interval that 95 of 100 such samples lie in; it counts customers, not days.")
    silence = fields.Float("Silence", digits=(16, 0), help="With how many days of silence the right alarms came; median.")
    early = fields.Float("Before Lost", digits=(16, 0), help="Days, median: how long before he counts as lost the alarm rings.")
    amount = fields.Monetary("Year Before", help="What the rightly named had bought for in the year before; each customer once.")

    def action_open_right(self):
        return self.wizard_id._open(self.fixed, "right")

    def action_open_wrong(self):
        return self.wizard_id._open(self.fixed, "false")

    def action_open_missed(self):
        return self.wizard_id._open(self.fixed, "missed")
