from odoo import api, fields, models
from odoo.tools import format_date

from .conveyor_work_item import CHANNELS

KINDS = [
    ("channel", "Channel"), ("cadence", "Cadence"), ("source", "Source"), ("salesperson", "Salesperson's touches"),
    ("activity_type", "Kind of activity"), ("mail_template", "E-mail template"),
    ("counter", "Visitor counter"),
]
# kind: the field that says which one
WHICH = {
    "channel": "channel", "cadence": "cadence_id", "source": "source_id", "salesperson": "user_id",
    "activity_type": "type_id", "mail_template": "template_id",
    "counter": "counter_id",
}
DECISIONS = [("undecided", "To decide"), ("keep", "Keep"), ("revive", "Revive"), ("remove", "Remove")]


class ConveyorPractice(models.Model):
    """Something that was done with clients again and again: from when to when,
    how often, with what result, and whether it has quietly stopped.

    What is counted comes from ``_refresh`` every week; people only decide what
    becomes of it and who answers for it.
    """

    _name = "conveyor.practice"
    _description = "Practice"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "status desc, volume desc, id"
    _rec_names_search = ["cadence_id", "source_id", "user_id", "type_id", "template_id", "counter_id"]

    name = fields.Char(compute="_compute_name")
    kind = fields.Selection(KINDS, required=True, readonly=True)
    key = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one("res.company", "Company", ondelete="cascade", readonly=True)
    channel = fields.Selection(CHANNELS, readonly=True)
    cadence_id = fields.Many2one("conveyor.cadence", "Cadence", ondelete="cascade", readonly=True)
    source_id = fields.Many2one("utm.source", "Source", ondelete="cascade", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", ondelete="cascade", readonly=True)
    type_id = fields.Many2one("mail.activity.type", "Activity Type", ondelete="cascade", readonly=True)
    template_id = fields.Many2one("mail.template", "E-mail Template", ondelete="cascade", readonly=True)
    counter_id = fields.Many2one("conveyor.counter", "Counter", ondelete="cascade", readonly=True)
    date_from = fields.Date("From", readonly=True)
    date_to = fields.Date("Last Done", readonly=True, help="Silent since then.")
    volume = fields.Integer(readonly=True, help="How many touches, new leads of a source, or counted hours.")
    lead_count = fields.Integer("Leads", readonly=True, help="Leads that it was done with.")
    sale_count = fields.Integer("Sales", readonly=True, help="Of these leads, how many were won.")
    sale_share = fields.Float("Win Rate", readonly=True, aggregator="avg", help="Sales, of these leads.")
    usual_gap = fields.Float("Usual Gap, Weeks", readonly=True, aggregator="avg",
                             help="Half of the gaps between weeks in which it was done were no longer.")
    silence = fields.Integer(
        "Silent, Weeks", readonly=True, aggregator="max", help="Whole weeks since the week in which it was last done.")
    is_measured = fields.Boolean("Has a Rhythm", readonly=True, help="Done often enough to know how often.")
    status = fields.Selection([("alive", "Alive"), ("stopped", "Stopped")], readonly=True, index=True)
    stopped_date = fields.Date("Noticed on", readonly=True)
    decision = fields.Selection(
        DECISIONS, default="undecided", required=True, group_expand=True, tracking=True, help="What becomes of it.")
    owner_id = fields.Many2one(
        "res.users", "Owner", domain=[("share", "=", False)], tracking=True, help="He is told when it falls silent.")
    explanation = fields.Char("What It Was", compute="_compute_explanation")

    _which_unique = models.UniqueIndex("(kind, key, COALESCE(company_id, 0))")

    @api.depends("kind", *WHICH.values())
    def _compute_name(self):
        channels = dict(self._fields["channel"]._description_selection(self.env))
        for practice in self.sudo():  # names of colleagues and templates are no secret
            value = practice[WHICH[practice.kind]] if practice.kind else False
            practice.name = channels.get(value) if practice.kind == "channel" else value and value.display_name

    @api.depends("name", "kind")
    def _compute_display_name(self):
        for practice in self:
            practice.display_name = practice.name or ""

    @api.depends("volume", "date_from", "date_to", "usual_gap", "silence", "sale_count", "status")
    def _compute_explanation(self):
        twins = self._twins()
        for practice in self:
            practice.explanation = f"{practice._explain()} {practice._apart(twins[practice])}".strip()

    def _explain(self):
        """What it used to be and how it stands, in one sentence."""
        if not self.volume:
            return ""
        rhythm = self.env._("Usually every week") if self.usual_gap <= 1 else self.env._(
            "Usually every %(gap)g weeks", gap=self.usual_gap)
        if not self.is_measured:
            rhythm = self.env._("Done now and then")
        return self.env._(
            "%(rhythm)s, %(silence)s. Done from %(first)s to %(last)s, times: %(volume)s, sales: %(sales)s.", rhythm=rhythm,
            silence=self._silence_words(), volume=self.volume, sales=self.sale_count,
            first=format_date(self.env, self.date_from), last=format_date(self.env, self.date_to))

    def _silence_words(self):
        if not self.silence:
            return self.env._("done this week")
        if self.silence == 1:
            return self.env._("silent for a week")
        return self.env._("silent for %(weeks)s weeks", weeks=self.silence)

    # ------------------------------------------------------------ twins
    def _twins(self):
        """``{practice: the others of its kind and name}``; few rows, read once for all."""
        same = self.sudo().search([("kind", "in", list(set(self.mapped("kind"))))])  # colleagues' companies too
        named = same.grouped(lambda practice: (practice.kind, practice.name))
        return {practice: named.get((practice.kind, practice.name), self.browse()) - practice for practice in self}

    def _apart(self, twins):
        """Why it stands apart from others of its name; empty without any."""
        mine = self.sudo()
        if twins.filtered(lambda twin: twin.key == self.key):
            return self.env._("Each company has its own: this one is of %(company)s.",
                              company=mine.company_id.name or self.env._("no company"))
        if twins:
            return self.env._("There is another one of this name: this is number %(number)s, that is number %(others)s.",
                              number=self.key, others=", ".join(sorted(set(twins.mapped("key")), key=int)))
        return ""

    # ------------------------------------------------------------ decisions
    def write(self, vals):
        result = super().write(vals)
        if vals.get("decision") == "revive":
            self.filtered("owner_id")._ask_owner(self.env._("Revive: %(name)s"))
        return result

    def action_keep(self):
        self.decision = "keep"

    def action_revive(self):
        self.decision = "revive"

    def action_remove(self):
        self.decision = "remove"

    def _ask_owner(self, summary):
        """One open activity for the owner, with what the practice used to be."""
        kind = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        for practice in self.filtered(lambda practice: practice.owner_id.active):
            asked = practice.sudo().activity_ids.filtered(lambda activity: activity.user_id == practice.owner_id)
            if not asked:
                practice.activity_schedule(
                    activity_type_id=kind.id if kind else False, user_id=practice.owner_id.id, conveyor_channel=False,
                    summary=summary % {"name": practice.name}, note=practice.explanation)

    def action_refresh(self):
        """Read the history again, now."""
        self.check_access("write")
        self.sudo()._refresh()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
