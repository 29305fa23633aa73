from collections import defaultdict

from odoo import api, models

from ..engine.table import INTEGER, MONEY, PERCENT, TEXT, Column, Row, Table

MODEL = "conveyor.reactivation.report"
SUMS = ("customers", "woken", "woken_amount", "decided", "woken_decided", "amount")
MONEYS = ("woken_amount", "amount")
AGGREGATES = ("__count", "woken:sum", "woken_amount:sum", "decided:sum", "woken_share:sum", "amount:sum")


class ConveyorReactivationTables(models.AbstractModel):
    """Woken customers as sheets of the workbook: the figures of *Woken Customers*, by the reader's rights."""

    _name = "conveyor.reactivation.tables"
    _description = "Woken Customers, Tables"

    @api.model
    def _sheets(self, filters):
        """``{key: Table}``

        :param filters: as of ``conveyor.rhythm.tables._sheets``; dates are those on which the rules acted
        """
        if not self.env[MODEL].has_access("read"):
            return {}
        domain = self._domain(filters)
        tables = self._rule_table(domain), self._absence_table(domain)
        return {table.key: table for table in tables}

    @api.model
    def _domain(self, filters):
        customers = self.env["conveyor.rhythm.tables"]._domain(filters)
        domain = [("company_id", "in", list(filters.company_ids))]
        domain += [("partner_id.rhythm_ids", "any", customers)] if len(customers) > 1 else []
        domain += [("done_date", ">=", filters.date_from)] if filters.date_from else []
        return domain + ([("done_date", "<=", filters.date_to)] if filters.date_to else [])

    # ------------------------------------------------------------ tables
    @api.model
    def _rule_table(self, domain):
        env = self.env
        sides = dict(env[MODEL]._fields["side"]._description_selection(env))
        rows = [Row(f"{rule.id or 0}-{side}", {"name": rule.display_name or env._("Without a rule"), "side": sides[side], **self._cells(sums)},
                    (("rule_id", "=", rule.id), ("side", "=", side))) for (rule, side), sums in self._sums(domain, "rule_id", "side").items()]
        rows.sort(key=lambda row: (row.cells["name"], row.key))
        columns = (Column("name", env._("Rule")), Column("side", env._("Group"), TEXT, env._(
            "Held out are customers whom the rule has left alone on purpose, to see who comes by himself.")), *self._columns())
        notes = [f"{rule.name}: {rule.result}" for rule in env["conveyor.reactivation.rule"].search([]) if rule.result] if len(domain) == 1 else ()
        return self._make(domain, "reactivation_rule", env._("Woken by Rule"), columns, rows, notes)

    @api.model
    def _absence_table(self, domain):
        env, domain = self.env, [*domain, ("absence_reason_id", "!=", False)]
        rows = [Row(str(reason.id), {"name": reason.display_name, **self._cells(sums)}, (("absence_reason_id", "=", reason.id),))
                for (reason,), sums in self._sums(domain, "absence_reason_id").items()]
        rows.sort(key=lambda row: (-row.cells["customers"], row.cells["name"]))
        return self._make(domain, "reactivation_absence", env._("Reasons of Absence"), (Column("name", env._("Reason")), *self._columns()), rows)

    @api.model
    def _columns(self):
        env = self.env
        return (
            Column("customers", env._("Customers asked"), INTEGER, env._("Silent customers whom a rule has acted on or left alone."), ()),
            Column("amount", env._("At risk then"), MONEY, env._("Money at risk on the day on which the rule acted."), ()),
            Column("woken", env._("Woken"), INTEGER, env._("Bought within the rule's window."), (("woken", "=", 1),)),
            Column("woken_amount", env._("Bought for"), MONEY, env._("All that they bought within the window."), (("woken", "=", 1),)),
            Column("decided", env._("Time is over"), INTEGER, env._(
                "Customers whose time to come back is over, whether they bought or not."), (("decided", "=", 1),)),
            Column("share", env._("Woken, share"), PERCENT, env._(
                "Of the customers whose time to come back is over. Who may still buy counts in neither number."), (("decided", "=", 1),)),
        )

    @api.model
    def _make(self, domain, key, title, columns, rows, notes=()):
        drill = {"model": MODEL, "field": "", "domain": domain, "context": {}}
        return Table(key, title, columns, tuple(rows), tuple(notes), None, self.env["conveyor.funnel"]._currency(), drill)

    # ------------------------------------------------------------ sums
    @api.model
    def _sums(self, domain, *keys):
        """``{values of the keys: {name: sum}}``, in the reader's currency."""
        found = defaultdict(lambda: dict.fromkeys(SUMS, 0))
        for *values, currency, count, woken, bought, decided, woken_decided, amount in self.env[MODEL]._read_group(
                domain, [*keys, "currency_id"], AGGREGATES):
            rate = self.env["conveyor.discipline"]._rate(currency.id)
            sums = found[tuple(values)]
            for name, number in zip(SUMS, (count, woken, bought, decided, woken_decided, amount), strict=True):
                sums[name] += (number or 0) * (rate if name in MONEYS else 1)
        return found

    @api.model
    def _cells(self, sums):
        return {**{name: sums[name] for name in ("customers", "amount", "woken", "woken_amount", "decided")},
                "share": sums["woken_decided"] / sums["decided"] if sums["decided"] else None}
