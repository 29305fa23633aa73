from odoo import api, models

from ..engine import money
from ..engine.funnel import COHORT


class ConveyorMoney(models.AbstractModel):
    """What the figures of money by source mean, in words."""

    _inherit = "conveyor.money"

    @api.model
    def _money_counting(self, counting):
        if counting == COHORT:
            return self.env._("By cohort: who came in the period, and what he has bought until now.")
        return self.env._("By period: leads that came and first sales that were made in it; of these customers also what they bought later.")

    @api.model
    def _attribution_sentence(self):
        return self.env._(
            "A client belongs to the source of his first lead; who was brought by somebody, to Referral. "
            "Who bought before any lead, or without one, belongs to no source.")

    @api.model
    def _basis_notes(self, reading):
        """Which money returns are of, and what the filters leave out."""
        if reading.is_by_margin:
            yield self.env._("LTV, return and payback are of margin.")
        elif reading.total.revenue:
            total = reading.total
            known = round(100 * (total.first.known + total.later.known) / total.revenue)
            yield self.env._(
                "LTV, return and payback are of revenue: margins are not known of all that was sold (of %(share)s %% of it). "
                "Install Odoo's Margins in Sales Orders, or give every product a cost.", share=known)
        if not self._has_spend(reading.scope):
            yield self.env._("Money is not spent by team or salesperson: with these filters there are no costs. Take them off to see them.")

    @api.model
    def _source_names(self, reading):
        sources = {source for source, _month in reading.cells} | set(reading.drains)
        names = self.env["conveyor.funnel"]._names("utm.source", [source for source in sources if (source or 0) > 0])
        return {**names, None: self.env._("No source"), -1: self.env._("Referral")}

    @api.model
    def _verdict(self, reading, source, returned):
        """What is said of a source, in a few words."""
        env, drain = self.env, reading.drains.get(source, money.Drain(money.UNSPENT))
        if drain.verdict == money.NO_LEAD:
            return env._("Down the drain: no lead")
        if drain.verdict == money.NO_SALE:
            return env._("Down the drain: no first sale of %(count)s leads", count=drain.leads) if drain.leads > 1 else \
                env._("Down the drain: no first sale of one lead")
        if drain.verdict == money.EARLY and (returned or 0) < 1:
            return env._("Too early to say")
        if drain.verdict == money.UNSPENT:
            return env._("No money spent") if self._has_spend(reading.scope) else None
        return env._("Pays back") if (returned or 0) >= 1 else env._("Not paid back yet")

    @api.model
    def _words(self):
        """Definition of each kind of column, by name."""
        env = self.env
        return {
            "spend": env._("Money for the days of the period: spread evenly over the days that it is for."),
            "leads": env._("Leads that came in the period; of whoever was brought by somebody, under Referral."),
            "cost_lead": env._("Spend for each lead, of sources on which money was spent."),
            "first_sales": env._(
                "Customers with their first purchase, each counted once; of a client without any order or invoice, his first won opportunity."),
            "cost_sale": env._("Spend for each first sale, of sources on which money was spent."),
            "revenue_first": env._("Untaxed, of the first day of purchase, net of credit notes; of a won opportunity without any order its expected revenue."),
            "revenue_later": env._("What the same customers have bought after it, until now."),
            "margin": env._("Of first and later purchases: by Odoo's margins of orders, else by the products' present cost. Not known, unless it is of every one of them."),
            "ltv": env._("Money that one of these customers has brought until now, first and later purchases."),
            "return": env._("What first and later purchases have brought until now for each 1 spent, of sources on which money was spent: 100 % is as much as was spent."),
            "payback": env._(
                "Months from the first sale until a customer has brought what a first sale costs; 0: with the first sale itself. "
                "Empty: not yet, or nothing was spent."),
            "verdict": env._("Down the drain, too early to say, pays back (a return of 100 % and more), or not yet."),
            "drained": env._(
                "Spent since the last month of whose leads one has bought, on days since which the usual time to a sale has passed."),
            "early": env._("Spent on days since which the usual time to a sale of that source has not passed."),
            "drain_share": env._("Of all that was spent on the source in the period."),
            "drain_since": env._("The first month of this money: since then no lead of any month has bought."),
            "drain_leads": env._("Leads that came from the source since then."),
            "usual_days": env._(
                "Days within which 80 % of the source's won leads decided, from 50 wins on; else those of the company, else its decision window."),
            "judged": env._(
                "Money is without effect that was spent since the last month of whose leads one has bought, once the usual time to a sale has passed. "
                "A source that has sold before is not named while it is less than what a first sale of it costs."),
            "cohort": env._("Customers whose first sale was in the month."),
            "ltv_revenue": env._("Revenue that a customer has brought within so many months of his first sale, that one included."),
            "ltv_margin": env._("Margin that a customer has brought within so many months of his first sale, that one included."),
            "old_enough": env._("Only of customers since whose first sale so many months have passed."),
            "sales": env._("Days on which a customer bought, in the period."),
            "buyers": env._("Who bought on these days, each counted once."),
            "cost_customer": env._("The same money for each of these customers, however often he bought."),
            "revenue": env._("Untaxed, net of credit notes, in the period."),
            "average": env._("Revenue for each sale."),
            "touches": env._("Touches of leads that were won or lost in the period, and of customers without a lead."),
            "touches_per_sale": env._("All these touches, also those of lost leads, for each sale."),
            "work": env._("Touches at the cost of one touch as set."),
            "cost_with_work": env._("Spend and the cost of touches, for each sale. Advertising is for new customers: repeat sales bear none of it."),
            "cost_without_work": env._("Spend for each sale to a new customer; work is not counted."),
            "first_repeat": env._("By what happened in the period, whatever the way of counting above."),
        }
