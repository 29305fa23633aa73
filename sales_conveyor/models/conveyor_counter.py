from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..engine import clock

KINDS = [("shop", "Shop door"), ("site", "Web site"), ("stand", "Stand"), ("other", "Other")]


class ConveyorCounter(models.Model):
    """Something that counts visitors by the hour: a shop's door, a site, a stand at a fair.

    Its readings are typed, imported, or posted by a device; see ``conveyor.counter.reading``.
    """

    _name = "conveyor.counter"
    _description = "Visitor Counter"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, name, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(KINDS, required=True, default="shop")
    company_id = fields.Many2one("res.company", "Company", required=True, default=lambda self: self.env.company, index=True)
    team_id = fields.Many2one(
        "crm.team", "Sales Team", check_company=True, ondelete="set null",
        help="Whoever looks at this counter alone sees the leads and purchases of this team against its visitors. Empty: of all teams.")
    source_id = fields.Many2one(
        "utm.source", "Source", ondelete="set null",
        help="Whoever looks at this counter alone sees the leads and purchases of this source against its visitors. Empty: of all sources.")
    tz = fields.Selection(
        _tz_get, "Time Zone", required=True, default=lambda self: self.env.company._conveyor_tz(), tracking=True,
        help="The clock on the wall beside it: its days and hours are those of this time zone.")
    open_from = fields.Float(
        "Open from", default=9.0, help="The grid begins with this hour, and only open hours count as silence.")
    open_to = fields.Float("Open until", default=20.0)
    calendar_id = fields.Many2one(
        "resource.calendar", "Open Days", check_company=True, ondelete="set null",
        help="The days on which it is open are those of this working schedule. Empty: every day but public holidays.")
    owner_id = fields.Many2one(
        "res.users", "Owner", default=lambda self: self.env.user, domain=[("share", "=", False)], tracking=True,
        help="He is told when it falls silent.")
    typist_ids = fields.Many2many(
        "res.users", string="May Type", domain=[("share", "=", False)],
        help="Who may type readings on the grid beside sales managers, for instance whoever stands at the door.")
    reading_ids = fields.One2many("conveyor.counter.reading", "counter_id", "Readings")
    is_silent = fields.Boolean("Silent", readonly=True, copy=False, index=True, help="No reading has come for unusually long.")
    silent_since = fields.Datetime("Silent since", readonly=True, copy=False)
    state = fields.Selection([("new", "Nothing yet"), ("alive", "Counting Now"), ("silent", "Silent")], compute="_compute_figures")
    last_reading = fields.Datetime("Last Reading", compute="_compute_figures", help="The last hour that was counted.")
    last_reading_text = fields.Char("Last Hour", compute="_compute_figures", help="On the counter's own clock.")
    visitors_today = fields.Integer("Today", compute="_compute_figures")
    visitors_week = fields.Integer("Last 7 Days", compute="_compute_figures", help="Visitors of the seven days before today.")
    may_type = fields.Boolean(compute="_compute_may_type")

    _hours_check = models.Constraint(
        "CHECK (open_from >= 0 AND open_from < open_to AND open_to <= 24)",
        "A counter opens before it closes, both between 0 and 24 o'clock.")

    @api.constrains("open_from", "open_to")
    def _check_hours(self):
        for counter in self:
            if not 0 <= counter.open_from < counter.open_to <= 24:
                raise ValidationError(self.env._(
                    "%(name)s opens at %(start)g and closes at %(end)g o'clock: it must open before it closes, both between 0 and 24.",
                    name=counter.name, start=counter.open_from, end=counter.open_to))

    @api.constrains("tz")
    def _check_tz(self):
        """The database reckons hours by it: one that it does not know would stop every screen."""
        for counter in self:
            if counter.tz not in self._fields["tz"].get_values(self.env):
                raise ValidationError(self.env._("%(name)s: there is no time zone “%(zone)s”.", name=counter.name, zone=counter.tz))

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.kind == "site":
            self.open_from, self.open_to = 0.0, 24.0

    @api.depends("is_silent", "reading_ids.hour", "reading_ids.visitors", "tz")
    @api.depends_context("lang")
    def _compute_figures(self):
        figures = self._figures()
        for counter in self:
            last, today, week = figures.get(counter.id, (None, 0, 0))
            counter.last_reading, counter.visitors_today, counter.visitors_week = last, today, week
            counter.last_reading_text = last and counter._in_words(last)
            counter.state = "silent" if counter.is_silent else "alive" if last else "new"

    def _figures(self):
        """``{id: (last hour, visitors today, visitors of the seven days before)}``, days on each counter's own wall."""
        self.env["conveyor.counter.reading"].flush_model()
        self.flush_recordset(["tz"])
        rows = self.env.execute_query(SQL(
            """
            SELECT c.id, l.hour, COALESCE(s.today, 0)::int, COALESCE(s.week, 0)::int
              FROM (SELECT id, date_trunc('day', %(now)s AT TIME ZONE 'UTC' AT TIME ZONE tz) AS today, tz
                      FROM conveyor_counter WHERE id = ANY(%(ids)s)) c
              JOIN LATERAL (SELECT hour FROM conveyor_counter_reading WHERE counter_id = c.id ORDER BY hour DESC LIMIT 1) l ON TRUE
              LEFT JOIN LATERAL (
                   SELECT sum(visitors) FILTER (WHERE hour >= c.today AT TIME ZONE c.tz AT TIME ZONE 'UTC') AS today,
                          sum(visitors) FILTER (WHERE hour < c.today AT TIME ZONE c.tz AT TIME ZONE 'UTC') AS week
                     FROM conveyor_counter_reading
                    WHERE counter_id = c.id AND hour >= (c.today - interval '7 days') AT TIME ZONE c.tz AT TIME ZONE 'UTC') s ON TRUE
            """, now=fields.Datetime.now(), ids=self.ids))
        return {row[0]: row[1:] for row in rows}

    def _in_words(self, hour):
        """A moment on the counter's own wall, as the reader writes it."""
        language = self.env["res.lang"]._get_data(code=self.env.lang or self.env.user.lang or "en_US")
        wall = clock.local(hour, self.tz)
        return f"{wall.strftime(language.date_format or '%Y-%m-%d')} {wall:%H:%M}"

    @api.depends_context("uid")
    @api.depends("typist_ids")
    def _compute_may_type(self):
        writes = self.env["conveyor.counter.reading"].has_access("write")
        for counter in self:
            counter.may_type = writes or self.env.user in counter.typist_ids

    def _hours(self):
        """``engine.clock.Hours`` in which it is open: its days, from ``open_from`` to ``open_to``, without public holidays."""
        self.ensure_one()
        company, span = self.company_id, ((self.open_from, self.open_to),)
        calendar = self.sudo().calendar_id  # opening hours are no secret
        week = company._conveyor_week(calendar) if calendar else ()
        week = tuple(span if spans else () for spans in week) if any(week) else (span,) * 7
        holidays, closed = company._conveyor_leaves(calendar or company.sudo().resource_calendar_id, clock.Hours(self.tz, week))
        return clock.Hours(self.tz, week, frozenset(holidays), tuple(closed))

    # ------------------------------------------------------------ actions
    def action_open_grid(self):
        """Where readings are typed, a week at a time."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sales_conveyor.conveyor_counter_grid_action")
        return {**action, "name": self.env._("Visitors of %s", self.name), "context": {"active_id": self.id}, "params": {"counter_id": self.id}}

    def action_open_report(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sales_conveyor.conveyor_counter_hours_action")
        return {**action, "params": {"counter_ids": self.ids}}

    def action_open_readings(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sales_conveyor.conveyor_counter_reading_action")
        return {**action, "domain": [("counter_id", "=", self.id)], "context": {"default_counter_id": self.id}}
