from odoo import api, fields, models
from odoo.tools import format_date, format_datetime

from ..engine.funnel import BUCKETS_PER_OCTAVE, COHORT
from ..engine.table import Column, Row, Table
from .conveyor_funnel import FIGURE_WORDS


class ConveyorFunnelDefinitions(models.AbstractModel):
    """What the figures mean and what was counted, in words."""

    _inherit = "conveyor.funnel"

    @api.model
    def _counting_label(self, counting):
        return self.env._("By cohort") if counting == COHORT else self.env._("By period")

    @api.model
    def _counting_sentence(self, counting):
        """The sentence that names the way of counting."""
        if counting == COHORT:
            return self.env._(
                "By cohort: the leads whose first step on the conveyor lies in the period, wherever they got until now.")
        return self.env._(
            "By period: what happened within the period, whenever the lead came; "
            "what is in a section now is shown as of today.")

    @api.model
    def _definitions(self, counting):
        """Definition of each kind of column, by name."""
        is_cohort = counting == COHORT
        env = self.env
        return {
            "leads": env._("Leads whose first step lies in the period."),
            "won": env._("Leads that are won and were not reopened since."),
            "lost": env._("Leads that are lost and were not reopened since."),
            "archived": env._("Leads that were archived and neither won nor lost."),
            "open": env._("Leads that are neither won nor lost nor archived, as of now."),
            "win_rate": env._("Won, of the leads counted.") if is_cohort else
                env._("Won, of the leads won or lost in the period."),
            "reached": env._("Leads that entered the section or jumped over it, each counted once."),
            "passed": env._(
                "Leads that moved on from the section, jumped over it, were won (from their first section on) or were "
                "converted. Going back passes nothing."),
            "lost_here": env._("Lost leads that stood in this section when they were lost."),
            "lost_reasons": env._("The three most frequent lost reasons."),
            "in_now": env._("Open leads that stand in the section now."),
            "conversion_previous": env._("Of the leads that reached the section before: the share that passed it.")
                if is_cohort else
                env._("Of the leads that left the section before in the period: the share that passed it, not lost."),
            "conversion_start": env._("Of all leads counted: the share that reached the section.") if is_cohort else
                env._("The shares of all sections on the way, multiplied."),
            "days": env._("Days of all stays of those who passed or were lost. Jumping over a section is no stay."),
            "days_won": env._("Days from a lead's first step to its win."),
            "days_lost": env._("Days from a lead's first step to its loss."),
            "sale_kind": env._(
                "A repeat sale has a confirmed order or a won opportunity of the same customer before it."),
            "median": env._(
                "Half of them needed fewer days. Where very many leads are counted it is exact to within %(width)s %%.",
                width=round(100 * (2 ** (1 / BUCKETS_PER_OCTAVE) - 1))),
            "norm_days": env._("Days that a client should need in the section, as set on it."),
            "touches": env._("Touches so far as known, made during the stays.") if is_cohort else
                env._("Touches so far as known, of the leads that left in the period."),
            "touches_per_lead": env._("Touches for each lead that reached it.") if is_cohort else
                env._("Touches for each lead that left in the period."),
            "value": env._("Expected revenue as it stands on the leads now."),
            "share": env._("Of all leads lost in the funnel."),
        }

    @api.model
    def _currency(self):
        currency = self.env.company.currency_id
        known = self.env["res.currency"].get_all_currencies().get(currency.id)  # in the memory of the process
        if known:
            return {"id": currency.id, **{name: known[name] for name in ("name", "symbol", "position")}, "decimal_places": known["digits"][1]}
        return {"id": currency.id, "name": currency.name, "symbol": currency.symbol,
                "position": currency.position, "decimal_places": currency.decimal_places}

    @api.model
    def _money_notes(self, scope):
        """Sentences on companies and currencies where several are mixed."""
        companies = self.env["res.company"].browse(scope.filters.company_ids)
        if len(companies) > 1:
            yield self.env._("Several companies together: %(names)s.", names=", ".join(companies.mapped("name")))
        if scope.rates:
            yield self.env._(
                "Amounts in other currencies are converted to %(currency)s at the rate of the last day of the month.",
                currency=self.env.company.currency_id.name)

    @api.model
    def _definition_table(self, scope, tables):
        columns = Column("name", self.env._("Name")), Column("text", self.env._("Meaning"))
        facts = [*self._conditions_in_words(scope), *self._columns_in_words(scope, tables)]
        rows = [Row(f"{number}", {"name": name, "text": text}) for number, (name, text) in enumerate(facts, 1)]
        return Table("definitions", self.env._("Definitions"), columns, tuple(rows))

    @api.model
    def _conditions_in_words(self, scope):
        """``(name, text)`` of the filters and circumstances of this reading."""
        filters, company, env = scope.filters, self.env.company, self.env
        yield env._("Counting"), self._counting_sentence(scope.counting)
        yield env._("Period"), self._period_in_words(filters)
        yield env._("Sales teams"), self._names_in_words("crm.team", filters.team_ids)
        yield env._("Salespeople"), self._names_in_words("res.users", filters.user_ids)
        yield env._("Sources"), self._names_in_words("utm.source", filters.source_ids)
        yield env._("Campaigns"), self._names_in_words("utm.campaign", filters.campaign_ids)
        kinds = dict(env["crm.lead"]._fields["sale_kind"]._description_selection(env))
        yield env._("First or repeat sale"), kinds.get(filters.sale_kind) or env._("Both")
        if filters.lead_ids:
            yield env._("Chosen leads"), str(len(filters.lead_ids))
        yield env._("Companies"), " ".join((
            self._names_in_words("res.company", filters.company_ids) + ".",
            env._("Leads without a company are counted with every company.")))
        yield env._("Leads counted"), (
            env._("All leads of these companies.") if scope.visible is None else
            env._("The leads that %(user)s may see.", user=env.user.name))
        yield env._("Currency"), " ".join((company.currency_id.name + ".", *self._money_notes(scope)))
        yield env._("Time zone"), env._(
            "Days and months begin in the time zone of the lead's company; here: %(zone)s.", zone=company._conveyor_tz())
        yield env._("Made by"), env.user.name
        yield env._("Made at"), format_datetime(env, fields.Datetime.now(), dt_format="medium")

    @api.model
    def _period_in_words(self, filters):
        first, last = (day and format_date(self.env, day) for day in (filters.date_from, filters.date_to))
        if first and last:
            return self.env._("%(first)s to %(last)s", first=first, last=last)
        if first:
            return self.env._("From %(first)s on", first=first)
        return self.env._("Until %(last)s", last=last) if last else self.env._("From the first lead until now")

    @api.model
    def _names_in_words(self, model, ids):
        if not ids:
            return self.env._("All")
        names = self._names(model, ids)
        return ", ".join(names.get(item, self.env._("None set")) for item in ids)

    @api.model
    def _columns_in_words(self, scope, tables):
        """The label and definition of each column and of each figure of the summary, once."""
        words = self._definitions(scope.counting)
        figures = {row.key: row.cells["figure"] for row in tables[0].rows}
        return dict.fromkeys((
            *((column.label, column.note) for table in tables for column in table.columns if column.note),
            *((figures[key], words[word]) for key, word in FIGURE_WORDS.items() if key in figures)))
