from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

MOST = 200  # visits that one plan makes


class ConveyorVisitTemplate(models.Model):
    """A plan of visits to be given to customers: stages in their order, each so
    many days after the one before, once or several times."""

    _name = "conveyor.visit.template"
    _description = "Plan of Visits"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", "Company")
    line_ids = fields.One2many("conveyor.visit.template.line", "template_id", "Visits", copy=True)
    visit_count = fields.Integer("Number of Visits", compute="_compute_totals")
    total_days = fields.Integer("Days in All", compute="_compute_totals")

    @api.depends("line_ids.count", "line_ids.delay_days")
    def _compute_totals(self):
        for template in self:
            template.visit_count = sum(template.line_ids.mapped("count"))
            template.total_days = sum(line.delay_days * line.count for line in template.line_ids)

    def _plan(self, partner, start, **values):
        """The visits of this plan for a customer, the first one on ``start`` if its delay is 0.

        :return: values of ``conveyor.visit``
        """
        self.ensure_one()
        rows, day = [], start
        for line in self.line_ids:
            for _number in range(line.count):
                day += timedelta(days=line.delay_days)
                rows.append({
                    "partner_id": partner.id, "date": day, "product_id": line.product_id.id, "stage": line.name,
                    "sequence": len(rows) + 1, "duration": line.duration or 1, "user_id": line.user_id.id, **values})
        return rows


class ConveyorVisitTemplateLine(models.Model):
    _name = "conveyor.visit.template.line"
    _description = "Visit of a Plan"
    _order = "template_id, sequence, id"

    template_id = fields.Many2one("conveyor.visit.template", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char("Stage", translate=True)
    product_id = fields.Many2one("product.product", "Service", ondelete="restrict")
    delay_days = fields.Integer("Days after the One before", default=0)
    count = fields.Integer("How Often", default=1, help="5 with 42 days: every six weeks, five times.")
    duration = fields.Float("Hours", default=1.0)
    user_id = fields.Many2one("res.users", "Specialist", domain=[("share", "=", False)], ondelete="set null")

    @api.constrains("delay_days", "count")
    def _check_numbers(self):
        for line in self:
            if not 0 <= line.delay_days <= 3650:
                raise ValidationError(self.env._(
                    "%(template)s: from one visit to the next there may be 0 to 3,650 days.", template=line.template_id.name))
            if not 1 <= line.count <= MOST:
                raise ValidationError(self.env._(
                    "%(template)s: a visit may be made 1 to %(most)s times.", template=line.template_id.name, most=MOST))
