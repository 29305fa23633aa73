from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, ormcache

STATES = [("planned", "Planned"), ("booked", "Booked"), ("done", "Done"), ("missed", "Missed"), ("cancelled", "Cancelled")]
AHEAD = ("planned", "booked")  # still to come
OPEN = (*AHEAD, "missed")  # may still be made
MOVING = {"date", "time", "state", "partner_id", "active"}  # a change of these changes what the client is reminded of


class ConveyorVisit(models.Model):
    """One dated visit or service of a customer: a stage of his plan.

    Planned is not booked: a planned one is to be agreed with the customer, a
    booked one stands in the calendar. Asking and reminding is in
    ``conveyor_visit_ask``, buttons and meetings in ``conveyor_visit_screen``.
    """

    _name = "conveyor.visit"
    _description = "Visit"
    _inherit = "conveyor.access.mixin"
    _partner_owns = True
    _order = "date, time, sequence, id"
    _rec_name = "display_name"

    partner_id = fields.Many2one("res.partner", "Customer", required=True, ondelete="cascade", index=True)
    lead_id = fields.Many2one("crm.lead", "Opportunity", ondelete="set null", index="btree_not_null", readonly=True, copy=False)
    company_id = fields.Many2one("res.company", "Company", required=True, default=lambda self: self.env.company)
    active = fields.Boolean(default=True)
    date = fields.Date(required=True, default=fields.Date.context_today)
    time = fields.Float(help="Empty, or 0:00: no time is agreed yet.")
    duration = fields.Float("Hours", default=1.0)
    product_id = fields.Many2one("product.product", "Service", ondelete="restrict", index="btree_not_null")
    stage = fields.Char(help="What this visit is in the plan: examination, first stage, check.")
    sequence = fields.Integer("Order", default=10)
    user_id = fields.Many2one("res.users", "Specialist", domain=[("share", "=", False)], ondelete="set null", index="btree_not_null")
    note = fields.Text(help="For colleagues. Never part of a message to the customer.")
    state = fields.Selection(STATES, default="planned", required=True, copy=False, group_expand=True)
    done_date = fields.Date("Made on", readonly=True, copy=False)
    asked_for = fields.Char(readonly=True, copy=False, help="The state and date for which the customer was reminded or asked.")
    external_id = fields.Char("External ID", copy=False, index="btree_not_null", help=(
        "Its name in your other system. An import with this column brings visits that are here already up to date."))
    order_line_id = fields.Many2one(
        "sale.order.line", "Order Line", ondelete="set null", index="btree_not_null", readonly=True, copy=False)
    event_id = fields.Many2one("calendar.event", "Meeting", ondelete="set null", index="btree_not_null", readonly=True, copy=False)
    enrolment_ids = fields.One2many("conveyor.enrolment", "visit_id", "Reminders", readonly=True)
    date_start = fields.Datetime("From", compute="_compute_moments")
    date_stop = fields.Datetime("Until", compute="_compute_moments")
    has_time = fields.Boolean(compute="_compute_moments")

    _external_unique = models.UniqueIndex(
        "(company_id, external_id) WHERE external_id IS NOT NULL", "Two visits of a company cannot have one external ID.")
    _ahead_idx = models.Index("(date) WHERE state IN ('planned', 'booked')")
    _partner_idx = models.Index("(partner_id, date) WHERE state IN ('planned', 'booked', 'missed')")

    @api.depends("partner_id", "product_id", "stage", "date")
    def _compute_display_name(self):
        for visit in self:
            what = visit.stage or visit.product_id.display_name
            visit.display_name = ", ".join(filter(None, (visit.partner_id.display_name, what)))

    @api.depends("date", "time", "duration", "company_id")
    def _compute_moments(self):
        for visit in self:
            visit.has_time = visit.time > 0
            visit.date_start = visit._moment()
            visit.date_stop = visit.date_start and visit._end()

    # ------------------------------------------------------------ checks
    @api.constrains("time", "duration")
    def _check_time(self):
        for visit in self:
            if not 0 <= visit.time < 24:
                raise ValidationError(self.env._(
                    "%(visit)s: a day has 24 hours. Choose a time from 0:00 to 23:59.", visit=visit.display_name))
            if not 0 < visit.duration <= 24:
                raise ValidationError(self.env._(
                    "%(visit)s: let it last more than nothing, and a day at most.", visit=visit.display_name))

    @api.constrains("company_id", "partner_id", "product_id")
    def _check_companies(self):
        for visit in self:
            for record in (visit.partner_id, visit.product_id):
                if record.company_id and record.company_id != visit.company_id:
                    raise ValidationError(self.env._(
                        "%(record)s belongs to another company than the visit (%(company)s).",
                        record=record.display_name, company=visit.company_id.name))

    # ------------------------------------------------------------ life
    @api.model_create_multi
    def create(self, vals_list):
        visits = super().create([{**vals, **self._external(vals)} for vals in vals_list])
        visits.filtered(lambda visit: visit.state == "done" and not visit.done_date)._note_done()
        if visits and not self._is_used():
            self.env.registry.clear_cache()
        visits._changed()
        return visits

    @api.model
    @ormcache()
    def _is_used(self):
        """Whether there are visits: who has none is not asked for them at every order."""
        return bool(self.sudo().with_context(active_test=False).search_count([], limit=1))  # one yes or no for all

    def write(self, vals):
        moved = self.filtered(lambda visit: visit._differs(vals)) if vals.keys() & MOVING else self.browse()
        before = moved.partner_id
        result = super().write({**vals, **self._external(vals)})
        if moved:
            moved.filtered(lambda visit: visit.state == "done" and not visit.done_date)._note_done()
            moved._withdraw()
            moved._changed(before)
        return result

    def unlink(self):
        partners = self.partner_id
        self._withdraw()
        result = super().unlink()
        self.env["conveyor.rhythm"]._mark(partners.commercial_partner_id.ids)
        return result

    @api.model
    def _external(self, vals):
        """An empty external id is none."""
        return {"external_id": (vals["external_id"] or "").strip() or False} if "external_id" in vals else {}

    def _differs(self, vals):
        return any(self._fields[name].convert_to_cache(vals[name], self) != self._fields[name].convert_to_cache(self[name], self)
                   for name in vals.keys() & MOVING)

    def _changed(self, partners=None):
        """The customers are expected on another day now."""
        owners = (self.partner_id | (partners or self.partner_id)).commercial_partner_id
        self.env["conveyor.rhythm"]._mark(owners.ids)

    def _note_done(self):
        for visit in self:
            visit.done_date = min(visit.date, visit._today())

    # ------------------------------------------------------------ import
    @api.model
    def load(self, fields, data):
        """Rows whose external id is here already bring that visit up to date."""
        if "external_id" not in fields or {"id", ".id"} & set(fields):
            return super().load(fields, data)
        place = fields.index("external_id")
        names = {(row[place] or "").strip() for row in data} - {""}
        known = {visit.external_id: visit.id for visit in self.with_context(active_test=False).search(
            [("external_id", "in", list(names)), ("company_id", "=", self.env.company.id)])}
        return super().load(
            [*fields, ".id"], [[*row, str(known.get((row[place] or "").strip(), ""))] for row in data])

    # ------------------------------------------------------------ rhythm
    @api.model
    def _next_dates(self, partner_ids=None):
        """``{commercial partner id: day}`` on which customers are expected by their plan: the
        first visit to come, else the one that was missed and not agreed anew."""
        if not self._is_used():
            return {}
        self.flush_model(["partner_id", "date", "state", "active"])
        where = SQL("TRUE") if partner_ids is None else SQL("p.commercial_partner_id = ANY(%s)", list(partner_ids))
        return dict(self.env.execute_query(SQL(
            """SELECT p.commercial_partner_id, COALESCE(min(v.date) FILTER (WHERE v.state <> 'missed'),
                      max(v.date) FILTER (WHERE v.state = 'missed'))
                 FROM conveyor_visit v JOIN res_partner p ON p.id = v.partner_id
                WHERE v.state IN %s AND v.active AND %s GROUP BY 1""", OPEN, where)))


class ConveyorRhythm(models.Model):
    _inherit = "conveyor.rhythm"

    @api.model
    def _own_dates(self, partner_ids=None):
        """The day of the plan overrides what the rhythm expects."""
        return {**super()._own_dates(partner_ids), **self.env["conveyor.visit"]._next_dates(partner_ids)}
