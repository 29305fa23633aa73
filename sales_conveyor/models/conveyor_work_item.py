from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, ormcache

CHANNELS = [
    ("email", "E-mail"), ("call", "Call"), ("sms", "SMS"), ("messenger", "Messenger"),
    ("meeting", "Meeting"), ("letter", "Letter"), ("visit", "Visit"), ("other", "Other"),
]


class ConveyorWorkItem(models.Model):
    _name = "conveyor.work.item"
    _description = "Standard Work of a Section"
    _order = "stage_id, sequence, id"

    stage_id = fields.Many2one("crm.stage", "Section", required=True, ondelete="cascade", index=True)
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    required = fields.Boolean(
        help="Leaving the section without it is warned about or blocked, as the section says.")
    activity_type_id = fields.Many2one(
        "mail.activity.type", "Activity", ondelete="set null",
        domain="[('res_model', 'in', [False, 'crm.lead'])]",
        help="When this item is the next one to do, an activity of this type is planned for the salesperson. "
             "Empty: it is only on the checklist.")
    delay_days = fields.Integer(
        "Due after, Days", help="Days from its turn until the activity is due. 0: the same day.")
    instructions = fields.Text(
        translate=True, help="How it is done: what to ask, what to say, what to leave with.")
    proof = fields.Selection([
        ("done", "Marked as done"), ("touch", "A touch"), ("field", "A filled field"), ("document", "A document"),
    ], default="done", required=True,
        help="What shows that it was done. A touch, a field or a document are facts: the item ticks itself "
             "as soon as they are there.")
    proof_channel = fields.Selection(CHANNELS, "Channel", help="Empty: a touch in any channel will do.")
    proof_field_ids = fields.Many2many(
        "ir.model.fields", string="Fields", ondelete="cascade",
        domain="[('model', '=', 'crm.lead'), ('store', '=', True), ('readonly', '=', False)]",
        help="All of them must be filled. None listed: the answer on the checklist must be filled. "
             "Problem, time and money are filled when they are answered Yes or No.")
    works_count = fields.Integer(compute="_compute_conversion", groups="sales_team.group_sale_manager", string="Clients")
    conversion_with = fields.Float(
        "Conversion With", compute="_compute_conversion", groups="sales_team.group_sale_manager",
        help="Share of won among the closed leads for which this was done.")
    conversion_without = fields.Float(
        "Conversion Without", compute="_compute_conversion", groups="sales_team.group_sale_manager",
        help="Share of won among the closed leads for which this was not done.")
    closed_with = fields.Integer("Closed With", compute="_compute_conversion", groups="sales_team.group_sale_manager")
    closed_without = fields.Integer("Closed Without", compute="_compute_conversion", groups="sales_team.group_sale_manager")

    @api.constrains("proof_field_ids")
    def _check_proof_fields(self):
        for item in self:
            if foreign := item.proof_field_ids.filtered(lambda field: field.model != "crm.lead"):
                raise ValidationError(self.env._(
                    "%(item)s: %(field)s is no field of a lead. Choose fields of leads only.",
                    item=item.name, field=foreign[0].field_description))

    def _compute_conversion(self):
        self.env["conveyor.work"].flush_model()
        self.env["crm.lead"].flush_model(["won_status"])
        rows = self.env.execute_query_dict(SQL("""
            SELECT w.item_id, count(*) AS total,
                   count(*) FILTER (WHERE l.won_status <> 'pending' AND w.state = 'done') AS closed_with,
                   count(*) FILTER (WHERE l.won_status = 'won' AND w.state = 'done') AS won_with,
                   count(*) FILTER (WHERE l.won_status <> 'pending' AND w.state <> 'done') AS closed_without,
                   count(*) FILTER (WHERE l.won_status = 'won' AND w.state <> 'done') AS won_without
              FROM conveyor_work w JOIN crm_lead l ON l.id = w.lead_id
             WHERE w.item_id = ANY(%s)
               AND (l.company_id IS NULL OR l.company_id = ANY(%s)) GROUP BY w.item_id
        """, self.ids, self.env.companies.ids))
        found = {row["item_id"]: row for row in rows}
        for item in self:
            row = found.get(item.id, dict.fromkeys(
                ("total", "closed_with", "won_with", "closed_without", "won_without"), 0))
            item.works_count = row["total"]
            item.closed_with, item.closed_without = row["closed_with"], row["closed_without"]
            item.conversion_with = row["closed_with"] and row["won_with"] / row["closed_with"]
            item.conversion_without = row["closed_without"] and row["won_without"] / row["closed_without"]

    @api.model
    @ormcache()
    def _stages_with_work(self):
        """Ids of the sections that have any standard work."""
        return frozenset(stage.id for stage, in self.sudo()._read_group([], ["stage_id"]))

    @api.model
    @ormcache()
    def _proof_field_names(self):
        """Names of the lead's fields that prove some work."""
        return frozenset(self.sudo().search([("proof", "=", "field")]).proof_field_ids.mapped("name"))

    def _how(self):
        """What to do to prove it, in a few words for a person."""
        self.ensure_one()
        label = dict(self._fields["proof_channel"]._description_selection(self.env))
        if self.proof == "touch":
            return label[self.proof_channel] if self.proof_channel else self.env._("a touch")
        if self.proof == "document":
            return self.env._("attach the document")
        if self.proof == "field":
            names = self.sudo().proof_field_ids.sorted("id").mapped("field_description")  # labels of fields are no secret
            return self.env._("fill %(fields)s", fields=", ".join(names)) if names else self.env._("fill the answer")
        return self.env._("mark as done")

    def action_open_works(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "conveyor.work", "name": self.name,
            "view_mode": "list,form", "domain": [("item_id", "=", self.id)],
        }

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        self.env.registry.clear_cache()
        self.env["conveyor.work"]._add_to_standing(items)
        return items

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"active", "stage_id", "proof", "proof_field_ids", "sequence"}:
            self.env.registry.clear_cache()
        if vals.get("active") or "stage_id" in vals:
            self.env["conveyor.work"]._add_to_standing(self)
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
