from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..engine import clock
from ..engine.counter import EARLIEST, MOST_VISITORS, hour_of_wall

ORIGINS = [("hand", "Typed"), ("import", "Imported"), ("device", "Device"), ("website", "Web site")]
BY_PEOPLE = ("hand", "import")  # what stands when a device says something else


class ConveyorCounterReading(models.Model):
    """So many visitors in one hour.

    ``hour`` is the UTC moment when it begins. Each hour is counted once: what
    comes again for it replaces what was there, but what people typed or
    imported stands against a device, unless the counter says otherwise.
    ``_record`` is how many readings are written at once.
    """

    _name = "conveyor.counter.reading"
    _description = "Visitors of an Hour"
    _order = "hour desc, counter_id"

    counter_id = fields.Many2one("conveyor.counter", "Counter", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="counter_id.company_id")
    hour = fields.Datetime(required=True, index=True, help="When the hour begins.")
    local_hour = fields.Char(
        "Local Hour", compute="_compute_local_hour", inverse="_inverse_local_hour",
        help="When the hour begins on the counter's own clock, such as 2026-11-21 10:00. "
             "The hour that comes twice when clocks go back is the first one.")
    visitors = fields.Integer(required=True)
    origin = fields.Selection(ORIGINS, required=True, default="hand", readonly=True, help="Where the number comes from.")

    _hour_unique = models.Constraint("UNIQUE (counter_id, hour)", "This hour of the counter has been counted already. Change its number.")
    _hour_check = models.Constraint(
        "CHECK (date_trunc('hour', hour) = hour)", "Visitors are counted by whole hours (of UTC): give the moment when the hour begins.")
    _visitors_check = models.Constraint(
        f"CHECK (visitors BETWEEN 0 AND {MOST_VISITORS})", f"Visitors of an hour are a whole number from 0 to {MOST_VISITORS}.")

    @api.constrains("hour")
    def _check_hour(self):
        now = fields.Datetime.now()
        for reading in self:
            if not EARLIEST <= reading.hour <= now:
                raise ValidationError(self.env._(
                    "%(hour)s: visitors are counted of hours since the year %(year)s that have begun. Check the day and the hour.",
                    hour=fields.Datetime.to_string(reading.hour), year=EARLIEST.year))

    @api.depends("hour", "counter_id.tz")
    def _compute_local_hour(self):
        for reading in self:
            wall = reading.hour and clock.local(reading.hour, reading.counter_id.tz)
            reading.local_hour = wall and f"{wall:%Y-%m-%d %H:%M}"

    def _inverse_local_hour(self):
        for reading in self:
            hour = self._read_hour(reading.counter_id, reading.local_hour)
            if hour != reading.hour:
                reading.hour = hour

    @api.depends("local_hour", "counter_id.name")
    def _compute_display_name(self):
        for reading in self:
            reading.display_name = f"{reading.counter_id.name}, {reading.local_hour}"

    @api.model
    def _read_hour(self, counter, text):
        """The UTC hour that a person wrote."""
        try:
            return hour_of_wall(text or "", counter.tz)
        except (ValueError, OverflowError) as error:
            raise ValidationError(self.env._(
                "%(counter)s has no hour “%(text)s”. Write when the hour begins on its own clock, such as 2026-11-21 10:00.",
                counter=counter.name, text=text or "")) from error

    @api.model
    def get_import_templates(self):
        return [{"label": self.env._("Import Template for Visitors"), "template": "/sales_conveyor/static/csv/conveyor_readings.csv"}]

    # ------------------------------------------------------------ writing
    @api.model_create_multi
    def create(self, vals_list):
        """An import that comes again replaces the numbers of its hours."""
        vals_list = [self._with_hour(vals) for vals in vals_list]
        if not self.env.context.get("import_file"):
            return super().create(vals_list)
        vals_list = [{"origin": "import", **vals} for vals in vals_list]
        known = self._known(vals_list)
        fresh = {}
        for vals in vals_list:
            key = self._key(vals)
            if key in known:
                known[key].write(vals)
            else:
                fresh[key] = {**fresh.get(key, {}), **vals}  # twice in one file: the later counts
        known.update(zip(fresh, super().create(list(fresh.values()))))
        return self.browse(known[self._key(vals)].id for vals in vals_list)

    @api.model
    def _with_hour(self, vals):
        if vals.get("hour") or not vals.get("local_hour"):
            return vals
        counter = self.env["conveyor.counter"].browse(vals.get("counter_id"))
        return {**{name: value for name, value in vals.items() if name != "local_hour"}, "hour": self._read_hour(counter, vals["local_hour"])}

    @api.model
    def _key(self, vals):
        return vals.get("counter_id"), fields.Datetime.to_datetime(vals.get("hour"))

    @api.model
    def _known(self, vals_list):
        keys = {self._key(vals) for vals in vals_list}
        found = self.search([("counter_id", "in", [counter for counter, _hour in keys]), ("hour", "in", [hour for _counter, hour in keys])])
        return {(reading.counter_id.id, reading.hour): reading for reading in found}

    def write(self, vals):
        """A number that a person changes is that person's."""
        if "visitors" in vals and "origin" not in vals:
            vals = {**vals, "origin": "import" if self.env.context.get("import_file") else "hand"}
        return super().write(vals)

    @api.model
    def _record(self, counter, readings, origin, replaces_people=False):
        """Write readings of one counter, in one statement that may run twice at once.

        :param counter: a counter
        :param readings: ``engine.counter.Reading``, one an hour and in order (so that two posts never wait for each other in a ring)
        :param replaces_people: whether they replace what people typed
        :return: ``{created, updated, unchanged, kept}``; kept is what people typed and what stands
        """
        hours, visitors = [reading.hour for reading in readings], [reading.visitors for reading in readings]
        people = BY_PEOPLE if origin not in BY_PEOPLE and not replaces_people else ()
        counter.flush_recordset(["is_silent"])
        written = self.env.execute_query(SQL(
            """
            INSERT INTO conveyor_counter_reading AS own (counter_id, hour, visitors, origin, create_uid, create_date, write_uid, write_date)
            SELECT %(counter)s, v.hour, v.visitors, %(origin)s, %(user)s::int, %(now)s, %(user)s::int, %(now)s
              FROM unnest(%(hours)s::timestamp[], %(visitors)s::int[]) AS v (hour, visitors) ORDER BY v.hour
            ON CONFLICT (counter_id, hour) DO UPDATE
               SET visitors = excluded.visitors, origin = excluded.origin, write_uid = excluded.write_uid, write_date = excluded.write_date
             WHERE own.origin <> ALL(%(people)s) AND (own.visitors, own.origin) IS DISTINCT FROM (excluded.visitors, excluded.origin)
            RETURNING xmax = 0, (SELECT is_silent FROM conveyor_counter WHERE id = %(counter)s)
            """, counter=counter.id, origin=origin, user=self.env.uid or None, now=fields.Datetime.now(),
            hours=hours, visitors=visitors, people=list(people)))
        created = sum(is_new for is_new, _is_silent in written)
        rest = len(readings) - len(written)
        kept = rest and people and self._kept(counter, hours, people)
        if written:
            self.invalidate_model()
        if written and written[0][1]:
            counter._heard()
        return {"created": created, "updated": len(written) - created, "unchanged": rest - (kept or 0), "kept": kept or 0}

    @api.model
    def _kept(self, counter, hours, people):
        [(count,)] = self.env.execute_query(SQL(
            "SELECT count(*) FROM conveyor_counter_reading WHERE counter_id = %s AND hour = ANY(%s::timestamp[]) AND origin = ANY(%s)",
            counter.id, hours, list(people)))
        return count
