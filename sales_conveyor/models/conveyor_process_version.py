from odoo import api, fields, models
from odoo.exceptions import UserError

from .conveyor_process import MINERS

PRIVATE = {"steps": ("performers",), "months": ("average_check", "volume")}


class ConveyorProcessVersion(models.Model):
    """A snapshot of a process: its figures and its picture in a period, and what people said about it then.

    ``action_document_as_is`` of the process is the only way in, and nothing of
    it is ever changed afterwards: nobody has the right to write it. A draft
    takes the texts once more when it becomes current; from then on they stay.
    """

    _name = "conveyor.process.version"
    _description = "Version of a First-Sale Process"
    _order = "process_id, number desc"
    _rec_names_search = ["process_id"]

    process_id = fields.Many2one("conveyor.process", "Process", required=True, ondelete="cascade", index=True, readonly=True)
    number = fields.Integer(required=True, readonly=True, aggregator=None)
    state = fields.Selection([("draft", "Draft"), ("current", "Current"), ("old", "Old")], default="draft", required=True,
                             readonly=True, index=True)
    date_from = fields.Date("From", required=True, readonly=True)
    date_to = fields.Date("To", required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Documented by", ondelete="set null", readonly=True)
    date = fields.Datetime("Documented on", readonly=True)
    current_date = fields.Datetime("Current since", readonly=True)
    company_ids = fields.Many2many("res.company", string="Companies", readonly=True, help="Whose leads are in it.")
    currency_id = fields.Many2one("res.currency", readonly=True)
    leads_in = fields.Integer("Leads In", readonly=True, help="Leads of first sales that entered in the period.")
    sales_out = fields.Integer("Sales Out", readonly=True, help="Of these leads, how many were won until the day of documenting.")
    conversion = fields.Float(readonly=True, aggregator=None, help="Sales out, of leads in; open leads have not said yet.")
    average_check = fields.Monetary("Average Check", readonly=True, aggregator=None, groups=MINERS)
    volume = fields.Monetary(readonly=True, groups=MINERS)
    median_days = fields.Float("Days to the First Sale", readonly=True, aggregator=None,
                               help="Half of the won leads took no longer, from entering to winning.")
    touches_per_sale = fields.Float("Touches per Sale", readonly=True, aggregator=None, digits=(16, 2),
                                    help="Mean number of touches that counted on won leads.")
    picture = fields.Json(readonly=True, groups=MINERS)
    texts = fields.Json(readonly=True, groups=MINERS, help="What people say about the process and its steps, with the cost of a lead.")
    text = fields.Html(readonly=True, sanitize=False, help="The same to read, in the language of who documented it.")
    changes = fields.Html(readonly=True, sanitize=False, help="What is different from the version before.")

    _number_unique = models.Constraint("UNIQUE (process_id, number)", "This process has a version of that number already.")
    _one_current = models.UniqueIndex("(process_id) WHERE state = 'current'", "A process has one current version.")

    @api.depends("process_id", "number")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._("%(process)s, version %(number)s",
                                              process=version.process_id.name, number=version.number)

    # ------------------------------------------------------------ reading
    def _picture(self):
        """The picture as the reader may see it: without money and persons for who sees only his own leads."""
        self.ensure_one()
        self.check_access("read")
        picture = self.sudo().picture or {}  # stripped here of what is not for everybody
        if self.env.user.has_group(MINERS):
            return picture
        picture = {name: value for name, value in picture.items() if name not in ("repeat", "engine")}
        for name, hidden in PRIVATE.items():
            picture[name] = [{key: value for key, value in row.items() if key not in hidden} for row in picture.get(name, ())]
        return picture

    def _labels(self):
        """``{key: label in the reader's language}``; a section that is gone keeps the name that it had."""
        self.ensure_one()
        picture = self._picture()
        names = self._names_then(picture)
        keys = {*names, *(key for level in (picture, picture.get("full", {})) for arc in level.get("arcs", ())
                          for key in (arc["source"], arc["target"]))}
        return self.env["conveyor.process.label"]._labels_or(keys, names)

    @api.model
    def _names_then(self, picture):
        """``{key: label when the picture was made}``."""
        return {step["key"]: step["label"] for step in (picture or {}).get("steps", ())}

    # ------------------------------------------------------------ states
    def action_make_current(self):
        """From now on the process is documented so; the version until now is old."""
        for version in self:
            version.process_id.check_access("write")
            version.check_access("read")
            if version.state != "draft":
                raise UserError(self.env._("%(version)s is not a draft: only a draft becomes current.", version=version.display_name))
            version.process_id._next_turn()
            snapshot = version.sudo()  # nobody may write a version, but whoever may write the process may choose it
            snapshot._say_changes()
            snapshot.process_id.version_ids.filtered(lambda other: other.state == "current").state = "old"
            snapshot.flush_model(["state"])
            snapshot._copy_texts()
            snapshot.write({"state": "current", "current_date": fields.Datetime.now()})
            version.process_id.invalidate_recordset(["current_version_id"])
        self.env.registry.clear_cache()
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_documented(self):
        if self.filtered(lambda version: version.state != "draft"):
            raise UserError(self.env._("Only drafts can be deleted: what was current once stays on record."))
