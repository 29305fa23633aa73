from collections import defaultdict
from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import clock
from ..engine.table import DATE, DECIMAL, INTEGER, PERCENT, TEXT, Column, Row, Table

KEYS = ("channel", "month", "user_id")
MEASURES = ("touches", "counted", "attempts", "messages", "conversations", "replies", "automatic", "leads")
FILTERS = {"team_ids": "lead_id.team_id", "user_ids": "user_id", "source_ids": "lead_id.source_id",
           "campaign_ids": "lead_id.campaign_id", "lead_ids": "lead_id"}


class ConveyorTouchTables(models.AbstractModel):
    """What was done with clients, as finished tables: touches, reasons, practices, discipline."""

    _name = "conveyor.touch.tables"
    _description = "Touches, Tables"

    @api.model
    def _sheets(self, filters):
        """The tables of the workbook."""
        return {**self._tables(filters), **self._discipline(filters)}

    @api.model
    def _discipline(self, filters):
        tables = self.env["conveyor.discipline"]._tables(filters)
        return tables if tables["discipline_summary"].value("dropped", "value") else {}

    @api.model
    def _tables(self, filters):
        """``{key: Table}``; ``filters`` as of ``conveyor.funnel``, dates are those of the touches."""
        sums, env = self._sums(filters), self.env
        channels = dict(env["conveyor.touch"]._fields["channel"]._description_selection(env))
        people = env["conveyor.funnel"]._names("res.users", [value for place, value in sums if place == "user_id"])
        tables = [
            self._make(sums, "channel", "touches_channel", env._("Touches by Channel"), Column("name", env._("Channel")), channels),
            self._make(sums, "month", "touches_month", env._("Touches by Month"), Column("month", env._("Month"), DATE)),
            self._make(sums, "user_id", "touches_person", env._("Touches by Person"), Column("name", env._("By")),
                        {None: env._("Nobody"), **people}),
        ]
        if not filters.lead_ids:  # these are the company's, not of chosen leads
            tables += [self._reason_table(filters), self._practice_table()]
        return {table.key: table for table in tables}

    # ------------------------------------------------------------ touches
    @api.model
    def _domain(self, filters):
        domain = self.env["conveyor.funnel"]._row_domain(filters, FILTERS)
        first, last = self._moments(filters)
        domain += [("date", ">=", first)] if first else []
        return domain + ([("date", "<", last)] if last else [])

    @api.model
    def _moments(self, filters):
        """The period's first moment, and the first one after it, in UTC."""
        zone = self.env.company._conveyor_tz()
        days = filters.date_from, filters.date_to and filters.date_to + timedelta(days=1)
        return tuple(day and clock.utc(datetime.combine(day, time()), zone) for day in days)

    @api.model
    def _sums(self, filters):
        """``{(key, value): {measure: number}}`` and ``("all", None)``, in one reading of what one may see."""
        query = self.env["conveyor.touch"]._search(self._domain(filters))
        column = lambda name: SQL.identifier(query.table, name)  # noqa: E731
        rows = query.select(column("channel"), column("user_id"), column("lead_id"), column("direction"), column("outcome"),
                            column("kind"), column("is_counted"), column("is_automatic"), SQL(
            "date_trunc('month', %s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date AS month",
            column("date"), self.env.company._conveyor_tz()))
        keys = [SQL.identifier("t", name) for name in KEYS]
        found = defaultdict(dict)
        for *values, numbers in [(*row[:4], row[4:]) for row in self.env.execute_query(self._grouped(rows, keys))]:
            place = values[0]
            found[(KEYS[place], values[1 + place]) if place < len(KEYS) else ("all", None)] = dict(zip(MEASURES, numbers))
        return found

    @api.model
    def _grouped(self, rows, keys):
        numbers = SQL(" ").join(SQL("WHEN GROUPING(%s) = 0 THEN %s", key, place) for place, key in enumerate(keys))
        return SQL("""
            SELECT CASE %(numbers)s ELSE %(all)s END, %(keys)s, count(*) FILTER (WHERE out),
                   count(*) FILTER (WHERE out AND is_counted), count(*) FILTER (WHERE out AND kind = 'attempt'),
                   count(*) FILTER (WHERE out AND kind = 'message'), count(*) FILTER (WHERE out AND kind = 'conversation'),
                   count(*) FILTER (WHERE direction = 'in' AND outcome IS DISTINCT FROM 'auto_reply'),
                   count(*) FILTER (WHERE out AND is_automatic), count(DISTINCT lead_id) FILTER (WHERE out)
              FROM (SELECT r.*, direction = 'out' AND outcome IS DISTINCT FROM 'bounced' AS out FROM (%(rows)s) r) t
             GROUP BY GROUPING SETS (%(sets)s, ())
        """, numbers=numbers, all=len(KEYS), keys=SQL(", ").join(keys), rows=rows, sets=SQL(", ").join(SQL("(%s)", key) for key in keys))

    @api.model
    def _columns(self, first):
        env = self.env
        return (
            first,
            Column("touches", env._("Touches"), INTEGER, env._("Contacts with a client that we made, without what came back undelivered.")),
            Column("counted", env._("Count"), INTEGER, env._("Touches that count towards the norm.")),
            Column("attempts", env._("Attempts"), INTEGER, env._("Touches that reached nobody.")),
            Column("messages", env._("Messages"), INTEGER, env._("Touches that were sent.")),
            Column("conversations", env._("Conversations"), INTEGER, env._("Touches that had two sides.")),
            Column("replies", env._("Replies"), INTEGER, env._("What clients wrote or said by themselves, without automatic replies.")),
            Column("automatic", env._("By themselves"), INTEGER, env._("Touches that a cadence or an automation made.")),
            Column("leads", env._("Leads touched"), INTEGER, env._("Each counted once.")),
        )

    @api.model
    def _make(self, sums, place, key, title, first, names=None):
        own = {value: numbers for (found, value), numbers in sums.items() if found == place}
        rows = [Row(str(value), {first.key: names.get(value, "") if names else value, **numbers}) for value, numbers in own.items()]
        rows.sort(key=(lambda row: row.cells["month"]) if place == "month" else (lambda row: -row.cells["touches"]))
        total = Row("total", {first.key: self.env._("Total"), **sums.get(("all", None), {})}, types={first.key: TEXT}, kind="total")
        return Table(key, title, self._columns(first), tuple(rows), total=total if rows else None)

    # ------------------------------------------------------------ reasons
    @api.model
    def _reason_table(self, filters):
        env = self.env
        reasons = env["conveyor.reason"].with_context(active_test=False).search([])
        results = reasons._results(*self._moments(filters))
        fields_of = env["conveyor.reason"]._fields
        columns = (Column("name", env._("Reason")), *(
            Column(name, fields_of[name]._description_string(env), INTEGER, fields_of[name]._description_help(env) or "")
            for name in ("client_total", "touch_total", "reply_total", "forward_total", "sale_total")))
        rows = [Row(str(reason.id), {"name": reason.name, **results[reason.id]}) for reason in reasons if reason.id in results]
        rows.sort(key=lambda row: (-row.cells["sale_total"], -row.cells["touch_total"]))
        return Table("reasons", env._("Reasons"), columns, tuple(rows), (
            env._("Of all touches of the period in these companies, whoever made them."),))

    # ------------------------------------------------------------ practices
    @api.model
    def _practice_table(self):
        env, model = self.env, self.env["conveyor.practice"]
        kinds = {"kind": TEXT, "date_from": DATE, "date_to": DATE, "volume": INTEGER, "lead_count": INTEGER, "sale_count": INTEGER,
                 "sale_share": PERCENT, "usual_gap": DECIMAL, "silence": INTEGER, "status": TEXT, "decision": TEXT}
        words = {name: dict(model._fields[name]._description_selection(env)) for name in ("kind", "status", "decision")}
        columns = (Column("name", env._("Practice")), *(
            Column(name, model._fields[name]._description_string(env), kind, model._fields[name]._description_help(env) or "")
            for name, kind in kinds.items()), Column("owner", env._("Owner")))
        rows = [Row(str(line.id), {
            "name": line.name, "owner": line.owner_id.sudo().name or None,  # no secret
            **{name: words[name].get(line[name]) if name in words else line[name] or (0 if kind in (INTEGER, PERCENT) else None)
               for name, kind in kinds.items()}}) for line in model.search([])]
        return Table("practices", env._("Practices"), columns, tuple(rows), (
            env._("All of them, as of %(day)s.", day=fields.Date.to_string(fields.Date.context_today(self))),))
