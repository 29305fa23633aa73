from markupsafe import Markup

from odoo import models
from odoo.tools import plaintext2html

ORIGIN = ("goal", "origin_who", "origin_steps", "origin_promise", "first_contact")
STEP = ("said", "script", "who", "mistakes")


class ConveyorProcessVersion(models.Model):
    """What people say about the process, copied into the version."""

    _inherit = "conveyor.process.version"

    def _copy_texts(self):
        """Take the texts of the process as they are now, for as long as the version exists."""
        for version in self:
            texts = version._texts_now()
            version.write({"texts": texts, "text": version._as_html(texts)})

    def _texts_now(self):
        process = self.process_id
        steps = [{"key": step.key, "label": step.name, "norm_days": step.norm_days or None,
                  **{name: step[name] or "" for name in STEP}} for step in process.step_ids]
        return {
            "name": process.name, "owner": process.owner_id.name or "", "goal_product": process.goal_product_id.name or "",
            "origin_cost": process.origin_cost or None, **{name: process[name] or "" for name in ORIGIN}, "steps": steps}

    def _as_html(self, texts):
        fields_of = {name: self.env["conveyor.process"]._fields[name]._description_string(self.env) for name in ORIGIN}
        fields_of_step = {name: self.env["conveyor.process.step"]._fields[name]._description_string(self.env) for name in STEP}
        html = self._paragraphs(texts, fields_of)
        for step in texts["steps"]:
            if words := self._paragraphs(step, fields_of_step):
                html += Markup("<h3>%s</h3>") % step["label"] + words
        return html

    def _paragraphs(self, texts, titles):
        return Markup().join(
            Markup("<p><strong>%s</strong></p>%s") % (title, plaintext2html(texts[name]))
            for name, title in titles.items() if texts[name])
