from datetime import timedelta

from odoo import Command, fields, models

from . import process_story


class ConveyorDemo(models.AbstractModel):
    """Two first-sale processes: a current version each, and of the site a newer draft that differs."""

    _inherit = "conveyor.demo"

    def _make_processes(self, sections):
        self.env.flush_all()
        maria, company = self._demo("user_maria"), self._demo("team").company_id
        demo = self.with_user(maria).with_context(allowed_company_ids=company.ids)
        processes = demo.env["conveyor.process"].create([
            self._prepare_process(values, sections, maria, company) for values in process_story.PROCESSES])
        self._set_names("process", processes.with_env(self.env))
        today = fields.Date.today()
        last = today - timedelta(days=process_story.NEWER)
        for process in processes:
            process.action_document_as_is(fields.Date.add(today, months=-12), last).action_make_current()
        processes[0].action_document_as_is(last + timedelta(days=1), today)

    def _prepare_process(self, values, sections, maria, company):
        steps = process_story.STEPS if values["source"] == "site" else {}
        return {
            **{name: value for name, value in values.items() if name != "source"},
            "source_ids": [Command.set(self._demo(f"source_{values['source']}").ids)], "owner_id": maria.id, "company_id": company.id,
            "step_ids": [Command.create({"stage_id": sections[name].id, "sequence": 10 * place, **texts})
                         for place, (name, texts) in enumerate(steps.items(), 1)]}

    def _remove_processes(self):
        processes = self._named("process", "conveyor.process")
        processes.version_ids.sudo().write({"state": "draft"})  # documented ones stay otherwise
        processes.unlink()
