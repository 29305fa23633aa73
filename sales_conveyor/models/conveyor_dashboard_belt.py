from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL, formatLang

from ..engine import belt, bottleneck
from ..engine.funnel import LEAD_GENERATION, PERIOD, Tally
from ..engine.table import DAYS, DECIMAL, INTEGER, MONEY, PERCENT, Column, Row, Table
from .conveyor_funnel_sections import MAIN_REASONS


MANY = 15  # sections on one picture


class ConveyorDashboardBelt(models.AbstractModel):
    """The belt of sections as it moves now, and the one section that holds it back."""

    _inherit = "conveyor.dashboard"

    @api.model
    def _belt(self, scope):
        """The picture, the sentence about the section that costs most, and the figures of every section."""
        found = self._belt_found(scope)
        return {**found, "table": found["table"].as_dict()}

    @api.model
    def _belt_found(self, scope):
        funnel = self.env["conveyor.funnel"]
        sums, earlier = funnel._sums(scope, ("stage_id", "phase")), self._scope_before(scope)
        sums_before = funnel._sums(earlier, ("stage_id", "phase"), only_left=True) if earlier else {}
        rows, _is_mixed = funnel._section_rows(scope, {key for key, tally in sums.items() if tally != Tally()})
        before, medians = funnel._previous(rows), funnel._medians(scope, ("stage_id", "phase"))
        tallies = [sums.get(row.key, Tally()) for row in rows]
        held = bottleneck.find(self._stations(rows, before, tallies, medians), self._length(scope))
        sentence = self._sentence(scope, rows, tallies, medians, held) if held else ""
        loads = self._loads(scope)
        shown = [place for place, row in enumerate(rows) if tallies[place] != Tally() or not row.as_lead]
        if len(shown) > MANY:  # several pipelines side by side: only sections in which anything is or was
            shown = [place for place in shown if tallies[place] != Tally()]
        picture = self._picture(rows, before, tallies, medians, shown, held, self._reasons(scope), loads)
        return {
            "svg": picture if any(tally != Tally() for tally in tallies) else "", "sentence": sentence,
            "marked": self._row_key(rows[held.index]) if held else False,
            "table": self._belt_table(scope, [rows[place] for place in shown], [tallies[place] for place in shown], medians, loads, sums_before),
        }

    @api.model
    def _row_key(self, row):
        return f"{row.stage_id}:{row.phase}"

    @api.model
    def _length(self, scope):
        """Days of the period."""
        first, last = self._days(scope)
        if not first:
            first, = self.env.execute_query(SQL("SELECT min(entry_date) FROM conveyor_funnel_fact"))[0]
        return max(1, (last - first).days + 1) if first else 1

    @api.model
    def _stations(self, rows, before, tallies, medians):
        return [bottleneck.Station(
            row.key, before[place], tally.reached, tally.passed, tally.lost, tally.in_now, tally.value_lost, tally.value_now,
            row.norm_days or medians.get(row.key), row.is_won) for place, (row, tally) in enumerate(zip(rows, tallies, strict=True))]

    # ------------------------------------------------------------ in words
    @api.model
    def _sentence(self, scope, rows, tallies, medians, held):
        """Which section costs most, and why, in one sentence."""
        env, row, tally = self.env, rows[held.index], tallies[held.index]
        days, money = medians.get(row.key), lambda value: self._money(value)  # noqa: E731
        said = []
        if held.why == bottleneck.FALLS:
            said.append(env._("%(section)s: %(lost)s of %(left)s who left it fell off here, worth %(value)s.", section=row.name, lost=tally.lost,
                              left=tally.lost + tally.passed, value=money(tally.value_lost)))
        else:
            said.append(env._("%(section)s: %(waiting)s of %(here)s wait longer here than the flow explains, worth %(value)s.", section=row.name,
                              waiting=held.waiting, here=tally.in_now, value=money(held.waiting_value)))
        if days is not None:
            said.append(env._("It takes %(days)s days.", days=formatLang(env, days, digits=0 if days >= 10 else 1)))
        if few := self._few_touches(scope, row):
            said.append(env._("Of those lost here, touched at most 3 times: %(few)s.", few=few))
        said.append(env._("It costs about %(cost)s, more than any other section.", cost=money(held.cost)))
        return " ".join(said)

    @api.model
    def _money(self, value):
        """Whole money of the reader's company."""
        currency, number = self.env["conveyor.funnel"]._currency(), formatLang(self.env, value, digits=0)
        parts = (currency["symbol"] or "", number) if currency["position"] == "before" else (number, currency["symbol"] or "")
        return "\N{NO-BREAK SPACE}".join(parts)

    @api.model
    def _few_touches(self, scope, row):
        """Leads lost in the section after three touches or fewer."""
        funnel = self.env["conveyor.funnel"]
        domain = [*funnel._drill(scope)["domain"], ("stage_id", "=", row.stage_id), ("phase", "=", row.phase),
                  *funnel._behind(scope, "lost"), ("lead_id.touch_count", "<=", 3)]
        return self.env["conveyor.funnel.fact"].search_count(domain)

    # ------------------------------------------------------------ the picture
    @api.model
    def _reasons(self, scope):
        """``{section key: the main reasons of its losses}``"""
        funnel, found = self.env["conveyor.funnel"], {}
        lost = funnel._lost_by_reason(scope)
        names = funnel._reason_names(lost)
        for key, reason, tally in lost:
            found.setdefault(key, []).append(belt.Reason(names.get(reason, names[None]), tally.lost))
        return {key: tuple(reasons[:MAIN_REASONS]) for key, reasons in found.items()}

    @api.model
    def _picture(self, rows, before, tallies, medians, shown, held, reasons, loads):
        env, phases = self.env, self.env["conveyor.funnel"]._phase_names()
        steps = [self._step(rows[place], tallies[place], medians, phases, reasons, held is not None and held.index == place, loads)
                 for place in shown]
        keys = {place: self._row_key(rows[place]) for place in shown}
        flows = [belt.Flow(keys[before[place]], keys[place], tallies[place].reached, "") for place in shown
                 if before[place] in keys and tallies[place].reached]
        words = belt.Words(
            title=env._("The conveyor"), summary=env._("Clients in each section now, and what moved in the period."),
            step=env._("%(step)s: %(count)s clients"), forward=env._("%(count)s came from %(source)s to %(target)s"),
            lost=env._("%(count)s fell off at %(step)s"), marked="%(why)s",
            more=env._("+%(arcs)s more (%(count)s)"), number=lambda number: formatLang(env, number, digits=0),
            legend={"forward": env._("came from the section before"), "lost": env._("fell off")})
        return belt.draw(belt.Belt(tuple(steps), tuple(flows)), words)

    @api.model
    def _step(self, row, tally, medians, phases, reasons, is_marked, loads):
        env = self.env
        # nobody stands where it is won: what counts is how many came
        figures = [env._("in the period")] if row.is_won else self._step_figures(row, tally, medians.get(row.key), loads)
        return belt.Step(self._row_key(row), row.name, tally.reached if row.is_won else tally.in_now, belt.WON if row.is_won else belt.SECTION,
                         phases[row.phase], tuple(figures), tally.lost, reasons.get(row.key, ()),
                         env._("%(section)s costs most.", section=row.name) if is_marked else "")

    @api.model
    def _step_figures(self, row, tally, days, loads):
        """Lines under the number of clients: how long, how many go on, what it takes, what is owed."""
        env, passing, effort = self.env, tally.passing(PERIOD), tally.effort(PERIOD)
        work, overdue = self._load(loads, row)
        short = lambda number: formatLang(env, number, digits=0 if number >= 10 else 1)  # noqa: E731
        lines = (
            env._("%(days)s days", days=short(days)) if days is not None else "",
            env._("%(share)s %% go on", share=formatLang(env, 100 * passing, digits=0)) if passing is not None else "",
            env._("%(touches)s touches", touches=short(effort)) if effort else "",
            env._("%(count)s overdue", count=formatLang(env, overdue, digits=0)) if overdue else "",
            env._("%(count)s to do", count=formatLang(env, work, digits=0)) if work else "")
        return [line for line in lines if line]

    # ------------------------------------------------------------ the figures
    @api.model
    def _loads(self, scope):
        """``{(section id, is it of leads, not yet opportunities?): [work not done, overdue touches]}`` of open leads, as the reader may see them."""
        found, lead_domain = defaultdict(lambda: [0, 0]), self._lead_domain(scope)
        works = self.env["conveyor.work"]._read_group(
            [("state", "=", "todo"), ("required", "=", True), ("lead_id", "any", lead_domain)], ["stage_id", "lead_id.type"], ["__count"])
        overdue = self.env["crm.lead"]._read_group([*lead_domain, ("next_touch_date", "<", self._now())], ["stage_id", "type"], ["__count"])
        for place, rows in enumerate((works, overdue)):
            for stage, kind, count in rows:
                found[stage.id, kind == "lead"][place] += count
        return found

    @api.model
    def _load(self, loads, row):
        """(work not done, overdue touches) of a row: those who are not yet opportunities stand in a row of their own,
        but for sections of lead generation."""
        kinds = (True,) if row.as_lead else (True, False) if row.phase == LEAD_GENERATION else (False,)
        return tuple(map(sum, zip(*(loads.get((row.stage_id, kind), (0, 0)) for kind in kinds))))

    @api.model
    def _lead_domain(self, scope):
        """Open leads of the filters."""
        fields_of = {"team_ids": "team_id", "user_ids": "user_id", "source_ids": "source_id", "campaign_ids": "campaign_id", "lead_ids": "id"}
        filters = scope.filters
        domain = [("active", "=", True), ("won_status", "=", "pending"), ("company_id", "in", [*filters.company_ids, False])]
        domain += [(field, "in", [item or False for item in getattr(filters, name)]) for name, field in fields_of.items() if getattr(filters, name)]
        return domain + ([("sale_kind", "=", filters.sale_kind)] if filters.sale_kind else [])

    @api.model
    def _now(self):
        return self.env.cr.now().replace(microsecond=0)

    @api.model
    def _belt_table(self, scope, rows, tallies, medians, loads, before):
        env, funnel = self.env, self.env["conveyor.funnel"]
        words = funnel._definitions(scope.counting)
        drill = {measure: funnel._behind(scope, measure) for measure in ("reached", "passed", "lost", "in_now", "left")}
        columns = (
            Column("section", env._("Section")), Column("in_now", env._("In it now"), INTEGER, words["in_now"], drill["in_now"]),
            Column("reached", env._("Came"), INTEGER, words["reached"], drill["reached"]),
            Column("passed", env._("Went on"), INTEGER, words["passed"], drill["passed"]),
            Column("passing", env._("Share that went on"), PERCENT, env._("Of those who left the section in the period."), drill["left"]),
            Column("passing_before", env._("Period before"), PERCENT, env._("The same share in the period before, which is as long.")),
            Column("lost", env._("Lost here"), INTEGER, words["lost_here"], drill["lost"]),
            Column("value_lost", env._("Value lost"), MONEY, words["value"], drill["lost"]),
            Column("value_now", env._("Value waiting"), MONEY, words["value"], drill["in_now"]),
            Column("median_days", env._("Days, median"), DAYS, words["median"], drill["left"]),
            Column("touches", env._("Touches per lead"), DECIMAL, words["touches_per_lead"], funnel._touched(scope)),
            Column("work", env._("Work not done"), INTEGER, env._("Required standard work that open leads owe in this section.")),
            Column("overdue", env._("Overdue touches"), INTEGER, env._("Open leads whose next touch should have been made already."), drill["in_now"]),
        )
        made = [Row(self._row_key(row), {
            "section": row.name, "in_now": tally.in_now, "reached": tally.reached, "passed": tally.passed, "lost": tally.lost,
            "passing": None if row.is_won else tally.passing(PERIOD),
            "passing_before": None if row.is_won else before.get(row.key, Tally()).passing(PERIOD),
            "value_lost": tally.value_lost, "value_now": tally.value_now, "median_days": medians.get(row.key), "touches": tally.effort(scope.counting),
            **dict(zip(("work", "overdue"), self._load(loads, row), strict=True)),
        }, (("stage_id", "=", row.stage_id), ("phase", "=", row.phase)), {
            "overdue": (*drill["in_now"], ("lead_id.next_touch_date", "<", self._now().isoformat(sep=" ")))})
            for row, tally in zip(rows, tallies, strict=True)]
        return Table("belt", env._("Sections"), columns, tuple(made), (), None, funnel._currency(), funnel._drill(scope))
