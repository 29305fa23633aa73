from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..engine import mining_standard, timeline
from ..engine.mining_lift import Evidence
from ..models.conveyor_cadence_step import DELAY_UNITS
from ..models.conveyor_cadence_timeline import CHANNEL_ICONS
from ..models.conveyor_process_label import QUOTATION
from ..models.conveyor_work_item import CHANNELS


class ConveyorProcessStandard(models.TransientModel):
    """*Make Standard Work from This*: what won leads had, as proposals that a person says yes to."""

    _name = "conveyor.process.standard"
    _description = "Standard Work from a Documented Process"

    version_id = fields.Many2one("conveyor.process.version", required=True, ondelete="cascade")
    line_ids = fields.One2many("conveyor.process.standard.line", "wizard_id", "Standard Work", compute="_compute_line_ids", store=True,
                               readonly=False)
    touch_ids = fields.One2many("conveyor.process.standard.touch", "wizard_id", "Touches", compute="_compute_line_ids", store=True,
                                readonly=False)
    with_cadence = fields.Boolean("Make This Cadence", compute="_compute_line_ids", store=True, readonly=False)
    cadence_name = fields.Char("Name", compute="_compute_line_ids", store=True, readonly=False)
    known_cadence_id = fields.Many2one("conveyor.cadence", "Is There Already", compute="_compute_known_cadence_id")
    preview = fields.Json(compute="_compute_preview")
    summary = fields.Char(compute="_compute_summary")

    # ------------------------------------------------------------ proposals
    @api.depends("version_id")
    def _compute_line_ids(self):
        for wizard in self:
            picture, version = wizard.version_id._picture(), wizard.version_id
            touches = wizard._proposed_touches(picture)
            wizard.line_ids = [Command.clear(), *map(Command.create, wizard._proposed_work(picture))]
            wizard.touch_ids = [Command.clear(), *map(Command.create, touches)]
            wizard.with_cadence = False
            wizard.cadence_name = self.env._("%(process)s: the usual way to a sale", process=version.process_id.name)

    def _proposed_work(self, picture):
        standing = self._standing_stages(picture)
        steps = [step for step in picture.get("steps", ()) if step["kind"] != "section" or step["key"] in standing]
        rows = [self._prepare_touch_work(work, standing[work.step]) for work in mining_standard.section_work(steps)]
        return rows + self._prepare_quotation(picture, steps, standing)

    def _standing_stages(self, picture):
        """``{key: section}`` of those that are there still."""
        stage_id = self.env["conveyor.process.label"]._stage_id
        ids = list(filter(None, (stage_id(step["key"]) for step in picture.get("steps", ()))))
        return {f"stage:{stage.id}": stage for stage in self.env["crm.stage"].browse(ids).exists() if not stage.is_won}

    def _prepare_touch_work(self, work, stage):
        known = stage.work_item_ids.filtered(lambda item: item.proof == "touch" and item.proof_channel in (False, work.channel))
        return {**self._prepare_line(stage, work.evidence, known), "proof": "touch", "channel": work.channel,
                "name": dict(self.env["conveyor.touch"]._fields["channel"]._description_selection(self.env))[work.channel]}

    def _prepare_line(self, stage, evidence, known):
        step = self.version_id.process_id.step_ids.filtered(lambda step: step.stage_id == stage)[:1]
        return {"stage_id": stage.id, "evidence": self._evidence_words(evidence), "known_item_id": known[:1].id,
                "is_chosen": not known and evidence.is_enough, "instructions": step.script or step.said}

    def _prepare_quotation(self, picture, steps, standing):
        """A quotation, at the section during which it is usually sent."""
        evidence = next((Evidence(row["won_with"], row["won"], row["lost_with"], row["lost"])
                         for row in picture.get("features", ()) if row["feature"] == QUOTATION), None)
        keys = [step["key"] for step in steps]
        if not evidence or (evidence.share_won or 0) < mining_standard.USUAL or QUOTATION not in keys:
            return []
        before = [key for key in keys[:keys.index(QUOTATION)] if key in standing]
        if not before:
            return []
        stage = standing[before[-1]]
        known = stage.work_item_ids.filtered(lambda item: item.proof == "document")
        return [{**self._prepare_line(stage, evidence, known), "proof": "document", "name": self.env._("Quotation")}]

    def _evidence_words(self, evidence):
        percent = self.env["conveyor.process.change"]._percent
        of = self.env._("%(with)s of %(all)s won (%(won)s), %(lost_with)s of %(lost_all)s lost (%(lost)s)")
        words = of % {
            "with": evidence.won_with, "all": evidence.won, "won": percent(evidence.share_won or 0),
            "lost_with": evidence.lost_with, "lost_all": evidence.lost, "lost": percent(evidence.share_lost or 0)}
        return words if evidence.is_enough else self.env._("%(evidence)s; too few to go by", evidence=words)

    # ------------------------------------------------------------ the cadence
    def _proposed_touches(self, picture):
        evidence = {row["feature"]: Evidence(row["won_with"], row["won"], row["lost_with"], row["lost"])
                    for row in picture.get("features", ())}
        rows = []
        for place, touch in enumerate(self._usual_touches(picture), 1):
            number, unit = mining_standard.delay(touch.wait)
            found = evidence.get(f"touch:{touch.channel}:out", Evidence())
            rows.append({"sequence": place, "channel": touch.channel, "delay": number, "delay_unit": unit, "is_chosen": True,
                         "evidence": self._evidence_words(found)})
        return rows

    def _usual_touches(self, picture):
        """Of the usual way of the won leads; none while nothing was won."""
        if not self.version_id.sales_out:
            return ()
        full, belt = picture.get("full") or {}, (picture.get("typical") or {}).get("path", ())
        return mining_standard.cadence((full.get("typical") or {}).get("path", ()), full.get("arcs", ())) or mining_standard.cadence_of_work(
            belt, picture.get("arcs", ()), mining_standard.section_work(picture.get("steps", ())))

    @api.depends("touch_ids.is_chosen", "touch_ids.channel")
    def _compute_known_cadence_id(self):
        cadences = self.env["conveyor.cadence"].search([("target", "=", "lead")])
        for wizard in self:
            channels = wizard.touch_ids.filtered("is_chosen").mapped("channel")
            wizard.known_cadence_id = channels and next(
                (cadence for cadence in cadences if cadence.step_ids.mapped("channel") == channels), False)

    @api.depends("touch_ids.is_chosen", "touch_ids.channel", "touch_ids.delay", "touch_ids.delay_unit")
    def _compute_preview(self):
        labels = dict(self.env["conveyor.touch"]._fields["channel"]._description_selection(self.env))
        cadence = self.env["conveyor.cadence"]
        for wizard in self:
            touches = wizard.touch_ids.filtered("is_chosen")
            places = timeline.offsets([timeline.Delay(touch.delay, touch.delay_unit or "days") for touch in touches])
            wizard.preview = {"loop": None, "clients": 0, "is_on": False, "steps": [{
                "key": place, "name": labels[touch.channel], "channel": touch.channel, "channel_label": labels[touch.channel],
                "icon": CHANNEL_ICONS[touch.channel], "automatic": False, "how": self.env._("by hand"), "count": 0,
                **cadence._drawn_day(day)} for place, (touch, day) in enumerate(zip(touches, places))]}

    @api.depends("line_ids.is_chosen", "with_cadence", "touch_ids.is_chosen")
    def _compute_summary(self):
        for wizard in self:
            work, touches = len(wizard._chosen_lines()), len(wizard.touch_ids.filtered("is_chosen"))
            parts = [self.env._("Pieces of standard work: %(count)s.", count=work)]
            if wizard.with_cadence and touches:
                parts.append(self.env._("One cadence with %(count)s touches, switched off.", count=touches))
            wizard.summary = " ".join(parts) if work or wizard.with_cadence else self.env._("Nothing is chosen, so nothing will be changed.")

    # ------------------------------------------------------------ the yes
    def _chosen_lines(self):
        return self.line_ids.filtered(lambda line: line.is_chosen and not line.known_item_id)

    def action_apply(self):
        """Make what is chosen; nothing else is touched."""
        self.ensure_one()
        self.version_id.process_id.check_access("write")
        if not self._chosen_lines() and not self.with_cadence:
            raise UserError(self.env._("Nothing is chosen. Tick what is to become standard work, or cancel."))
        self.env["conveyor.work.item"].create([line._prepare_item() for line in self._chosen_lines()])
        cadence = self._make_cadence() if self.with_cadence else self.env["conveyor.cadence"]
        if cadence:
            return cadence.get_formview_action()
        return {"type": "ir.actions.client", "tag": "display_notification", "params": {
            "type": "success", "message": self.summary, "next": {"type": "ir.actions.act_window_close"}}}

    def _make_cadence(self):
        touches, process = self.touch_ids.filtered("is_chosen"), self.version_id.process_id
        if not touches:
            raise UserError(self.env._("The cadence has no touches. Tick one at least, or leave the cadence out."))
        return self.env["conveyor.cadence"].create({
            "name": self.cadence_name, "is_on": False, "purpose": "decision", "target": "lead", "trigger": "manual", "reason_policy": "none",
            "company_id": process.company_id.id, "team_ids": [Command.set(process.team_id.ids)], "source_ids": [Command.set(process.source_ids.ids)],
            "description": self.env._("Made from %(version)s.", version=self.version_id.display_name),
            "step_ids": [Command.create({"sequence": 10 * touch.sequence, "channel": touch.channel, "delay": touch.delay,
                                         "delay_unit": touch.delay_unit}) for touch in touches]})


