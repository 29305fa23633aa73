from babel.dates import get_day_names
from odoo import api, models
from odoo.fields import Datetime
from odoo.tools.misc import babel_locale_parse, get_lang

from ..engine import visitors
from ..engine.table import DATE, DECIMAL, INTEGER, PERCENT, TEXT, Column, Row, Table
from ..engine.visitors import LEADS, PURCHASES, VISITORS, Sum

MOST_LOSSES = 20
LITTLE_SAID = .2  # by chance as probable as this, few purchases say little
CONVERSION = "conversion"


class ConveyorCounterTables(models.AbstractModel):
    """Visitors by the hour against leads and purchases, as finished tables for screen and workbook.

    What the figures mean is written in ``engine/visitors.py``.
    """

    _name = "conveyor.counter.tables"
    _inherit = "conveyor.counter.facts"
    _description = "Visitors, Tables"

    # ------------------------------------------------------------ entry points
    @api.model
    @api.readonly
    def get_tables(self, filters=None):
        """The tables as plain data; ``filters`` as of ``conveyor.funnel`` and ``counter_ids``."""
        parsed, counter_ids = self._parse(filters)
        return {
            "tables": [table.as_dict() for table in self._tables(parsed, counter_ids).values()],
            "has_counters": bool(self.env["conveyor.counter"].search_count([], limit=1)),
            "may_make": self.env["conveyor.counter"].has_access("create"),
            "period": {"date_from": parsed.date_from and parsed.date_from.isoformat(),
                       "date_to": parsed.date_to and parsed.date_to.isoformat()},
        }

    @api.model
    def _sheets(self, filters, counter_ids=None):
        """For the workbook: none where there are no counters, or where chosen leads are meant."""
        if filters.lead_ids or not self.env["conveyor.counter"].has_access("read"):
            return {}
        tables = self._tables(filters, counter_ids)
        return tables if tables["counter_list"].rows else {}

    @api.model
    def _tables(self, filters=None, counter_ids=None):
        """``{key: Table}`` in the order in which they are shown.

        :param filters: as of ``conveyor.funnel._tables``; dates are those of the visits
        """
        if filters is None or isinstance(filters, dict):
            filters = self.env["conveyor.funnel"]._parse(filters)
        counters = self._counters(filters, counter_ids)
        visits = self._visitors(counters, filters)
        picture = self._picture(counters, visits, filters, counter_ids)
        notes = self._notes(filters, picture, counters, counter_ids)
        tables = (
            self._summary_table(picture, notes),
            self._heat_table(picture, "counter_hours", self.env._("Visitors"), VISITORS, DECIMAL, notes),
            self._heat_table(picture, "counter_conversion", self.env._("Conversion by Hour"), CONVERSION, PERCENT, notes),
            self._heat_table(picture, "counter_purchases", self.env._("Purchases by Hour"), PURCHASES, DECIMAL, notes),
            self._heat_table(picture, "counter_leads", self.env._("Leads by Hour"), LEADS, DECIMAL, notes),
            self._loss_table(picture, notes, self._doors(filters, counters, counter_ids)),
            self._hour_table(picture, notes),
            self._holiday_table(picture, notes),
            self._counter_table(counters, visits, filters),
        )
        return {table.key: table for table in tables}

    @api.model
    def _picture(self, counters, visits, filters, counter_ids):
        zone = self._zone(counters)
        scope = self._scope(counters, counter_ids)
        together = {}
        for hours in visits.values():
            for moment, count in hours.items():
                together[moment] = together.get(moment, 0) + count
        if not together:
            return visitors.Picture()
        return visitors.paint(together, self._leads(filters, scope, zone), self._purchases(filters, scope, zone), self._holidays(counters))

    @api.model
    def _notes(self, filters, picture, counters, counter_ids):
        env, notes = self.env, []
        if env["conveyor.funnel"]._visible(filters) is not None:
            notes.append(env._("Your own leads and purchases are counted, against all visitors."))
        if counter_ids and not self._scope(counters, counter_ids):
            notes.append(env._("A counter without a team and a source is compared with all leads and purchases."))
        if picture.uncounted:
            notes.append(env._("Purchases in hours without a reading are left out: %s.", picture.uncounted))
        notes.append(env._("Hours are those of the clock beside each counter. Public holidays stand apart."))
        return tuple(notes)

    # ------------------------------------------------------------ the whole
    @api.model
    def _words(self):
        env = self.env
        return {
            VISITORS: env._("Whoever the counters counted, staff and whoever comes twice included."),
            LEADS: env._("Leads that came in these hours."),
            PURCHASES: env._("Confirmed orders and paid tills of these hours, by the time of the order."),
            CONVERSION: env._("Purchases, of visitors."),
            "missed": env._("What the visitors would have bought at the conversion of all hours together, less what they bought."),
            "days": env._("Days on which these hours were counted."),
        }

    @api.model
    def _labels(self):
        env = self.env
        return {VISITORS: env._("Visitors"), LEADS: env._("Leads"), PURCHASES: env._("Purchases"), CONVERSION: env._("Conversion"),
                "missed": env._("Missed purchases"), "days": env._("Days counted")}

    @api.model
    def _columns(self, first, *more):
        labels, words = self._labels(), self._words()
        kinds = {CONVERSION: PERCENT, "missed": DECIMAL}
        names = (VISITORS, LEADS, PURCHASES, CONVERSION, *more)
        return (*first, *(Column(name, labels[name], kinds.get(name, INTEGER), words[name]) for name in names))

    @api.model
    def _cells(self, total, conversion=None):
        return {VISITORS: total.visitors, LEADS: total.leads, PURCHASES: total.purchases, CONVERSION: total.conversion,
                "missed": total.missed(conversion), "days": total.days}

    @api.model
    def _summary_table(self, picture, notes):
        whole, words, labels, env = picture.whole, self._words(), self._labels(), self.env
        losses = picture.losses()
        figures = [(name, labels[name], PERCENT if name == CONVERSION else INTEGER, value, words[name])
                   for name, value in self._cells(whole).items() if name in (VISITORS, LEADS, PURCHASES, CONVERSION)]
        figures.append(("lead_rate", env._("Visitors who became a lead"), PERCENT, whole.leads / whole.visitors if whole.visitors else None,
                        env._("Leads, of visitors.")))
        figures.append(("missed", labels["missed"], DECIMAL, sum(row[2] for row in losses) if losses else None, words["missed"]))
        busiest = max(picture.slots.items(), key=lambda item: (item[1].mean(VISITORS), item[0]), default=None)
        figures.append(("busiest", env._("Busiest hour"), TEXT, busiest and self._slot_name(busiest[0]), env._("With the most visitors on average.")))
        telling = [slot for slot, total, _missed in losses if total.chance(whole.conversion) <= LITTLE_SAID]
        figures.append(("worst", env._("Loses most"), TEXT, self._slot_name(telling[0]) if telling else env._("No hour for certain"), env._(
            "The hour that misses most purchases, of those where chance is no likely reason (at most 20 in 100).")))
        rows = [Row(key, {"figure": label, "value": value}, types={"value": kind}, note=note) for key, label, kind, value, note in figures]
        return Table("counter_summary", env._("Visitors, Summary"),
                     (Column("figure", env._("Figure")), Column("value", env._("Value"), DECIMAL)), tuple(rows), notes)

    # ------------------------------------------------------------ heat maps
    @api.model
    def _heat_table(self, picture, key, title, measure, kind, notes):
        """Weekdays downwards, hours across: of a day on average, or the conversion."""
        env, hours = self.env, sorted(picture.hours)
        value = (lambda total: total.conversion) if measure == CONVERSION else (lambda total: total.mean(measure))
        cells = {day: {f"h{hour:02}": value(picture.slots.get((day, hour), Sum())) for hour in hours} for day in sorted(picture.weekdays)}
        known = [number for row in cells.values() for number in row.values() if number is not None]
        low, high = (min(known), max(known)) if known else (0, 0)
        rows = [Row(str(day), {"weekday": self._weekday(day), **row}, levels=visitors.levels(row, low, high)) for day, row in cells.items()]
        columns = [Column("weekday", env._("Weekday")), *(Column(f"h{hour:02}", f"{hour:02}:00", kind) for hour in hours)]
        first = self._words()[measure] if measure == CONVERSION else env._("Of one day, on average over the days on which the hour was counted.")
        return Table(key, title, tuple(columns), tuple(rows) if hours else (), (first, *notes), is_heat=True)

    @api.model
    def _weekday(self, day):
        names = get_day_names("wide", "stand-alone", babel_locale_parse(get_lang(self.env).code))
        return names[day].capitalize()

    @api.model
    def _hour_name(self, hour):
        return f"{hour:02}:00 – {(hour + 1) % 24:02}:00"

    @api.model
    def _slot_name(self, slot):
        return f"{self._weekday(slot[0])}, {self._hour_name(slot[1])}"

    # ------------------------------------------------------------ lists
    @api.model
    def _judged_columns(self):
        """Of an hour against the average one."""
        chance = Column("chance", self.env._("By chance"), PERCENT, self.env._(
            "How probable so few purchases are in an hour with which nothing is wrong: below 5 % it is worth a look, above 20 % it says little."))
        *columns, days = self._columns((Column("when", self.env._("Hour"), TEXT),), "missed", "days")
        return (*columns, chance, days)

    @api.model
    def _judged_cells(self, total, average):
        return {**self._cells(total, average), "chance": total.chance(average) if total.missed(average) else None}

    @api.model
    def _loss_table(self, picture, notes, doors):
        """Each with what is behind it: the readings, the leads and the orders of these hours.

        :param doors: as of :meth:`_doors`
        """
        average = picture.whole.conversion
        rows = [Row(f"{slot[0]}-{slot[1]:02}", {"when": self._slot_name(slot), **self._judged_cells(total, average)},
                    drills={column: conditions(picture.moments[slot][measure]) for column, (measure, _base, conditions) in doors.items()},
                    bases={column: base for column, (_measure, base, _conditions) in doors.items()})
                for slot, total, _missed in picture.losses()[:MOST_LOSSES]]
        return Table("counter_losses", self.env._("Hours that Lose Most"), self._judged_columns(), tuple(rows), notes)

    @api.model
    def _hour_table(self, picture, notes):
        average = picture.whole.conversion
        rows = [Row(f"{hour:02}", {"when": self._hour_name(hour), **self._judged_cells(total, average)}) for hour, total in sorted(picture.hours.items())]
        total = Row("total", {"when": self.env._("Total"), **self._cells(picture.whole), "missed": None}, kind="total")
        return Table("counter_hour", self.env._("By Hour"), self._judged_columns(), tuple(rows), notes, total if rows else None)

    @api.model
    def _holiday_table(self, picture, notes):
        env = self.env
        rows = [Row(day.isoformat(), {
            "day": day, "weekday": self._weekday(day.weekday()), **self._cells(total),
            "usual": picture.weekdays.get(day.weekday(), Sum()).mean(VISITORS)}) for day, total in sorted(picture.holidays.items())]
        first = Column("day", env._("Public holiday"), DATE), Column("weekday", env._("Weekday"))
        usual = Column("usual", env._("Usual visitors"), DECIMAL, env._("Of an ordinary day of this weekday, on average."))
        return Table("counter_holidays", env._("Public Holidays"), (*self._columns(first), usual), tuple(rows), notes)

    @api.model
    def _counter_table(self, counters, visits, filters):
        """Each counter with what it counted; its numbers open its readings."""
        env, states = self.env, dict(self.env["conveyor.counter"]._fields["state"]._description_selection(self.env))
        kinds = dict(env["conveyor.counter"]._fields["kind"]._description_selection(env))
        columns = (
            Column("name", env._("Counter")), Column("kind", env._("Kind")), Column(VISITORS, env._("Visitors"), INTEGER, self._words()[VISITORS]),
            Column("hours", env._("Hours counted"), INTEGER, env._("Hours with a reading.")), Column("last", env._("Last hour"), TEXT, env._("On the counter's own clock.")),
            Column("state", env._("State")), Column("owner", env._("Owner")))
        rows = [Row(str(counter.id), {
            "name": counter.name, "kind": kinds[counter.kind], VISITORS: sum(visits.get(counter.id, {}).values()),
            "hours": len(visits.get(counter.id, ())), "last": counter.last_reading_text or None, "state": states[counter.state],
            "owner": counter.owner_id.sudo().name or None},  # names of colleagues are no secret
            drills=dict.fromkeys((VISITORS, "hours"), self._readings_domain(counter, filters))) for counter in counters]
        behind = {"model": "conveyor.counter.reading", "domain": [], "field": "", "context": {}}
        return Table("counter_list", env._("Counters"), columns, tuple(rows), drill=behind)

    @api.model
    def _readings_domain(self, counter, filters):
        """Conditions of a counter's readings on the days of the filters, by its own clock."""
        first, beyond = self._bounds(filters, counter.tz)
        return (("counter_id", "=", counter.id), *([("hour", ">=", Datetime.to_string(first))] if first else ()),
                *([("hour", "<", Datetime.to_string(beyond))] if beyond else ()))
