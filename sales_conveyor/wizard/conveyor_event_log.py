from contextlib import closing
from functools import partial

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.event_log import Event, comma_separated, xes
from ..models.conveyor_funnel_leads import Declared, Names

CURSOR = SQL.identifier("conveyor_event_log")


class ConveyorEventLog(models.TransientModel):
    """The events behind a process as a file, for people with their own tools.

    For programs::

        env["conveyor.event.log"].create({"process_id": process.id})._write_file(stream)
    """

    _name = "conveyor.event.log"
    _description = "Export of an Event Log"

    process_id = fields.Many2one("conveyor.process", "Process", required=True, ondelete="cascade")
    date_from = fields.Date("Leads Entered from", compute="_compute_period", store=True, readonly=False, required=True)
    date_to = fields.Date("To", compute="_compute_period", store=True, readonly=False, required=True)
    file_format = fields.Selection(
        [("csv", "CSV: a table, also for spreadsheets"), ("xes", "XES: the standard of tools for process mining")],
        "Format", required=True, default="csv")
    with_names = fields.Boolean("Names of Salespeople", help="Otherwise the file does not tell who did it.")
    company_list = fields.Json(default=lambda self: self.env.companies.ids)

    @api.depends("process_id")
    def _compute_period(self):
        for log in self.filtered("process_id"):
            log.date_from, log.date_to = log.process_id._period_of()

    def action_download(self):
        """Let the browser fetch the file."""
        self.ensure_one()
        self._check_may_export()
        return {"type": "ir.actions.act_url", "url": f"/sales_conveyor/event_log/{self.id}", "target": "self"}

    def _check_may_export(self):
        self.env["conveyor.workbook"]._check_export()
        self.process_id._check_may_mine()
        self.process_id._period_of(self.date_from, self.date_to)

    # ------------------------------------------------------------ the file
    def _write_file(self, stream):
        """Write the file into a binary file object, one event after the other.

        The reader's record rules apply. Whether he may export is checked by
        whoever hands the file over.
        """
        self.ensure_one()
        me = self.with_context(allowed_company_ids=self.company_list) if self.company_list else self
        with closing(me._events()) as events:
            for text in self._writer()(events, with_names=self.with_names):
                stream.write(text.encode())

    def _writer(self):
        return {"csv": comma_separated, "xes": partial(xes, title=self.process_id.name)}[self.file_format]

    def _events(self):
        """The events, case by case, in order of time."""
        log = self.env["conveyor.process.log"]
        activities, names = {}, Names(self.env["res.users"].sudo().with_context(active_test=False))
        with self.env["conveyor.funnel.builder"]._planned_for_many(), closing(
                Declared(self.env.cr, CURSOR, log._export_sql(self.process_id, self.date_from, self.date_to))) as cursor:
            while rows := cursor.fetch():
                activities.update(self._activities({code for _case, code, *_rest in rows} - activities.keys()))
                for case, code, time, user_id in rows:
                    yield Event(case, activities[code], time, names.get(user_id) if self.with_names else None)

    def _activities(self, codes):
        """``{number: label}``; of two sections with one name each has its number."""
        label = self.env["conveyor.process.label"]
        words = label._labels(map(label._key, codes))
        twins = label._names_of_several()
        return {code: f"{words[key]} ({key[6:]})" if key.startswith("stage:") and words[key] in twins else words[key]
                for code in codes for key in [label._key(code)]}

    def _filename(self):
        """For instance ``Leads of the Fair 2026-01-01 2026-06-30.csv``."""
        return f"{self.process_id.name} {self.date_from.isoformat()} {self.date_to.isoformat()}.{self.file_format}"
