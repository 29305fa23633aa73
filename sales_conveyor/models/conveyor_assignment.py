from babel.dates import format_skeleton
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL
from odoo.tools.misc import babel_locale_parse, get_lang

WEEK = 7  # days


class ConveyorAssignment(models.Model):
    """A client of whom somebody said: touch him tomorrow. What came of it is counted a week later."""

    _name = "conveyor.assignment"
    _description = "Assigned Client"
    _inherit = "conveyor.access.mixin"
    _partner_owns = True
    _order = "create_date desc, id desc"
    _rec_name = "lead_id"

    lead_id = fields.Many2one("crm.lead", "Lead", ondelete="cascade", readonly=True, index="btree_not_null")
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="cascade", readonly=True, index="btree_not_null")
    user_id = fields.Many2one("res.users", "Who Touches Him", ondelete="set null", readonly=True)
    company_id = fields.Many2one("res.company", "Company", ondelete="cascade", readonly=True)
    date = fields.Datetime("Touch on", readonly=True)
    old_date = fields.Datetime("Planned Before", readonly=True)
    activity_id = fields.Many2one("mail.activity", ondelete="set null", readonly=True, help="Planned by the assignment.")
    is_done = fields.Boolean("Touched", compute="_compute_result")
    has_bought = fields.Boolean(compute="_compute_result")

    _create_idx = models.Index("(create_date)")

    @api.model
    def assign(self, model, record_id):
        """Plan a touch of this client for the next working day: who leads him makes it.

        What is planned already moves there. Once a day is enough.

        :param model: ``crm.lead`` or ``res.partner``
        :return: ``{"id", "text"}`` of the assignment
        """
        if model not in ("crm.lead", "res.partner"):
            raise UserError(self.env._("Only leads and customers can be assigned."))
        record = self.env[model].with_context(active_test=False).browse(record_id if type(record_id) is int else ()).exists()
        if not record:
            raise UserError(self.env._("This client is not there any more. Read the page again."))
        record.check_access("write" if model == "crm.lead" else "read")
        user = record.user_id if record.user_id.active else self.env.user
        moment = self._tomorrow(user)
        assignment = self._standing(record, moment) or self._assign(record, user, moment)
        return {"id": assignment.id, "text": self.env._(
            "A touch by %(person)s: %(day)s", person=user.name, day=self._day_in_words(self.env["conveyor.next"]._local_day(moment, user), "MMMEd"))}

    @api.model
    def _day_in_words(self, day, skeleton):
        """As the reader writes it; skeleton: what of it, in CLDR's letters."""
        return format_skeleton(skeleton, day, locale=babel_locale_parse(get_lang(self.env).code))

    @api.model
    def _standing(self, record, moment):
        """What one has assigned for that day already: two clicks are one."""
        name = "lead_id" if record._name == "crm.lead" else "partner_id"
        return self.search([(name, "=", record.id), ("create_uid", "=", self.env.uid), ("date", "=", moment)], limit=1)

    @api.model
    def _assign(self, record, user, moment):
        line, known = record._next_lines().get(record.id), record._planned_touches()
        old_date = line.next_touch_date if line else False
        record.next_touch_date = moment
        lead, partner = (record, False) if record._name == "crm.lead" else (False, record)
        return self.sudo().create({  # nobody writes them but by assigning
            "lead_id": lead and lead.id, "partner_id": partner and partner.id, "user_id": user.id, "date": moment, "old_date": old_date,
            "company_id": (record.company_id or self.env.company).id, "activity_id": (record._planned_touches() - known)[:1].id})

    @api.model
    def _tomorrow(self, user):
        """The morning of his next working day, in UTC."""
        service = self.env["conveyor.next"]
        today = service._local_day(self.env.cr.now(), user)
        days = (day for day in service._working_days(user, today) if day > today)
        return service._morning(next(iter(days)), user)

    def undo(self):
        """Take it back: what was planned goes, what was moved goes back."""
        for assignment in self.exists():
            assignment._check_may_undo()
            record = (assignment.lead_id or assignment.partner_id).with_context(active_test=False)
            record.check_access("write" if assignment.lead_id else "read")
            if assignment.activity_id:
                assignment.sudo().activity_id.unlink()  # planned by this assignment, of a client whom one may change
            elif assignment.old_date:
                record.next_touch_date = assignment.old_date
            assignment.sudo().unlink()
        return True

    def _check_may_undo(self):
        self.check_access("read")
        if self.create_uid != self.env.user and not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(self.env._("%(name)s has assigned this client; he or a sales manager takes it back.", name=self.create_uid.sudo().name))

    def _compute_result(self):
        results = {row["id"]: row for row in self.env.execute_query_dict(SQL(
            "SELECT a.id, %s AS done, %s AS bought FROM conveyor_assignment a WHERE a.id = ANY(%s)", *self._result_sql(), self._origin.ids))}
        for assignment in self:
            result = results.get(assignment._origin.id, {})
            assignment.is_done, assignment.has_bought = bool(result.get("done")), bool(result.get("bought"))

    @api.model
    def _result_sql(self):
        """Conditions on ``a``: he was touched since; he has bought since."""
        self.env.flush_all()
        return SQL("""EXISTS (SELECT FROM conveyor_touch t WHERE t.direction = 'out' AND t.date >= a.create_date
                        AND (t.lead_id = a.lead_id OR t.client_key = 'p' || a.partner_id))"""), SQL(
            """(EXISTS (SELECT FROM crm_lead l WHERE l.id = a.lead_id AND l.won_status = 'won' AND l.date_closed >= a.create_date)
                OR EXISTS (SELECT FROM conveyor_rhythm r WHERE r.partner_id = a.partner_id AND r.last_date >= a.create_date::date))""")

    @api.model
    def _last_week(self):
        """(assigned, touched, bought) of the last seven days, of the clients whom the reader may see."""
        since = fields.Datetime.subtract(fields.Datetime.now(), days=WEEK)
        query = self._search([("create_date", ">=", since)])
        done, bought = self._result_sql()
        rows = self.env.execute_query(SQL(
            "SELECT count(*), count(*) FILTER (WHERE %s), count(*) FILTER (WHERE %s) FROM conveyor_assignment a WHERE a.id IN %s",
            done, bought, query.subselect()))
        return rows[0]