class ConveyorProcessStandardLine(models.TransientModel):
    _name = "conveyor.process.standard.line"
    _description = "Proposed Standard Work"
    _order = "id"

    wizard_id = fields.Many2one("conveyor.process.standard", required=True, ondelete="cascade")
    is_chosen = fields.Boolean("Make")
    stage_id = fields.Many2one("crm.stage", "Section", required=True, ondelete="cascade", readonly=True)
    name = fields.Char("Standard Work", required=True)
    proof = fields.Selection([("touch", "A touch"), ("document", "A document")], required=True, readonly=True)
    channel = fields.Selection(CHANNELS, readonly=True)
    instructions = fields.Text()
    evidence = fields.Text("Who Had It", readonly=True)
    known_item_id = fields.Many2one("conveyor.work.item", "Is There Already", ondelete="cascade", readonly=True)

    def _prepare_item(self):
        return {"stage_id": self.stage_id.id, "name": self.name, "proof": self.proof, "proof_channel": self.channel,
                "instructions": self.instructions, "sequence": 50}


class ConveyorProcessStandardTouch(models.TransientModel):
    _name = "conveyor.process.standard.touch"
    _description = "Proposed Touch"
    _order = "sequence, id"

    wizard_id = fields.Many2one("conveyor.process.standard", required=True, ondelete="cascade")
    sequence = fields.Integer()
    is_chosen = fields.Boolean("Take")
    channel = fields.Selection(CHANNELS, required=True)
    delay = fields.Integer("After")
    delay_unit = fields.Selection(DELAY_UNITS, "Unit", required=True)
    evidence = fields.Text("Who Had It", readonly=True)
