from odoo import api, models
from odoo.fields import Domain

COVERED_MONTHS = 12  # of so many months leads without a process are told


class ConveyorProcess(models.Model):
    """What the screens of the processes need: leads behind the counts, texts of the steps, the dialog."""

    _inherit = "conveyor.process"

    # ------------------------------------------------------------ leads
    def _entered_count(self, first, last):
        """First-sale leads of the process that entered within these days, of those that the user may read."""
        self.ensure_one()
        self.env["conveyor.funnel.fact"]._refresh()
        return self.env["crm.lead"].with_context(active_test=False).search_count(self._lead_domain(first, last))

    def _lead_domain(self, first, last):
        entered = [("stage_id", "=", False), ("entry_date", ">=", first.isoformat()), ("entry_date", "<=", last.isoformat())]
        return Domain("conveyor_process_id", "=", self.id) & Domain("sale_kind", "=", "first") & Domain("funnel_fact_ids", "any", entered)

    def action_open_leads(self):
        """The leads of the last period."""
        self.ensure_one()
        return self._leads_action(self.name, self._lead_domain(*self._period_of()))

    @api.model
    def _leads_action(self, name, domain):
        return {
            "type": "ir.actions.act_window", "name": name, "res_model": "crm.lead", "domain": list(domain),
            "views": [(False, "list"), (False, "kanban"), (False, "form")], "context": {"active_test": False, "create": False}}

    @api.model
    def get_uncovered(self):
        """How many of the last leads belong to no process, of those that the user may read."""
        return self._counts_since(self._first_day(COVERED_MONTHS)).get(None, 0)

    @api.model
    def action_open_uncovered(self):
        """These leads."""
        domain = self._entered_domain(self._first_day(COVERED_MONTHS)) & Domain("conveyor_process_id", "=", False)
        return self._leads_action(self.env._("Leads Without a Process"), domain)

    def action_open_current(self):
        """The current version."""
        self.ensure_one()
        return self.current_version_id.get_formview_action() if self.current_version_id else self.action_open_versions()

    def action_ask_period(self):
        """The dialog that asks of which leads a version is made."""
        self.ensure_one()
        self._check_may_mine()
        return {"type": "ir.actions.act_window", "name": self.env._("Document as It Is Today"), "res_model": "conveyor.process.document",
                "views": [(False, "form")], "target": "new", "context": {"default_process_id": self.id}}

    # ------------------------------------------------------------ texts
    def action_add_steps(self):
        """A line of text for each step that has none yet: of the current version, else of the pipeline."""
        self.ensure_one()
        self.check_access("write")
        known = set(self.step_ids.mapped("key"))
        missing = [(place, key) for place, key in enumerate(self._steps_to_write()) if key not in known]
        self.env["conveyor.process.step"].create([{
            "process_id": self.id, "sequence": 10 * (place + 1), **self._prepare_step(key)} for place, key in missing])
        return True

    def _prepare_step(self, key):
        stage_id = self.env["conveyor.process.label"]._stage_id(key)
        return {"stage_id": stage_id} if stage_id else {"key": key}

    def _steps_to_write(self):
        """Keys in order."""
        if self.current_version_id:
            keys = [step["key"] for step in self.current_version_id._picture().get("steps", ()) if step["kind"] in ("section", "milestone")]
            standing = self.env["conveyor.process.label"]._standing([key for key in keys if key.startswith("stage:")])
            return [key for key in keys if key in standing or not key.startswith("stage:")]
        stages = self.env["crm.stage"].search([("is_won", "=", False), ("team_ids", "in", [*self.team_id.ids, False])])
        return [f"stage:{stage.id}" for stage in stages]


class ConveyorProcessVersion(models.Model):
    _inherit = "conveyor.process.version"

    def action_make_standard(self):
        """The dialog in which standard work is proposed; nothing is made before a person says yes."""
        self.ensure_one()
        self.process_id.check_access("write")
        wizard = self.env["conveyor.process.standard"].create({"version_id": self.id})
        return {"type": "ir.actions.act_window", "name": self.env._("Make Standard Work from This"), "res_model": wizard._name,
                "res_id": wizard.id, "views": [(False, "form")], "target": "new", "context": {"dialog_size": "extra-large"}}

    def action_open_process(self):
        self.ensure_one()
        return self.process_id.get_formview_action()
