from odoo import api, fields, models

from .base_automation import TRIGGER_MODELS

# what of the rule is kept in step over there
AUTOMATION_FIELDS = ("conveyor_from_status", "conveyor_to_status", "conveyor_min_amount", "conveyor_company_id", "filter_domain")
LANGUAGE = "en_US"


class ConveyorReactivationRule(models.Model):
    """The automation rule and the server actions behind the rule.

    For each value the rule remembers what it wrote last. A value that is
    another one now was changed by an administrator: it stays, and the rule says so.
    """

    _inherit = "conveyor.reactivation.rule"

    automation_id = fields.Many2one(
        "base.automation", "Automation Rule", ondelete="set null", index="btree_not_null", readonly=True, copy=False,
        groups="base.group_system")
    synced = fields.Json(readonly=True, copy=False, groups="base.group_system")
    edited = fields.Text("Changed by an Administrator", compute="_compute_edited")

    def _compute_edited(self):
        for rule in self.sudo():  # what was changed there, not the rule itself
            changes = rule._edits()
            rule.edited = self.env._(
                "An administrator has changed the automation rule behind this one, and his version is what happens: %(changes)s.",
                changes=", ".join(changes)) if changes else False

    # ------------------------------------------------------------ in step
    def _sync(self, names=None):
        """Bring what stands behind these rules up to date.

        :param names: names of the fields that have changed, None for all
        """
        if names is not None and not set(names) & self._synced_fields():
            return
        for rule in self.sudo():  # managers write rules; what stands behind them is made of checked values only
            synced = rule.synced or {}
            automation = rule.automation_id or rule._create_automation()
            known = synced.get("automation", {}) if rule.automation_id else {}
            synced["automation"] = rule._write_kept(automation, rule._prepare_automation(), known)
            if names is None or "name" in names:
                automation.name = rule.name
            rule.automation_id = automation
            rule.synced = {**synced, "actions": rule._sync_actions(automation, synced.get("actions", {}))}

    @api.model
    def _synced_fields(self):
        return {"name", "to_status", "company_id", "filter_domain", "category_ids", "min_average", "min_amount", "deed", "cadence_id",
                "activity_kind_id", "summary", "note", "days", "stage_id", "team_id", "source_id"}

    def _create_automation(self):
        return self.env["base.automation"].create({
            "name": self.name, "model_id": self.env["ir.model"]._get_id(TRIGGER_MODELS["conveyor_rhythm"]),
            "trigger": "conveyor_rhythm"})

    def _sync_actions(self, automation, known):
        """``{role: {field: value, "id"}}`` as written."""
        wanted = self._prepare_actions()
        actions = self.env["ir.actions.server"]
        for role in known.keys() - wanted.keys():  # something else is done now
            actions.browse(known[role]["id"]).exists().unlink()
        written = {}
        for role, vals in wanted.items():
            action = actions.browse(known.get(role, {}).get("id")).exists()
            if role in known and not action:
                written[role] = known[role]  # an administrator has removed it
                continue
            state = vals.pop("state")
            action = action or actions.create({
                "name": self.name, "model_id": automation.model_id.id, "state": state, "base_automation_id": automation.id,
                "usage": "base_automation", **vals})
            written[role] = {**self._write_kept(action, vals, known.get(role, {})), "id": action.id}
        return written

    def _write_kept(self, record, vals, known):
        """Write what an administrator has not changed.

        :param known: ``{field: value}`` as written last
        :return: the same, now
        """
        record = record.with_context(lang=LANGUAGE)
        ours = {name: value for name, value in vals.items()
                if name not in known or self._plain(record, name) == known[name]}
        changed = {name: value for name, value in ours.items() if self._plain(record, name) != (value or False)}
        if changed:
            record.write(changed)
        return {name: self._plain(record, name) if name in ours else known[name] for name in vals}

    @api.model
    def _plain(self, record, name):
        value = record[name]
        return (value.id if isinstance(value, models.BaseModel) else str(value) if record._fields[name].type == "html" else value) or False

    # ------------------------------------------------------------ what is wanted
    def _prepare_automation(self):
        return {
            "conveyor_from_status": False, "conveyor_to_status": self.to_status, "conveyor_min_amount": self.min_amount,
            "conveyor_company_id": self.company_id.id, "filter_domain": self._whole_domain()}

    def _whole_domain(self):
        """The filter as text, with what the rule asks of the rhythm."""
        rhythm = [("revenue_average", ">=", self.min_average)] if self.min_average else []
        if self.category_ids:
            rhythm.append(("category_id", "child_of", self.category_ids.ids))
        if rhythm and self.company_id:
            rhythm.append(("company_id", "=", self.company_id.id))
        terms = [self.filter_domain.strip()[1:-1].strip().rstrip(",")] if self.filter_domain else []
        if rhythm:
            terms.append(repr(("rhythm_ids", "any", rhythm)))
        return f"[{', '.join(filter(None, terms))}]" if any(terms) else False

    def _prepare_actions(self):
        """``{role: values of a server action}``, in the order in which they are done."""
        roles = {"activity": ("activity",), "opportunity": ("opportunity",), "cadence": ("enrol",), "offer": ("offer", "enrol"),
                 "thank": ("stop", *(["activity"] if self.summary else []), *(["enrol"] if self.cadence_id else []))}[self.deed]
        return {role: {**getattr(self, f"_prepare_{role}")(), "sequence": place} for place, role in enumerate(roles, 1)}

    def _prepare_activity(self):
        rule = self.with_context(lang=self.env.lang or LANGUAGE)
        return {
            "state": "next_activity", "activity_type_id": rule.activity_kind_id.id
            or self.env.ref("mail.mail_activity_data_todo").id, "activity_summary": rule.summary, "activity_note": rule.note,
            "activity_date_deadline_range": rule.days, "activity_date_deadline_range_type": "days",
            "activity_user_type": "generic", "activity_user_field_name": "user_id"}

    def _prepare_opportunity(self):
        return {"state": "conveyor_opportunity", "conveyor_stage_id": self.stage_id.id, "conveyor_team_id": self.team_id.id,
                "conveyor_source_id": self.source_id.id}

    def _prepare_enrol(self):
        return {"state": "conveyor_enrol", "conveyor_cadence_id": self.cadence_id.id}

    def _prepare_offer(self):
        return {"state": "conveyor_offer"}

    def _prepare_stop(self):
        return {"state": "conveyor_stop"}

    # ------------------------------------------------------------ edits
    def _edits(self):
        """What an administrator has changed, in words."""
        self.ensure_one()
        synced, automation = self.synced or {}, self.automation_id
        if not synced:
            return []
        if not automation:
            return [self.env._("it was deleted")]
        changes = [] if automation.active else [self.env._("it was archived")]
        if automation.trigger != "conveyor_rhythm":
            changes.append(self.env._("it has another trigger"))
        changes += self._changed_fields(automation, synced.get("automation", {}))
        known = synced.get("actions", {})
        for role, values in known.items():
            action = self.env["ir.actions.server"].browse(values["id"]).exists()
            changes += self._changed_fields(action, values) if action else [self.env._("an action was removed")]
        added = automation.action_server_ids.filtered(lambda action: action.id not in {values["id"] for values in known.values()})
        return changes + [self.env._("the action %(action)s was added", action=action.name) for action in added]

    def _changed_fields(self, record, known):
        record = record.with_context(lang=LANGUAGE)
        return [record._fields[name]._description_string(self.env) for name, value in known.items()
                if name != "id" and self._plain(record, name) != value]

    def action_open_automation(self):
        """Odoo's own form of the automation rule, for administrators."""
        self.ensure_one()
        return {"type": "ir.actions.act_window", "res_model": "base.automation", "res_id": self.automation_id.id,
                "views": [(False, "form")], "name": self.automation_id.display_name}

    def action_reset(self):
        """Give up what an administrator changed: an administrator only."""
        self.ensure_one()
        self.env["base.automation"].check_access("write")
        self.automation_id.unlink()
        self.synced = False
        self._sync()
